/* host_formatter.c - formatters whose class the host registered: its own `format`, or Python's with the
 * methods that it overrides. Made where configurations are checked and built, used by the backend. What the
 * host's code returns may hold what arguments brought in, so it is escaped as exception text is. */
#include "format/host_formatter.h"

#include <stdlib.h>

#include "format/asctime.h"
#include "format/hooks.h"
#include "format/style.h"

typedef struct host_formatter {
    formatter base;
    host_class *class;
    void *self;
    formatter *inner; /* logging.Formatter, where `format` is not overridden */
    format_hooks hooks;
} host_formatter;

/* ---- formatting ---- */

static int failed(const host_formatter *f, weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID, "the formatter class %s failed", f->class->name);
}

int host_text_add(record *rec, slice made, escape_mode escape, text *out, weir_error *err) {
    slice shown = record_escape_block(rec, made, escape);
    if (shown.data == NULL && made.len > 0) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
    text_add_slice(out, shown);
    return out->failed ? error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatted record") : 0;
}

typedef int (*method)(void *self, const weir_record *record, weir_text *out);

static int call_method(host_formatter *f, method m, record *rec, text *out, weir_error *err) {
    weir_record view;
    weir_text to = {out, out->len};
    asctime_view(&view, rec);
    host_call call = host_call_begin(f->class);
    return host_call_end(&call, m(f->self, &view, &to)) == 0 ? 0 : failed(f, err);
}

static int hook_time(void *arg, record *rec, slice datefmt, text *out, weir_error *err) {
    host_formatter *f = arg;
    weir_record view;
    weir_text to = {out, out->len};
    record_view_of(&view, rec, rec->asctime);
    host_call call = host_call_begin(f->class);
    int rc = f->class->as.formatter.format_time(f->self, &view, datefmt.data, &to);
    return host_call_end(&call, rc) == 0 ? 0 : failed(f, err);
}

static int hook_exception(void *arg, record *rec, text *out, weir_error *err) {
    host_formatter *f = arg;
    return call_method(f, f->class->as.formatter.format_exception, rec, out, err);
}

static int hook_stack(void *arg, record *rec, text *out, weir_error *err) {
    host_formatter *f = arg;
    return call_method(f, f->class->as.formatter.format_stack, rec, out, err);
}

static int format_whole(formatter *base, record *rec, escape_mode escape, text *out, weir_error *err) {
    host_formatter *f = (host_formatter *)base;
    text made;
    text_init(&made, 0);
    int rc = call_method(f, f->class->as.formatter.format, rec, &made, err);
    if (rc == 0 && made.failed) rc = error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatted record");
    if (rc == 0) rc = host_text_add(rec, text_slice(&made), escape, out, err);
    text_done(&made);
    rec->formatted = true;
    return rc;
}

static int format_hooked(formatter *base, record *rec, escape_mode escape, text *out, weir_error *err) {
    host_formatter *f = (host_formatter *)base;
    rec->hooks = &f->hooks;
    int rc = f->inner->format(f->inner, rec, escape, out, err);
    rec->hooks = NULL;
    return rc;
}

/* ---- making ---- */

static void release(formatter *base) {
    host_formatter *f = (host_formatter *)base;
    if (f->inner != NULL) f->inner->free(f->inner);
    host_class_destroy(f->class, f->class->as.formatter.destroy, f->self);
    host_class_release(f->class);
    free(f);
}

static bool has_param(const host_class *c, slice name) {
    for (size_t i = 0; i < c->param_count; i++)
        if (slice_is(name, c->params[i].name)) return true;
    return false;
}

static int check_kwargs(const host_class *c, const value *kwargs, weir_error *err) {
    for (size_t i = 0; kwargs != NULL && i < kwargs->dict.count; i++) {
        const value *key = &kwargs->dict.pairs[i].key;
        if (key->type != VALUE_STR || !has_param(c, key->str))
            return error_set(err, WEIR_ERR_INVALID, "%s has no argument \"%.*s\"", c->name,
                             key->type == VALUE_STR ? (int)key->str.len : 0,
                             key->type == VALUE_STR ? key->str.data : "");
    }
    for (size_t i = 0; i < c->param_count; i++)
        if ((c->params[i].use & PARAM_REQUIRED) != 0 &&
            value_get(kwargs, slice_of(c->params[i].name)) == NULL)
            return error_set(err, WEIR_ERR_INVALID, "%s is missing: %s needs it (kwargs = {'%s': value})",
                             c->params[i].name, c->name, c->params[i].name);
    return 0;
}

static int make_self(host_formatter *f, const formatter_options *options, weir_error *err) {
    static const value nothing = {.type = VALUE_DICT};
    const weir_formatter_class *c = &f->class->as.formatter;
    const weir_args given = {.dict = options->kwargs != NULL ? options->kwargs : &nothing};
    return host_class_create(f->class, c->create, c->user, &given, &f->self, err);
}

static int make_inner(host_formatter *f, const formatter_options *options, weir_error *err) {
    const weir_formatter_class *c = &f->class->as.formatter;
    formatter_options python = *options;
    if (c->format != NULL) return 0;
    python.kind = &logging_formatter_kind;
    python.kwargs = NULL;
    f->hooks = (format_hooks){.time = c->format_time ? hook_time : NULL,
                              .exception = c->format_exception ? hook_exception : NULL,
                              .stack = c->format_stack ? hook_stack : NULL,
                              .arg = f};
    return logging_formatter_kind.create(&python, &f->inner, err);
}

static int create(const formatter_options *options, formatter **out, weir_error *err) {
    host_class *class =
        options->kind == NULL ? NULL : host_class_find(HOST_FORMATTER, slice_of(options->kind->name));
    host_formatter *f = calloc(1, sizeof *f);
    if (f == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
    if (class == NULL || !host_class_hold(class)) {
        free(f);
        return error_set(err, WEIR_ERR_STATE, "the formatter's class is not registered any more");
    }
    f->class = class;
    f->base = (formatter){.kind = options->kind,
                          .format = class->as.formatter.format != NULL ? format_whole : format_hooked,
                          .free = release};
    int rc = check_kwargs(class, options->kwargs, err);
    if (rc == 0) rc = make_inner(f, options, err);
    if (rc == 0 && make_self(f, options, err) == 0) {
        *out = &f->base;
        return 0;
    }
    if (f->inner != NULL) f->inner->free(f->inner);
    host_class_release(class);
    free(f);
    return -1;
}

/* ---- the class ---- */

static bool is_built_in(slice name) { return formatter_kind_find_own(name) != NULL; }

static bool fill_kind(host_class *c) {
    formatter_kind *kind = c->kind;
    if (kind == NULL) c->kind = kind = calloc(1, sizeof *kind);
    if (kind == NULL) return false;
    *kind = (formatter_kind){.name = c->name, .help = c->help, .create = create};
    return true;
}

int weir_register_formatter_class(const weir_formatter_class *given, weir_error *err) {
    const host_head head = {given->size, given->abi, given->flags, given->name, given->help};
    if (given->format == NULL && given->format_time == NULL && given->format_exception == NULL &&
        given->format_stack == NULL)
        return error_set(err, WEIR_ERR_INVALID, "a formatter class wants a method that it overrides");
    host_class *c = host_class_begin(HOST_FORMATTER, given, sizeof *given, &head, given->params,
                                     WEIR_CLASS_PARAMS_MAX, is_built_in, err);
    if (c == NULL) return -1;
    if (!fill_kind(c)) {
        host_class_not(c);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a class");
    }
    host_class_there(c);
    return 0;
}

int weir_unregister_formatter_class(const char *name, weir_error *err) {
    return host_class_remove(HOST_FORMATTER, name, err);
}

const formatter_kind *host_formatter_find(slice class_name) {
    const host_class *c = host_class_find(HOST_FORMATTER, class_name);
    return c == NULL ? NULL : c->kind;
}

const formatter_kind *host_formatter_at(size_t index) {
    const host_class *c = host_class_at(HOST_FORMATTER, index);
    return c == NULL ? NULL : c->kind;
}
