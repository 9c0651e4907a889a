/* level_filter.c - weir.ContextLevelFilter: a rule that lets records through below their logger's level. Made
 * where configurations are checked and built; asked by nobody: the rule goes to the front end
 * (frontend/level_rule.h), which asks it at the call, and what got into a ring has passed. */
#include "filter/level_filter.h"

#include <stdlib.h>

#include "base/level.h"
#include "frontend/level_rule.h"

static bool pass(filter *base, record *rec) {
    (void)base, (void)rec;
    return true;
}

static void release(filter *base) {
    level_rule_drop(base->rule);
    free(base);
}

static int make(const filter_args *args, const level_rule *rule, filter **out, weir_error *err) {
    filter *f = calloc(1, sizeof *f);
    level_rule *kept = level_rule_create(rule);
    if (f == NULL || kept == NULL) {
        free(f);
        level_rule_drop(kept);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a filter");
    }
    *f = (filter){.kind = args->kind, .pass = pass, .free = release, .rule = kept};
    *out = f;
    return 0;
}

/* ---- ContextLevelFilter(field, values, level='DEBUG') ---- */

static int read_level(const value *v, int *level, weir_error *err) {
    text known;
    if (v->type == VALUE_INT && v->i64 >= 1 && v->i64 <= INT32_MAX) {
        *level = (int)v->i64;
        return 0;
    }
    if (v->type == VALUE_STR && level_from_name(v->str, level) && *level >= 1) return 0;
    text shown;
    text_init(&shown, 200);
    text_init(&known, 0);
    value_repr(v, &shown);
    level_list(&known);
    error_set(err, WEIR_ERR_INVALID, "level is %s (right is a level above 0: %s)",
              shown.failed ? "something long" : text_cstr(&shown), text_cstr(&known));
    text_done(&shown);
    text_done(&known);
    return -1;
}

/* As str() gives it; in memory of a's. */
static int read_value(const value *v, arena *a, slice *out, weir_error *err) {
    text shown;
    if (v->type == VALUE_LIST || v->type == VALUE_TUPLE || v->type == VALUE_DICT || v->type == VALUE_NONE)
        return error_set(err, WEIR_ERR_INVALID, "a value is a %s (right are strings and numbers)",
                         value_type_name(v));
    text_init(&shown, LIMIT_RULE_VALUE);
    value_print(v, &shown);
    bool fits = !shown.failed;
    *out = arena_copy(a, text_slice(&shown));
    text_done(&shown);
    if (!fits) return error_set(err, WEIR_ERR_INVALID, "a value has more than %d bytes", LIMIT_RULE_VALUE);
    return out->data != NULL ? 0 : error_set(err, WEIR_ERR_SYSTEM, "no memory for a filter");
}

static int read_values(const value *v, arena *a, level_rule *rule, weir_error *err) {
    bool several = v->type == VALUE_LIST || v->type == VALUE_TUPLE;
    const value *items = several ? v->list.items : v;
    size_t count = several ? v->list.count : 1;
    if (count == 0 || count > LIMIT_RULE_VALUES)
        return error_set(err, WEIR_ERR_INVALID, "%zu values (right are 1 to %d)", count, LIMIT_RULE_VALUES);
    slice *values = arena_alloc(a, count * sizeof *values);
    if (values == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a filter");
    for (size_t i = 0; i < count; i++)
        if (read_value(&items[i], a, &values[i], err) != 0) return -1;
    rule->values = values;
    rule->value_count = count;
    return 0;
}

static int create(const filter_args *args, filter **out, weir_error *err) {
    level_rule rule = {.field = args->values[0].str, .level = WEIR_LEVEL_DEBUG};
    arena a;
    if (rule.field.len == 0 || rule.field.len > LIMIT_RULE_VALUE)
        return error_set(err, WEIR_ERR_INVALID, "field has %zu bytes (right are 1 to %d)", rule.field.len,
                         LIMIT_RULE_VALUE);
    if (args->given[2] && args->values[2].type != VALUE_NONE &&
        read_level(&args->values[2], &rule.level, err) != 0)
        return -1;
    arena_init(&a, 0);
    int rc = read_values(&args->values[1], &a, &rule, err);
    if (rc == 0) rc = make(args, &rule, out, err);
    arena_done(&a);
    return rc;
}

const filter_kind level_filter_kind = {
    .name = "weir.ContextLevelFilter",
    .help =
        "level by context, of loggers only: lets records of the logger and of all loggers below it through "
        "although they are below their logger's level, if a field of theirs says so: a field of the call, "
        "of the thread's context or of a bound logger. It holds nothing back, and handlers' levels apply "
        "as ever",
    .params =
        {{"field", PARAM_STR, true, "the field's name"},
         {"values", PARAM_ANY, true,
          "what it is, as text: 'bob', or several: ['bob', 'eve']; '*' is any run of characters, ? one; "
          "at most 64, of 256 bytes each"},
         {"level", PARAM_ANY, false, "from which level on such records pass; default 'DEBUG'"}},
    .of_loggers = true,
    .create = create};
