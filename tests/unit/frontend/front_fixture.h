/* front_fixture.h - a front end with rings and a dictionary and no backend: a test looks at the
 * entries itself. One to a test program's process. */
#ifndef TESTS_FRONT_FIXTURE_H
#define TESTS_FRONT_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/clock.h"
#include "frontend/capture.h"
#include "record/record.h"

typedef struct front_fixture {
    run_dir dir;
    ring_set *rings;
    dictionary *names;
    process_map *process;
    record_reader *reader;
    uint32_t asleep, wake;
} front_fixture;

static inline void fixture_open_with(front_fixture *f, size_t ring_size, size_t total,
                                     overflow_policy overflow, int stall_ms) {
    memset(f, 0, sizeof *f);
    f->dir.fd = -1; /* plain memory */
    clock_setup();
    weir_error err;
    ring_limits limits = {ring_size, total};
    f->rings = ring_set_create(&f->dir, &limits, &err);
    cr_assert_not_null(f->rings);
    f->names = dictionary_create(&f->dir, &err);
    cr_assert_not_null(f->names);
    f->process = process_map_create(&f->dir, "test", &err);
    cr_assert_not_null(f->process);
    clock_table_init(&f->process->clock);
    record_source source = {.dictionary = f->names, .clock = &f->process->clock, .process = 1};
    f->reader = record_reader_create(&source, &err);
    cr_assert_not_null(f->reader);
    front_settings settings = {.rings = f->rings,
                               .dictionary = f->names,
                               .process = f->process,
                               .overflow = overflow,
                               .stall_timeout_ms = stall_ms,
                               .backend_asleep = &f->asleep,
                               .backend_wake = &f->wake};
    front_open(&settings);
}

static inline void fixture_open(front_fixture *f) {
    fixture_open_with(f, RING_DEFAULT_SIZE, RING_TOTAL_DEFAULT, OVERFLOW_ADAPTIVE, 50);
}

static inline void fixture_free(front_fixture *f) {
    record_reader_free(f->reader);
    ring_set_free(f->rings);
    dictionary_free(f->names);
    process_map_free(f->process);
}

static inline void fixture_close(front_fixture *f) {
    cr_assert(front_close(FRONT_STOPPED));
    fixture_free(f);
}

/* The next record of any ring, decoded; its room is given back at once. false: none. */
static inline bool fixture_next(front_fixture *f, record *out) {
    static _Alignas(8) char copy[RING_DEFAULT_SIZE];
    for (uint32_t i = 0; i < ring_count(f->rings); i++) {
        ring *r = ring_at(f->rings, i);
        ring_entry *e = ring_peek(r);
        if (e == NULL) continue;
        cr_assert(entry_valid(e, e->size));
        memcpy(copy, e, e->size);
        ring_advance(r, e);
        ring_release(f->rings, r);
        cr_assert_eq(record_decode(f->reader, (ring_entry *)(void *)copy, out), 0);
        return true;
    }
    return false;
}

#define cr_assert_slice(actual, expected)                                                                    \
    do {                                                                                                     \
        slice slice_actual_ = (actual);                                                                      \
        const char *slice_expected_ = (expected);                                                            \
        cr_assert(slice_is(slice_actual_, slice_expected_), "is \"%.*s\", not \"%s\"",                       \
                  (int)slice_actual_.len, slice_actual_.data, slice_expected_);                              \
    } while (0)

/* The next record's message must be that. */
#define expect_message(f, rec, expected)                                                                     \
    do {                                                                                                     \
        cr_assert(fixture_next(f, rec), "there is no record");                                               \
        cr_assert_slice(record_message(rec, ESCAPE_NONE), expected);                                         \
    } while (0)

static inline const value *fixture_field(const record *rec, const char *key) {
    for (size_t i = 0; i < rec->field_count; i++)
        if (slice_is(rec->fields[i].key, key)) return &rec->fields[i].val;
    return NULL;
}

#endif
