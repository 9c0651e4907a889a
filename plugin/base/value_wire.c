/* value_wire.c - values as bytes in ring entries and chunk queues. Encoding runs on the calling
 * thread, decoding on backend, writers and recovery. Decoding trusts nothing: a mapping may be
 * damaged. Numbers are in the machine's own byte order, since a mapping never leaves it.
 *
 *   tag     payload
 *   N T F   none: None, True, False
 *   i       8 bytes: int64
 *   f       8 bytes: double
 *   b s     4 bytes length, then the digits of a big integer, or the bytes of a string
 *   l t     4 bytes count, then so many values: list, tuple
 *   d       4 bytes count, then so many pairs of values
 */
#include "base/limits.h"
#include "base/value.h"

static void encode(const value *v, text *out, unsigned depth);

static void add_counted(text *out, char tag, size_t count) {
    if (count > UINT32_MAX) {
        out->failed = true;
        return;
    }
    uint32_t count32 = (uint32_t)count;
    char head[1 + sizeof(count32)];
    head[0] = tag;
    memcpy(head + 1, &count32, sizeof(count32));
    text_add(out, head, sizeof(head));
}

static void add_word(text *out, char tag, const void *word) {
    char bytes[1 + 8];
    bytes[0] = tag;
    memcpy(bytes + 1, word, 8);
    text_add(out, bytes, sizeof(bytes));
}

static void encode_items(const value *v, text *out, unsigned depth) {
    if (depth >= LIMIT_VALUE_DEPTH) {
        out->failed = true; /* nothing could read it back */
        return;
    }
    if (v->type == VALUE_DICT) {
        add_counted(out, 'd', v->dict.count);
        for (size_t i = 0; i < v->dict.count && !out->failed; i++) {
            encode(&v->dict.pairs[i].key, out, depth + 1);
            encode(&v->dict.pairs[i].val, out, depth + 1);
        }
        return;
    }
    add_counted(out, v->type == VALUE_LIST ? 'l' : 't', v->list.count);
    for (size_t i = 0; i < v->list.count && !out->failed; i++) encode(&v->list.items[i], out, depth + 1);
}

static void encode(const value *v, text *out, unsigned depth) {
    switch (v->type) {
    case VALUE_NONE: text_add_char(out, 'N'); break;
    case VALUE_BOOL: text_add_char(out, v->boolean ? 'T' : 'F'); break;
    case VALUE_INT: add_word(out, 'i', &v->i64); break;
    case VALUE_FLOAT: add_word(out, 'f', &v->f64); break;
    case VALUE_BIGINT:
    case VALUE_STR:
        add_counted(out, v->type == VALUE_STR ? 's' : 'b', v->str.len);
        text_add_slice(out, v->str);
        break;
    case VALUE_LIST:
    case VALUE_TUPLE:
    case VALUE_DICT: encode_items(v, out, depth); break;
    }
}

void value_encode(const value *v, text *out) {
    size_t before = out->len;
    encode(v, out, 0);
    if (out->failed && out->len > before) { /* no half a value */
        out->len = before;
        out->data[before] = '\0';
    }
}

typedef struct wire {
    const char *data;
    size_t len, at;
    arena *memory;
} wire;

static int decode(wire *w, value *out, unsigned depth);

static bool take(wire *w, void *out, size_t size) {
    if (w->len - w->at < size) return false;
    memcpy(out, w->data + w->at, size);
    w->at += size;
    return true;
}

/* '-' first if negative, then digits without a leading zero. */
static bool is_integer(slice s) {
    if (s.len > 0 && s.data[0] == '-') s = slice_make(s.data + 1, s.len - 1);
    if (s.len == 0 || s.data[0] == '0') return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') return false;
    }
    return true;
}

static int decode_bytes(wire *w, value_type type, value *out) {
    uint32_t len;
    if (!take(w, &len, sizeof(len)) || len > w->len - w->at) return -1;
    slice bytes = slice_make(w->data + w->at, len);
    if (type == VALUE_BIGINT && !is_integer(bytes)) return -1;
    w->at += len;
    *out = (value){.type = type, .str = bytes};
    return 0;
}

static int decode_list(wire *w, value_type type, value *out, unsigned depth) {
    uint32_t count;
    /* Every item takes a byte at least: a damaged count cannot ask for more than the data could fill. */
    if (depth >= LIMIT_VALUE_DEPTH || !take(w, &count, sizeof(count)) || count > w->len - w->at) return -1;
    value *items = arena_alloc(w->memory, count * sizeof(*items));
    if (items == NULL) return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (decode(w, &items[i], depth + 1) != 0) return -1;
    }
    *out = (value){.type = type, .list = {items, count}};
    return 0;
}

static int decode_dict(wire *w, value *out, unsigned depth) {
    uint32_t count;
    if (depth >= LIMIT_VALUE_DEPTH || !take(w, &count, sizeof(count)) || count > (w->len - w->at) / 2)
        return -1;
    value_pair *pairs = arena_alloc(w->memory, count * sizeof(*pairs));
    if (pairs == NULL) return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (decode(w, &pairs[i].key, depth + 1) != 0 || decode(w, &pairs[i].val, depth + 1) != 0) return -1;
    }
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return 0;
}

static int decode(wire *w, value *out, unsigned depth) {
    char tag;
    if (!take(w, &tag, 1)) return -1;
    switch (tag) {
    case 'N': *out = value_none(); return 0;
    case 'T': *out = value_bool(true); return 0;
    case 'F': *out = value_bool(false); return 0;
    case 'i': out->type = VALUE_INT; return take(w, &out->i64, sizeof(out->i64)) ? 0 : -1;
    case 'f': out->type = VALUE_FLOAT; return take(w, &out->f64, sizeof(out->f64)) ? 0 : -1;
    case 'b': return decode_bytes(w, VALUE_BIGINT, out);
    case 's': return decode_bytes(w, VALUE_STR, out);
    case 'l': return decode_list(w, VALUE_LIST, out, depth);
    case 't': return decode_list(w, VALUE_TUPLE, out, depth);
    case 'd': return decode_dict(w, out, depth);
    default: return -1;
    }
}

int value_decode(const char *data, size_t len, size_t *at, arena *a, value *out) {
    wire w = {data, len, *at, a};
    value decoded;
    if (w.at > len || decode(&w, &decoded, 0) != 0) return -1;
    *out = decoded;
    *at = w.at;
    return 0;
}
