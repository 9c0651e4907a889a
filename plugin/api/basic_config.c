/* basic_config.c - Python's basicConfig, and the root functions that call it by themselves. Any thread of the
 * host. */
#include <stdlib.h>

#include "api/api.h"
#include "base/level.h"
#include "base/value_dict.h"
#include "base/worker.h"
#include "host/lifecycle.h"

typedef struct style_row {
    const char *mark, *format;
} style_row;
/* Python's _STYLES. */
static const style_row styles[] = {{"%", "%(levelname)s:%(name)s:%(message)s"},
                                   {"{", "{levelname}:{name}:{message}"},
                                   {"$", "${levelname}:${name}:${message}"}};

typedef struct basic {
    const weir_basic_config_options *o;
    int level; /* LEVEL_UNSET: none given */
} basic;

/* ---- what is given ---- */

static int check_conflicts(const weir_basic_config_options *o, weir_error *err) {
    if (o->has_handlers && (o->stream != NULL || o->filename != NULL))
        return error_set(err, WEIR_ERR_INVALID,
                         "'stream' or 'filename' should not be specified together with 'handlers'");
    if (!o->has_handlers && o->stream != NULL && o->filename != NULL)
        return error_set(err, WEIR_ERR_INVALID, "'stream' and 'filename' should not be specified together");
    for (size_t i = 0; o->has_handlers && i < o->handler_count; i++)
        if (o->handlers == NULL || o->handlers[i] == NULL) return api_missing("handler", err);
    return 0;
}

static const style_row *style_of(const weir_basic_config_options *o, weir_error *err) {
    const char *mark = o->style != NULL ? o->style : "%";
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++)
        if (strcmp(styles[i].mark, mark) == 0) return &styles[i];
    error_set(err, WEIR_ERR_INVALID, "Style must be one of: %%,{,$");
    return NULL;
}

static int read_level(basic *b, weir_error *err) {
    b->level = b->o->has_level ? b->o->level : LEVEL_UNSET;
    if (b->o->has_level && b->o->level < 0)
        return error_set(err, WEIR_ERR_INVALID, "level %d (0 to 2,147,483,647)", b->o->level);
    if (b->o->level_name == NULL || level_from_name(slice_of(b->o->level_name), &b->level)) return 0;
    return error_set(err, WEIR_ERR_INVALID, "Unknown level: '%s'", b->o->level_name);
}

/* ---- the handlers ---- */

static bool set(arena *a, value *dict, const char *key, const char *given) {
    const value v = value_str(slice_of(given));
    return given == NULL || value_dict_set(a, dict, slice_of(key), &v);
}

static weir_handler *make_handler(const weir_basic_config_options *o, weir_error *err) {
    bool file = o->filename != NULL && o->filename[0] != '\0';
    bool out =
        o->stream != NULL && (strcmp(o->stream, "stdout") == 0 || strcmp(o->stream, "sys.stdout") == 0);
    bool is_err =
        o->stream != NULL && (strcmp(o->stream, "stderr") == 0 || strcmp(o->stream, "sys.stderr") == 0);
    value dict = {.type = VALUE_DICT};
    arena a;
    arena_init(&a, 0);
    weir_handler *h = NULL;
    bool made = set(&a, &dict, "class", file ? "FileHandler" : "StreamHandler");
    if (file)
        made = made && set(&a, &dict, "filename", o->filename) && set(&a, &dict, "mode", o->filemode) &&
               set(&a, &dict, "encoding", o->encoding) && set(&a, &dict, "errors", o->errors);
    else
        made = made && set(&a, &dict, "stream", out ? "ext://sys.stdout" : "ext://sys.stderr");
    if (!file && o->stream != NULL && !out && !is_err)
        error_set(err, WEIR_ERR_INVALID, "a stream is \"stdout\" or \"stderr\"");
    else if (!made)
        api_no_memory(err);
    else
        h = object_handler(&dict, SLICE_NONE, err);
    arena_done(&a);
    return h;
}

static int add_one(draft *d, weir_handler *h, weir_formatter *f, weir_error *err) {
    if (h->state->formatter == NULL) {
        handler_state *s = handler_state_copy(h->state);
        if (s == NULL) return api_no_memory(err);
        object_ref(&f->head);
        s->formatter = f;
        if (draft_set_state(d, h, s, err) != 0) return -1;
        if (h->head.bound && draft_put_handler(d, h, err) != 0) return -1;
    }
    return draft_attach(d, SLICE_LITERAL("root"), h, err);
}

static int add_handlers(draft *d, const weir_basic_config_options *o, weir_formatter *f, weir_error *err) {
    if (!o->has_handlers) {
        weir_handler *h = make_handler(o, err);
        int rc = h == NULL ? -1 : add_one(d, h, f, err);
        if (h != NULL) object_free(&h->head);
        return rc;
    }
    int rc = 0;
    for (size_t i = 0; i < o->handler_count && rc == 0; i++) rc = add_one(d, o->handlers[i], f, err);
    return rc;
}

/* `force`: off, and closed. */
static int clear_root(draft *d, weir_error *err) {
    const value *list = draft_handlers_of(d, SLICE_LITERAL("root"));
    const value before = *list;
    for (size_t i = 0; i < before.list.count; i++) {
        weir_handler *h = draft_handler(d, before.list.items[i].str, err);
        if (h == NULL) return -1;
        int rc = draft_remove_handler(d, h, err);
        object_free(&h->head);
        if (rc != 0) return -1;
    }
    return 0;
}

/* ---- all of it ---- */

static int configure(draft *d, void *arg, weir_error *err) {
    basic *b = arg;
    const weir_basic_config_options *o = b->o;
    const style_row *style;
    if (o->force && clear_root(d, err) != 0) return -1;
    if (draft_handlers_of(d, SLICE_LITERAL("root"))->list.count > 0) return 0;
    if (check_conflicts(o, err) != 0 || (style = style_of(o, err)) == NULL || read_level(b, err) != 0)
        return -1;
    weir_formatter *f =
        weir_formatter_create(o->format != NULL ? o->format : style->format, o->datefmt, style->mark, err);
    if (f == NULL) return -1;
    int rc = add_handlers(d, o, f, err);
    object_free(&f->head);
    if (rc != 0 || b->level == LEVEL_UNSET) return rc;
    d->logger = logger_root();
    d->level = b->level;
    return draft_set_level(d, SLICE_LITERAL("root"), b->level, err);
}

int weir_basic_config(const weir_basic_config_options *options, weir_error *err) {
    static const weir_basic_config_options none = {0};
    basic b = {.o = options != NULL ? options : &none};
    return api_edit("weir_basic_config", configure, &b, err);
}

void weir_root_ready(void) {
    if (core_root_has_handlers() || worker_is_self() || api_in_edit()) return;
    weir_basic_config(NULL, NULL);
}
