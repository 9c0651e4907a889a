/* secrets.c - see secrets.h. Pure functions, on the control thread. */

#include "config/secrets.h"

#include "base/json.h"
#include "config/dict.h"
#include "config/ini_text.h"

#define MASK SECRETS_MASK

slice secrets_in(const kind_param *param, const value *v) {
    bool pair = (v->type == VALUE_TUPLE || v->type == VALUE_LIST) && v->list.count == 2;
    if (!pair || strcmp(param->name, "credentials") != 0) return SLICE_NONE;
    bool secret = v->list.items[1].type == VALUE_STR && v->list.items[1].str.len > 0;
    return secret ? v->list.items[1].str : SLICE_NONE;
}

/* SLICE_NONE: the handler has none. */
static slice secret_of(const plan_handler *h) {
    for (size_t i = 0; h->kind != NULL && i < HANDLER_PARAMS && h->kind->params[i].name != NULL; i++) {
        slice secret = h->args.given[i] ? secrets_in(&h->kind->params[i], &h->args.values[i]) : SLICE_NONE;
        if (secret.data != NULL) return secret;
    }
    return SLICE_NONE;
}

/* As it is written between quotes: '%' is doubled in an INI file, JSON has its escapes. */
static void written(slice secret, bool json, text *out) {
    text_clear(out);
    if (json) {
        json_add_string(out, secret);
        if (out->failed) return;
        out->len -= 1;
        memmove(out->data, out->data + 1, --out->len);
        out->data[out->len] = '\0';
        return;
    }
    for (size_t i = 0; i < secret.len; i++) {
        text_add_char(out, secret.data[i]);
        if (secret.data[i] == '%') text_add_char(out, '%');
    }
}

static bool is_json(slice in) {
    slice stripped = ini_strip(in);
    return stripped.len > 0 && stripped.data[0] == '{';
}

static bool quoted_at(slice in, size_t at, slice what) {
    if (at + what.len + 2 > in.len || memcmp(in.data + at + 1, what.data, what.len) != 0) return false;
    char quote = in.data[at];
    return (quote == '\'' || quote == '"') && in.data[at + what.len + 1] == quote;
}

static bool replace_quoted(slice in, slice what, slice with, text *out) {
    bool found = false;
    text_clear(out);
    for (size_t at = 0; at < in.len;) {
        if (!quoted_at(in, at, what)) {
            text_add_char(out, in.data[at++]);
            continue;
        }
        text_add_char(out, in.data[at]);
        text_add_slice(out, with);
        text_add_char(out, in.data[at]);
        at += what.len + 2;
        found = true;
    }
    return found;
}

void secrets_mask(const config_plan *plan, slice in, text *out) {
    text form, next;
    bool json = is_json(in);
    text_init(&form, 0);
    text_init(&next, 0);
    text_clear(out);
    text_add_slice(out, in);
    for (size_t i = 0; i < plan->handler_count; i++) {
        slice secret = secret_of(&plan->handlers[i]);
        if (secret.data == NULL) continue;
        written(secret, json, &form);
        bool known = replace_quoted(in, text_slice(&form), SLICE_LITERAL(MASK), &next); /* masked before? */
        replace_quoted(text_slice(out), text_slice(&form), SLICE_LITERAL(MASK), &next);
        text_clear(out);
        text_add_slice(out, text_slice(&next));
        if (form.failed || next.failed) out->failed = true;
        if (known) continue;
        text_clear(out);
        text_add_cstr(out, "# not shown: a password is written in a form that cannot be masked "
                           "(write it as a string of plain characters)\n");
        break;
    }
    text_done(&form);
    text_done(&next);
}

static const plan_handler *handler_named(const config_plan *plan, slice name) {
    for (size_t i = 0; i < plan->handler_count; i++)
        if (slice_equal(plan->handlers[i].name, name)) return &plan->handlers[i];
    return NULL;
}

/* The handler whose section begins with this line; *is_header: some section does. */
static const plan_handler *section_of(const config_plan *plan, slice line, bool *is_header) {
    static const char prefix[] = "[handler_";
    const char *close = memrchr(line.data, ']', line.len);
    *is_header = line.len > 0 && line.data[0] == '[' && close != NULL;
    if (!*is_header || line.len < sizeof prefix || memcmp(line.data, prefix, sizeof prefix - 1) != 0)
        return NULL;
    const char *name = line.data + sizeof prefix - 1;
    return close > name ? handler_named(plan, slice_make(name, (size_t)(close - name))) : NULL;
}

static bool restore_ini(const config_plan *running, slice in, text *out) {
    const plan_handler *h = NULL;
    text form, changed;
    slice line;
    bool any = false;
    text_clear(out);
    text_init(&form, 0);
    text_init(&changed, 0);
    for (size_t at = 0, from = 0; ini_next_line(in, &at, &line); from = at) {
        bool is_header;
        const plan_handler *next = section_of(running, line, &is_header);
        if (is_header) h = next;
        slice whole = slice_make(in.data + from, at - from), secret = h != NULL ? secret_of(h) : SLICE_NONE;
        if (secret.data != NULL) {
            written(secret, false, &form);
            any = replace_quoted(whole, SLICE_LITERAL(MASK), text_slice(&form), &changed) || any;
            whole = text_slice(&changed);
        }
        text_add_slice(out, whole);
    }
    if (form.failed || changed.failed) out->failed = true;
    text_done(&form);
    text_done(&changed);
    if (!any || out->failed) text_clear(out);
    return any && out->len > 0;
}

/* The '***' of one handler's credentials: the text up to it, and the secret. */
static bool restore_node(const config_plan *running, const dict_node *h, slice in, size_t *from, text *out) {
    const dict_node *pair = dict_get(h, "credentials");
    const plan_handler *was = handler_named(running, h->key);
    slice secret = was != NULL ? secret_of(was) : SLICE_NONE;
    if (secret.data == NULL || pair == NULL || pair->v->type != VALUE_LIST || pair->count != 2) return false;
    const dict_node *shown = &pair->members[1];
    if (shown->v->type != VALUE_STR || !slice_is(shown->v->str, MASK)) return false;
    text_add(out, in.data + *from, shown->at - *from);
    json_add_string(out, secret);
    *from = shown->end;
    return true;
}

static bool restore_json(const config_plan *running, slice in, text *out) {
    arena memory;
    value v;
    dict_node root;
    weir_error err;
    size_t from = 0;
    bool any = false;
    arena_init(&memory, LIMIT_CONFIG_MEMORY);
    text_clear(out);
    if (json_parse(in, LIMIT_VALUE_DEPTH, &memory, &v, &err) == 0 && dict_nodes(in, &v, &memory, &root)) {
        const dict_node *handlers = dict_get(&root, "handlers");
        for (size_t i = 0; handlers != NULL && i < handlers->count; i++)
            any = restore_node(running, &handlers->members[i], in, &from, out) || any;
    }
    text_add(out, in.data + from, in.len - from);
    arena_done(&memory);
    if (!any || out->failed) text_clear(out);
    return any && out->len > 0;
}

bool secrets_restore(const config_plan *running, slice in, text *out) {
    text_clear(out);
    if (memmem(in.data, in.len, MASK, sizeof MASK - 1) == NULL) return false;
    return is_json(in) ? restore_json(running, in, out) : restore_ini(running, in, out);
}

void secrets_hold(const config_plan *running, const config_plan *restored, problems *p) {
    for (size_t i = 0; i < restored->handler_count; i++) {
        const plan_handler *h = &restored->handlers[i], *was = handler_named(running, h->name);
        slice secret = secret_of(h);
        if (was == NULL || secret.data == NULL || !slice_equal(secret, secret_of(was))) continue;
        if (h->definition == was->definition) continue;
        char section[LIMIT_SECTION_NAME + 16];
        snprintf(section, sizeof section, "handler_%.*s", (int)h->name.len, h->name.data);
        problems_add(
            p, h->line, section, "args",
            "'***' stands for the password of the handler as it runs (write the password where anything "
            "else of the handler changes)");
    }
}
