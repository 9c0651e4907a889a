/* check_bind.c - args= and kwargs= of a handler or filter, put onto the parameters of its class by Python's
 * rules of a call. Runs on the thread that checks. What values mean together, the class itself decides. */
#include "base/limits.h"
#include "config/check.h"
#include "config/literal.h"

/* How far ahead of a name its repetition is looked for: as many as there could be at most, four times. */
#define REPEATS_SEEN 64

typedef struct binding {
    checker *c;
    const ini_section *s;
    const class_call *call;
    const char *key; /* "args" or "kwargs" */
    int line;
    bool good;
} binding;

static void tell(binding *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(binding *b, const char *format, ...) {
    char why[512];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    problems_add(b->c->p, b->line, b->s->name.data, b->key, "%s", why);
    b->good = false;
}

/* ---- one value ---- */

static bool is_stream(const value *v) {
    return v->type == VALUE_STR &&
           (slice_equal(v->str, LITERAL_STDOUT) || slice_equal(v->str, LITERAL_STDERR));
}

/* A stream is a text with NUL, see literal.h; no other text with NUL means anything to the system. */
static bool is_text(const value *v) {
    return v->type == VALUE_STR && memchr(v->str.data, '\0', v->str.len) == NULL;
}

static const char *const type_words[] = {"a string",
                                         "a path",
                                         "an integer",
                                         "True or False",
                                         "a number",
                                         "sys.stdout or sys.stderr",
                                         "a duration ('30d', '250ms')",
                                         "a size ('2GiB', or bytes)",
                                         "a value",
                                         "a handler's name, in quotes",
                                         "a list of handlers' names",
                                         "a string"};

static const char *found(const value *v) {
    if (is_stream(v)) return "a stream";
    if (v->type == VALUE_STR && !is_text(v)) return "a string with a NUL";
    return v->type == VALUE_BIGINT ? "an integer of more than 64 bits" : value_type_name(v);
}

static bool to_number(binding *b, const kind_param *param, const value *in, value *out) {
    weir_error err;
    int64_t n = 0;
    if (in->type == VALUE_INT && in->i64 >= 0 && (param->type == PARAM_SIZE || in->i64 == 0)) {
        *out = *in;
        return true;
    }
    if (!is_text(in)) return false;
    int rc =
        param->type == PARAM_SIZE ? literal_size(in->str, &n, &err) : literal_duration(in->str, &n, &err);
    if (rc != 0) tell(b, "%s: %s", param->name, err.message);
    *out = value_int(n);
    return true; /* told already if it was wrong */
}

/* "a, b", or a list of names. */
static bool to_names(binding *b, const value *in, value *out) {
    name_list_view view;
    if (in->type == VALUE_TUPLE || in->type == VALUE_LIST) {
        for (size_t i = 0; i < in->list.count; i++)
            if (!is_text(&in->list.items[i])) return false;
        out->type = VALUE_TUPLE;
        return true;
    }
    if (!is_text(in) || !check_split(b->c, in->str, &view)) return false;
    value *items = check_alloc(b->c, (view.count + 1) * sizeof *items);
    if (items == NULL) return false;
    for (size_t i = 0; i < view.count; i++) items[i] = value_str(view.names[i]);
    *out = (value){.type = VALUE_TUPLE, .list = {items, view.count}};
    return true;
}

/* in as the parameter's type wants it. false: it is of another type. */
static bool convert(binding *b, const kind_param *param, const value *in, value *out) {
    *out = *in;
    switch (param->type) {
    case PARAM_STR: return is_text(in);
    case PARAM_PATH: return is_text(in) && in->str.len > 0;
    case PARAM_INT:
        if (in->type == VALUE_BOOL) *out = value_int(in->boolean);
        return in->type == VALUE_INT || in->type == VALUE_BOOL;
    case PARAM_BOOL:
        if (in->type == VALUE_INT) *out = value_bool(in->i64 != 0);
        return in->type == VALUE_INT || in->type == VALUE_BOOL;
    case PARAM_FLOAT:
        if (in->type == VALUE_INT) *out = value_float((double)in->i64);
        return in->type == VALUE_INT || in->type == VALUE_FLOAT;
    case PARAM_STREAM: return is_stream(in);
    case PARAM_DURATION:
    case PARAM_SIZE: return to_number(b, param, in, out);
    case PARAM_ANY: return true;
    case PARAM_HANDLER: return is_text(in) && in->str.len > 0;
    case PARAM_HANDLERS: return to_names(b, in, out);
    case PARAM_TEXT: return in->type == VALUE_STR && literal_special(in->str).data == NULL;
    }
    return false;
}

static void set(binding *b, size_t index, const value *v) {
    const kind_param *param = &b->call->params[index];
    if (b->call->given[index]) {
        tell(b, "%s is given twice (by position in args, and by name)", param->name);
        return;
    }
    b->call->given[index] = true;
    if (v->type == VALUE_NONE && (param->use & PARAM_REQUIRED) == 0) return; /* None: the default */
    if (!convert(b, param, v, &b->call->values[index]))
        tell(b, "%s is %s (%s is wanted)", param->name, found(v), type_words[param->type]);
}

bool check_bind_attribute(checker *c, const ini_section *s, const class_call *call, size_t index,
                          const value *v, int line) {
    binding b = {.c = c, .s = s, .call = call, .key = "attributes", .line = line, .good = true};
    const kind_param *param = &call->params[index];
    call->given[index] = true;
    if (!convert(&b, param, v, &call->values[index]))
        tell(&b, "%s is %s (%s is wanted)", param->name, found(v), type_words[param->type]);
    return b.good;
}

/* ---- all values ---- */

static size_t param_count(const class_call *call) {
    size_t n = 0;
    while (n < call->param_max && call->params[n].name != NULL) n++;
    return n;
}

static void bind_positional(binding *b, const value *items, size_t count) {
    size_t most = 0, all = param_count(b->call);
    while (most < all && (b->call->params[most].use & PARAM_ATTRIBUTE) == 0) most++;
    if (count > most) {
        tell(b, "%s takes at most %zu arguments, %zu are given", b->call->class_name, most, count);
        count = most;
    }
    for (size_t i = 0; i < count; i++) set(b, i, &items[i]);
}

/* Python spreads what is no tuple: a string into its characters, a dict into its keys. */
static void bind_args(binding *b, const value *v) {
    if (v->type == VALUE_TUPLE || v->type == VALUE_LIST)
        bind_positional(b, v->list.items, v->list.count);
    else if (is_stream(v))
        tell(b, "a stream alone is no tuple (write args = (sys.stdout,), with the comma)");
    else if (v->type == VALUE_STR && v->str.len > 1)
        tell(b,
             "('%s') is a string and no tuple: Python would take each of its letters for an argument (write "
             "('%s',), with the comma)",
             check_show(b->c, v->str), check_show(b->c, v->str));
    else if (v->type == VALUE_STR)
        bind_positional(b, v, v->str.len);
    else if (v->type != VALUE_DICT || v->dict.count > 0)
        tell(b, "a %s where a tuple should be (write args = (value,), with the comma)", found(v));
}

static void bind_name(binding *b, const value *name, const value *v) {
    const class_call *call = b->call;
    if (!is_text(name)) {
        tell(b, "a name that is %s (names are strings)", found(name));
        return;
    }
    suggestion near = check_near(b->c, name->str);
    text known;
    text_init(&known, 0);
    size_t i, count = param_count(call);
    for (i = 0; i < count && !slice_is(name->str, call->params[i].name); i++) {
        suggest_offer(&near, slice_of(call->params[i].name));
        text_addf(&known, "%s%s", i ? ", " : "", call->params[i].name);
    }
    if (i < count)
        set(b, i, v);
    else if (near.best.data != NULL)
        tell(b, "%s has no argument \"%s\" (did you mean %s?)", call->class_name, check_show(b->c, name->str),
             near.best.data);
    else
        tell(b, "%s has no argument \"%s\" (known: %s)", call->class_name, check_show(b->c, name->str),
             count ? text_cstr(&known) : "none");
    text_done(&known);
}

static void bind_kwargs(binding *b, const value *v) {
    if (v->type != VALUE_DICT) {
        tell(b, "a %s where a dict should be (write kwargs = {'name': value})", found(v));
        return;
    }
    for (size_t i = 0; i < v->dict.count; i++) {
        const value *name = &v->dict.pairs[i].key;
        bool again = false; /* the last of equal keys counts, as in a Python dict */
        for (size_t n = i + 1; n < v->dict.count && n < i + REPEATS_SEEN && !again; n++)
            again = name->type == VALUE_STR && v->dict.pairs[n].key.type == VALUE_STR &&
                    slice_equal(name->str, v->dict.pairs[n].key.str);
        if (!again) bind_name(b, name, &v->dict.pairs[i].val);
    }
}

static bool read_literal(binding *b, const char *key, value *out) {
    slice in;
    weir_error err;
    b->key = key;
    b->line = b->s->line;
    const ini_key *k = ini_get_raw(&b->c->ini, b->s, key);
    if (k == NULL) return false;
    if (!check_value(b->c, b->s, key, &in, &b->line)) {
        b->good = false;
        return false;
    }
    if (literal_parse(in, &b->c->plan->memory, out, &err) == 0) return true;
    tell(b, "%s", err.message);
    return false;
}

static void check_required(binding *b, bool has_args) {
    const kind_param *params = b->call->params;
    b->key = "args";
    b->line = has_args ? ini_get_raw(&b->c->ini, b->s, "args")->line : b->s->line;
    for (size_t i = 0; i < param_count(b->call); i++) {
        if ((params[i].use & PARAM_REQUIRED) == 0 || b->call->given[i]) continue;
        bool path = params[i].type == PARAM_PATH;
        tell(b, "%s is missing: %s needs it (args = (%s,))", params[i].name, b->call->class_name,
             path ? "'file.log'" : params[i].name);
    }
}

void check_literals(checker *c, const ini_section *s) {
    binding b = {.c = c, .s = s};
    value v;
    read_literal(&b, "args", &v);
    read_literal(&b, "kwargs", &v);
}

bool check_bind(checker *c, const ini_section *s, const class_call *call) {
    binding b = {.c = c, .s = s, .call = call, .good = true};
    value v;
    if (read_literal(&b, "args", &v)) bind_args(&b, &v);
    if (read_literal(&b, "kwargs", &v)) bind_kwargs(&b, &v);
    if (b.good) check_required(&b, ini_get_raw(&c->ini, s, "args") != NULL);
    if (b.good) b.good = check_attributes(c, s, call);
    for (size_t i = 0; i < call->param_max; i++) /* None: as if it had been left out */
        if (call->values[i].type == VALUE_NONE) call->given[i] = false;
    return b.good;
}

const char *check_args_key(checker *c, const ini_section *s, int *line) {
    const char *key =
        ini_get_raw(&c->ini, s, "args") || !ini_get_raw(&c->ini, s, "kwargs") ? "args" : "kwargs";
    const ini_key *k = ini_get_raw(&c->ini, s, key);
    *line = k ? k->line : s->line;
    return key;
}
