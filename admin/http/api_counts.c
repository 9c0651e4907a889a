/* api_counts.c - how many records there are: by time and level (histogram), by level and by logger (facets).
 * Connection threads; each has its deadline, each answer its bound. */
#include <stdlib.h>

#include "admin/control/when.h"
#include "admin/http/endpoints.h"
#include "admin/http/record_args.h"
#include "config/name_map.h"

/* Bars of one histogram: no screen shows more. */
#define BUCKETS_MAX 1000
/* A bucket of a week at most. */
#define BUCKET_MINUTES_MAX (7 * 24 * 60)
/* Pairs of bucket and level, or of loggers: what one answer may hold in memory. */
#define CELLS_MAX 100000
#define LOGGERS_MAX 1000

typedef struct cell {
    int64_t start; /* minute that the bucket begins with; 0 in facets */
    int level;
    slice logger; /* in facets */
    int64_t count;
} cell;

typedef struct cells {
    cell *items;
    size_t count, cap;
} cells;

typedef struct counting {
    http_request *r;
    int64_t minutes; /* of a bucket */
    cells by_level;  /* and by bucket */
    cells by_logger;
    name_map loggers; /* name to its place in by_logger */
    size_t buckets;
    bool too_many, no_memory;
} counting;

static cell *add_cell(counting *c, cells *to) {
    if (to->count == CELLS_MAX) {
        c->too_many = true;
        return NULL;
    }
    if (to->count == to->cap) {
        size_t cap = to->cap == 0 ? 64 : to->cap * 2;
        cell *items = realloc(to->items, cap * sizeof *items);
        c->no_memory = items == NULL;
        if (items == NULL) return NULL;
        to->items = items;
        to->cap = cap;
    }
    to->items[to->count] = (cell){0};
    return &to->items[to->count++];
}

/* Counts come nearly in order of time: what is looked for is near the end. */
static cell *level_cell(counting *c, int64_t start, int level) {
    bool known = false;
    for (size_t i = c->by_level.count; i > 0; i--) {
        cell *at = &c->by_level.items[i - 1];
        known = known || at->start == start;
        if (at->start == start && at->level == level) return at;
    }
    if (!known && c->buckets == BUCKETS_MAX) {
        c->too_many = true;
        return NULL;
    }
    cell *made = add_cell(c, &c->by_level);
    if (made == NULL) return NULL;
    c->buckets += !known;
    made->start = start;
    made->level = level;
    return made;
}

static cell *logger_cell(counting *c, slice name) {
    uint32_t at;
    if (name_map_get(&c->loggers, 0, name, &at)) return &c->by_logger.items[at];
    slice kept = arena_copy(&c->r->memory, name);
    cell *made = add_cell(c, &c->by_logger);
    if (made == NULL) return NULL;
    made->logger = kept;
    c->no_memory =
        kept.data == NULL || name_map_put(&c->loggers, 0, kept, (uint32_t)(c->by_logger.count - 1)) != 0;
    return c->no_memory ? NULL : made;
}

static int64_t bucket_of(int64_t minute, int64_t minutes) {
    int64_t rest = minute % minutes;
    return minute - (rest < 0 ? rest + minutes : rest);
}

static int count_bucket(void *arg, const record_count *found) {
    counting *c = arg;
    cell *at = level_cell(c, bucket_of(found->minute, c->minutes), found->level);
    if (at == NULL) return 1;
    at->count += found->count;
    return 0;
}

static int count_facet(void *arg, const record_count *found) {
    counting *c = arg;
    cell *by_level = level_cell(c, 0, found->level), *by_logger = logger_cell(c, found->logger);
    if (by_level == NULL || by_logger == NULL) return 1;
    by_level->count += found->count;
    by_logger->count += found->count;
    return 0;
}

/* false: answered. */
static bool count(counting *c, http_request *r, const record_query *q, count_visitor visit,
                  bool *from_history) {
    weir_error err;
    *c = (counting){.r = r, .minutes = c->minutes};
    name_map_init(&c->loggers, &r->memory);
    if (control_counts(r->control, q, RECORDS_DEADLINE_MS, visit, c, from_history, &err) != 0)
        answer_error(r, &err);
    else if (c->no_memory)
        answer_problem(r, 500, "no memory for the counts");
    else if (c->too_many)
        answer_problem(
            r, 400,
            "more than %d buckets (or %d loggers) with records: give a later since, or larger minutes",
            BUCKETS_MAX, CELLS_MAX);
    else
        return true;
    return false;
}

static void counting_done(counting *c) {
    free(c->by_level.items);
    free(c->by_logger.items);
}

static void begin_answer(http_request *r, bool from_history) {
    answer_json(r);
    json_begin_object(&r->writer);
    json_key(&r->writer, "source");
    json_cstr(&r->writer, from_history ? "history" : "recent");
}

/* ---- histogram ---- */

static int by_time_and_level(const void *a, const void *b) {
    const cell *x = a, *y = b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return x->level < y->level ? -1 : x->level > y->level;
}

/* The cells of one bucket, which follow each other; returns how many they are. */
static size_t put_bucket(json_writer *w, const cell *first, size_t rest) {
    char when[WHEN_SIZE], buffer[32];
    size_t n = 0;
    int64_t total = 0;
    json_begin_object(w);
    json_key(w, "start");
    json_cstr(w, when_utc(first->start * QUERY_MINUTE_US, when));
    json_key(w, "levels");
    json_begin_object(w);
    for (; n < rest && first[n].start == first->start; n++) {
        json_key_slice(w, level_name(first[n].level, buffer));
        json_int(w, first[n].count);
        total += first[n].count;
    }
    json_end(w);
    json_key(w, "total");
    json_int(w, total);
    json_end(w);
    return n;
}

void endpoint_histogram(http_request *r) {
    static const char *const args[] = {"since", "until", "level", "logger", "minutes", NULL};
    record_query q;
    counting c = {0};
    uint64_t minutes;
    bool from_history;
    if (!request_only(r, args) || !record_args(r, &q) ||
        !request_number(r, "minutes", 1, BUCKET_MINUTES_MAX, 1, &minutes))
        return;
    c.minutes = (int64_t)minutes;
    if (count(&c, r, &q, count_bucket, &from_history)) {
        const cells *all = &c.by_level;
        if (all->count > 1) qsort(all->items, all->count, sizeof *all->items, by_time_and_level);
        begin_answer(r, from_history);
        json_key(&r->writer, "minutes");
        json_uint(&r->writer, minutes);
        json_key(&r->writer, "buckets");
        json_begin_array(&r->writer);
        for (size_t i = 0; i < all->count;) i += put_bucket(&r->writer, &all->items[i], all->count - i);
        json_end(&r->writer);
        json_end(&r->writer);
    }
    counting_done(&c);
}

/* ---- facets ---- */

static int by_count(const void *a, const void *b) {
    const cell *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    size_t len = x->logger.len < y->logger.len ? x->logger.len : y->logger.len;
    int order = len == 0 ? 0 : memcmp(x->logger.data, y->logger.data, len);
    return order != 0 ? order : x->logger.len < y->logger.len ? -1 : x->logger.len > y->logger.len;
}

static void put_levels(json_writer *w, const cells *all) {
    char buffer[32];
    json_key(w, "levels");
    json_begin_array(w);
    for (size_t i = 0; i < all->count; i++) {
        json_begin_object(w);
        json_key(w, "level");
        json_string(w, level_name(all->items[i].level, buffer));
        json_key(w, "levelno");
        json_int(w, all->items[i].level);
        json_key(w, "count");
        json_int(w, all->items[i].count);
        json_end(w);
    }
    json_end(w);
}

static void put_loggers(json_writer *w, const cells *all, size_t most) {
    json_key(w, "loggers");
    json_begin_array(w);
    for (size_t i = 0; i < all->count && i < most; i++) {
        json_begin_object(w);
        json_key(w, "logger");
        json_string(w, all->items[i].logger);
        json_key(w, "count");
        json_int(w, all->items[i].count);
        json_end(w);
    }
    json_end(w);
    json_key(w, "more_loggers");
    json_uint(w, all->count > most ? all->count - most : 0);
}

void endpoint_facets(http_request *r) {
    static const char *const args[] = {"since", "until", "level", "logger", "limit", NULL};
    record_query q;
    counting c = {.minutes = 1};
    uint64_t limit;
    bool from_history;
    if (!request_only(r, args) || !record_args(r, &q) ||
        !request_number(r, "limit", 1, LOGGERS_MAX, 100, &limit))
        return;
    if (count(&c, r, &q, count_facet, &from_history)) {
        if (c.by_level.count > 1) qsort(c.by_level.items, c.by_level.count, sizeof(cell), by_time_and_level);
        if (c.by_logger.count > 1) qsort(c.by_logger.items, c.by_logger.count, sizeof(cell), by_count);
        begin_answer(r, from_history);
        put_levels(&r->writer, &c.by_level);
        put_loggers(&r->writer, &c.by_logger, (size_t)limit);
        json_end(&r->writer);
    }
    counting_done(&c);
}
