/* json_writer.c - JSON out: strings, and the writer that places commas. One thread a writer.
 * It always writes valid RFC 8259 JSON; a wrong order of calls sets `failed` of the text. */
#include "base/decimal.h"
#include "base/json.h"
#include "base/utf8.h"

static const char hex_digits[] = "0123456789abcdef";

static void add_u_escape(text *out, uint32_t code) {
    char escape[6] = {'\\',
                      'u',
                      hex_digits[code >> 12 & 15],
                      hex_digits[code >> 8 & 15],
                      hex_digits[code >> 4 & 15],
                      hex_digits[code & 15]};
    text_add(out, escape, sizeof(escape));
}

static void add_special(text *out, unsigned char c) {
    switch (c) {
    case '"': text_add(out, "\\\"", 2); break;
    case '\\': text_add(out, "\\\\", 2); break;
    case '\n': text_add(out, "\\n", 2); break;
    case '\r': text_add(out, "\\r", 2); break;
    case '\t': text_add(out, "\\t", 2); break;
    case '\b': text_add(out, "\\b", 2); break;
    case '\f': text_add(out, "\\f", 2); break;
    default: add_u_escape(out, c); break;
    }
}

static bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void json_add_string(text *out, slice s) {
    text_add_char(out, '"');
    for (size_t at = 0; at < s.len;) {
        size_t plain = at;
        while (plain < s.len && is_plain((unsigned char)s.data[plain])) plain++;
        text_add(out, s.data + at, plain - at);
        at = plain;
        if (at == s.len) break;
        uint32_t code;
        size_t len = utf8_decode(s.data + at, s.len - at, &code);
        if (len == 0) {
            text_add(out, "\xEF\xBF\xBD", 3); /* U+FFFD */
            len = 1;
        } else if (len == 1) {
            add_special(out, (unsigned char)code);
        } else if (code == 0x2028 || code == 0x2029) {
            add_u_escape(out, code); /* they end lines in JavaScript and in some viewers */
        } else {
            text_add(out, s.data + at, len);
        }
        at += len;
    }
    text_add_char(out, '"');
}

void json_writer_init(json_writer *w, text *out) {
    *w = (json_writer){.out = out};
    w->first[0] = true;
}

/* Before every value: a comma, unless it is the first or follows its key. */
static void before_value(json_writer *w) {
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (!w->first[w->depth]) text_add_char(w->out, ',');
    w->first[w->depth] = false;
}

static void begin(json_writer *w, bool object) {
    before_value(w);
    if (w->depth == LIMIT_VALUE_DEPTH) {
        w->out->failed = true;
        return;
    }
    text_add_char(w->out, object ? '{' : '[');
    w->depth++;
    w->first[w->depth] = true;
    w->closing_brace[w->depth] = object;
}

void json_begin_object(json_writer *w) { begin(w, true); }
void json_begin_array(json_writer *w) { begin(w, false); }

void json_end(json_writer *w) {
    if (w->depth == 0 || w->after_key) {
        w->out->failed = true;
        return;
    }
    text_add_char(w->out, w->closing_brace[w->depth] ? '}' : ']');
    w->depth--;
}

void json_key_slice(json_writer *w, slice key) {
    before_value(w);
    json_add_string(w->out, key);
    text_add_char(w->out, ':');
    w->after_key = true;
}

void json_key(json_writer *w, const char *key) { json_key_slice(w, slice_of(key)); }

void json_string(json_writer *w, slice s) {
    before_value(w);
    json_add_string(w->out, s);
}

void json_cstr(json_writer *w, const char *s) {
    if (s == NULL) {
        json_null(w);
    } else {
        json_string(w, slice_of(s));
    }
}

void json_int(json_writer *w, int64_t i) {
    before_value(w);
    text_add_i64(w->out, i);
}

void json_uint(json_writer *w, uint64_t u) {
    before_value(w);
    text_add_u64(w->out, u);
}

void json_double(json_writer *w, double d) {
    before_value(w);
    if (__builtin_isfinite(d)) {
        decimal_repr(w->out, d);
    } else {
        text_add_cstr(w->out, "null");
    }
}

void json_bool(json_writer *w, bool b) {
    before_value(w);
    text_add_cstr(w->out, b ? "true" : "false");
}

void json_null(json_writer *w) {
    before_value(w);
    text_add_cstr(w->out, "null");
}

void json_value(json_writer *w, const value *v) {
    before_value(w);
    value_json(v, w->out);
}

void json_raw(json_writer *w, slice json) {
    before_value(w);
    text_add_slice(w->out, json);
}
