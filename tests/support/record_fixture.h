/* record_fixture.h - records for unit tests: entries built as the front end builds them, a dictionary
 * in plain memory, a reader. One fixture a test process. */
#ifndef WEIR_TESTS_RECORD_FIXTURE_H
#define WEIR_TESTS_RECORD_FIXTURE_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "queue/dictionary.h"
#include "queue/site.h"
#include "record/record.h"

/* 2023-11-14 22:13:20.123456789 UTC */
#define FIXTURE_NS INT64_C(1700000000123456789)

typedef struct record_fixture {
    run_dir dir;
    dictionary *dict;
    clock_table clock;
    record_reader *reader;
    text entry; /* the entry of rec */
    arena memory;
    record rec;
} record_fixture;

static record_fixture fixture;

__attribute__((unused)) static void fixture_init(void) {
    fixture.dir = (run_dir){.fd = -1};
    fixture.dict = dictionary_create(&fixture.dir, NULL);
    fixture.clock.count = 1;
    fixture.clock.entries[0] = (clock_entry){.stamp = 1000, .realtime = FIXTURE_NS, .ns_per_tick = 1};
    const record_source source = {.dictionary = fixture.dict,
                                  .clock = &fixture.clock,
                                  .start_ns = FIXTURE_NS - 2500000,
                                  .process = 4711,
                                  .process_name = SLICE_LITERAL("MainProcess")};
    fixture.reader = record_reader_create(&source, NULL);
    text_init(&fixture.entry, 0);
    arena_init(&fixture.memory, 0);
    cr_assert(fixture.dict != NULL && fixture.reader != NULL);
}

__attribute__((unused)) static void fixture_done(void) {
    record_reader_free(fixture.reader);
    dictionary_free(fixture.dict);
    text_done(&fixture.entry);
    arena_done(&fixture.memory);
}

static inline void fixture_pad(text *out) { text_add_repeat(out, '\0', (8 - out->len % 8) % 8); }

static inline void fixture_add_string(text *out, slice s) {
    uint32_t len = s.data == NULL ? ENTRY_NULL_STRING : (uint32_t)s.len;
    text_add(out, (const char *)&len, sizeof len);
    text_add(out, s.data, s.len);
    fixture_pad(out);
}

/* The site of a format, in the dictionary; preformatted if it cannot be captured. */
static inline uint32_t fixture_site(const char *format, const site_format *parsed) {
    static const char file[] = "/srv/app/net.io.c", function[] = "accept_one";
    text content;
    text_init(&content, 0);
    const site_content head = {.line = 42,
                               .preformatted = !parsed->capturable,
                               .arg_count = parsed->arg_count,
                               .file_len = sizeof file - 1,
                               .function_len = sizeof function - 1,
                               .format_len = (uint32_t)strlen(format)};
    text_add(&content, (const char *)&head, sizeof head);
    text_add(&content, (const char *)parsed->types, parsed->arg_count);
    text_add(&content, file, sizeof file);
    text_add(&content, function, sizeof function);
    text_add(&content, format, strlen(format) + 1);
    uint32_t id = dictionary_add(fixture.dict, DICT_SITE, content.data, content.len);
    text_done(&content);
    return id;
}

static inline void fixture_add_argument(text *out, const site_format *f, size_t i, int64_t *last_int,
                                        va_list *args) {
    int64_t i64 = 0;
    uint64_t u64 = 0;
    switch ((arg_type)f->types[i]) {
    case ARG_INT:
        *last_int = i64 = va_arg(*args, int);
        text_add(out, (const char *)&i64, 8);
        break;
    case ARG_UINT:
        u64 = va_arg(*args, unsigned);
        text_add(out, (const char *)&u64, 8);
        break;
    case ARG_LONG:
    case ARG_ULONG:
        i64 = va_arg(*args, long);
        text_add(out, (const char *)&i64, 8);
        break;
    case ARG_POINTER: {
        void *p = va_arg(*args, void *);
        text_add(out, (const char *)&p, 8);
        break;
    }
    case ARG_DOUBLE: {
        double d = va_arg(*args, double);
        text_add(out, (const char *)&d, 8);
        break;
    }
    case ARG_LONG_DOUBLE: {
        long double d = va_arg(*args, long double);
        char bytes[16] = {0};
        memcpy(bytes, &d, sizeof d);
        text_add(out, bytes, 16);
        break;
    }
    case ARG_STRING: fixture_add_string(out, slice_of(va_arg(*args, const char *))); break;
    case ARG_STRING_LIMITED: {
        const char *s = va_arg(*args, const char *);
        int64_t limit = f->limits[i] != CONV_NONE ? f->limits[i] : *last_int;
        size_t most = limit < 0 ? SIZE_MAX : (size_t)limit;
        fixture_add_string(out, s == NULL ? SLICE_NONE : slice_make(s, strnlen(s, most)));
        break;
    }
    case ARG_ERRNO:
        i64 = errno;
        text_add(out, (const char *)&i64, 8);
        break;
    }
}

/* What the entry being built has beyond its arguments. */
typedef struct fixture_extra {
    const char *logger, *thread;
    int level;
    slice fields; /* wire pairs */
    const char *exc_text;
} fixture_extra;

static inline ring_entry *fixture_begin(enum entry_kind kind) {
    text_clear(&fixture.entry);
    text_add_repeat(&fixture.entry, '\0', sizeof(ring_entry));
    ring_entry *e = (ring_entry *)(void *)fixture.entry.data;
    e->kind = (uint16_t)kind;
    return e;
}

/* Ends the entry, checks it, decodes it. */
static inline int fixture_end(enum entry_kind kind, uint32_t site, const fixture_extra *extra) {
    text *t = &fixture.entry;
    ring_entry head = {
        .kind = (uint16_t)kind, .site = site, .stamp = 1000, .id = 77, .tid = 815, .level = extra->level};
    head.args_size = (uint32_t)(t->len - sizeof head);
    head.fields_size = (uint32_t)extra->fields.len;
    text_add_slice(t, extra->fields);
    if (extra->exc_text != NULL) {
        uint32_t len = (uint32_t)strlen(extra->exc_text);
        head.flags |= ENTRY_HAS_EXC;
        text_add(t, (const char *)&len, sizeof len);
        text_add(t, extra->exc_text, len);
    }
    fixture_pad(t);
    head.size = (uint32_t)t->len;
    head.logger = dictionary_add(fixture.dict, DICT_LOGGER, extra->logger, strlen(extra->logger));
    head.thread_name = dictionary_add(fixture.dict, DICT_THREAD, extra->thread, strlen(extra->thread));
    head.check = entry_check(&head);
    memcpy(t->data, &head, sizeof head);
    cr_assert(entry_valid((const ring_entry *)(const void *)t->data, t->len));
    return record_decode(fixture.reader, (const ring_entry *)(const void *)t->data, &fixture.rec);
}

static const fixture_extra fixture_plain = {
    .logger = "app.net", .thread = "worker-1", .level = 20, .fields = {"", 0}};

static inline record *fixture_vcall(const fixture_extra *extra, const char *format, va_list args) {
    site_format parsed;
    va_list copy;
    int64_t last_int = 0;
    site_parse(slice_of(format), &parsed);
    cr_assert(parsed.capturable, "%s", format);
    fixture_begin(ENTRY_CALL);
    va_copy(copy, args);
    for (size_t i = 0; i < parsed.arg_count; i++)
        fixture_add_argument(&fixture.entry, &parsed, i, &last_int, &copy);
    va_end(copy);
    cr_assert_eq(fixture_end(ENTRY_CALL, fixture_site(format, &parsed), extra), 0, "%s", format);
    return &fixture.rec;
}

/* A captured record. */
__attribute__((unused, format(printf, 1, 2))) static record *fixture_call(const char *format, ...) {
    va_list args;
    va_start(args, format);
    record *rec = fixture_vcall(&fixture_plain, format, args);
    va_end(args);
    return rec;
}

__attribute__((unused, format(printf, 2, 3))) static record *fixture_call_with(const fixture_extra *extra,
                                                                               const char *format, ...) {
    va_list args;
    va_start(args, format);
    record *rec = fixture_vcall(extra, format, args);
    va_end(args);
    return rec;
}

/* A record whose message was formatted at the call. */
__attribute__((unused)) static record *fixture_text(const char *format, const char *message) {
    site_format parsed = {.capturable = false};
    fixture_begin(ENTRY_TEXT);
    fixture_add_string(&fixture.entry, slice_of(message));
    cr_assert_eq(fixture_end(ENTRY_TEXT, fixture_site(format, &parsed), &fixture_plain), 0);
    return &fixture.rec;
}

/* A made record, its attributes as JSON. */
__attribute__((unused)) static record *fixture_made(const char *json) {
    value attributes;
    weir_error err;
    cr_assert_eq(json_parse(slice_of(json), 16, &fixture.memory, &attributes, &err), 0, "%s: %s", json,
                 err.message);
    fixture_begin(ENTRY_MADE);
    value_encode(&attributes, &fixture.entry);
    cr_assert_eq(fixture_end(ENTRY_MADE, 0, &fixture_plain), 0, "%s", json);
    return &fixture.rec;
}

static inline void fixture_expect(slice got, const char *want) {
    cr_assert(slice_is(got, want), "got \"%.*s\", not \"%s\"", (int)got.len, got.data, want);
}

#endif
