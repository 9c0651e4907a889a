/* backend_fixture.h - what tests of the backend share: a whole Weir but for the front end and the
 * configuration, in a directory of its own on tmpfs. Producers write entries into real rings, handlers
 * write real files. Each Criterion test is a process. */
#ifndef WEIR_TESTS_BACKEND_FIXTURE_H
#define WEIR_TESTS_BACKEND_FIXTURE_H

#include "backend/backend.h"
#include "backend/recovery.h"
#include "base/futex.h"
#include "support/sink_fixture.h"

#define SECOND_NS 1000000000LL

typedef struct world {
    fixture f; /* directory, process, registry */
    dictionary *dict;
    ring_set *rings;
    recent *recents;
    backend *b;
    generation *retired[64]; /* in the order of their retirement */
    uint32_t retired_count;  /* atomic */
    uint32_t reaped;
} world;

static inline void world_retired(void *arg, generation *old) {
    world *w = arg;
    uint32_t at = w->retired_count;
    w->retired[at % 64] = old;
    __atomic_store_n(&w->retired_count, at + 1, __ATOMIC_RELEASE);
}

static inline void world_notice(void *arg, const char *name, int level, const char *what) {
    world *w = arg;
    fixture_notice(&w->f, name, level, what);
    if (w->b != NULL) backend_log(w->b, level, slice_of(what));
}

/* In dir (made if NULL); one service, "test". */
static inline void world_begin_in(world *w, const char *dir, size_t ring_size) {
    weir_error err;
    text why;
    memset(w, 0, sizeof *w);
    text_init(&why, 0);
    snprintf(w->f.dir, sizeof w->f.dir, "%s", dir != NULL ? dir : "/dev/shm/weir-backend-test-XXXXXX");
    if (dir == NULL) cr_assert_not_null(mkdtemp(w->f.dir));
    clock_setup();
    cr_assert_eq(run_dir_create(&w->f.run, w->f.dir, "test", &why, &err), 0, "%s", err.message);
    cr_assert(w->f.run.fd >= 0, "%s", text_cstr(&why));
    text_done(&why);
    w->f.process = process_map_create(&w->f.run, "test", &err);
    cr_assert_not_null(w->f.process, "%s", err.message);
    clock_table_init(&w->f.process->clock);
    w->dict = dictionary_create(&w->f.run, &err);
    cr_assert_not_null(w->dict, "%s", err.message);
    ring_limits limits = {.ring_size = ring_size, .total_size = RING_TOTAL_DEFAULT};
    w->rings = ring_set_create(&w->f.run, &limits, &err);
    cr_assert_not_null(w->rings, "%s", err.message);
    w->recents = recent_create(1000, 1024 * 1024, &err);
    cr_assert_not_null(w->recents, "%s", err.message);
    target_registry_settings set = {.dir = &w->f.run,
                                    .process = w->f.process,
                                    .queue_size = ring_size * CHUNK_QUEUE_FACTOR,
                                    .notice = world_notice,
                                    .arg = w};
    w->f.registry = target_registry_create(&set, &err);
    cr_assert_not_null(w->f.registry, "%s", err.message);
}

static inline void world_begin(world *w, size_t ring_size) { world_begin_in(w, NULL, ring_size); }

/* ---- generations ---- */

static inline generation *new_generation(uint64_t number) {
    generation *g = calloc(1, sizeof *g);
    g->number = number;
    g->overflow = OVERFLOW_ADAPTIVE;
    g->stall_timeout_ms = 250;
    g->handlers = calloc(16, sizeof *g->handlers);
    g->rules = calloc(16, sizeof *g->rules);
    g->filters = calloc(16, sizeof *g->filters);
    return g;
}

/* A FileHandler that prints "%(message)s"; path NULL: a NullHandler. share: whose counters it goes on with.
 */
static inline handler *add_handler(world *w, generation *g, const char *name, const char *path,
                                   handler *share) {
    handler *h = calloc(1, sizeof *h);
    snprintf(h->name, sizeof h->name, "%s", name);
    h->kind = handler_kind_find(slice_of(path != NULL ? "FileHandler" : "NullHandler"));
    h->formatter = formatter_default();
    h->terminator = SLICE_LITERAL("\n");
    if (path != NULL) {
        sink_spec spec = file_spec(fixture_path(&w->f, path));
        h->target = fixture_target(&w->f, &spec);
    }
    if (share != NULL)
        process_map_share_row(h->stats = share->stats);
    else
        h->stats = process_map_take_row(w->f.process, slice_of(name), (uint32_t)g->number);
    cr_assert_not_null(h->stats);
    g->handlers[g->handler_count++] = h;
    return h;
}

static inline logger_rule *add_rule(generation *g, const char *name, bool propagate) {
    logger_rule *rule = &g->rules[g->rule_count++];
    rule->logger = logger_get(slice_of(name), NULL);
    cr_assert_not_null(rule->logger);
    rule->handlers = calloc(8, sizeof *rule->handlers);
    rule->propagate = propagate;
    return rule;
}

static inline void attach(logger_rule *rule, handler *h) { rule->handlers[rule->handler_count++] = h; }

/* Root with one file. */
static inline generation *simple_generation(world *w, uint64_t number, const char *path) {
    generation *g = new_generation(number);
    attach(add_rule(g, "root", true), add_handler(w, g, "file", path, NULL));
    return g;
}

/* ---- life ---- */

static inline void world_create_backend(world *w, generation *first) {
    weir_error err;
    backend_settings set = {.rings = w->rings,
                            .dictionary = w->dict,
                            .process = w->f.process,
                            .targets = w->f.registry,
                            .recents = w->recents,
                            .first = first,
                            .start_ns = clock_realtime_ns(),
                            .retired = world_retired,
                            .arg = w};
    w->b = backend_create(&set, &err);
    cr_assert_not_null(w->b, "%s", err.message);
}

static inline void world_start(world *w, generation *first) {
    weir_error err;
    world_create_backend(w, first);
    cr_assert_eq(backend_start(w->b, &err), 0, "%s", err.message);
}

static inline int flush(world *w, int timeout_ms) {
    return backend_flush(w->b, clock_monotonic_ns() + (int64_t)timeout_ms * 1000000);
}

/* All but the generations that the test holds; its files stay. */
static inline void world_free(world *w) {
    backend_free(w->b);
    target_registry_free(w->f.registry);
    recent_free(w->recents);
    ring_set_free(w->rings);
    dictionary_free(w->dict);
    process_map_free(w->f.process);
    run_dir_close(&w->f.run);
}

/* As control does after each swap. */
static inline void world_reap(world *w) {
    while (w->reaped < __atomic_load_n(&w->retired_count, __ATOMIC_ACQUIRE))
        generation_free(w->retired[w->reaped++ % 64]);
}

/* Stops in the order of the library. Returns writers left behind. */
static inline size_t world_stop(world *w, int timeout_ms) {
    int64_t deadline = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    generation *last = backend_stop(w->b, deadline);
    size_t left = target_registry_stop(w->f.registry, deadline, NULL);
    world_reap(w);
    generation_free(last);
    world_free(w);
    return left;
}

static inline void world_end(world *w) {
    cr_assert_eq(world_stop(w, 5000), 0);
    fixture_clean(&w->f);
}

/* ---- producers ---- */

typedef struct producer {
    world *w;
    ring *ring;
    uint32_t logger, thread;
} producer;

static inline producer new_producer(world *w, const char *logger_name) {
    producer p = {.w = w, .ring = ring_acquire(w->rings)};
    cr_assert_not_null(p.ring);
    p.logger = dictionary_add(w->dict, DICT_LOGGER, logger_name, strlen(logger_name));
    p.thread = dictionary_add(w->dict, DICT_THREAD, "MainThread", 10);
    return p;
}

/* An entry of kind ENTRY_MADE with that message, but for its stamp. */
static inline void make_entry(text *out, const producer *p, int level, const char *message) {
    value_pair pair = {value_str(SLICE_LITERAL("msg")), value_str(slice_of(message))};
    value attributes = {.type = VALUE_DICT, .dict = {&pair, 1}};
    ring_entry head = {.kind = ENTRY_MADE, .logger = p->logger, .thread_name = p->thread, .level = level};
    text_clear(out);
    text_add(out, (const char *)&head, sizeof head);
    value_encode(&attributes, out);
    head.args_size = (uint32_t)(out->len - sizeof head);
    while (out->len % ENTRY_ALIGN != 0) text_add_char(out, '\0');
    head.size = (uint32_t)out->len;
    cr_assert(!out->failed);
    memcpy(out->data, &head, sizeof head);
}

/* As the front end: false when the ring stayed full for that long. */
static inline bool produce_within(producer *p, int level, const char *message, int timeout_ms) {
    text bytes;
    text_init(&bytes, 0);
    make_entry(&bytes, p, level, message);
    int64_t until = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    char *to;
    while ((to = ring_reserve(p->w->rings, p->ring, (uint32_t)bytes.len)) == NULL) {
        if (clock_monotonic_ns() >= until) break;
        if (__atomic_exchange_n(backend_asleep_word(p->w->b), 0, __ATOMIC_SEQ_CST) != 0)
            futex_signal(backend_wake_word(p->w->b));
        ring_wait(p->ring, 20);
    }
    if (to != NULL) {
        ring_entry *e = (ring_entry *)(void *)to;
        memcpy(to, bytes.data, bytes.len);
        e->stamp = clock_stamp();
        e->check = entry_check(e);
        ring_publish(p->ring, e->size);
    }
    text_done(&bytes);
    return to != NULL;
}

static inline void produce(producer *p, int level, const char *message) {
    cr_assert(produce_within(p, level, message, FIXTURE_PATIENCE_MS));
}

/* ---- what came out ---- */

static inline uint64_t counter(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

static inline size_t count_lines(const char *all) {
    size_t count = 0;
    for (const char *at = all; (at = strchr(at, '\n')) != NULL; at++) count++;
    return count;
}

static inline char *file_text(world *w, const char *name) {
    return read_file(fixture_path(&w->f, name), NULL);
}

/* Lines "PREFIX NUMBER": each number from 0 to count-1 once, in order; other lines are passed over.
 * Returns how many other lines there were. */
static inline size_t expect_sequence(const char *all, const char *prefix, unsigned long count) {
    unsigned long next = 0, others = 0;
    size_t len = strlen(prefix);
    for (const char *line = all; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_assert_not_null(strchr(line, '\n'), "torn line: %s", line);
        if (strncmp(line, prefix, len) != 0 || line[len] != ' ') {
            others++;
            continue;
        }
        unsigned long n = strtoul(line + len + 1, NULL, 10);
        cr_assert_eq(n, next, "%s: %lu where %lu was due", prefix, n, next);
        next++;
    }
    cr_assert_eq(next, count, "%s: %lu of %lu", prefix, next, count);
    return others;
}

#endif
