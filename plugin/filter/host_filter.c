/* host_filter.c - filters whose class the host registered. Made where configurations are checked and built;
 * asked by the backend, or, where the class says so, at the call (frontend/call_hooks.h). */
#include "filter/host_filter.h"

#include <stdlib.h>

#include "record/host_class.h"

typedef struct host_filter {
    filter base;
    host_class *class;
    void *self;
} host_filter;

static int ask(host_filter *f, weir_record *view) {
    host_call call = host_call_begin(f->class);
    return host_call_end(&call, f->class->as.filter.filter(f->self, view));
}

static bool pass(filter *base, record *rec) {
    weir_record view;
    record_view_of(&view, rec, rec->asctime);
    return ask((host_filter *)base, &view) > 0;
}

/* A failure drops the record, as in Python, where it comes out of the log call as an exception. */
static int at_call(void *arg, weir_record *view) { return ask(arg, view) > 0; }

static void release(filter *base) {
    host_filter *f = (host_filter *)base;
    host_class_destroy(f->class, f->class->as.filter.destroy, f->self);
    host_class_release(f->class);
    free(f);
}

static host_class *class_of(const filter_kind *kind) {
    return host_class_find(HOST_FILTER, slice_of(kind->name));
}

static int create(const filter_args *args, filter **out, weir_error *err) {
    host_class *class = class_of(args->kind);
    host_filter *f = calloc(1, sizeof *f);
    if (f == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a filter");
    if (class == NULL || !host_class_hold(class)) {
        free(f);
        return error_set(err, WEIR_ERR_STATE, "the class %s is not registered any more", args->kind->name);
    }
    f->class = class;
    f->base = (filter){.kind = args->kind, .pass = pass, .free = release};
    const weir_filter_class *c = &class->as.filter;
    const weir_args given = {class->params, class->param_count, args->values, args->given, NULL, NULL};
    if (host_class_create(class, c->create, c->user, &given, &f->self, err) != 0) {
        host_class_release(class);
        free(f);
        return -1;
    }
    if (c->flags & WEIR_FILTER_AT_CALL) {
        f->base.at_call = at_call;
        f->base.at_call_arg = f;
    }
    *out = &f->base;
    return 0;
}

static bool is_built_in(slice name) { return filter_kind_find_own(name) != NULL; }

static bool fill_kind(host_class *c) {
    filter_kind *kind = c->kind;
    if (kind == NULL) c->kind = kind = calloc(1, sizeof *kind);
    if (kind == NULL) return false;
    *kind = (filter_kind){.name = c->name, .help = c->help, .create = create};
    memcpy(kind->params, c->params, c->param_count * sizeof *kind->params);
    return true;
}

int weir_register_filter_class(const weir_filter_class *given, weir_error *err) {
    const host_head head = {given->size, given->abi, given->flags, given->name, given->help};
    if (given->filter == NULL) return error_set(err, WEIR_ERR_INVALID, "a filter class wants `filter`");
    host_class *c = host_class_begin(HOST_FILTER, given, sizeof *given, &head, given->params, FILTER_PARAMS,
                                     is_built_in, err);
    if (c == NULL) return -1;
    if (!fill_kind(c)) {
        host_class_not(c);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a class");
    }
    host_class_there(c);
    return 0;
}

int weir_unregister_filter_class(const char *name, weir_error *err) {
    return host_class_remove(HOST_FILTER, name, err);
}

const filter_kind *host_filter_find(slice class_name) {
    const host_class *c = host_class_find(HOST_FILTER, class_name);
    return c == NULL ? NULL : c->kind;
}

const filter_kind *host_filter_at(size_t index) {
    const host_class *c = host_class_at(HOST_FILTER, index);
    return c == NULL ? NULL : c->kind;
}
