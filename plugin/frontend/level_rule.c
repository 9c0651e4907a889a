/* level_rule.c - does a rule let a call through below its logger's level? Asked in the thread of the call;
 * made and freed where configurations are. Which logger has which rules is logger_level.c's. */
#include "frontend/level_rule.h"

#include <stdlib.h>
#include <time.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/number.h"
#include "frontend/front_internal.h"
#include "frontend/wire.h"

/* How long a change waits for a thread that is inside a rule: one that is longer was stopped there, or left
 * it by longjmp. What it may read is never freed then. */
#define SETTLE_MS 2000
#define SETTLE_POLL_NS 50000

static uint32_t others_reading; /* atomic: threads without a state of their own */

/* ---- making ---- */

static slice keep(char **at, slice s) {
    char *copy = *at;
    if (s.len > 0) memcpy(copy, s.data, s.len);
    *at += s.len;
    return slice_make(copy, s.len);
}

level_rule *level_rule_create(const level_rule *from) {
    size_t size = from->field.len;
    for (size_t i = 0; i < from->value_count; i++) size += from->values[i].len;
    level_rule *made = calloc(1, sizeof *made + from->value_count * sizeof(slice) + size + 1);
    if (made == NULL) return NULL;
    slice *values = (slice *)(void *)(made + 1);
    char *bytes = (char *)(values + from->value_count);
    *made = (level_rule){keep(&bytes, from->field), values, from->value_count, from->level, 1};
    for (size_t i = 0; i < from->value_count; i++) values[i] = keep(&bytes, from->values[i]);
    return made;
}

void level_rule_drop(level_rule *rule) {
    if (rule != NULL && __atomic_sub_fetch(&rule->refs, 1, __ATOMIC_ACQ_REL) == 0) free(rule);
}

level_rules *level_rules_create(size_t most) {
    return calloc(1, sizeof(level_rules) + most * sizeof(level_rule *));
}

void level_rules_add(level_rules *list, level_rule *rule) {
    __atomic_add_fetch(&rule->refs, 1, __ATOMIC_RELAXED);
    list->at[list->count++] = rule;
}

void level_rules_free(level_rules *list) {
    for (size_t i = 0; list != NULL && i < list->count; i++) level_rule_drop(list->at[i]);
    free(list);
}

/* ---- what a field is ---- */

/* A number as str() gives it, in digits. */
static slice number_text(const weir_field *f, char digits[2 * NUMBER_SIZE]) {
    text shown = {.data = digits, .cap = 2 * NUMBER_SIZE, .limit = 2 * NUMBER_SIZE - 1};
    switch (f->type) {
    case WEIR_FIELD_BOOL: return f->value.boolean ? SLICE_LITERAL("True") : SLICE_LITERAL("False");
    case WEIR_FIELD_UINT: return slice_make(digits, number_u64(digits, f->value.u64));
    case WEIR_FIELD_DOUBLE: number_repr(&shown, f->value.f64); return text_slice(&shown);
    default: return slice_make(digits, number_i64(digits, f->value.i64));
    }
}

static bool of_call(const rule_fields *where, slice key, char digits[2 * NUMBER_SIZE], slice *out) {
    size_t count = where->field_count < LIMIT_CALL_FIELDS ? where->field_count : LIMIT_CALL_FIELDS;
    for (size_t i = count; i-- > 0;) {
        const weir_field *f = &where->fields[i];
        if (f->key == NULL || !slice_is(key, f->key)) continue;
        if (f->type != WEIR_FIELD_STR)
            *out = number_text(f, digits);
        else
            *out = f->value.str == NULL ? SLICE_LITERAL("None") : slice_of(f->value.str);
        return true;
    }
    return false;
}

/* The next string of wire pairs; false: there is none, or (in a signal handler that interrupted a change of
 * the context) no whole one. */
static bool next_string(slice in, size_t *at, slice *out) {
    uint32_t len;
    if (in.len - *at < WIRE_STRING_HEAD) return false;
    memcpy(&len, in.data + *at + 1, sizeof len);
    if (len > in.len - *at - WIRE_STRING_HEAD) return false;
    *out = slice_make(in.data + *at + WIRE_STRING_HEAD, len);
    *at += wire_string_size(len);
    return true;
}

static bool of_pairs(slice pairs, slice key, slice *out) {
    slice k, v;
    bool found = false;
    for (size_t at = 0; next_string(pairs, &at, &k) && next_string(pairs, &at, &v);) {
        if (!slice_equal(k, key)) continue;
        *out = v;
        found = true;
    }
    return found;
}

/* ---- one rule ---- */

/* A value that is longer than any thread's context is no name of a user or a request. */
static bool matches(const level_rule *rule, slice v) {
    if (v.len > LIMIT_CONTEXT) return false;
    for (size_t i = 0; i < rule->value_count; i++)
        if (glob_matches(rule->values[i], v)) return true;
    return false;
}

static bool extra_matches(const level_rule *rule, const value *v) {
    if (v->type == VALUE_STR) return matches(rule, v->str);
    text shown;
    text_init(&shown, LIMIT_CONTEXT);
    value_print(v, &shown);
    bool same = !shown.failed && matches(rule, text_slice(&shown));
    text_done(&shown);
    return same;
}

static bool passes(const level_rule *rule, const bound_logger *to, const rule_fields *where,
                   const thread_state *t) {
    char digits[2 * NUMBER_SIZE];
    slice v;
    const value *extra = where->extra != NULL ? value_get(where->extra, rule->field) : NULL;
    if (of_call(where, rule->field, digits, &v)) return matches(rule, v);
    if (extra != NULL) return extra_matches(rule, extra);
    if (t != NULL && of_pairs(slice_make(t->bound.bytes, t->bound.len), rule->field, &v))
        return matches(rule, v);
    return of_pairs(to->fields, rule->field, &v) && matches(rule, v);
}

/* ---- all of them ---- */

static bool any_passes(const bound_logger *to, int level, const rule_fields *where, const thread_state *t) {
    for (const logger *l = to->core; l != NULL; l = l->parent)
        for (int set = 0; set < RULE_SETS; set++) {
            const level_rules *list = __atomic_load_n(&l->rules[set], __ATOMIC_SEQ_CST);
            for (size_t i = 0; list != NULL && i < list->count; i++)
                if (level >= list->at[i]->level && passes(list->at[i], to, where, t)) return true;
        }
    return false;
}

bool level_rules_pass(const bound_logger *to, int level, const rule_fields *where) {
    thread_state *t = thread_own();
    if (t != NULL) {
        __atomic_store_n(&t->reading, t->reading + 1, __ATOMIC_RELAXED);
        front_compiler_barrier();
    } else {
        __atomic_fetch_add(&others_reading, 1, __ATOMIC_SEQ_CST);
    }
    bool pass = any_passes(to, level, where, t);
    if (t != NULL)
        __atomic_store_n(&t->reading, t->reading - 1, __ATOMIC_RELEASE);
    else
        __atomic_fetch_sub(&others_reading, 1, __ATOMIC_RELEASE);
    return pass;
}

int weir_is_enabled_by_rule(const weir_logger *handle, int level) {
    const rule_fields none = {0};
    return level_rules_pass(logger_of_handle(handle), level, &none);
}

/* ---- taking away ---- */

static bool wait_while(const uint32_t *word, int64_t deadline) {
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != 0) {
        if (clock_monotonic_ns() >= deadline) return false;
        nanosleep(&(struct timespec){.tv_nsec = SETTLE_POLL_NS}, NULL);
    }
    return true;
}

static bool wait_for(void *deadline, thread_state *t) {
    return wait_while(&t->reading, *(int64_t *)deadline);
}

void level_rules_settle(level_rules *gone) {
    if (gone == NULL) return;
    int64_t deadline = clock_monotonic_ns() + (int64_t)SETTLE_MS * 1000000;
    front_barrier_on_all_cpus();
    if (!thread_each(wait_for, &deadline) || !wait_while(&others_reading, deadline)) return;
    while (gone != NULL) {
        level_rules *next = gone->gone;
        level_rules_free(gone);
        gone = next;
    }
}

void level_rules_fork_child(void) { __atomic_store_n(&others_reading, 0, __ATOMIC_RELAXED); }
