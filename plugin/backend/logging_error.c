/* logging_error.c - what Python's Handler.handleError prints of a record that a handler could not format or
 * encode: a block on stderr, without the frames of an interpreter that is not there. Backend thread; only
 * where that is asked for (`weir log --jsonl`): elsewhere a notice in the handler's own output tells
 * (notice.c). */
#include "backend/parts.h"

#define MISSING_FIELD "ValueError: Formatting field not found in record: "

/* `why` is the last line of Python's traceback. A field that is missing is a KeyError first. */
static void add_traceback(text *out, slice why) {
    text_add_cstr(out, "Traceback (most recent call last):\n");
    slice missing = SLICE_LITERAL(MISSING_FIELD);
    if (why.len > missing.len && memcmp(why.data, missing.data, missing.len) == 0) {
        text_add_cstr(out, "KeyError: ");
        text_add(out, why.data + missing.len, why.len - missing.len);
        text_add_cstr(out, "\n\nDuring handling of the above exception, another exception occurred:\n\n"
                           "Traceback (most recent call last):\n");
    }
    text_add_slice(out, why);
    text_add_char(out, '\n');
}

void logging_error_write(backend *b, record *rec, const char *why) {
    text block;
    value bare = value_str(rec->template);
    text_init(&block, BACKEND_SCRATCH_MAX);
    text_add_cstr(&block, "--- Logging error ---\n");
    add_traceback(&block, slice_of(why));
    text_add_cstr(&block, "Call stack:\nMessage: ");
    value_repr(rec->msg != NULL ? rec->msg : &bare, &block);
    text_add_cstr(&block, "\nArguments: ");
    if (rec->args != NULL)
        value_print(rec->args, &block);
    else
        text_add_cstr(&block, "()");
    text_add_char(&block, '\n');
    standard_error_write(b, block.failed ? SLICE_NONE : text_slice(&block));
    text_done(&block);
}

void logging_error_message(backend *b, slice message) {
    text line;
    text_init(&line, 0);
    text_addf(&line, "weir: %.*s\n", (int)message.len, message.data);
    standard_error_write(b, line.failed ? SLICE_NONE : text_slice(&line));
    text_done(&line);
}
