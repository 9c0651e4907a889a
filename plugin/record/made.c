/* made.c - fills a record from given attributes: `weir log --jsonl`, receivers, weir_vlog. Runs on
 * the reader's thread. Attributes of a type that Python's own records never have (`lineno` as a
 * string) are not converted: they stay in `given` and print as Python prints them. */
#include "record/made.h"

#include <math.h>
#include <stdlib.h>

#include "record/attribute.h"
#include "record/site_cache.h"

#define UNKNOWN_MODULE SLICE_LITERAL("Unknown module")
/* The years that an int64 of nanoseconds can name: beyond, only `created` tells the time. */
#define CREATED_MAX 9.2e9
/* Seconds that an int64 holds. */
#define SECOND_MAX 9.2e18

/* What was given; filename, module, msecs, relativeCreated then are not derived. */
typedef struct given_set {
    bool has[ATTR_OTHER];
    bool odd;
    const value *extra;
    size_t others;
} given_set;

static bool take_str(const value *v, slice *slot) {
    if (v->type != VALUE_STR) return false;
    *slot = v->str;
    return true;
}

static bool take_i64(const value *v, int64_t *slot) {
    if (v->type != VALUE_INT) return false;
    *slot = v->i64;
    return true;
}

static bool take_optional(const value *v, slice *slot) {
    if (v->type == VALUE_NONE) {
        *slot = SLICE_NONE;
        return true;
    }
    return take_str(v, slot);
}

static bool take_level(const value *v, int *slot) {
    if (v->type != VALUE_INT || v->i64 < INT32_MIN || v->i64 > INT32_MAX) return false;
    *slot = (int)v->i64;
    return true;
}

static bool take_thread(const value *v, uint64_t *slot) {
    if (v->type != VALUE_INT || v->i64 < 0) return false;
    *slot = (uint64_t)v->i64;
    return true;
}

static bool take_number(const value *v, double *slot) {
    switch (v->type) {
    case VALUE_FLOAT: *slot = v->f64; return true;
    case VALUE_INT: *slot = (double)v->i64; return true;
    case VALUE_BOOL: *slot = v->boolean; return true;
    case VALUE_BIGINT: *slot = v->str.data[0] == '-' ? -HUGE_VAL : HUGE_VAL; return true;
    default: return false;
    }
}

/* A float only: an int given as msecs prints as an int. */
static bool take_float(const value *v, double *slot) {
    return take_number(v, slot) && v->type == VALUE_FLOAT;
}

static bool take_msg(record *rec, const value *v) {
    rec->msg = v;
    return true;
}

/* Python's LogRecord: one argument that is a mapping with something in it is the mapping. */
static bool take_args(record *rec, const value *v) {
    rec->args = v;
    bool is_list = v->type == VALUE_LIST || v->type == VALUE_TUPLE;
    if (v->type == VALUE_NONE || (is_list && v->list.count == 0) ||
        (v->type == VALUE_DICT && v->dict.count == 0))
        rec->args = NULL;
    if (is_list && v->list.count == 1) {
        const value *only = &v->list.items[0];
        if (only->type == VALUE_DICT && only->dict.count > 0) rec->args = only;
    }
    if (rec->args == NULL || rec->args->type != VALUE_LIST) return true;
    value *tuple = arena_alloc(rec->memory, sizeof *tuple);
    if (tuple == NULL) return false;
    *tuple = *rec->args;
    tuple->type = VALUE_TUPLE;
    rec->args = tuple;
    return true;
}

/* true: taken into its place; false: of an unusual type. */
static bool take(record *rec, record_attr attr, const value *v) {
    switch (attr) {
    case ATTR_NAME: return take_str(v, &rec->name);
    case ATTR_LEVELNAME: return take_str(v, &rec->level_name);
    case ATTR_LEVELNO: return take_level(v, &rec->level);
    case ATTR_PATHNAME: return take_str(v, &rec->pathname);
    case ATTR_FILENAME: return take_str(v, &rec->filename);
    case ATTR_MODULE: return take_str(v, &rec->module);
    case ATTR_EXC_INFO: return v->type == VALUE_NONE;
    case ATTR_EXC_TEXT: return take_optional(v, &rec->exc_text);
    case ATTR_STACK_INFO: return take_optional(v, &rec->stack_info);
    case ATTR_LINENO: return take_i64(v, &rec->lineno);
    case ATTR_FUNC_NAME: return take_str(v, &rec->func);
    case ATTR_CREATED: return take_number(v, &rec->created);
    case ATTR_MSECS: return take_float(v, &rec->msecs);
    case ATTR_RELATIVE_CREATED: return take_float(v, &rec->relative_created);
    case ATTR_THREAD: return take_thread(v, &rec->thread);
    case ATTR_THREAD_NAME: return take_str(v, &rec->thread_name);
    case ATTR_PROCESS_NAME: return take_str(v, &rec->process_name);
    case ATTR_PROCESS: return take_i64(v, &rec->process);
    default: return true; /* message and asctime are worked out, whatever is given */
    }
}

static record_attr find(slice key) { return slice_is(key, "func") ? ATTR_FUNC_NAME : record_attr_find(key); }

/* Keys of an operation of `weir log --jsonl` that are no attributes. */
static bool is_operation_key(slice key) { return slice_is(key, "logger") || slice_is(key, "level"); }

static bool read_given(record *rec, const value *attributes, given_set *set) {
    for (size_t i = 0; i < attributes->dict.count; i++) {
        const value_pair *pair = &attributes->dict.pairs[i];
        if (pair->key.type != VALUE_STR) continue;
        record_attr attr = find(pair->key.str);
        if (attr == ATTR_MSG || attr == ATTR_ARGS) {
            if (!(attr == ATTR_MSG ? take_msg(rec, &pair->val) : take_args(rec, &pair->val))) return false;
        } else if (attr != ATTR_OTHER) {
            set->has[attr] = true;
            if (!take(rec, attr, &pair->val)) set->odd = true;
        } else if (slice_is(pair->key.str, "extra") && pair->val.type == VALUE_DICT) {
            set->extra = &pair->val;
        } else if (!is_operation_key(pair->key.str)) {
            set->others++;
        }
    }
    return true;
}

/* Fields under construction; keys within one dict are different already. */
typedef struct field_list {
    record_field *list;
    size_t count;
    size_t before; /* those that came before the present dict: its keys shadow theirs */
} field_list;

static void add_extra(field_list *f, const value_pair *pair) {
    for (size_t i = 0; i < f->before; i++) {
        if (!slice_equal(f->list[i].key, pair->key.str)) continue;
        f->list[i].val = pair->val;
        return;
    }
    f->list[f->count++] = (record_field){pair->key.str, pair->val};
}

/* The entry's fields (logger's, thread's), then unknown attributes, then what `extra` holds. */
static bool read_extras(record *rec, const value *attributes, const given_set *set) {
    size_t extras = set->extra == NULL ? 0 : set->extra->dict.count;
    if (set->others + extras == 0) return true;
    field_list f = {.count = rec->field_count, .before = rec->field_count};
    f.list = arena_alloc(rec->memory, (f.count + set->others + extras) * sizeof *f.list);
    if (f.list == NULL) return false;
    if (f.count > 0) memcpy(f.list, rec->fields, f.count * sizeof *f.list);
    for (size_t i = 0; i < attributes->dict.count && set->others > 0; i++) {
        const value_pair *pair = &attributes->dict.pairs[i];
        if (pair->key.type != VALUE_STR || &pair->val == set->extra) continue;
        if (find(pair->key.str) == ATTR_OTHER && !is_operation_key(pair->key.str)) add_extra(&f, pair);
    }
    f.before = f.count;
    for (size_t i = 0; i < extras; i++) {
        const value_pair *pair = &set->extra->dict.pairs[i];
        if (pair->key.type == VALUE_STR) add_extra(&f, pair);
    }
    rec->fields = f.list;
    rec->field_count = f.count;
    return true;
}

double record_msecs(double created) {
    double whole = trunc(created);
    return trunc((created - whole) * 1000) + 0.0;
}

static void derive_time(record *rec, const given_set *set, int64_t start_ns) {
    if (set->has[ATTR_CREATED]) {
        bool nameable = rec->created > -CREATED_MAX && rec->created < CREATED_MAX;
        double nearest = rec->created > 0 ? CREATED_MAX : -CREATED_MAX;
        double micros = nearbyint((nameable ? rec->created : nearest) * 1e6);
        rec->created_ns = (int64_t)micros * 1000;
        rec->second = rec->created >= SECOND_MAX   ? INT64_MAX
                      : rec->created > -SECOND_MAX ? (int64_t)floor(rec->created)
                                                   : INT64_MIN;
        if (!set->has[ATTR_MSECS]) rec->msecs = record_msecs(rec->created);
        if (!set->has[ATTR_RELATIVE_CREATED])
            rec->relative_created = (rec->created - (double)start_ns / 1e9) * 1000;
    }
}

static bool print_value(record *rec, const value *v, slice *out) {
    if (v == NULL || v->type == VALUE_STR) {
        *out = v == NULL ? SLICE_LITERAL("") : v->str;
        return true;
    }
    text printed;
    text_init(&printed, 0);
    value_print(v, &printed);
    *out = printed.failed ? SLICE_NONE : arena_copy(rec->memory, text_slice(&printed));
    text_done(&printed);
    return out->data != NULL;
}

static bool derive_names(record *rec, const value *attributes, const given_set *set) {
    if (set->has[ATTR_PATHNAME]) {
        const value *path = value_get(attributes, SLICE_LITERAL("pathname"));
        bool is_path = path->type == VALUE_STR;
        if (!set->has[ATTR_FILENAME] && is_path) rec->filename = path_filename(rec->pathname);
        if (!set->has[ATTR_FILENAME] && !is_path && !print_value(rec, path, &rec->filename)) return false;
        if (!set->has[ATTR_MODULE])
            rec->module = is_path ? path_module(path_filename(rec->pathname)) : UNKNOWN_MODULE;
    }
    return print_value(rec, rec->msg, &rec->template);
}

int record_made_fill(record *rec, const value *attributes, int64_t start_ns) {
    given_set set = {.odd = false};
    if (attributes->type != VALUE_DICT || !read_given(rec, attributes, &set)) return -1;
    if (!read_extras(rec, attributes, &set)) return -1;
    if (set.odd) rec->given = attributes;
    derive_time(rec, &set, start_ns);
    return derive_names(rec, attributes, &set) ? 0 : -1;
}
