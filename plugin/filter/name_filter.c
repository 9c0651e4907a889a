/* name_filter.c - logging.Filter: passes the records of one logger and of its children. Made where
 * configurations are built, asked by the backend. */
#include "filter/name_filter.h"

#include <stdlib.h>

typedef struct name_filter {
    filter base;
    size_t len;
    char name[]; /* "": everything passes */
} name_filter;

/* "A.B" lets through "A.B" and "A.B.C", not "A.BB". */
static bool pass(filter *base, record *rec) {
    const name_filter *f = (const name_filter *)base;
    if (f->len == 0) return true;
    if (rec->name.len < f->len || memcmp(rec->name.data, f->name, f->len) != 0) return false;
    return rec->name.len == f->len || rec->name.data[f->len] == '.';
}

static void release(filter *base) { free(base); }

/* Filter(name='') */
static int read_name(const value *args, const value *kwargs, slice *out, weir_error *err) {
    const value *given = NULL;
    bool listed = args != NULL && (args->type == VALUE_TUPLE || args->type == VALUE_LIST);
    if (listed && args->list.count > 1)
        return error_set(err, WEIR_ERR_INVALID, "logging.Filter takes one argument, a logger's name");
    if (listed && args->list.count == 1) given = &args->list.items[0];
    if (kwargs != NULL && kwargs->type == VALUE_DICT && kwargs->dict.count > 0) {
        const value *named = value_get(kwargs, SLICE_LITERAL("name"));
        if (named == NULL || kwargs->dict.count > 1 || given != NULL)
            return error_set(err, WEIR_ERR_INVALID, "logging.Filter takes one argument, 'name'");
        given = named;
    }
    *out = SLICE_LITERAL("");
    if (given == NULL) return 0;
    if (given->type != VALUE_STR)
        return error_set(err, WEIR_ERR_INVALID, "logging.Filter: name is a string, not %s",
                         value_type_name(given));
    *out = given->str;
    return 0;
}

static int create(const value *args, const value *kwargs, filter **out, weir_error *err) {
    slice name;
    if (read_name(args, kwargs, &name, err) != 0) return -1;
    name_filter *f = malloc(sizeof *f + name.len);
    if (f == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a filter");
    f->base = (filter){.kind = &name_filter_kind, .pass = pass, .free = release};
    f->len = name.len;
    if (name.len > 0) memcpy(f->name, name.data, name.len);
    *out = &f->base;
    return 0;
}

const filter_kind name_filter_kind = {
    .name = "logging.Filter",
    .help = "passes the records of the logger of that name and of its children; '' passes all",
    .create = create,
};
