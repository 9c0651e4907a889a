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
static int create(const filter_args *args, filter **out, weir_error *err) {
    slice name = args->given[0] ? args->values[0].str : SLICE_LITERAL("");
    name_filter *f = malloc(sizeof *f + name.len);
    if (f == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a filter");
    f->base = (filter){.kind = args->kind, .pass = pass, .free = release};
    f->len = name.len;
    if (name.len > 0) memcpy(f->name, name.data, name.len);
    *out = &f->base;
    return 0;
}

const filter_kind name_filter_kind = {
    .name = "logging.Filter",
    .help = "passes the records of the logger of that name and of its children; '' passes all",
    .params = {{"name", PARAM_STR, PARAM_OPTIONAL, "a logger's name; default ''"}},
    .create = create,
};
