/* row.c - a record as it is kept and shown, in its three encodings: from the record, on the wire of a
 * chunk queue, as JSON. Runs on the reader's thread, the history's writer, the API. It opens nothing
 * and escapes nothing: a row holds what was logged. */
#include "record/row.h"

#include "base/date.h"
#include "record/scratch.h"

/* The length of a slice that is absent. */
#define WIRE_ABSENT UINT32_MAX
#define SLICE_COUNT 9

/* The wire form: this, then each slice as u32 length and its bytes. */
typedef struct row_head {
    uint32_t size; /* of all of it */
    int32_t level;
    uint64_t id;
    int64_t created_us;
    int64_t lineno;
    uint64_t thread;
    int64_t process;
} row_head;

/* ---- from a record */

static slice fields_json(record *rec) {
    if (rec->field_count == 0) return SLICE_LITERAL("{}");
    text *work = &rec->scratch->work;
    json_writer w;
    text_clear(work);
    json_writer_init(&w, work);
    json_begin_object(&w);
    for (size_t i = 0; i < rec->field_count; i++) {
        json_key_slice(&w, rec->fields[i].key);
        json_value(&w, &rec->fields[i].val);
    }
    json_end(&w);
    slice kept = work->failed ? SLICE_NONE : arena_copy(rec->memory, text_slice(work));
    return kept.data != NULL ? kept : SLICE_LITERAL("{\"weir\":\"no memory for the fields\"}");
}

static slice traces(record *rec) {
    if (rec->stack_info.data == NULL) return rec->exc_text;
    if (rec->exc_text.data == NULL) return rec->stack_info;
    text *work = &rec->scratch->work;
    text_clear(work);
    text_add_slice(work, rec->exc_text);
    text_add_char(work, '\n');
    text_add_slice(work, rec->stack_info);
    slice both = work->failed ? SLICE_NONE : arena_copy(rec->memory, text_slice(work));
    return both.data != NULL ? both : rec->exc_text;
}

void row_from_record(record *rec, row *out) {
    int64_t us = rec->created_ns / 1000 - (rec->created_ns % 1000 < 0);
    *out = (row){.id = rec->id,
                 .created_us = us,
                 .level = rec->level,
                 .level_name = rec->level_name,
                 .logger = rec->name,
                 .message = record_message(rec, ESCAPE_NONE),
                 .template = rec->template,
                 .pathname = rec->pathname,
                 .func = rec->func,
                 .lineno = rec->lineno,
                 .thread_name = rec->thread_name,
                 .process_name = rec->process_name,
                 .thread = rec->thread,
                 .process = rec->process,
                 .exc_text = traces(rec),
                 .fields = fields_json(rec)};
}

/* ---- on the wire */

static void slices_of(row *r, slice *parts[SLICE_COUNT]) {
    slice *all[SLICE_COUNT] = {&r->level_name, &r->logger,      &r->message,      &r->template, &r->pathname,
                               &r->func,       &r->thread_name, &r->process_name, &r->fields};
    memcpy(parts, all, sizeof all);
}

static size_t wire_size(slice s) { return sizeof(uint32_t) + s.len; }

static void add_slice(text *out, slice s) {
    uint32_t len = s.data == NULL ? WIRE_ABSENT : (uint32_t)s.len;
    text_add(out, (const char *)&len, sizeof len);
    text_add(out, s.data, s.len);
}

void row_encode(const row *r, text *out) {
    row copy = *r;
    slice *parts[SLICE_COUNT];
    slices_of(&copy, parts);
    size_t size = sizeof(row_head) + wire_size(r->exc_text);
    for (size_t i = 0; i < SLICE_COUNT; i++) size += wire_size(*parts[i]);
    if (size >= WIRE_ABSENT || !text_reserve(out, size)) {
        out->failed = true;
        return;
    }
    const row_head head = {(uint32_t)size, r->level, r->id, r->created_us, r->lineno, r->thread, r->process};
    text_add(out, (const char *)&head, sizeof head);
    for (size_t i = 0; i < SLICE_COUNT; i++) add_slice(out, *parts[i]);
    add_slice(out, r->exc_text);
}

static bool take_slice(slice *rest, slice *out) {
    uint32_t len;
    if (rest->len < sizeof len) return false;
    memcpy(&len, rest->data, sizeof len);
    *rest = slice_make(rest->data + sizeof len, rest->len - sizeof len);
    *out = SLICE_NONE;
    if (len == WIRE_ABSENT) return true;
    if (len > rest->len) return false;
    *out = slice_make(rest->data, len);
    *rest = slice_make(rest->data + len, rest->len - len);
    return true;
}

int row_decode(const char *data, size_t len, size_t *at, row *out) {
    row_head head;
    if (*at > len || len - *at < sizeof head) return -1;
    memcpy(&head, data + *at, sizeof head);
    if (head.size < sizeof head || head.size > len - *at) return -1;
    row r = {.id = head.id,
             .created_us = head.created_us,
             .level = head.level,
             .lineno = head.lineno,
             .thread = head.thread,
             .process = head.process};
    slice rest = slice_make(data + *at + sizeof head, head.size - sizeof head);
    slice *parts[SLICE_COUNT];
    slices_of(&r, parts);
    for (size_t i = 0; i < SLICE_COUNT; i++) {
        if (!take_slice(&rest, parts[i])) return -1;
    }
    if (!take_slice(&rest, &r.exc_text) || rest.len != 0) return -1;
    *at += head.size;
    *out = r;
    return 0;
}

/* ---- as JSON */

static void add_optional(json_writer *w, const char *key, slice s) {
    json_key(w, key);
    if (s.data == NULL) {
        json_null(w);
    } else {
        json_string(w, s);
    }
}

void row_json(const row *r, json_writer *w) {
    char id[24];
    int id_len = snprintf(id, sizeof id, "%llu", (unsigned long long)r->id);
    text when;
    text_init(&when, 0);
    date_iso_utc(&when, r->created_us);
    json_begin_object(w);
    add_optional(w, "id", slice_make(id, (size_t)id_len));
    add_optional(w, "timestamp", text_slice(&when));
    add_optional(w, "level", r->level_name);
    json_key(w, "levelno");
    json_int(w, r->level);
    add_optional(w, "logger", r->logger);
    add_optional(w, "message", r->message);
    add_optional(w, "template", r->template);
    add_optional(w, "pathname", r->pathname);
    json_key(w, "lineno");
    json_int(w, r->lineno);
    add_optional(w, "func", r->func);
    json_key(w, "thread");
    json_uint(w, r->thread);
    add_optional(w, "threadName", r->thread_name);
    json_key(w, "process");
    json_int(w, r->process);
    add_optional(w, "processName", r->process_name);
    add_optional(w, "exc", r->exc_text);
    json_key(w, "fields");
    json_raw(w, r->fields.len > 0 ? r->fields : SLICE_LITERAL("{}"));
    json_end(w);
    if (when.failed) w->out->failed = true;
    text_done(&when);
}
