/* print.c - a plan as text in either form: the dictionary of config_plan_value, indented JSON or an INI file.
 * An INI text is read back, since a file cannot say all that a dictionary can. Any thread that may read the
 * plan. */
#include "base/json.h"
#include "base/limits.h"
#include "config/config.h"
#include "config/print_ini.h"

#define PRINT_JSON_BEGIN "{\n  \"version\": 1,\n  \"disable_existing_loggers\": "

/* ---- JSON with one member a line ---- */

static void add_indented(const value *v, int depth, text *out);

static void add_members(const value *v, int depth, text *out) {
    bool object = v->type == VALUE_DICT;
    size_t count = object ? v->dict.count : v->list.count;
    text_add_char(out, object ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        text_add_cstr(out, i > 0 ? ",\n" : "\n");
        text_add_repeat(out, ' ', (size_t)(2 * depth + 2));
        if (object) json_add_string(out, v->dict.pairs[i].key.str);
        if (object) text_add_cstr(out, ": ");
        add_indented(object ? &v->dict.pairs[i].val : &v->list.items[i], depth + 1, out);
    }
    text_add_char(out, '\n');
    text_add_repeat(out, ' ', (size_t)(2 * depth));
    text_add_char(out, object ? '}' : ']');
}

static bool is_scalar(const value *v) { return v->type != VALUE_DICT && v->type != VALUE_LIST; }

/* A list of single values, and an empty object, stand in one line. */
static void add_indented(const value *v, int depth, text *out) {
    bool flat = is_scalar(v) || (v->type == VALUE_DICT && v->dict.count == 0);
    if (v->type == VALUE_LIST) {
        flat = true;
        for (size_t i = 0; i < v->list.count; i++) flat = flat && is_scalar(&v->list.items[i]);
    }
    if (!flat) {
        add_members(v, depth, out);
        return;
    }
    if (v->type != VALUE_LIST) {
        value_json(v, out);
        return;
    }
    text_add_char(out, '[');
    for (size_t i = 0; i < v->list.count; i++) {
        if (i > 0) text_add_cstr(out, ", ");
        value_json(&v->list.items[i], out);
    }
    text_add_char(out, ']');
}

void config_print_dict(const value *dict, text *out) {
    add_indented(dict, 0, out);
    text_add_char(out, '\n');
}

/* ---- INI, read back ---- */

static int compare(const config_plan *plan, const config_plan *back, weir_error *err) {
    arena memory;
    value one, two;
    text a, b;
    arena_init(&memory, 0);
    text_init(&a, 0);
    text_init(&b, 0);
    int rc = -1;
    if (config_plan_value(plan, &memory, &one) != 0 || config_plan_value(back, &memory, &two) != 0) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
    } else {
        value_json(&one, &a);
        value_json(&two, &b);
        rc = slice_equal(text_slice(&a), text_slice(&b)) ? 0 : -1;
        if (rc != 0)
            error_set(err, WEIR_ERR_INVALID,
                      "an INI file cannot say this configuration: a name or text in it begins or ends with "
                      "blanks, or holds line breaks (take it as JSON)");
    }
    text_done(&a);
    text_done(&b);
    arena_done(&memory);
    return rc;
}

static int read_back(const config_plan *plan, slice printed, weir_error *err) {
    config_rules rules = {
        .origin = CONFIG_START, .escape_given = plan->escape_given, .escape = plan->settings.escape};
    problems p;
    if (problems_init(&p, "<printed>") != 0) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    config_plan *back = config_check(printed, "<printed>", &rules, &p, err);
    int rc = back != NULL ? compare(plan, back, err) : -1;
    for (size_t i = 0; back == NULL && i < p.count; i++)
        if (!p.list[i].warning) {
            error_set(err, WEIR_ERR_INVALID,
                      "an INI file cannot say this configuration: [%s] %s: %s (take it as JSON)",
                      p.list[i].section ? p.list[i].section : "", p.list[i].key ? p.list[i].key : "",
                      p.list[i].message);
            break;
        }
    problems_done(&p);
    config_plan_free(back);
    return rc;
}

static int print_as_ini(const config_plan *plan, const value *v, arena *a, bool masked, text *out,
                        weir_error *err) {
    value shown;
    print_ini(v, out);
    if (out->failed) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (read_back(plan, text_slice(out), err) != 0) return -1;
    if (!masked) return 0;
    text_clear(out);
    if (config_plan_value_masked(plan, a, &shown) != 0) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    print_ini(&shown, out);
    return 0;
}

int config_print(const config_plan *plan, config_form form, bool masked, text *out, weir_error *err) {
    arena memory;
    value v;
    text made;
    arena_init(&memory, 0);
    text_init(&made, 0);
    bool hidden = masked && form == CONFIG_AS_JSON;
    int rc = hidden ? config_plan_value_masked(plan, &memory, &v) : config_plan_value(plan, &memory, &v);
    if (rc != 0)
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
    else if (form == CONFIG_AS_INI)
        rc = print_as_ini(plan, &v, &memory, masked, &made, err);
    else
        config_print_dict(&v, &made);
    if (rc == 0) text_add_slice(out, text_slice(&made));
    if (rc == 0 && (made.failed || out->failed)) rc = error_set(err, WEIR_ERR_SYSTEM, "no memory");
    text_done(&made);
    arena_done(&memory);
    return rc;
}

bool config_looks_printed(slice in) {
    static const char *const begin[] = {PRINT_JSON_BEGIN, PRINT_INI_BEGIN};
    for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
        if (in.len > strlen(begin[i]) && memcmp(in.data, begin[i], strlen(begin[i])) == 0) return true;
    return false;
}
