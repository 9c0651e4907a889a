/* check_formatters.c - [formatters] and its sections. format, datefmt and style are read raw, as Python reads
 * them; a formatter is made once, to see that it can be, and freed. Runs on the thread that checks. */
#include "config/check.h"
#include "config/literal.h"

static const char *formatter_name(size_t i) {
    const formatter_kind *kind = formatter_kind_at(i);
    return kind != NULL ? kind->name : NULL;
}

/* An empty class is Python's default, as a missing one is. */
static void read_class(checker *c, const ini_section *s, plan_formatter *f) {
    slice name = SLICE_NONE;
    int line = s->line;
    check_value(c, s, "class", &name, &line);
    if (name.len == 0) name = SLICE_LITERAL("logging.Formatter");
    f->options.kind = f->kind = formatter_kind_find(name);
    if (f->kind == NULL) check_tell_class(c, s, name, line, formatter_name);
}

/* ---- kwargs ---- */

static bool told(checker *c, const ini_section *s, int line, const char *words, slice what) {
    problems_add(c->p, line, s->name.data, "kwargs", "%s \"%s\"", words, check_show(c, what));
    return false;
}

/* The texts that the section has keys for, too: Formatter(fmt, datefmt, style). */
static bool take_text(checker *c, const ini_section *s, const value_pair *given, slice *out, int line) {
    if (out->data != NULL)
        return told(c, s, line, "given twice (by a key of its own, and in kwargs):", given->key.str);
    if (given->val.type == VALUE_NONE) return true;
    if (given->val.type != VALUE_STR) return told(c, s, line, "a string is wanted for", given->key.str);
    *out = given->val.str;
    return true;
}

static bool take_defaults(checker *c, const ini_section *s, const value_pair *given, plan_formatter *f,
                          int line) {
    const value *v = &given->val;
    if (v->type == VALUE_NONE) return true;
    bool good = v->type == VALUE_DICT;
    for (size_t i = 0; good && i < v->dict.count; i++) good = v->dict.pairs[i].key.type == VALUE_STR;
    if (!good) return told(c, s, line, "a dict with strings as keys is wanted for", given->key.str);
    f->options.defaults = v;
    return true;
}

static bool take_validate(checker *c, const ini_section *s, const value_pair *given, plan_formatter *f,
                          int line) {
    if (given->val.type != VALUE_BOOL) return told(c, s, line, "True or False is wanted for", given->key.str);
    f->options.unchecked = !given->val.boolean;
    return true;
}

/* ---- attributes ---- */

static bool take_text_attribute(checker *c, const ini_section *s, const value_pair *given, slice *out,
                                int line) {
    if (given->val.type != VALUE_STR || literal_special(given->val.str).data != NULL)
        return told(c, s, line, "a string is wanted for", given->key.str);
    *out = given->val.str;
    return true;
}

static bool take_converter(checker *c, const ini_section *s, const value_pair *given, slice *out, int line) {
    const slice in = given->val.type == VALUE_STR ? given->val.str : SLICE_NONE;
    if (!slice_equal(in, LITERAL_GMTIME) && !slice_equal(in, LITERAL_LOCALTIME))
        return told(c, s, line, "time.gmtime or time.localtime (in JSON \"ext://time.gmtime\") is wanted for",
                    given->key.str);
    *out = in;
    return true;
}

/* An attribute of Python's Formatter that says how a time is written. *known: it is one. */
static bool take_attribute(checker *c, const ini_section *s, const value_pair *given, plan_formatter *f,
                           int line, bool *known) {
    slice name = given->key.type == VALUE_STR ? given->key.str : SLICE_NONE;
    formatter_options *o = &f->options;
    *known = true;
    if (slice_is(name, "converter")) return take_converter(c, s, given, &o->converter, line);
    if (slice_is(name, "default_time_format")) return take_text_attribute(c, s, given, &o->time_format, line);
    if (slice_is(name, "default_msec_format")) {
        o->msec_format = SLICE_LITERAL("");
        return given->val.type == VALUE_NONE || take_text_attribute(c, s, given, &o->msec_format, line);
    }
    *known = false;
    return true;
}

/* ---- by name ---- */

/* The arguments of Python's Formatter by name. A file has keys for the first three of them, and for what no
 * line can hold (blanks at an end) this is the place. */
static bool take_kwarg(checker *c, const ini_section *s, const value_pair *given, plan_formatter *f,
                       int line) {
    slice name = given->key.type == VALUE_STR ? given->key.str : SLICE_NONE;
    if (slice_is(name, "fmt") || slice_is(name, "format"))
        return take_text(c, s, given, &f->options.format, line);
    if (slice_is(name, "datefmt")) return take_text(c, s, given, &f->options.datefmt, line);
    if (slice_is(name, "style")) return take_text(c, s, given, &f->options.style, line);
    if (slice_is(name, "defaults")) return take_defaults(c, s, given, f, line);
    if (slice_is(name, "validate")) return take_validate(c, s, given, f, line);
    bool known;
    bool good = take_attribute(c, s, given, f, line, &known);
    if (known) return good;
    return told(c, s, line,
                "logging.Formatter has no argument (known: fmt, datefmt, style, validate, defaults; its "
                "attributes converter, default_time_format, default_msec_format)",
                name);
}

static bool is_python(const plan_formatter *f) {
    return f->kind == formatter_kind_find(SLICE_LITERAL("logging.Formatter"));
}

static bool read_kwargs(checker *c, const ini_section *s, plan_formatter *f, int *line) {
    slice in;
    weir_error err;
    const ini_key *k = ini_get_raw(&c->ini, s, "kwargs");
    if (f->kind == NULL || k == NULL) return true;
    value *v = check_alloc(c, sizeof *v);
    if (v == NULL || !check_value(c, s, "kwargs", &in, line)) return false;
    bool good = literal_parse(in, &c->plan->memory, v, &err) == 0;
    if (!good)
        problems_add(c->p, *line, s->name.data, "kwargs", "%s", err.message);
    else if (v->type != VALUE_DICT)
        problems_add(c->p, *line, s->name.data, "kwargs", "a %s where a dict should be ({'name': value})",
                     value_type_name(v));
    good = good && v->type == VALUE_DICT;
    if (good && !is_python(f)) f->options.kwargs = v;
    for (size_t i = 0; good && is_python(f) && i < v->dict.count; i++)
        good = take_kwarg(c, s, &v->dict.pairs[i], f, *line);
    return good;
}

static bool set_attribute(checker *c, const ini_section *s, const value_pair *given, plan_formatter *f,
                          int line) {
    static const char *const meant[] = {
        "_fmt",       "_style",   "format", "formatException", "formatMessage", "formatStack",
        "formatTime", "usesTime", NULL};
    bool known;
    bool good = take_attribute(c, s, given, f, line, &known);
    if (known) return good;
    if (slice_is(given->key.str, "datefmt")) {
        f->options.datefmt = SLICE_NONE;
        return given->val.type == VALUE_NONE || take_text_attribute(c, s, given, &f->options.datefmt, line);
    }
    for (size_t i = 0; meant[i] != NULL; i++)
        if (slice_is(given->key.str, meant[i]))
            return told(c, s, line, "an attribute of Python's that no data can be:", given->key.str);
    problems_warn(c->p, line, s->name.data, "attributes",
                  "a formatter has no attribute \"%s\": ignored, as it has no effect in Python",
                  check_show(c, given->key.str));
    return true;
}

static bool read_attributes(checker *c, const ini_section *s, plan_formatter *f) {
    value v;
    int line;
    if (f->kind == NULL || ini_get_raw(&c->ini, s, "attributes") == NULL) return true;
    if (!check_attribute_dict(c, s, &v, &line)) return false;
    if (!is_python(f)) {
        problems_add(c->p, line, s->name.data, "attributes", "%s has no attributes (they are arguments)",
                     f->kind->name);
        return false;
    }
    bool good = true;
    for (size_t i = 0; good && i < v.dict.count; i++) good = set_attribute(c, s, &v.dict.pairs[i], f, line);
    return good;
}

/* ---- the section ---- */

static slice read_raw(checker *c, const ini_section *s, const char *key, int *line, const char **last_key) {
    const ini_key *k = ini_get_raw(&c->ini, s, key);
    if (k == NULL) return SLICE_NONE;
    *line = k->line;
    *last_key = key;
    return k->raw;
}

static bool style_is_known(slice style) {
    return style.data == NULL || (style.len == 1 && strchr("%{$", style.data[0]) != NULL);
}

static void try_formatter(checker *c, const ini_section *s, plan_formatter *f, int line, const char *key) {
    weir_error err;
    formatter *made = NULL;
    f->options.zone = zone_local();
    if (f->kind == NULL) return;
    if (f->kind->create(&f->options, &made, &err) != 0)
        problems_add(c->p, line, s->name.data, key, "%s", err.message);
    else if (made != NULL)
        made->free(made);
}

static void read_formatter(checker *c, const ini_section *s, plan_formatter *f) {
    static const char *const known[] = {"format", "datefmt", "style", "class", "kwargs", "attributes", NULL};
    int line = s->line, style_line = 0;
    const char *key = NULL, *unused = NULL;
    f->line = s->line;
    check_keys_known(c, s, known);
    read_class(c, s, f);
    f->options.style = read_raw(c, s, "style", &style_line, &unused);
    f->options.datefmt = read_raw(c, s, "datefmt", &line, &key);
    f->options.format = read_raw(c, s, "format", &line, &key);
    int kwargs_line = s->line;
    bool good = read_kwargs(c, s, f, &kwargs_line) && read_attributes(c, s, f);
    if (key == NULL && ini_get_raw(&c->ini, s, "kwargs") != NULL) key = "kwargs", line = kwargs_line;
    if (style_line == 0) style_line = kwargs_line;
    if (!style_is_known(f->options.style)) {
        problems_add(c->p, style_line, s->name.data, "style", "unknown style \"%s\" (%%, { or $)",
                     check_show(c, f->options.style));
        good = false;
    }
    if (good) try_formatter(c, s, f, line, key);
}

void check_formatters(checker *c) {
    check_list list;
    slice name;
    const ini_section *s;
    if (!check_list_begin(c, "formatters", "formatter_", &c->formatters, SIZE_MAX, &list)) return;
    c->plan->formatters = check_alloc(c, list.names.count * sizeof *c->plan->formatters);
    while (c->plan->formatters != NULL && check_list_next(c, &list, &name, &s)) {
        plan_formatter *f = &c->plan->formatters[c->plan->formatter_count++];
        f->name = name;
        if (s != NULL) read_formatter(c, s, f);
    }
}
