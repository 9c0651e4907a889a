/* over.c - levels that lie over the configuration: set, ended by time, listed, taken from WEIR_LEVEL.
 * The caller holds `change`. The tree itself knows only the number (logger->over); who set it and
 * until when is kept here. */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "admin/control/when.h"

static size_t over_place(const control *c, const logger *l) {
    size_t low = 0, high = c->over_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->over[middle].logger->index < l->index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

over_level *over_find(control *c, const logger *l) {
    size_t at = over_place(c, l);
    return at < c->over_count && c->over[at].logger == l ? &c->over[at] : NULL;
}

static bool over_room(control *c) {
    if (c->over_count < c->over_cap) return true;
    size_t cap = c->over_cap == 0 ? 16 : c->over_cap * 2;
    over_level *grown = realloc(c->over, cap * sizeof *grown);
    if (grown == NULL) return false;
    c->over = grown;
    c->over_cap = cap;
    return true;
}

int over_set(control *c, logger *l, int level, int64_t for_ms, const requester *by) {
    over_level *o = over_find(c, l);
    if (o == NULL) {
        if (!over_room(c)) return -1;
        size_t at = over_place(c, l);
        memmove(&c->over[at + 1], &c->over[at], (c->over_count - at) * sizeof *c->over);
        c->over_count++;
        o = &c->over[at];
    }
    *o = (over_level){.logger = l, .level = level};
    if (for_ms > 0) {
        o->until_ns = clock_monotonic_ns() + for_ms * 1000000;
        o->until_us = clock_realtime_ns() / 1000 + for_ms * 1000;
    }
    snprintf(o->by, sizeof o->by, "%s %s", by->way, by->who);
    logger_set_over(l, level);
    return 0;
}

void over_remove(control *c, size_t index) {
    logger_set_over(c->over[index].logger, LEVEL_UNSET);
    memmove(&c->over[index], &c->over[index + 1], (c->over_count - index - 1) * sizeof *c->over);
    c->over_count--;
}

void over_list(control *c, name_list *out) {
    for (size_t i = 0; i < c->over_count; i++) {
        const over_level *o = &c->over[i];
        char buffer[32], when[WHEN_SIZE];
        slice level = level_name(o->level, buffer);
        if (o->until_ns == 0)
            name_list_addf(out, "%s %.*s until reset", o->logger->name.data, (int)level.len, level.data);
        else
            name_list_addf(out, "%s %.*s until %s", o->logger->name.data, (int)level.len, level.data,
                           when_utc(o->until_us, when));
    }
}

static void tell_end(control *c, const logger *l, int before) {
    char a[32], b[32];
    slice was = level_name(before, a), is = level_name(logger_effective_level(l), b);
    control_note(c, &(requester){"timer", "its time is over"}, "level %s %.*s -> %.*s", l->name.data,
                 (int)was.len, was.data, (int)is.len, is.data);
}

int64_t over_expire(control *c, int64_t now_ns) {
    int64_t next = 0;
    for (size_t i = c->over_count; i-- > 0;) {
        int64_t until = c->over[i].until_ns;
        if (until != 0 && until <= now_ns) {
            const logger *l = c->over[i].logger;
            int before = logger_effective_level(l);
            over_remove(c, i);
            tell_end(c, l, before);
        } else if (until != 0 && (next == 0 || until < next)) {
            next = until;
        }
    }
    return next;
}

/* "info", "db=debug", "db.*=debug": a name and all below it, since levels are inherited. */
static int over_from_word(control *c, slice word, weir_error *err) {
    const char *equals = word.len == 0 ? NULL : memchr(word.data, '=', word.len);
    slice name = equals == NULL ? SLICE_LITERAL("root") : slice_make(word.data, (size_t)(equals - word.data));
    slice level_text = equals == NULL ? word : slice_make(equals + 1, word.len - name.len - 1);
    int level;
    if (name.len > 2 && memcmp(name.data + name.len - 2, ".*", 2) == 0) name.len -= 2;
    if (slice_is(name, "*")) name = SLICE_LITERAL("root");
    if (!level_parse(level_text, &level))
        return error_set(err, WEIR_ERR_INVALID,
                         "'%.*s' is no level (DEBUG, INFO, WARNING, ERROR, CRITICAL, or a number)",
                         (int)level_text.len, level_text.data);
    if (name.len == 0 || memchr(name.data, '*', name.len) || memchr(name.data, '?', name.len))
        return error_set(err, WEIR_ERR_INVALID, "'%.*s' is no logger (a name, or a name and .*)",
                         (int)name.len, name.data);
    logger *l = logger_get(name, NULL);
    if (l == NULL || over_set(c, l, level, 0, &(requester){"start", "WEIR_LEVEL"}) != 0)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for logger '%.*s'", (int)name.len, name.data);
    return 0;
}

void over_from_environment(control *c) {
    const char *at = secure_getenv("WEIR_LEVEL");
    if (at == NULL || *at == '\0') return;
    control_note(c, &(requester){"start", "WEIR_LEVEL"}, "levels over the configuration: %.400s", at);
    while (*at != '\0') {
        size_t blank = strspn(at, ", \t");
        size_t len = strcspn(at + blank, ", \t");
        weir_error err;
        if (len > 0 && over_from_word(c, slice_make(at + blank, len), &err) != 0) {
            char line[sizeof err.message + 32];
            snprintf(line, sizeof line, "WEIR_LEVEL: %s", err.message);
            backend_log(c->core->backend, WEIR_LEVEL_WARNING, slice_of(line));
        }
        at += blank + len;
    }
}
