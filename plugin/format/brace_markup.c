/* brace_markup.c - after CPython's MarkupIterator_next and parse_field, with their words for what is wrong.
 * Pure; any thread. */
#include "format/brace_markup.h"

#include "base/utf8.h"

static int bad(weir_error *err, const char *words) {
    return error_set(err, WEIR_ERR_INVALID, "ValueError: %s", words);
}

/* One code point, or a byte that begins none. */
static uint32_t read_point(slice s, size_t *at) {
    uint32_t point = (unsigned char)s.data[*at];
    size_t size = utf8_decode(s.data + *at, s.len - *at, &point);
    *at += size == 0 ? 1 : size;
    return point;
}

/* From the '{' of the field on: its name up to '}', ':' or '!', which is returned; 0: the end. */
static char read_name(slice s, size_t *at, slice *name) {
    size_t from = *at;
    while (*at < s.len) {
        char c = s.data[(*at)++];
        if (c == '[') {
            while (*at < s.len && s.data[*at] != ']') (*at)++;
        } else if (c == '{' || c == '}' || c == ':' || c == '!') {
            *name = slice_make(s.data + from, *at - 1 - from);
            return c;
        }
    }
    *name = slice_make(s.data + from, *at - from);
    return 0;
}

static int read_spec(slice s, size_t *at, brace_piece *out, weir_error *err) {
    size_t from = *at, open = 1;
    while (*at < s.len) {
        char c = s.data[(*at)++];
        if (c == '{') {
            out->nested = true;
            open++;
        } else if (c == '}' && --open == 0) {
            out->spec = slice_make(s.data + from, *at - 1 - from);
            return 0;
        }
    }
    return bad(err, "unmatched '{' in format spec");
}

static int read_field(slice s, size_t *at, brace_piece *out, weir_error *err) {
    char c = read_name(s, at, &out->field);
    out->has_field = true;
    if (c == '{') return bad(err, "unexpected '{' in field name");
    if (c == '}') return 0;
    if (c == 0) return bad(err, "expected '}' before end of string");
    if (c == '!') {
        if (*at >= s.len) return bad(err, "end of string while looking for conversion specifier");
        out->conversion = read_point(s, at);
        if (*at < s.len) {
            c = s.data[(*at)++];
            if (c == '}') return 0;
            if (c != ':') return bad(err, "expected ':' after conversion specifier");
        }
    }
    return read_spec(s, at, out, err);
}

int brace_next(slice s, size_t *at, brace_piece *out, weir_error *err) {
    size_t from = *at, brace = from;
    *out = (brace_piece){.spec = SLICE_LITERAL("")};
    if (from >= s.len) return 0;
    while (brace < s.len && s.data[brace] != '{' && s.data[brace] != '}') brace++;
    out->literal = slice_make(s.data + from, brace - from);
    *at = brace;
    if (brace == s.len) return 1;
    bool doubled = brace + 1 < s.len && s.data[brace + 1] == s.data[brace];
    if (s.data[brace] == '}' && !doubled) return bad(err, "Single '}' encountered in format string");
    if (brace + 1 == s.len) return bad(err, "Single '{' encountered in format string");
    if (doubled) {
        out->literal.len++;
        *at = brace + 2;
        return 1;
    }
    *at = brace + 1;
    return read_field(s, at, out, err) == 0 ? 1 : -1;
}

/* ---- StrFormatStyle.validate ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* \w takes letters of all scripts. */
static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           (unsigned char)c >= 0x80;
}

static size_t skip_words(slice s, size_t at) {
    while (at < s.len && is_word(s.data[at])) at++;
    return at;
}

/* `$` also matches in front of a newline that is the last character. */
static bool at_end(slice s, size_t at) { return at == s.len || (at + 1 == s.len && s.data[at] == '\n'); }

/* ^(\d+|\w+)(\.\w+|\[[^]]+\])*$ */
static bool name_valid(slice s) {
    size_t at = skip_words(s, 0);
    if (at == 0) return false;
    for (;;) {
        size_t from = at;
        if (at < s.len && s.data[at] == '.') {
            at = skip_words(s, at + 1);
            if (at == from + 1) return false;
        } else if (at < s.len && s.data[at] == '[') {
            while (++at < s.len && s.data[at] != ']') {
            }
            if (at == s.len || at == from + 1) return false;
            at++;
        } else {
            return at_end(s, at);
        }
    }
}

/* \d+|{\w+}, or nothing: then `at` itself. */
static size_t skip_count(slice s, size_t at) {
    size_t from = at;
    while (at < s.len && is_digit(s.data[at])) at++;
    if (at > from || at == s.len || s.data[at] != '{') return at;
    size_t end = skip_words(s, at + 1);
    return end > at + 1 && end < s.len && s.data[end] == '}' ? end + 1 : at;
}

static size_t skip_one(slice s, size_t at, const char *set) {
    return at < s.len && s.data[at] != '\0' && strchr(set, s.data[at]) != NULL ? at + 1 : at;
}

/* ^(.?[<=>^])?[+ -]?#?0?(\d+|{\w+})?[,_]?(\.(\d+|{\w+}))?[bcdefgnosx%]?$, in any case, from `at` on. */
static bool rest_valid(slice s, size_t at) {
    at = skip_one(s, skip_one(s, at, "+- "), "#");
    at = skip_count(s, at); /* the 0 of [0?] is a digit, too */
    if (at > 0 && s.data[at - 1] == '0' && at < s.len && s.data[at] == '{') {
        size_t zero = at - 1; /* "0{width}" */
        bool alone = zero == 0 || !is_digit(s.data[zero - 1]);
        if (alone) at = skip_count(s, at);
    }
    at = skip_one(s, at, ",_");
    if (at < s.len && s.data[at] == '.') {
        size_t behind = skip_count(s, at + 1);
        if (behind == at + 1) return false;
        at = behind;
    }
    at = skip_one(s, at, "bcdefgnosx%BCDEFGNOSX");
    return at_end(s, at);
}

static bool spec_valid(slice s) {
    size_t fill = 0;
    if (s.len > 0 && s.data[0] != '\n') read_point(s, &fill);
    if (fill > 0 && skip_one(s, fill, "<=>^") > fill && rest_valid(s, fill + 1)) return true;
    if (skip_one(s, 0, "<=>^") > 0 && rest_valid(s, 1)) return true;
    return rest_valid(s, 0);
}

/* "invalid format: WORDS: 'TEXT'", the text as Python's repr. */
static int refuse(weir_error *err, const char *words, slice what) {
    value v = value_str(what);
    text shown;
    text_init(&shown, 0);
    value_repr(&v, &shown);
    error_set(err, WEIR_ERR_INVALID, "invalid format: %s: %s", words, text_cstr(&shown));
    text_done(&shown);
    return -1;
}

static int check_piece(const brace_piece *piece, weir_error *err) {
    if (piece->field.len > 0 && !name_valid(piece->field))
        return refuse(err, "invalid field name/expression", piece->field);
    if (piece->conversion != 0 && piece->conversion != 'r' && piece->conversion != 's' &&
        piece->conversion != 'a') {
        text one;
        text_init(&one, 0);
        utf8_add(&one, piece->conversion);
        refuse(err, "invalid conversion", text_slice(&one));
        text_done(&one);
        return -1;
    }
    if (piece->spec.len > 0 && !spec_valid(piece->spec)) return refuse(err, "bad specifier", piece->spec);
    return 0;
}

int brace_validate(slice format, bool fields_wanted, size_t *pieces, weir_error *err) {
    size_t at = 0, fields = 0;
    brace_piece piece;
    weir_error why;
    int more;
    *pieces = 0;
    while ((more = brace_next(format, &at, &piece, &why)) > 0) {
        if (check_piece(&piece, err) != 0) return -1;
        fields += piece.has_field && piece.field.len > 0;
        (*pieces)++;
    }
    if (more < 0)
        return error_set(err, WEIR_ERR_INVALID, "invalid format: %s",
                         why.message + sizeof "ValueError: " - 1);
    if (fields > 0 || !fields_wanted) return 0;
    return error_set(err, WEIR_ERR_INVALID, "invalid format: no fields (write one like {message})");
}
