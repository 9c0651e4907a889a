/* message.c - a record's message: rendered when somebody wants it, kept when it is wanted twice.
 * Runs on the thread of the record's reader. The rendering itself is printf_render.c's (captured
 * records) and python_percent.c's (made records). */
#include "base/utf8.h"
#include "record/escape.h"
#include "record/printf_render.h"
#include "record/put.h"
#include "record/python_percent.h"
#include "record/record.h"
#include "record/scratch.h"

static const char *args_of(const record *rec) { return (const char *)(rec->entry + 1); }

static bool is_call(const record *rec) { return rec->site != NULL && rec->entry->kind == ENTRY_CALL; }

/* Without a call's literal format and without arguments: the text as it is. */
static bool finished_text(const record *rec, slice *out) {
    if (is_call(rec)) return false;
    if (rec->entry != NULL && rec->entry->kind == ENTRY_TEXT) {
        uint32_t len;
        memcpy(&len, args_of(rec), sizeof len);
        *out = slice_make(args_of(rec) + sizeof len, len);
        return true;
    }
    *out = rec->template;
    return rec->args == NULL;
}

static void put_escaped(text *out, slice s, escape_mode escape) {
    if (escape == ESCAPE_NONE) {
        put_slice(out, s);
    } else {
        escape_add(out, s);
    }
}

static void keep_error(record *rec, const weir_error *err) {
    rec->render_failed = true;
    rec->render_error = arena_copy(rec->memory, slice_of(err->message));
}

/* Appends the message; -1: msg % args is an error, and nothing is appended. */
static int render(record *rec, escape_mode escape, text *out) {
    slice whole;
    if (is_call(rec)) {
        printf_render(rec->site, args_of(rec), escape, NULL, &rec->scratch->work, out);
        return 0;
    }
    if (finished_text(rec, &whole)) {
        put_escaped(out, whole, escape);
        return 0;
    }
    weir_error err;
    size_t before = out->len;
    unsigned what =
        escape == ESCAPE_NONE ? PERCENT_ESCAPE_NONE : PERCENT_ESCAPE_FORMAT | PERCENT_ESCAPE_VALUES;
    if (python_percent(rec->template, rec->args, what, out, &err) == 0) return 0;
    keep_error(rec, &err);
    out->len = before;
    if (out->data != NULL) out->data[before] = '\0';
    return -1;
}

static void keep_raw(record *rec) {
    text *raw = &rec->scratch->raw;
    rec->rendered = true;
    if (finished_text(rec, &rec->message_raw)) return;
    text_clear(raw);
    if (!rec->render_failed) render(rec, ESCAPE_NONE, raw);
    rec->message_raw = rec->render_failed ? rec->template : raw->failed ? SLICE_NONE : text_slice(raw);
}

static void keep_escaped(record *rec) {
    text *escaped = &rec->scratch->escaped;
    rec->rendered_escaped = true;
    text_clear(escaped);
    if (!rec->render_failed) render(rec, ESCAPE_ARGUMENTS, escaped);
    if (rec->render_failed) escape_add(escaped, rec->template);
    rec->message_escaped = escaped->failed ? SLICE_NONE : text_slice(escaped);
}

/* Escaping changes nothing where all arguments are numbers. */
static escape_mode needed(const record *rec, escape_mode escape) {
    return is_call(rec) && !rec->site->text_arguments ? ESCAPE_NONE : escape;
}

slice record_message(record *rec, escape_mode escape) {
    if (needed(rec, escape) == ESCAPE_NONE) {
        if (!rec->rendered) keep_raw(rec);
        return rec->message_raw;
    }
    if (!rec->rendered_escaped) keep_escaped(rec);
    return rec->message_escaped;
}

int record_message_add(record *rec, escape_mode escape, text *out) {
    escape = needed(rec, escape);
    bool kept = escape == ESCAPE_NONE ? rec->rendered : rec->rendered_escaped;
    if (!kept && !rec->asked && !rec->render_failed) {
        rec->asked = true;
        return render(rec, escape, out);
    }
    slice message = record_message(rec, escape);
    if (rec->render_failed) return -1;
    if (message.data == NULL) out->failed = true;
    put_slice(out, message);
    return 0;
}

/* Appends raw[0, len), escaping what lies in a span. */
static void add_spans(text *out, slice raw, const message_spans *spans) {
    size_t at = 0;
    for (size_t i = 0; i < spans->count && spans->at[i].from < raw.len; i++) {
        size_t to = spans->at[i].to < raw.len ? spans->at[i].to : raw.len;
        put(out, raw.data + at, spans->at[i].from - at);
        escape_add(out, slice_make(raw.data + spans->at[i].from, to - spans->at[i].from));
        at = to;
    }
    put(out, raw.data + at, raw.len - at);
}

int record_message_add_cut(record *rec, escape_mode escape, size_t characters, text *out) {
    if (needed(rec, escape) == ESCAPE_NONE || !is_call(rec)) {
        slice raw = record_message(rec, ESCAPE_NONE);
        if (rec->render_failed) return -1;
        if (raw.data == NULL) out->failed = true;
        put_escaped(out, utf8_prefix(raw, characters), needed(rec, escape));
        return 0;
    }
    message_spans spans = {.count = 0};
    text raw;
    text_init(&raw, 0);
    printf_render(rec->site, args_of(rec), ESCAPE_NONE, &spans, &rec->scratch->work, &raw);
    if (raw.failed) out->failed = true;
    add_spans(out, utf8_prefix(text_slice(&raw), characters), &spans);
    text_done(&raw);
    return 0;
}

slice record_escape_block(record *rec, slice s, escape_mode escape) {
    text *work = &rec->scratch->work;
    if (escape == ESCAPE_NONE || escape_clean(s) == s.len) return s;
    text_clear(work);
    escape_add_block(work, s);
    return work->failed ? SLICE_NONE : arena_copy(rec->memory, text_slice(work));
}
