/* record_view.c - the record that the host's own code sees. Runs in the thread of that code: the backend for
 * its filters and formatters, a writer for its handlers, the caller's where it makes records. It decides
 * nothing of who may change what; `changeable` says so. */
#include "record/record_view.h"

#include <errno.h>

#include "base/limits.h"
#include "record/attribute.h"
#include "record/made.h"
#include "record/value_number.h"

void record_view_of(weir_record *r, record *rec, slice asctime) {
    /* The rest is not looked at in a record that cannot be changed. */
    r->rec = rec;
    r->asctime = asctime;
    r->changeable = false;
    r->memory = rec->memory;
    r->stale = false;
}

int record_view_begin(weir_record *r, arena *memory, const record *base, int64_t start_ns) {
    *r = (weir_record){.changeable = true, .memory = memory, .stale = true, .start_ns = start_ns};
    r->base = *base;
    r->rec = &r->filled;
    scratch_init(&r->scratch);
    r->pairs = arena_alloc(memory, LIMIT_RECORD_ATTRIBUTES * sizeof *r->pairs);
    return r->pairs != NULL ? 0 : -1;
}

void record_view_done(weir_record *r) { scratch_done(&r->scratch); }

value record_view_attributes(const weir_record *r) {
    return (value){.type = VALUE_DICT, .dict = {r->pairs, r->count}};
}

static value_pair *find(const weir_record *r, slice attribute) {
    for (size_t i = 0; i < r->count; i++)
        if (slice_equal(r->pairs[i].key.str, attribute)) return &r->pairs[i];
    return NULL;
}

int record_view_set(weir_record *r, slice attribute, const value *v) {
    if (!r->changeable || attribute.len == 0) return -1;
    value copy = *v;
    bool bytes = v->type == VALUE_STR || v->type == VALUE_BIGINT;
    if (bytes && (copy.str = arena_copy(r->memory, v->str)).data == NULL) return -1;
    value_pair *pair = find(r, attribute);
    if (pair == NULL) {
        slice key = arena_copy(r->memory, attribute);
        if (key.data == NULL || r->count == LIMIT_RECORD_ATTRIBUTES) return -1;
        pair = &r->pairs[r->count++];
        pair->key = value_str(key);
    }
    pair->val = copy;
    r->stale = true;
    return 0;
}

/* In Python an attribute that is set changes no other one. */
static void keep_derived(weir_record *r) {
    if (find(r, SLICE_LITERAL("filename")) == NULL) r->filled.filename = r->base.filename;
    if (find(r, SLICE_LITERAL("module")) == NULL) r->filled.module = r->base.module;
    if (find(r, SLICE_LITERAL("msecs")) == NULL) r->filled.msecs = r->base.msecs;
    if (find(r, SLICE_LITERAL("relativeCreated")) == NULL)
        r->filled.relative_created = r->base.relative_created;
}

/* Works out what is read. A record is read by one thread at a time, so this is no change that anybody sees.
 */
static bool fill(const weir_record *constant) {
    weir_record *r = (weir_record *)(uintptr_t)constant;
    if (!r->stale) return true;
    value attributes = record_view_attributes(r);
    value *kept = arena_alloc(r->memory, sizeof *kept);
    value_pair *pairs = arena_alloc(r->memory, (r->count + 1) * sizeof *pairs);
    if (kept == NULL || pairs == NULL) return false;
    memcpy(pairs, r->pairs, r->count * sizeof *pairs); /* filled points into it */
    attributes.dict.pairs = pairs;
    *kept = attributes;
    r->filled = r->base;
    r->filled.memory = r->memory;
    r->filled.scratch = &r->scratch;
    if (find(r, SLICE_LITERAL("msg")) != NULL) r->filled.args = NULL; /* it is the whole message */
    r->stale = record_made_fill(&r->filled, kept, r->start_ns) != 0;
    if (r->filled.msg == NULL) {
        r->filled.template = r->base.template;
    } else { /* not the captured call's message any more */
        r->filled.site = NULL;
        r->filled.entry = NULL;
    }
    keep_derived(r);
    return !r->stale;
}

bool record_view_get(const weir_record *r, slice attribute, value *out) {
    if (!fill(r)) return false;
    if (slice_is(attribute, "asctime") && r->asctime.data != NULL) {
        *out = value_str(r->asctime);
        return true;
    }
    return record_attribute(r->rec, attribute, out);
}

static const char *give(slice s, size_t *length) {
    if (s.data != NULL && length != NULL) *length = s.len;
    return s.data;
}

const char *weir_record_str(const weir_record *r, const char *attribute, size_t *length) {
    int saved = errno;
    value v;
    text printed;
    slice out = SLICE_NONE;
    text_init(&printed, 0);
    if (record_view_get(r, slice_of(attribute), &v)) {
        if (v.type != VALUE_STR) value_print(&v, &printed);
        if (!printed.failed) out = arena_copy(r->memory, v.type == VALUE_STR ? v.str : text_slice(&printed));
    }
    text_done(&printed);
    errno = saved;
    return give(out, length);
}

int weir_record_int(const weir_record *r, const char *attribute, int64_t *out) {
    value v;
    if (!record_view_get(r, slice_of(attribute), &v)) return -1;
    if (v.type != VALUE_INT && v.type != VALUE_BOOL) return -1;
    *out = v.type == VALUE_INT ? v.i64 : v.boolean;
    return 0;
}

int weir_record_double(const weir_record *r, const char *attribute, double *out) {
    value v;
    if (!record_view_get(r, slice_of(attribute), &v)) return -1;
    return value_number(&v, r->memory, out) ? 0 : -1;
}

const char *weir_record_message(const weir_record *r, size_t *length) {
    return weir_record_str(r, "message", length);
}

int weir_record_set_str(weir_record *r, const char *attribute, const char *string) {
    const value v = string == NULL ? value_none() : value_str(slice_of(string));
    return record_view_set(r, slice_of(attribute), &v);
}

int weir_record_set_int(weir_record *r, const char *attribute, int64_t number) {
    const value v = value_int(number);
    return record_view_set(r, slice_of(attribute), &v);
}

int weir_record_set_double(weir_record *r, const char *attribute, double number) {
    const value v = value_float(number);
    return record_view_set(r, slice_of(attribute), &v);
}
