/* filters.c - weir_filter_*: Python's Filter in the hands of the host. In its threads, one call at a time in
 * one filter; loggers and handlers that run have filters of their own. */
#include "api/records.h"
#include "base/value_dict.h"

record *api_record(weir_record *r, weir_error *err) {
    value v;
    if (r == NULL) {
        api_missing("record", err);
        return NULL;
    }
    if (record_view_get(r, SLICE_LITERAL("levelno"), &v)) return r->rec;
    api_no_memory(err);
    return NULL;
}

weir_filter *weir_filter_create_name(const char *name, weir_error *err) {
    value dict = {.type = VALUE_DICT};
    const value given = value_str(slice_of(name != NULL ? name : ""));
    weir_filter *f = NULL;
    arena a;
    arena_init(&a, 0);
    if (value_dict_set(&a, &dict, SLICE_LITERAL("name"), &given))
        f = object_filter(&dict, SLICE_NONE, err);
    else
        api_no_memory(err);
    arena_done(&a);
    return f;
}

weir_filter *weir_filter_create(const char *class_name, const char *kwargs, weir_error *err) {
    static const char *const refused[] = {"class", "()", NULL};
    weir_filter *f = NULL;
    value dict;
    arena a;
    arena_init(&a, 0);
    if (object_arguments(&a, class_name, kwargs, refused, &dict, err) == 0)
        f = object_filter(&dict, SLICE_NONE, err);
    arena_done(&a);
    return f;
}

weir_filter *weir_filter_ref(weir_filter *f) {
    if (f != NULL) object_ref(&f->head);
    return f;
}

void weir_filter_free(weir_filter *f) {
    if (f != NULL) object_free(&f->head);
}

int weir_filter_filter(weir_filter *f, weir_record *r, weir_error *err) {
    if (f == NULL) return api_missing("filter", err);
    record *rec = api_record(r, err);
    if (rec == NULL) return -1;
    pthread_mutex_lock(&f->use);
    bool passes = f->made->pass(f->made, rec);
    pthread_mutex_unlock(&f->use);
    return passes ? 1 : 0;
}
