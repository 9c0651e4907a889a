/* rate_filter.c - weir.RateLimitFilter and weir.DuplicateFilter: so many records of a kind in a while, the
 * rest held back and told of. Made where configurations are built, asked by the backend. */
#include <stdlib.h>

#include "filter/rate_filter.h"
#include "filter/windows.h"

typedef enum likeness { LIKE_TEMPLATE, LIKE_LOGGER, LIKE_ALL, LIKE_MESSAGE } likeness;
static const char *const likeness_words[] = {"template", "logger", "all"};

typedef struct rate_filter {
    filter base;
    likeness like;
    windows seen;
} rate_filter;

static bool pass(filter *base, record *rec) {
    rate_filter *f = (rate_filter *)base;
    slice shown = f->like == LIKE_MESSAGE ? record_message(rec, ESCAPE_NONE) : rec->template;
    uint64_t key = windows_begin(&f->seen);
    if (f->like != LIKE_ALL) key = windows_add(key, rec->name);
    if (f->like == LIKE_TEMPLATE || f->like == LIKE_MESSAGE) {
        key = windows_add(key, slice_make((const char *)&rec->level, sizeof rec->level));
        key = windows_add(key, shown);
    }
    return windows_pass(&f->seen, key, rec, shown);
}

static bool tell(filter *base, int64_t now_ns, bool all, filter_note *out) {
    return windows_tell(&((rate_filter *)base)->seen, now_ns, all, out);
}

static void release(filter *base) {
    windows_done(&((rate_filter *)base)->seen);
    free(base);
}

static int make(const filter_args *args, likeness like, uint64_t rate, int64_t length_ms, filter **out,
                weir_error *err) {
    rate_filter *f = calloc(1, sizeof *f);
    if (f == NULL || !windows_init(&f->seen, rate, length_ms)) {
        free(f);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a filter");
    }
    f->base = (filter){.kind = args->kind, .pass = pass, .tell = tell, .free = release};
    f->like = like;
    *out = &f->base;
    return 0;
}

/* ---- RateLimitFilter(rate, per='1s', by='template') ---- */

#define LENGTH_MAX_MS (24 * 3600 * 1000)

static int check_length(const char *name, int64_t ms, weir_error *err) {
    if (ms >= 1 && ms <= LENGTH_MAX_MS) return 0;
    return error_set(err, WEIR_ERR_INVALID, "%s is not between 1ms and 1d", name);
}

static int read_likeness(slice word, likeness *out, weir_error *err) {
    for (size_t i = 0; i < sizeof likeness_words / sizeof likeness_words[0]; i++) {
        if (!slice_is(word, likeness_words[i])) continue;
        *out = (likeness)i;
        return 0;
    }
    return error_set(err, WEIR_ERR_INVALID, "by '%.*s' is unknown (right are 'template', 'logger', 'all')",
                     (int)word.len, word.data);
}

static int rate_create(const filter_args *args, filter **out, weir_error *err) {
    int64_t rate = args->values[0].i64, per = args->given[1] ? args->values[1].i64 : 1000;
    likeness like = LIKE_TEMPLATE;
    if (rate < 1) return error_set(err, WEIR_ERR_INVALID, "rate is less than 1");
    if (check_length("per", per, err) != 0) return -1;
    if (args->given[2] && read_likeness(args->values[2].str, &like, err) != 0) return -1;
    return make(args, like, (uint64_t)rate, per, out, err);
}

const filter_kind rate_filter_kind = {
    .name = "weir.RateLimitFilter",
    .help = "passes so many records of a kind in a while; what is held back is told at its end, at the level "
            "that it "
            "had: \"12 similar suppressed in 1s: …\"",
    .params =
        {{"rate", PARAM_INT, PARAM_REQUIRED, "how many pass, at least 1"},
         {"per", PARAM_DURATION, PARAM_OPTIONAL, "in how long: '10s'; default '1s'"},
         {"by", PARAM_STR, PARAM_OPTIONAL,
          "what is of a kind: 'template' (default: logger, level and the message without its arguments), "
          "'logger', 'all'"}},
    .create = rate_create};

/* ---- DuplicateFilter(within='5s') ---- */

static int duplicate_create(const filter_args *args, filter **out, weir_error *err) {
    int64_t within = args->given[0] ? args->values[0].i64 : 5000;
    if (check_length("within", within, err) != 0) return -1;
    return make(args, LIKE_MESSAGE, 1, within, out, err);
}

const filter_kind duplicate_filter_kind = {
    .name = "weir.DuplicateFilter",
    .help = "passes a message of a logger and level once in a while; how often it came besides is told at "
            "its end",
    .params = {{"within", PARAM_DURATION, PARAM_OPTIONAL, "in how long: '1m'; default '5s'"}},
    .create = duplicate_create};
