/* filter.h - lets a record through or not. One kind a file, one row each in filter_kinds. Backend. */
#ifndef WEIR_FILTER_FILTER_H
#define WEIR_FILTER_FILTER_H

#include "base/error.h"
#include "record/record.h"

typedef struct filter filter;
typedef struct filter_kind {
    const char *name; /* "logging.Filter" */
    const char *help;
    int (*create)(const value *args, const value *kwargs, filter **out, weir_error *err);
} filter_kind;
struct filter {
    const filter_kind *kind;
    bool (*pass)(filter *f, record *rec);
    void (*free)(filter *f);
};
const filter_kind *filter_kind_find(slice name);
const filter_kind *filter_kind_at(size_t index);

#endif
