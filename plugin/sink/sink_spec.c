/* sink_spec.c - what a target is, as JSON for its queue's mapping and back, so that recovery can open
 * the target of a dead process. Pure functions. A path is bytes and JSON is text: what is not plain
 * ASCII is written in hex. The directory descriptor of a pushed target is not written: `below` is,
 * and the file is looked for below it again. */
#include "sink/sink.h"

#define SPEC_JSON_DEPTH 8 /* options are flat; some room for a kind that nests them */

static bool is_plain(slice s) {
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.data[i] < 0x20 || (unsigned char)s.data[i] > 0x7e) return false;
    }
    return true;
}

static void add_path(json_writer *w, const char *plain_key, const char *hex_key, slice path) {
    static const char digits[] = "0123456789abcdef";
    if (is_plain(path)) {
        json_key(w, plain_key);
        json_string(w, path);
        return;
    }
    text hex;
    text_init(&hex, 0);
    for (size_t i = 0; i < path.len; i++) {
        text_add_char(&hex, digits[(unsigned char)path.data[i] >> 4]);
        text_add_char(&hex, digits[(unsigned char)path.data[i] & 15]);
    }
    if (hex.failed) w->out->failed = true;
    json_key(w, hex_key);
    json_string(w, text_slice(&hex));
    text_done(&hex);
}

void sink_spec_json(const sink_spec *spec, text *out) {
    json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    json_key(&w, "kind");
    json_string(&w, spec->kind);
    add_path(&w, "path", "path_hex", spec->path);
    json_key(&w, "fd");
    json_int(&w, spec->fd);
    json_key(&w, "mode");
    json_cstr(&w, spec->mode == 'w' ? "w" : "a");
    json_key(&w, "fsync");
    json_bool(&w, spec->fsync);
    json_key(&w, "permissions");
    json_uint(&w, spec->permissions);
    add_path(&w, "below", "below_hex", spec->beneath_path);
    json_key(&w, "options");
    json_raw(&w, spec->options.len > 0 ? spec->options : SLICE_LITERAL("{}"));
    json_end(&w);
}

/* FNV-1a. */
uint32_t sink_options_tag(slice options) {
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 0; i < options.len; i++) hash = (hash ^ (unsigned char)options.data[i]) * 0x01000193u;
    return hash;
}

static int wrong(weir_error *err, const char *key) {
    return error_set(err, WEIR_ERR_INVALID, "the description of a target is damaged: %s", key);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static int read_path(const value *object, const char *plain_key, const char *hex_key, arena *a, slice *out,
                     weir_error *err) {
    const value *v = value_get(object, slice_of(plain_key));
    if (v != NULL && v->type == VALUE_STR &&
        (v->str.len == 0 || memchr(v->str.data, 0, v->str.len) == NULL)) {
        *out = arena_copy(a, v->str);
        return out->data == NULL ? error_set(err, WEIR_ERR_SYSTEM, "no memory") : 0;
    }
    v = value_get(object, slice_of(hex_key));
    if (v == NULL || v->type != VALUE_STR || v->str.len % 2 != 0) return wrong(err, plain_key);
    size_t len = v->str.len / 2;
    char *bytes = arena_alloc(a, len + 1);
    if (bytes == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(v->str.data[2 * i]), low = hex_digit(v->str.data[2 * i + 1]);
        if (high < 0 || low < 0 || high + low == 0) return wrong(err, hex_key);
        bytes[i] = (char)(high << 4 | low);
    }
    bytes[len] = '\0';
    *out = slice_make(bytes, len);
    return 0;
}

static int read_options(const value *object, arena *a, slice *out, weir_error *err) {
    const value *v = value_get(object, SLICE_LITERAL("options"));
    if (v == NULL || v->type != VALUE_DICT) return wrong(err, "options");
    text json;
    text_init(&json, 0);
    value_json(v, &json);
    *out = json.failed ? SLICE_NONE : arena_copy(a, text_slice(&json));
    text_done(&json);
    return out->data == NULL ? error_set(err, WEIR_ERR_SYSTEM, "no memory") : 0;
}

static const value *typed(const value *object, const char *key, value_type type) {
    const value *v = value_get(object, slice_of(key));
    return v != NULL && v->type == type ? v : NULL;
}

int sink_spec_parse(slice json, arena *a, sink_spec *out, weir_error *err) {
    value object;
    sink_spec spec = {.beneath_fd = -1};
    if (json_parse(json, SPEC_JSON_DEPTH, a, &object, err) != 0) return -1;
    if (object.type != VALUE_DICT) return wrong(err, "no object");
    const value *kind = typed(&object, "kind", VALUE_STR), *mode = typed(&object, "mode", VALUE_STR),
                *fd = typed(&object, "fd", VALUE_INT), *fsync = typed(&object, "fsync", VALUE_BOOL),
                *permissions = typed(&object, "permissions", VALUE_INT);
    if (kind == NULL) return wrong(err, "kind");
    if (mode == NULL || (!slice_is(mode->str, "a") && !slice_is(mode->str, "w"))) return wrong(err, "mode");
    if (fd == NULL || fd->i64 < -1 || fd->i64 > 2) return wrong(err, "fd");
    if (fsync == NULL) return wrong(err, "fsync");
    if (permissions == NULL || permissions->i64 < 0 || permissions->i64 > 0777)
        return wrong(err, "permissions");
    if (read_path(&object, "path", "path_hex", a, &spec.path, err) != 0) return -1;
    if (read_path(&object, "below", "below_hex", a, &spec.beneath_path, err) != 0) return -1;
    if (read_options(&object, a, &spec.options, err) != 0) return -1;
    spec.kind = arena_copy(a, kind->str);
    if (spec.kind.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    spec.fd = (int)fd->i64;
    spec.mode = mode->str.data[0];
    spec.fsync = fsync->boolean;
    spec.permissions = (mode_t)permissions->i64;
    *out = spec;
    return 0;
}
