/* request.c - a request as endpoints see it: decoded segments, arguments and body, with strict types.
 * Everything that is not described in schema/api.yaml is refused by name. Runs on the connection's
 * own thread. */
#include "admin/http/server_internal.h"

requester request_by(const http_request *r) { return (requester){r->local ? "socket" : "http", r->who}; }

static bool decode(http_request *r, slice in, bool plus_is_blank, slice *out) {
    text decoded;
    text_init(&decoded, 0);
    bool good = guard_decode(in, plus_is_blank, &decoded) == 0;
    if (good) *out = arena_copy(&r->memory, text_slice(&decoded));
    text_done(&decoded);
    return good && out->data != NULL;
}

static bool decode_args(http_request *r) {
    slice rest = r->query;
    while (rest.len > 0) {
        const char *amp = memchr(rest.data, '&', rest.len);
        slice pair = slice_make(rest.data, amp == NULL ? rest.len : (size_t)(amp - rest.data));
        const char *equals = pair.len == 0 ? NULL : memchr(pair.data, '=', pair.len);
        slice key = slice_make(pair.data, equals == NULL ? pair.len : (size_t)(equals - pair.data));
        slice val = equals == NULL ? slice_make("", 0) : slice_make(equals + 1, pair.len - key.len - 1);
        rest = amp == NULL ? SLICE_NONE : slice_make(amp + 1, rest.len - pair.len - 1);
        if (pair.len == 0) continue;
        if (r->arg_count == HTTP_ARGS) return false;
        http_arg *arg = &r->args[r->arg_count++];
        if (!decode(r, key, true, &arg->key) || !decode(r, val, true, &arg->val)) return false;
    }
    return true;
}

bool request_prepare(http_request *r) {
    slice raw[ROUTE_PARAMS];
    size_t count = routes_params(r->route, r->path, raw);
    for (size_t i = 0; i < count; i++) {
        if (decode(r, raw[i], false, &r->params[i])) continue;
        answer_problem(r, 400, "the URL is not properly percent-encoded");
        return false;
    }
    if (!decode_args(r)) {
        answer_problem(r, 400, "the query is not properly encoded, or has more than %d arguments", HTTP_ARGS);
        return false;
    }
    if ((r->route->flags & ROUTE_BODY) == 0) return true;
    weir_error err;
    if (json_parse(text_slice(&r->body), LIMIT_VALUE_DEPTH, &r->memory, &r->json, &err) == 0) return true;
    answer_problem(r, 400, "the body is no JSON: %s", err.message);
    return false;
}

/* ---- arguments ---- */

slice request_arg(const http_request *r, const char *key) {
    for (size_t i = 0; i < r->arg_count; i++)
        if (slice_is(r->args[i].key, key)) return r->args[i].val;
    return SLICE_NONE;
}

bool request_only(http_request *r, const char *const *names) {
    for (size_t i = 0; i < r->arg_count; i++) {
        slice key = r->args[i].key;
        size_t n = 0;
        while (names[n] != NULL && !slice_is(key, names[n])) n++;
        bool field = key.len > 6 && memcmp(key.data, "field.", 6) == 0;
        for (size_t j = 0; !field && names[n] != NULL && j < i; j++) {
            if (!slice_equal(key, r->args[j].key)) continue;
            answer_problem(r, 400, "argument '%.*s' is given twice", (int)key.len, key.data);
            return false;
        }
        if (names[n] != NULL) continue;
        for (n = 0; field && names[n] != NULL; n++)
            if (strcmp(names[n], "field.") == 0) break;
        if (field && names[n] != NULL) continue;
        answer_problem(r, 400, "unknown argument '%.*s'", (int)key.len, key.data);
        return false;
    }
    return true;
}

bool request_parse_u64(slice in, uint64_t *out) {
    uint64_t n = 0;
    if (in.len == 0 || in.len > 20) return false;
    for (size_t i = 0; i < in.len; i++) {
        char ch = in.data[i];
        if (ch < '0' || ch > '9' || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, ch - '0', &n))
            return false;
    }
    *out = n;
    return true;
}

bool request_number(http_request *r, const char *key, uint64_t min, uint64_t max, uint64_t initial,
                    uint64_t *out) {
    slice given = request_arg(r, key);
    *out = initial;
    if (given.data == NULL) return true;
    if (request_parse_u64(given, out) && *out >= min && *out <= max) return true;
    answer_problem(r, 400, "'%s' must be a number from %llu to %llu", key, (unsigned long long)min,
                   (unsigned long long)max);
    return false;
}

/* ---- the body ---- */

static const char *type_words(body_type type) {
    switch (type) {
    case BODY_STR: return "a string";
    case BODY_INT: return "an integer";
    case BODY_BOOL: return "true or false";
    case BODY_STR_OR_INT: return "a string or an integer";
    case BODY_STR_OR_NULL: return "a string or null";
    }
    return "something else";
}

/* What was given, in JSON's words. */
static const char *given_words(const value *v) {
    switch (v->type) {
    case VALUE_NONE: return "null";
    case VALUE_BOOL: return v->boolean ? "true" : "false";
    case VALUE_INT: return "an integer";
    case VALUE_BIGINT: return "an integer of more than 64 bits";
    case VALUE_FLOAT: return "a number with a fraction or an exponent";
    case VALUE_STR: return "a string";
    case VALUE_LIST: return "an array";
    default: return "an object";
    }
}

static bool type_fits(body_type type, const value *v) {
    switch (type) {
    case BODY_STR: return v->type == VALUE_STR;
    case BODY_INT: return v->type == VALUE_INT;
    case BODY_BOOL: return v->type == VALUE_BOOL;
    case BODY_STR_OR_INT: return v->type == VALUE_STR || v->type == VALUE_INT;
    case BODY_STR_OR_NULL: return v->type == VALUE_STR || v->type == VALUE_NONE;
    }
    return false;
}

static bool take_field(http_request *r, body_field *fields, size_t count, const value_pair *pair) {
    for (size_t i = 0; i < count; i++) {
        if (!slice_is(pair->key.str, fields[i].key)) continue;
        if (type_fits(fields[i].type, &pair->val)) {
            fields[i].found = &pair->val;
            return true;
        }
        answer_problem(r, 400, "'%s' must be %s, not %s", fields[i].key, type_words(fields[i].type),
                       given_words(&pair->val));
        return false;
    }
    answer_problem(r, 400, "unknown key '%.*s' in the body",
                   (int)(pair->key.str.len > 100 ? 100 : pair->key.str.len), pair->key.str.data);
    return false;
}

bool request_fields(http_request *r, body_field *fields, size_t count) {
    if (r->json.type != VALUE_DICT) {
        answer_problem(r, 400, "the body must be an object");
        return false;
    }
    for (size_t i = 0; i < r->json.dict.count; i++)
        if (!take_field(r, fields, count, &r->json.dict.pairs[i])) return false;
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].required || fields[i].found != NULL) continue;
        answer_problem(r, 400, "'%s' is missing in the body", fields[i].key);
        return false;
    }
    return true;
}

/* ---- answers ---- */

void answer_json(http_request *r) {
    r->status = 200;
    r->type = "application/json";
    text_clear(&r->out);
    json_writer_init(&r->writer, &r->out);
}

void answer_problem_begin(http_request *r, int status, const char *detail) {
    answer_json(r);
    r->status = status;
    r->type = "application/problem+json";
    json_begin_object(&r->writer);
    json_key(&r->writer, "type");
    json_cstr(&r->writer, "about:blank");
    json_key(&r->writer, "title");
    json_cstr(&r->writer, guard_reason(status));
    json_key(&r->writer, "status");
    json_int(&r->writer, status);
    json_key(&r->writer, "detail");
    json_cstr(&r->writer, detail);
}

void answer_problem(http_request *r, int status, const char *format, ...) {
    text detail;
    va_list args;
    text_init(&detail, 0);
    va_start(args, format);
    text_vaddf(&detail, format, args);
    va_end(args);
    answer_problem_begin(r, status, text_cstr(&detail));
    json_end(&r->writer);
    text_done(&detail);
}

void answer_error(http_request *r, const weir_error *err) {
    static const int status_of[] = {
        [WEIR_OK] = 500,          [WEIR_ERR_INVALID] = 400,  [WEIR_ERR_SYSTEM] = 500, [WEIR_ERR_STATE] = 503,
        [WEIR_ERR_TIMEOUT] = 503, [WEIR_ERR_CONFLICT] = 409, [WEIR_ERR_DENIED] = 403,
    };
    bool known = err->code >= 0 && (size_t)err->code < sizeof status_of / sizeof status_of[0];
    answer_problem(r, known ? status_of[err->code] : 500, "%s", err->message);
}
