/* capture_call.h - one call on its way into a ring where the shortest way does not do: what was
 * gathered of it, how large it gets, and writing it. */
#ifndef WEIR_FRONTEND_CAPTURE_CALL_H
#define WEIR_FRONTEND_CAPTURE_CALL_H

#include "frontend/call_site.h"
#include "frontend/cut_mark.h"
#include "queue/entry.h"

/* A text of the record: of an argument, of a field, or the stack trace. */
typedef struct text_part {
    const char *data; /* NULL: a null pointer */
    size_t len;
    uint32_t keep; /* bytes of it that are written; less than len: a mark follows (cut_mark.h) */
    uint32_t size; /* bytes in the entry, mark included */
} text_part;

typedef struct capture_call {
    bound_logger *to;
    int level;
    int saved_errno;
    uint16_t kind, flags;
    uint32_t site, logger; /* dictionary ids */
    const weir_field *fields;
    size_t field_count;
    slice added;                        /* wire pairs that hooks added; they shadow the fields */
    const struct weir_adapter *through; /* whose process hook wants to see the record; NULL: none */
    /* Arguments in order; strings take the next of parts. */
    size_t arg_count, long_double_count;
    uint8_t codes[LIMIT_CALL_ARGS];
    uint64_t words[LIMIT_CALL_ARGS];
    long double long_doubles[LIMIT_CALL_ARGS];
    /* Of the arguments first, then of the fields, then the stack trace. */
    text_part parts[LIMIT_CALL_ARGS + 2 * LIMIT_CALL_FIELDS + 1];
    size_t arg_parts, part_count;
    bool has_stack;
    bool without_context; /* no room even so: logger's and thread's fields are left out */
    /* ENTRY_TEXT: formatted as it is written. ENTRY_MADE: bytes as they are. */
    const char *format;
    va_list *args;
    slice made;
    /* Filled by capture_measure. */
    uint32_t args_size, fields_size, size;
} capture_call;

/* Everything but arguments. */
void capture_begin(capture_call *c, bound_logger *to, int level, int saved_errno);
void capture_gather(capture_call *c, uint64_t plan, va_list *args);
void capture_gather_fields(capture_call *c, const weir_field *fields, size_t count);
/* as_info: as the record's stack_info, not its exc_text. */
void capture_add_stack(capture_call *c, slice stack, bool as_info);
/* Sizes, shortening the longest texts until all is at most max; false: not even so. */
bool capture_measure(capture_call *c, const thread_state *t, uint32_t max);
/* The entry at its place (c->size bytes), but for publishing it. */
void capture_write(const capture_call *c, const thread_state *t, char *at, uint64_t stamp);
/* Room, writing, publishing. false: dropped and counted. */
bool capture_store(capture_call *c, thread_state *t);
/* The same, past the hooks that concern the logger. true: stored, or a filter did not let it through. */
bool capture_store_hooked(capture_call *c, thread_state *t);
/* The same without waiting: 1 when there is no room now, nothing counted; -1: dropped and counted. (What
 * passes a hook waits: its filters may not run twice.) */
int capture_store_now(capture_call *c, thread_state *t);
/* A record of given attributes, past no hook. */
bool capture_store_made(bound_logger *to, int level, const value *attributes, thread_state *t);
/* Runs the hooks and stores what they make of the call. Lies above the front end (record/at_call.c); in a
 * program without it there are no hooks. */
bool front_at_call(capture_call *c, thread_state *t);

/* capture_text.c: the message of ENTRY_TEXT, in the C locale. Its length; and its bytes, at most
 * `space` (space + 1 are writable). The second call returns how many there are. */
size_t capture_text_length(const capture_call *c);
size_t capture_text_write(const capture_call *c, char *out, size_t space);

#endif
