/* incremental.c - see incremental.h. Python's rules: handlers must exist, loggers are made and enabled, all
 * other keys are ignored. Runs on the thread that checks. */
#include "config/incremental.h"

#include "base/json.h"
#include "base/level.h"
#include "base/limits.h"
#include "base/value_dict.h"
#include "config/dict.h"

/* The pairs of a dictionary, editable, with room for more, and where each name is. */
typedef struct table {
    value_pair *pairs;
    size_t count;
    name_map index;
} table;

typedef struct merge {
    dict d;
    arena *memory;
    table handlers, loggers;
    value_pair *root; /* the pair of "root" */
    slice *named;
    bool *levels;
    size_t named_count;
} merge;

static void no_memory(merge *m) { m->d.c->no_memory = true; }

static bool table_init(merge *m, table *t, const value *from, size_t more) {
    t->pairs = check_alloc(m->d.c, (from->dict.count + more + 1) * sizeof *t->pairs);
    if (t->pairs == NULL) return false;
    if (from->dict.count > 0) memcpy(t->pairs, from->dict.pairs, from->dict.count * sizeof *t->pairs);
    t->count = from->dict.count;
    name_map_init(&t->index, m->memory);
    for (size_t i = 0; i < t->count; i++)
        if (name_map_put(&t->index, 0, t->pairs[i].key.str, (uint32_t)i) != 0) no_memory(m);
    return !m->d.c->no_memory;
}

static void set(merge *m, value *object, const char *key, value v) {
    if (!value_dict_set(m->memory, object, slice_of(key), &v)) no_memory(m);
}

static void tell(merge *m, const dict_node *n, const char *section, const char *words, slice what) {
    problems_add(m->d.c->p, n->line, section, NULL, "%s \"%s\"", words, check_show(m->d.c, what));
}

/* ---- levels ---- */

static bool is_falsy(const value *v) {
    return (v->type == VALUE_INT && v->i64 == 0) || (v->type == VALUE_STR && v->str.len == 0) ||
           (v->type == VALUE_BOOL && !v->boolean);
}

/* As _checkLevel. */
static bool read_level(merge *m, const char *section, const dict_node *object, value *out) {
    const dict_node *n = dict_get(object, "level");
    slice name;
    int level;
    if (n == NULL) return false;
    if (n->v->type == VALUE_INT && n->v->i64 >= 0 && n->v->i64 <= INT32_MAX) {
        *out = *n->v;
        return true;
    }
    if (n->v->type == VALUE_STR && dict_text(&m->d, section, n, &name)) {
        *out = value_str(name);
        if (level_from_name(name, &level)) return true;
        tell(m, n, section, "unknown level", name);
    } else if (n->v->type != VALUE_STR) {
        tell(m, n, section, "a level is a name or a number, not", slice_of(value_type_name(n->v)));
    }
    return false;
}

static bool is_object(merge *m, const dict_node *n, const char *section) {
    if (n->v->type == VALUE_DICT) return true;
    tell(m, n, section, "an object is wanted for", n->key);
    return false;
}

/* ---- handlers, loggers, root ---- */

static void take_handler(merge *m, const dict_node *n) {
    uint32_t at;
    value level;
    const dict_node *given = dict_get(n, "level");
    if (!name_map_get(&m->handlers.index, 0, n->key, &at)) {
        tell(m, n, "handlers", "No handler found with name", n->key);
        return;
    }
    if (!is_object(m, n, "handlers") || (given != NULL && is_falsy(given->v))) return;
    if (read_level(m, "handlers", n, &level)) set(m, &m->handlers.pairs[at].val, "level", level);
}

static bool truth(const value *v) {
    if (v->type == VALUE_LIST || v->type == VALUE_DICT) return v->list.count > 0;
    if (v->type == VALUE_FLOAT) return v->f64 != 0;
    return !is_falsy(v);
}

static void name_it(merge *m, slice name, bool with_level) {
    m->named[m->named_count] = name;
    m->levels[m->named_count++] = with_level;
}

static void take_root(merge *m, const dict_node *n) {
    value level;
    if (!is_object(m, n, "root")) return;
    bool given = read_level(m, "root", n, &level);
    if (given) set(m, &m->root->val, "level", level);
    name_it(m, SLICE_LITERAL("root"), given);
}

static void take_logger(merge *m, const dict_node *n) {
    uint32_t at = (uint32_t)m->loggers.count;
    value level;
    const dict_node *propagate = dict_get(n, "propagate");
    if (n->key.len == 0 || slice_is(n->key, "root")) {
        take_root(m, n);
        return;
    }
    if (!is_object(m, n, "loggers")) return;
    if (!name_map_get(&m->loggers.index, 0, n->key, &at)) {
        m->loggers.pairs[m->loggers.count++] = (value_pair){value_str(n->key), {.type = VALUE_DICT}};
        if (name_map_put(&m->loggers.index, 0, n->key, at) != 0) no_memory(m);
    }
    value *object = &m->loggers.pairs[at].val;
    bool given = read_level(m, "loggers", n, &level);
    if (given) set(m, object, "level", level);
    if (propagate != NULL) set(m, object, "propagate", value_bool(truth(propagate->v)));
    name_it(m, n->key, given);
}

/* ---- all of it ---- */

static const dict_node *group(merge *m, const char *name) {
    const dict_node *n = dict_get(&m->d.root, name);
    return n != NULL && is_object(m, n, name) ? n : NULL;
}

static value_pair *pair_of(value *all, const char *key) {
    for (size_t i = 0; i < all->dict.count; i++)
        if (slice_is(all->dict.pairs[i].key.str, key)) return (value_pair *)(uintptr_t)&all->dict.pairs[i];
    return NULL;
}

static void take_all(merge *m, value *all) {
    const dict_node *handlers = group(m, "handlers"), *loggers = group(m, "loggers"),
                    *root = dict_get(&m->d.root, "root");
    size_t most = loggers != NULL ? loggers->count : 0;
    value_pair *old_handlers = pair_of(all, "handlers"), *old_loggers = pair_of(all, "loggers");
    m->root = pair_of(all, "root");
    m->named = check_alloc(m->d.c, (most + 1) * sizeof *m->named);
    m->levels = check_alloc(m->d.c, (most + 1) * sizeof *m->levels);
    if (m->named == NULL || m->levels == NULL || !table_init(m, &m->handlers, &old_handlers->val, 0) ||
        !table_init(m, &m->loggers, &old_loggers->val, most))
        return;
    for (size_t i = 0; handlers != NULL && i < handlers->count; i++) take_handler(m, &handlers->members[i]);
    for (size_t i = 0; loggers != NULL && i < loggers->count; i++) take_logger(m, &loggers->members[i]);
    if (root != NULL) take_root(m, root);
    old_handlers->val.dict.pairs = m->handlers.pairs;
    old_loggers->val.dict.pairs = m->loggers.pairs;
    old_loggers->val.dict.count = m->loggers.count;
}

static bool is_on(const dict_node *root) {
    const dict_node *n = dict_get(root, "incremental");
    return n != NULL && truth(n->v);
}

/* false: it is none, or cannot be read; then the whole check says what is wrong. */
static bool parse(incremental *i, dict_node *root) {
    weir_error err;
    slice in = slice_make(i->read->text, i->read->text_len);
    value *v = check_alloc(&i->c, sizeof *v);
    return v != NULL && json_parse(in, LIMIT_VALUE_DEPTH, &i->read->memory, v, &err) == 0 &&
           dict_nodes(in, v, &i->read->memory, root) && is_on(root);
}

static void merge_into_base(incremental *i, const dict_node *root) {
    merge m = {.d = {.c = &i->c, .root = *root}, .memory = &i->read->memory};
    value all;
    dict_check_version(&m.d);
    if (i->base == NULL || config_plan_value(i->base, m.memory, &all) != 0) {
        no_memory(&m);
        return;
    }
    take_all(&m, &all);
    value_json(&all, &i->merged);
    if (i->merged.failed) no_memory(&m);
    i->named = m.named;
    i->levels = m.levels;
    i->named_count = m.named_count;
}

bool incremental_read(slice in, const char *file, const config_rules *rules, problems *p, incremental *out) {
    static const char word[] = "\"incremental\"";
    dict_node root;
    *out = (incremental){0};
    text_init(&out->merged, 0);
    if (memmem(in.data, in.len, word, sizeof word - 1) == NULL) return false;
    if (in.len >= 3 && memcmp(in.data, "\xef\xbb\xbf", 3) == 0) in = slice_make(in.data + 3, in.len - 3);
    out->read = check_plan_create(in, file, rules->origin);
    if (out->read == NULL) return false;
    out->c = (checker){.plan = out->read, .rules = rules, .p = p};
    if (!parse(out, &root)) {
        incremental_done(out);
        return false;
    }
    out->base = rules->current;
    if (out->base == NULL) out->base = out->own_base = config_default(NULL);
    merge_into_base(out, &root);
    if (out->c.no_memory) problems_add(p, 0, NULL, NULL, "no memory to check the configuration");
    return true;
}

void incremental_mark(const incremental *i, config_plan *plan) {
    name_map index;
    uint32_t at;
    name_map_init(&index, &plan->memory);
    plan->changes = i->base;
    for (size_t n = 0; n < plan->logger_count; n++)
        if (name_map_put(&index, 0, plan->loggers[n].qualname, (uint32_t)n) != 0) return;
    for (size_t n = 0; n < i->named_count; n++) {
        if (!name_map_get(&index, 0, i->named[n], &at)) continue;
        plan->loggers[at].enable = true;
        plan->loggers[at].level_again = plan->loggers[at].level_again || i->levels[n];
    }
}

void incremental_done(incremental *i) {
    text_done(&i->merged);
    config_plan_free(i->read);
    config_plan_free(i->own_base);
    i->read = i->own_base = NULL;
}
