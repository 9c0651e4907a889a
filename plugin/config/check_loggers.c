/* check_loggers.c - [loggers] and its sections: level, handlers, qualname, propagate; the root first. Runs on
 * the thread that checks. Which loggers a configuration disables is decided at the swap. */
#include "base/level.h"
#include "base/limits.h"
#include "config/check.h"
#include "config/ini_text.h"

/* One handler twice in a list counts once, as Python's addHandler has it. */
static void take_handler(checker *c, plan_logger *l, uint32_t index) {
    if (c->taken[index] == c->lists) return;
    c->taken[index] = c->lists;
    l->handlers[l->handler_count++] = &c->plan->handlers[index];
}

static void read_handlers(checker *c, const ini_section *s, plan_logger *l) {
    slice in;
    int line;
    uint32_t index;
    name_list_view list;
    if (ini_get_raw(&c->ini, s, "handlers") == NULL) {
        problems_add(c->p, s->line, s->name.data, "handlers",
                     "the key is missing (leave it empty for none: handlers =)");
        return;
    }
    l->handlers = NULL;
    l->handler_count = 0;
    if (!check_value(c, s, "handlers", &in, &line) || !check_split(c, in, &list) || list.count == 0) return;
    const plan_place at = {s->name.data, "handlers", line};
    size_t most = list.count < c->plan->handler_count ? list.count : c->plan->handler_count;
    l->handlers = check_alloc(c, most * sizeof *l->handlers);
    c->lists++;
    for (size_t i = 0; i < list.count && l->handlers != NULL; i++) {
        if (!name_map_get(&c->handlers, 0, list.names[i], &index))
            check_tell_unknown(c, &at, "handler", list.names[i],
                               CHECK_ROWS(c->plan->handlers, c->plan->handler_count));
        else
            take_handler(c, l, index);
    }
}

/* Python's int(): blanks around, a sign, digits with single '_' between them. Anything but 0 is on. */
static bool parse_int(slice in, bool *nonzero) {
    in = ini_strip(in);
    size_t at = in.len > 0 && (in.data[0] == '-' || in.data[0] == '+') ? 1 : 0;
    bool digit = false;
    *nonzero = false;
    for (; at < in.len; at++) {
        char ch = in.data[at];
        if (ch == '_' && digit) {
            digit = false;
            continue;
        }
        if (ch < '0' || ch > '9') return false;
        digit = true;
        if (ch != '0') *nonzero = true;
    }
    return digit;
}

/* dictConfig leaves it as it was where it says nothing; a file means 1. */
static bool propagate_so_far(checker *c, slice qualname) {
    const config_plan *current = c->rules->current;
    uint32_t index;
    if (!c->is_dict || current == NULL) return true;
    if (c->running.memory == NULL) {
        name_map_init(&c->running, &c->plan->memory);
        for (size_t i = 0; i < current->logger_count; i++)
            if (name_map_put(&c->running, 0, current->loggers[i].qualname, (uint32_t)i) != 0)
                c->no_memory = true;
    }
    return !name_map_get(&c->running, 0, qualname, &index) || current->loggers[index].propagate;
}

static void read_propagate(checker *c, const ini_section *s, plan_logger *l) {
    slice in;
    int line;
    l->propagate = propagate_so_far(c, l->qualname);
    if (!check_value(c, s, "propagate", &in, &line)) return;
    if (!parse_int(in, &l->propagate))
        problems_add(c->p, line, s->name.data, "propagate", "\"%s\" is no integer (1: on, 0: off)",
                     check_show(c, in));
}

static void read_logger(checker *c, const ini_section *s, plan_logger *l, bool root) {
    static const char *const known[] = {"level",   "handlers", "qualname", "propagate",
                                        "filters", "channel",  "parent",   NULL};
    l->section = s->name;
    l->line = s->line;
    if (l->level_line == 0) l->level_line = s->line;
    check_keys_known(c, s, known);
    check_level(c, s, &l->level, &l->level_line);
    read_handlers(c, s, l);
    check_filter_list(c, s, true, &l->filters);
    if (!root) read_propagate(c, s, l);
}

/* The plan's row of that logger: a second section for it goes on with the first one's row, as Python's
 * getLogger returns the same logger. "" and "root" are the root. */
static plan_logger *row_of(checker *c, slice qualname) {
    uint32_t index;
    if (qualname.len == 0) qualname = SLICE_LITERAL("root");
    if (name_map_get(&c->loggers, 0, qualname, &index)) return &c->plan->loggers[index];
    plan_logger *l = &c->plan->loggers[c->plan->logger_count];
    l->qualname = check_copy(c, qualname);
    l->level = LEVEL_UNSET;
    l->propagate = true;
    if (name_map_put(&c->loggers, 0, l->qualname, (uint32_t)c->plan->logger_count) != 0) c->no_memory = true;
    c->plan->logger_count++;
    return l;
}

static void check_named(checker *c, const ini_section *s) {
    slice qualname;
    int line;
    uint32_t index;
    plan_logger unused = {0}, *l = &unused;
    if (ini_get_raw(&c->ini, s, "qualname") == NULL) {
        problems_add(c->p, s->line, s->name.data, "qualname",
                     "the key is missing (qualname = a.b, the logger's name)");
    } else if (check_value(c, s, "qualname", &qualname, &line)) {
        if (qualname.len > LIMIT_LOGGER_NAME)
            problems_add(c->p, line, s->name.data, "qualname", "the name has %zu bytes (at most %d)",
                         qualname.len, LIMIT_LOGGER_NAME);
        else {
            slice name = qualname.len ? qualname : SLICE_LITERAL("root");
            if (name_map_get(&c->loggers, 0, name, &index))
                problems_warn(c->p, line, s->name.data, "qualname",
                              "the logger %s has a section already, in line %d "
                              "(this one adds to it and replaces its handlers, as in Python)",
                              check_show(c, name), c->plan->loggers[index].line);
            l = row_of(c, qualname);
        }
    }
    read_logger(c, s, l, slice_is(l->qualname, "root"));
}

void check_loggers(checker *c) {
    name_list_view list;
    int line = 0;
    bool has_root = false;
    if (!check_keys(c, "loggers", &list, &line)) return;
    if (list.count > LIMIT_LOGGERS) {
        problems_add(c->p, line, "loggers", "keys", "%zu loggers (at most %d)", list.count, LIMIT_LOGGERS);
        return;
    }
    c->plan->loggers = check_alloc(c, (list.count + 1) * sizeof *c->plan->loggers);
    if (c->plan->loggers == NULL) return;
    c->taken = check_alloc(c, c->plan->handler_count * sizeof *c->taken);
    if (c->taken == NULL) return;
    plan_logger *root = row_of(c, SLICE_LITERAL("root"));
    for (size_t i = 0; i < list.count && !has_root; i++) has_root = slice_is(list.names[i], "root");
    if (!has_root)
        problems_add(c->p, line, "loggers", "keys", "the root logger is not listed (keys = root, …)");
    const ini_section *s =
        has_root ? check_section(c, "logger_", SLICE_LITERAL("root"), "loggers", line) : NULL;
    if (s != NULL) read_logger(c, s, root, true);
    has_root = false;
    for (size_t i = 0; i < list.count && !c->no_memory; i++) {
        bool first_root = slice_is(list.names[i], "root") && !has_root;
        has_root = has_root || first_root;
        s = first_root ? NULL : check_section(c, "logger_", list.names[i], "loggers", line);
        if (s != NULL) check_named(c, s);
    }
}

/* ---- sections that nothing names ---- */

static bool has_prefix(slice s, const char *prefix) {
    return s.len >= strlen(prefix) && memcmp(s.data, prefix, strlen(prefix)) == 0;
}

void check_leftover(checker *c) {
    static const char *const fixed[] = {"loggers", "handlers", "formatters", "filters",
                                        "weir",    "admin",    "receivers",  "DEFAULT"};
    static const char *const prefixes[] = {"logger_", "handler_", "formatter_", "filter_"};
    static const char *const lists[] = {"loggers", "handlers", "formatters", "filters"};
    uint32_t listed;
    for (size_t i = 0; i < c->ini.count; i++) {
        const ini_section *s = &c->ini.sections[i];
        suggestion near = check_near(c, s->name);
        bool known = false;
        for (size_t n = 0; n < sizeof fixed / sizeof fixed[0]; n++) {
            known = known || slice_is(s->name, fixed[n]);
            suggest_offer(&near, slice_of(fixed[n]));
        }
        if (known || name_map_get(&c->listed, 0, s->name, &listed)) continue;
        for (size_t n = 0; n < 4; n++) {
            if (!has_prefix(s->name, prefixes[n])) continue;
            known = true;
            problems_warn(c->p, s->line, s->name.data, NULL, "the section is not used (list it in [%s] keys)",
                          lists[n]);
        }
        if (!known && near.best.data != NULL)
            problems_warn(c->p, s->line, s->name.data, NULL, "unknown section, ignored (did you mean [%s]?)",
                          near.best.data);
    }
}
