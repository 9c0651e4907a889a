/* file_options.c - see file_options.h. */
#include "sink/file_options.h"

static bool is_on(const value *v, const char *key) {
    const value *found = value_get(v, slice_of(key));
    return found != NULL && found->type == VALUE_BOOL && found->boolean;
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void read_mark(const value *v, file_options *out) {
    const value *found = value_get(v, SLICE_LITERAL("mark"));
    if (found == NULL || found->type != VALUE_STR || found->str.len > 2 * CODEC_MARK_MAX) return;
    for (size_t i = 0; i + 1 < found->str.len; i += 2) {
        int high = hex(found->str.data[i]), low = hex(found->str.data[i + 1]);
        if (high < 0 || low < 0) return;
        out->mark[out->mark_len++] = (char)(high << 4 | low);
    }
}

void file_options_parse(slice options, file_options *out) {
    arena memory;
    value v;
    *out = (file_options){0};
    if (options.len <= 2) return;
    arena_init(&memory, 0);
    if (json_parse(options, 2, &memory, &v, NULL) == 0) {
        out->watch = is_on(&v, "watch");
        out->delay = is_on(&v, "delay");
        read_mark(&v, out);
    }
    arena_done(&memory);
}

void file_options_add(const file_options *o, text *object) {
    if ((!o->watch && !o->delay && o->mark_len == 0) || object->len == 0) return;
    object->len--; /* '}' */
    bool first = object->data[object->len - 1] == '{';
    if (o->watch) text_addf(object, "%s\"watch\":true", first ? "" : ","), first = false;
    if (o->delay) text_addf(object, "%s\"delay\":true", first ? "" : ","), first = false;
    if (o->mark_len > 0) text_addf(object, "%s\"mark\":\"", first ? "" : ",");
    for (size_t i = 0; i < o->mark_len; i++) text_addf(object, "%02x", (unsigned char)o->mark[i]);
    if (o->mark_len > 0) text_add_char(object, '"');
    text_add_char(object, '}');
}
