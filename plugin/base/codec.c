/* codec.c - see codec.h. ASCII, Latin-1, UTF-16 and UTF-32 by arithmetic; encodings of a byte a character by
 * a table that iconv(3) is asked for once, when the codec is made: nothing of iconv is used later. */
#include "base/codec.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/codec_names.h"
#include "base/utf8.h"

typedef enum codec_errors {
    ERRORS_STRICT,
    ERRORS_IGNORE,
    ERRORS_REPLACE,
    ERRORS_BACKSLASH,
    ERRORS_XML,
    ERRORS_ESCAPE, /* surrogateescape */
    ERRORS_PASS    /* surrogatepass */
} codec_errors;
static const char *const error_words[] = {
    "strict",          "ignore",       "replace", "backslashreplace", "xmlcharrefreplace",
    "surrogateescape", "surrogatepass"};

typedef struct table_entry {
    uint32_t point;
    unsigned char byte;
} table_entry;

struct codec {
    const codec_row *row;
    codec_errors errors;
    table_entry *table; /* in the order of points */
    size_t count;
};

/* ---- made ---- */

static int by_point(const void *a, const void *b) {
    uint32_t x = ((const table_entry *)a)->point, y = ((const table_entry *)b)->point;
    return x < y ? -1 : x > y;
}

/* What each of the 256 bytes means, from iconv. */
static int fill_table(codec *c, weir_error *err) {
    iconv_t from = iconv_open("UTF-32LE", c->row->iconv);
    if (from == (iconv_t)-1)
        return error_set(err, WEIR_ERR_SYSTEM, "this system has no table of the encoding '%s' (iconv -l)",
                         c->row->python);
    for (int byte = 0; byte < 256; byte++) {
        char in = (char)byte, out[16], *from_at = &in, *to_at = out;
        size_t in_left = 1, out_left = sizeof out;
        if (iconv(from, &from_at, &in_left, &to_at, &out_left) == (size_t)-1) {
            iconv(from, NULL, NULL, NULL, NULL);
            continue; /* Python, too, has nothing there */
        }
        if (out_left == sizeof out) { /* kept back, as it may combine with what follows */
            iconv(from, NULL, NULL, &to_at, &out_left);
        }
        if (sizeof out - out_left != 4) continue;
        uint32_t point = 0;
        for (int i = 3; i >= 0; i--) point = point << 8 | (unsigned char)out[i];
        c->table[c->count++] = (table_entry){point, (unsigned char)byte};
    }
    iconv_close(from);
    qsort(c->table, c->count, sizeof *c->table, by_point);
    return 0;
}

static int find_errors(slice word, codec_errors *out, weir_error *err) {
    text known;
    text_init(&known, 0);
    *out = ERRORS_STRICT;
    for (size_t i = 0; i < sizeof error_words / sizeof error_words[0]; i++) {
        text_addf(&known, "%s'%s'", i > 0 ? ", " : "", error_words[i]);
        if (!slice_is(word, error_words[i])) continue;
        *out = (codec_errors)i;
        word = SLICE_NONE;
    }
    int rc = 0;
    if (slice_is(word, "namereplace"))
        rc = error_set(err, WEIR_ERR_INVALID, "errors 'namereplace' is not in this version (right are %s)",
                       text_cstr(&known));
    else if (word.len > 0)
        rc = error_set(err, WEIR_ERR_INVALID, "errors '%.*s' is unknown (right are %s)", (int)word.len,
                       word.data, text_cstr(&known));
    text_done(&known);
    return rc;
}

int codec_create_lone(slice errors, codec **out, weir_error *err) {
    codec_errors how;
    /* No surrogate has a name: Python then writes what backslashreplace writes. */
    if (slice_is(errors, "namereplace")) errors = SLICE_LITERAL("backslashreplace");
    if (find_errors(errors, &how, err) != 0) return -1;
    codec *c = calloc(1, sizeof *c);
    if (c == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for an encoding");
    *c = (codec){.row = codec_row_find(SLICE_LITERAL("utf-8")), .errors = how};
    *out = c;
    return 0;
}

const codec *codec_strict(void) {
    static const codec_row row = {.kind = CODEC_UTF8, .python = "utf-8"};
    static const codec strict = {.row = &row};
    return &strict;
}

static int no_encoding(slice name, weir_error *err) {
    text known;
    text_init(&known, 0);
    codec_row_list(&known);
    error_set(err, WEIR_ERR_INVALID, "encoding '%.*s' is not known here (right are %s)",
              (int)(name.len > 60 ? 60 : name.len), name.data, text_cstr(&known));
    text_done(&known);
    return -1;
}

int codec_create(slice encoding, slice errors, codec **out, weir_error *err) {
    codec_errors how;
    const codec_row *row = codec_row_find(encoding);
    if (row == NULL) return no_encoding(encoding, err);
    if (row->kind == CODEC_UTF8 && slice_is(errors, "namereplace"))
        errors = SLICE_NONE; /* see codec_create_lone */
    if (find_errors(errors, &how, err) != 0) return -1;
    *out = NULL;
    if (row->kind == CODEC_UTF8) return 0;
    codec *c = calloc(1, sizeof *c);
    if (c == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for an encoding");
    *c = (codec){.row = row, .errors = how};
    if (row->kind == CODEC_TABLE) c->table = calloc(256, sizeof *c->table);
    if (row->kind == CODEC_TABLE && c->table == NULL) {
        free(c);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for an encoding");
    }
    if (row->kind == CODEC_TABLE && fill_table(c, err) != 0) {
        codec_free(c);
        return -1;
    }
    *out = c;
    return 0;
}

void codec_free(codec *c) {
    if (c == NULL) return;
    free(c->table);
    free(c);
}

/* ---- one character ---- */

static void add_units(bool big, uint32_t unit, size_t bytes, text *out) {
    for (size_t i = 0; i < bytes; i++) text_add_char(out, (char)(unit >> 8 * (big ? bytes - 1 - i : i)));
}

static bool is_surrogate(uint32_t point) { return point >= 0xd800 && point < 0xe000; }

static bool put_unicode(const codec *c, uint32_t point, bool surrogates, text *out) {
    bool big = c->row->big_endian;
    if (is_surrogate(point) && !surrogates) return false;
    if (c->row->kind == CODEC_UTF32) {
        add_units(big, point, 4, out);
    } else if (point < 0x10000) {
        add_units(big, point, 2, out);
    } else {
        add_units(big, 0xd800 + ((point - 0x10000) >> 10), 2, out);
        add_units(big, 0xdc00 + ((point - 0x10000) & 0x3ff), 2, out);
    }
    return true;
}

/* false: the encoding lacks it. */
static bool put(const codec *c, uint32_t point, text *out) {
    if (c->row->kind == CODEC_UTF16 || c->row->kind == CODEC_UTF32) return put_unicode(c, point, false, out);
    if (c->row->kind == CODEC_UTF8) {
        if (is_surrogate(point)) return false;
        utf8_add(out, point);
        return true;
    }
    if (c->row->kind != CODEC_TABLE) {
        if (point >= (c->row->kind == CODEC_ASCII ? 0x80u : 0x100u)) return false;
        text_add_char(out, (char)point);
        return true;
    }
    const table_entry wanted = {.point = point},
                      *found = bsearch(&wanted, c->table, c->count, sizeof wanted, by_point);
    if (found != NULL) text_add_char(out, (char)found->byte);
    return found != NULL;
}

/* What Python puts in its place, which is ASCII. false: there is nothing for it. */
static bool put_instead(const codec *c, uint32_t point, text *out) {
    char in_place[16] = "";
    bool wide = c->row->kind == CODEC_UTF16 || c->row->kind == CODEC_UTF32;
    switch (c->errors) {
    case ERRORS_IGNORE: return true;
    case ERRORS_REPLACE: snprintf(in_place, sizeof in_place, "?"); break;
    case ERRORS_XML: snprintf(in_place, sizeof in_place, "&#%u;", point); break;
    case ERRORS_BACKSLASH:
        snprintf(in_place, sizeof in_place,
                 point < 0x100     ? "\\x%02x"
                 : point < 0x10000 ? "\\u%04x"
                                   : "\\U%08x",
                 point);
        break;
    case ERRORS_ESCAPE:
        if (wide || point < 0xdc80 || point > 0xdcff) return false;
        text_add_char(out, (char)(point - 0xdc00));
        return true;
    case ERRORS_PASS:
        if (c->row->kind == CODEC_UTF8) utf8_add_surrogate(out, point);
        return c->row->kind == CODEC_UTF8 || (wide && put_unicode(c, point, true, out));
    default: return false;
    }
    for (const char *at = in_place; *at != '\0'; at++)
        if (!put(c, (unsigned char)*at, out)) return false;
    return true;
}

/* ---- a text ---- */

/* The next character of in; a byte that is no UTF-8 is a surrogate, as surrogateescape has it. */
static uint32_t next(slice in, size_t *at) {
    uint32_t point;
    size_t len = utf8_decode(in.data + *at, in.len - *at, &point);
    if (len == 0) len = utf8_surrogate(in.data + *at, in.len - *at, &point);
    if (len == 0) point = 0xdc00u + (unsigned char)in.data[*at];
    *at += len > 0 ? len : 1;
    return point;
}

/* Python names the whole run of characters that cannot be encoded. */
static int refuse(const codec *c, slice in, size_t at, size_t position, uint32_t point, weir_error *err) {
    static const char *const why[] = {
        [CODEC_ASCII] = "ordinal not in range(128)", [CODEC_LATIN1] = "ordinal not in range(256)",
        [CODEC_UTF8] = "surrogates not allowed",     [CODEC_UTF16] = "surrogates not allowed",
        [CODEC_UTF32] = "surrogates not allowed",    [CODEC_TABLE] = "character maps to <undefined>"};
    const char *name = c->row->kind == CODEC_TABLE ? "charmap" : c->row->python;
    size_t last = position;
    text unused;
    text_init(&unused, 0);
    while (at < in.len && !put(c, next(in, &at), &unused)) last++;
    text_done(&unused);
    if (last > position)
        return error_set(err, WEIR_ERR_INVALID,
                         "UnicodeEncodeError: '%s' codec can't encode characters in position %zu-%zu: %s",
                         name, position, last, why[c->row->kind]);
    char shown[16];
    snprintf(shown, sizeof shown, point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
    return error_set(err, WEIR_ERR_INVALID,
                     "UnicodeEncodeError: '%s' codec can't encode character '%s' in position %zu: %s", name,
                     shown, position, why[c->row->kind]);
}

int codec_encode(const codec *c, slice in, text *out, weir_error *err) {
    size_t before = out->len;
    for (size_t at = 0, position = 0; at < in.len; position++) {
        uint32_t point = next(in, &at);
        if (put(c, point, out) || put_instead(c, point, out)) continue;
        out->len = before;
        if (out->data != NULL) out->data[before] = '\0';
        return refuse(c, in, at, position, point, err);
    }
    return 0;
}

size_t codec_mark(slice encoding, char out[CODEC_MARK_MAX]) {
    const codec_row *row = codec_row_find(encoding);
    const codec c = {.row = row};
    text made;
    if (row == NULL || !row->marked) return 0;
    text_init(&made, 0);
    if (row->kind == CODEC_UTF8)
        utf8_add(&made, 0xfeff);
    else
        put(&c, 0xfeff, &made);
    size_t len = made.len <= CODEC_MARK_MAX ? made.len : 0;
    if (len > 0) memcpy(out, made.data, len);
    text_done(&made);
    return len;
}
