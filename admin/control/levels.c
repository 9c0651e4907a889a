/* levels.c - levels over the configuration as they are asked for: set, reset, shown with every logger.
 * Runs on the thread that asks. */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "base/glob.h"
#include "base/utf8.h"

static void begin_change(logger *l, level_change *out) {
    *out = (level_change){.before = logger_effective_level(l)};
    snprintf(out->logger, sizeof out->logger, "%.*s", (int)l->name.len, l->name.data);
}

static void end_change(control *c, logger *l, level_change *out) {
    const over_level *o = over_find(c, l);
    out->now = logger_effective_level(l);
    out->until_us = o != NULL ? o->until_us : 0;
    dropping_list(c, l, out->now, &out->dropping);
}

static void note_change(control *c, const requester *by, const level_change *l, int64_t for_ms) {
    char a[32], b[32];
    slice was = level_name(l->before, a), is = level_name(l->now, b);
    text how;
    text_init(&how, 0);
    if (for_ms > 0)
        text_addf(&how, " for %lld.%03lld s", (long long)(for_ms / 1000), (long long)(for_ms % 1000));
    if (for_ms > 0 && for_ms % 1000 == 0) how.len -= 6, text_addf(&how, " s");
    control_note(c, by, "level %.200s %.*s -> %.*s%s", l->logger, (int)was.len, was.data, (int)is.len,
                 is.data, text_cstr(&how));
    text_done(&how);
}

static bool is_text(slice s) {
    uint32_t point;
    for (size_t at = 0, n; at < s.len; at += n)
        if ((n = utf8_decode(s.data + at, s.len - at, &point)) == 0) return false;
    return true;
}

int control_set_level(control *c, slice name, int level, int64_t for_ms, const requester *by,
                      level_change *out, weir_error *err) {
    bool created = false;
    *out = (level_change){0};
    if (name.len > LIMIT_LOGGER_NAME)
        return error_set(err, WEIR_ERR_INVALID, "a logger's name has at most %d bytes", LIMIT_LOGGER_NAME);
    if (name.len > 0 && memchr(name.data, '\0', name.len) != NULL)
        return error_set(err, WEIR_ERR_INVALID, "a logger's name holds no NUL");
    bool known = logger_find(name) != NULL; /* perhaps only as the parent of others, but it is shown */
    if (!known && !is_text(name)) return error_set(err, WEIR_ERR_INVALID, "a logger's name is valid UTF-8");
    if (level < 0) return error_set(err, WEIR_ERR_INVALID, "a level is not negative");
    if (for_ms < 0) return error_set(err, WEIR_ERR_INVALID, "a duration is not negative");
    logger *l = logger_get(name, &created);
    if (l == NULL)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for another logger, or %d exist already",
                         LIMIT_LOGGERS);
    pthread_mutex_lock(&c->change);
    begin_change(l, out);
    out->created = created && !known;
    int rc = over_set(c, l, level, for_ms, by);
    if (rc == 0) end_change(c, l, out);
    pthread_mutex_unlock(&c->change);
    if (rc != 0) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    note_change(c, by, out, for_ms);
    if (for_ms > 0) control_wake(c);
    return 0;
}

static size_t reset_all(control *c, const requester *by) {
    pthread_mutex_lock(&c->change);
    size_t count = c->over_count;
    while (c->over_count > 0) over_remove(c, c->over_count - 1);
    pthread_mutex_unlock(&c->change);
    if (count > 0) control_note(c, by, "all levels over the configuration reset: %zu", count);
    return count;
}

int control_reset_level(control *c, slice name, const requester *by, size_t *count, level_change *out,
                        weir_error *err) {
    *out = (level_change){0};
    if (name.data == NULL) {
        *count = reset_all(c, by);
        return 0;
    }
    logger *l = logger_find(name);
    if (l == NULL)
        return error_set(err, WEIR_ERR_INVALID, "there is no logger '%.*s'", (int)name.len, name.data);
    pthread_mutex_lock(&c->change);
    begin_change(l, out);
    const over_level *o = over_find(c, l);
    *count = o != NULL ? 1 : 0;
    if (o != NULL) over_remove(c, (size_t)(o - c->over));
    end_change(c, l, out);
    pthread_mutex_unlock(&c->change);
    if (*count > 0) note_change(c, by, out, 0);
    return 0;
}

/* ---- all loggers ---- */

static int by_name(const void *a, const void *b) {
    const logger *x = *(logger *const *)a, *y = *(logger *const *)b;
    if (x->index == 0 || y->index == 0) return x->index == y->index ? 0 : x->index == 0 ? -1 : 1;
    size_t shorter = x->name.len < y->name.len ? x->name.len : y->name.len;
    int order = memcmp(x->name.data, y->name.data, shorter);
    return order != 0 ? order : x->name.len < y->name.len ? -1 : x->name.len > y->name.len;
}

/* Lists as slices, reused for each logger. */
typedef struct view_lists {
    name_list dropping;
    slice *handlers, *lines;
    size_t handlers_cap, lines_cap;
    rule_list rules;
} view_lists;

static void done_lists(view_lists *lists) {
    name_list_done(&lists->dropping);
    free(lists->handlers);
    free(lists->lines);
    free(lists->rules.list);
}

static slice *room_for(slice **list, size_t *cap, size_t count) {
    if (count > *cap) {
        slice *grown = realloc(*list, count * 2 * sizeof **list);
        if (grown == NULL) return NULL;
        *list = grown;
        *cap = count * 2;
    }
    return *list;
}

static void show_lists(control *c, logger *l, view_lists *lists, logger_view *v) {
    const logger_rule *rule = rules_find(c, l);
    v->propagate = rule == NULL || rule->propagate;
    size_t handlers = rule != NULL ? rule->handler_count : 0;
    if (handlers > 0 && room_for(&lists->handlers, &lists->handlers_cap, handlers) != NULL) {
        for (size_t i = 0; i < handlers; i++) lists->handlers[i] = slice_of(rule->handlers[i]->name);
        v->handler_count = handlers;
    }
    name_list_done(&lists->dropping);
    dropping_list(c, l, v->effective, &lists->dropping);
    size_t count = lists->dropping.count;
    if (count > 0 && room_for(&lists->lines, &lists->lines_cap, count) != NULL) {
        for (size_t i = 0; i < count; i++) lists->lines[i] = slice_of(lists->dropping.names[i]);
        v->dropping_count = count;
    }
    by_context_list(l, &lists->rules);
    v->rules = lists->rules.list;
    v->rule_count = lists->rules.count;
    v->handlers = lists->handlers;
    v->dropping = lists->lines;
}

static void show(control *c, logger *l, view_lists *lists, void (*each)(void *, const logger_view *),
                 void *arg) {
    const over_level *o = over_find(c, l);
    logger_view v = {.name = l->name,
                     .level = __atomic_load_n(&l->level, __ATOMIC_RELAXED),
                     .over = o != NULL ? o->level : LEVEL_UNSET,
                     .over_until_us = o != NULL ? o->until_us : 0,
                     .over_by = o != NULL ? slice_of(o->by) : SLICE_NONE,
                     .effective = logger_effective_level(l),
                     .disabled = __atomic_load_n(&l->disabled, __ATOMIC_RELAXED)};
    show_lists(c, l, lists, &v);
    each(arg, &v);
}

/* A name without wildcard means it and all below it. */
static bool wanted(slice glob, const logger *l) {
    if (glob.len == 0) return true;
    if (glob_matches(glob, l->name)) return true;
    bool plain = memchr(glob.data, '*', glob.len) == NULL && memchr(glob.data, '?', glob.len) == NULL;
    return plain && l->name.len > glob.len && memcmp(l->name.data, glob.data, glob.len) == 0 &&
           l->name.data[glob.len] == '.';
}

void control_loggers(control *c, slice glob, void (*each)(void *arg, const logger_view *v), void *arg) {
    uint32_t all = logger_count();
    logger **list = malloc((all + 1) * sizeof *list);
    view_lists lists = {0};
    size_t count = 0;
    for (uint32_t i = 0; i < all && list != NULL; i++) {
        logger *l = logger_at(i);
        if (l != NULL && wanted(glob, l)) list[count++] = l;
    }
    if (list != NULL) qsort(list, count, sizeof *list, by_name);
    pthread_mutex_lock(&c->change);
    for (size_t i = 0; i < count; i++) show(c, list[i], &lists, each, arg);
    pthread_mutex_unlock(&c->change);
    done_lists(&lists);
    free(list);
}

void control_logger(control *c, slice name, void (*each)(void *arg, const logger_view *v), void *arg) {
    view_lists lists = {0};
    logger *l = logger_find(name);
    if (l == NULL) return;
    pthread_mutex_lock(&c->change);
    show(c, l, &lists, each, arg);
    pthread_mutex_unlock(&c->change);
    done_lists(&lists);
}
