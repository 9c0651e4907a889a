/* host_handler.c - handlers whose class the host registered. Without a base: the record and its text go, as
 * frames, to a writer that calls emit (sink/host_sink.c). With a base: one of Weir's kinds, of which methods
 * are overridden. Registering in any thread; specs and objects where configurations are built; methods on the
 * backend. */
#include "handler/host_handler.h"

#include <stdlib.h>

#include "format/asctime.h"
#include "format/host_formatter.h"
#include "handler/handler_kinds.h"
#include "sink/host_frame.h"

/* ---- methods ---- */

static int failed(const host_object *o, weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID, "a method of the handler class %s failed", o->class->name);
}

int host_object_text(host_object *o, host_method m, record *rec, text *out, weir_error *err) {
    weir_record view;
    weir_text to = {out, out->len};
    asctime_view(&view, rec);
    host_call call = host_call_begin(o->class);
    return host_call_end(&call, m(o->self, &view, &to)) == 0 ? 0 : failed(o, err);
}

bool host_object_number(host_object *o, host_number m, record *rec, int *out) {
    weir_record view;
    asctime_view(&view, rec);
    host_call call = host_call_begin(o->class);
    int got = host_call_end(&call, m(o->self, &view));
    if (got < 0) return false;
    *out = got;
    return true;
}

static int format_overridden(formatter *f, record *rec, escape_mode escape, text *out, weir_error *err) {
    host_object *o = (host_object *)(void *)((char *)f - offsetof(host_object, format));
    text made;
    text_init(&made, 0);
    int rc = host_object_text(o, o->as->format, rec, &made, err);
    if (rc == 0 && made.failed) rc = error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
    if (rc == 0) rc = host_text_add(rec, text_slice(&made), escape, out, err);
    text_done(&made);
    rec->formatted = true;
    return rc;
}

static bool should_flush_overridden(const handler *h, const record *rec, size_t count) {
    host_object *o = h->host;
    weir_record view;
    if (o->as->should_flush == NULL) return o->base->should_flush(h, rec, count);
    record_view_of(&view, (record *)(uintptr_t)rec, rec->asctime);
    host_call call = host_call_begin(o->class);
    return host_call_end(&call, o->as->should_flush(o->self, &view, count)) > 0;
}

/* ---- objects with a base ---- */

void host_object_set_target(const host_object *o, const char *handler_name) {
    if (o == NULL || o->as->set_target == NULL) return;
    host_call call = host_call_begin(o->class);
    o->as->set_target(o->self, handler_name);
    host_call_end(&call, 0);
}

void host_object_free(host_object *o) {
    if (o == NULL) return;
    if (o->made) host_class_destroy(o->class, o->as->destroy, o->self);
    host_class_release(o->class);
    free(o);
}

static int based_prepare(const handler_args *args, handler *h, weir_error *err) {
    host_class *class = host_class_find(HOST_HANDLER, slice_of(h->kind->name));
    host_object *o = calloc(1, sizeof *o);
    if (o == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (class == NULL || !host_class_hold(class)) {
        free(o);
        return error_set(err, WEIR_ERR_STATE, "the class %s is not registered any more", h->kind->name);
    }
    o->class = class;
    o->as = &class->as.handler;
    o->base = handler_kind_find_own(slice_of(o->as->base));
    h->host = o; /* freed with the handler from here on */
    if (o->base->prepare != NULL && o->base->prepare(args, h, err) != 0) return -1;
    const weir_args given = {h->kind->params, HANDLER_PARAMS, args->values, args->given, NULL, NULL};
    if (host_class_create(class, o->as->create, o->as->user, &given, &o->self, err) != 0) return -1;
    o->made = true;
    if (o->as->format != NULL) {
        o->format = (formatter){.format = format_overridden};
        h->formatter = &o->format;
    }
    return 0;
}

/* ---- handlers without a base ---- */

static void add_args(const handler_args *args, const kind_param *params, text *out) {
    const char *comma = "";
    text_add_char(out, '{');
    for (size_t i = 0; i < HANDLER_PARAMS && params[i].name != NULL; i++) {
        if (!args->given[i]) continue;
        text_add_cstr(out, comma);
        json_add_string(out, slice_of(params[i].name));
        text_add_char(out, ':');
        value_json(&args->values[i], out);
        comma = ",";
    }
    text_add_char(out, '}');
}

static int own_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    text json;
    text_init(&json, 0);
    text_add_cstr(&json, "{\"class\":");
    json_add_string(&json, slice_of(args->kind->name));
    text_add_cstr(&json, ",\"args\":");
    add_args(args, args->kind->params, &json);
    text_add_char(&json, '}');
    slice options = json.failed ? SLICE_NONE : arena_copy(a, text_slice(&json));
    text_done(&json);
    slice name = arena_copy(a, args->handler_name);
    if (options.data == NULL || name.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    *out = (sink_spec){.kind = SLICE_LITERAL("host"),
                       .path = name,
                       .fd = -1,
                       .mode = 'a',
                       .beneath_fd = -1,
                       .beneath_path = SLICE_LITERAL(""),
                       .options = options};
    *has_target = true;
    return 0;
}

static int own_encode(handler *h, record *rec, text *out, weir_error *err) {
    text shown, when;
    bool dated = false;
    size_t begin = out->len, frame;
    text_init(&shown, 0);
    text_init(&when, 0);
    int rc = h->formatter->format(h->formatter, rec, h->escape, &shown, err);
    if (rc == 0) rc = asctime_left(rec, &when, &dated, err);
    if (rc == 0 && (shown.failed || when.failed))
        rc = error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
    if (rc == 0) {
        frame = frame_begin(out);
        rc = host_frame_add(rec, dated ? text_slice(&when) : SLICE_NONE, text_slice(&shown),
                            SLICE_LITERAL(""), out, err);
        frame_end(out, frame);
    }
    text_done(&shown);
    text_done(&when);
    if (rc == 0) return 0;
    out->len = begin;
    return -1;
}

/* ---- the class ---- */

static bool is_built_in(slice name) { return handler_kind_find_own(name) != NULL; }

static size_t count_params(const kind_param *params) {
    size_t n = 0;
    while (n < HANDLER_PARAMS && params[n].name != NULL) n++;
    return n;
}

static int fill_based(host_class *c, handler_kind *kind, const handler_kind *base, weir_error *err) {
    size_t own = count_params(base->params);
    if (own + c->param_count > HANDLER_PARAMS)
        return error_set(err, WEIR_ERR_INVALID, "%s has %zu parameters itself: at most %zu more", base->name,
                         own, HANDLER_PARAMS - own);
    for (size_t i = 0; i < c->param_count; i++)
        for (size_t n = 0; n < own; n++)
            if (strcmp(c->params[i].name, base->params[n].name) == 0)
                return error_set(err, WEIR_ERR_INVALID, "%s has a parameter \"%s\" itself", base->name,
                                 c->params[i].name);
    *kind = *base;
    memset(kind->aliases, 0, sizeof kind->aliases);
    memcpy(kind->params + own, c->params, c->param_count * sizeof *kind->params);
    kind->prepare = based_prepare;
    if (kind->holds) kind->should_flush = should_flush_overridden;
    return 0;
}

static int fill_kind(host_class *c, weir_error *err) {
    handler_kind *kind = c->kind;
    c->as.handler.base = NULL; /* the host's string; replaced below by one that stays */
    if (kind == NULL) c->kind = kind = calloc(1, sizeof *kind);
    if (kind == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a class");
    *kind = (handler_kind){.spec = own_spec, .encode = own_encode};
    memcpy(kind->params, c->params, c->param_count * sizeof *kind->params);
    return 0;
}

static int fill(host_class *c, const handler_kind *base, weir_error *err) {
    if (fill_kind(c, err) != 0) return -1;
    handler_kind *kind = c->kind;
    if (base != NULL && fill_based(c, kind, base, err) != 0) return -1;
    if (base != NULL) c->as.handler.base = base->name;
    kind->name = c->name;
    kind->help = c->help;
    return 0;
}

int weir_register_handler_class(const weir_handler_class *given, weir_error *err) {
    const host_head head = {given->size, given->abi, given->flags, given->name, given->help};
    const handler_kind *base = given->base != NULL ? handler_kind_find_own(slice_of(given->base)) : NULL;
    if (given->base != NULL && base == NULL)
        return error_set(err, WEIR_ERR_INVALID, "base \"%s\" is no class of Weir's", given->base);
    if ((given->base == NULL) != (given->emit != NULL))
        return error_set(err, WEIR_ERR_INVALID,
                         "a handler class wants either `emit` or a base whose methods it overrides");
    host_class *c = host_class_begin(HOST_HANDLER, given, sizeof *given, &head, given->params, HANDLER_PARAMS,
                                     is_built_in, err);
    if (c == NULL) return -1;
    if (fill(c, base, err) != 0) {
        host_class_not(c);
        return -1;
    }
    host_class_there(c);
    return 0;
}

int weir_unregister_handler_class(const char *name, weir_error *err) {
    return host_class_remove(HOST_HANDLER, name, err);
}

const handler_kind *host_handler_find(slice class_name) {
    const host_class *c = host_class_find(HOST_HANDLER, class_name);
    return c == NULL ? NULL : c->kind;
}

const handler_kind *host_handler_at(size_t index) {
    const host_class *c = host_class_at(HOST_HANDLER, index);
    return c == NULL ? NULL : c->kind;
}
