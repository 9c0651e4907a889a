/* dollar.c - logging.Formatter in Python's `$` style: string.Template's rules. Compiled where configurations
 * are built. */
#include "format/compiled.h"
#include "format/style.h"

typedef enum dollar_piece { DOLLAR_ESCAPED, DOLLAR_FIELD, DOLLAR_BARE } dollar_piece;

/* An identifier of a template is ASCII. */
static bool is_first(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static size_t identifier_end(slice s, size_t at) {
    if (at >= s.len || !is_first(s.data[at])) return at;
    while (at < s.len && (is_first(s.data[at]) || (s.data[at] >= '0' && s.data[at] <= '9'))) at++;
    return at;
}

/* What follows the '$' at *at; moves *at past it. */
static dollar_piece read_piece(slice format, size_t *at, slice *key) {
    size_t from = *at + 1;
    if (from < format.len && format.data[from] == '$') {
        *at = from + 1;
        return DOLLAR_ESCAPED;
    }
    bool braced = from < format.len && format.data[from] == '{';
    size_t begin = from + (braced ? 1 : 0), end = identifier_end(format, begin);
    bool closed = !braced || (end < format.len && format.data[end] == '}');
    *at = from;
    if (end == begin || !closed) return DOLLAR_BARE;
    *key = slice_make(format.data + begin, end - begin);
    *at = end + (braced ? 1 : 0);
    return DOLLAR_FIELD;
}

/* Position of the next '$' from `at` on, or the end. */
static size_t next_dollar(slice s, size_t at) {
    const char *found = at < s.len ? memchr(s.data + at, '$', s.len - at) : NULL;
    return found == NULL ? s.len : (size_t)(found - s.data);
}

/* StringTemplateStyle.validate. *dollars: how many pieces there are. */
static int validate(slice format, bool fields_wanted, size_t *dollars, weir_error *err) {
    size_t fields = 0;
    slice key;
    *dollars = 0;
    for (size_t at = next_dollar(format, 0); at < format.len; at = next_dollar(format, at)) {
        dollar_piece piece = read_piece(format, &at, &key);
        if (piece == DOLLAR_BARE)
            return error_set(err, WEIR_ERR_INVALID,
                             "invalid format: bare '$' not allowed (write '$$', or a field like ${message})");
        fields += piece == DOLLAR_FIELD;
        (*dollars)++;
    }
    if (fields > 0 || !fields_wanted) return 0;
    return error_set(err, WEIR_ERR_INVALID, "invalid format: no fields (write one like ${message})");
}

int dollar_style_create(const formatter_options *options, formatter **out, weir_error *err) {
    size_t dollars;
    slice key;
    if (validate(options->format, !options->unchecked, &dollars, err) != 0) return -1;
    compiled_formatter *f = compiled_create(options, 2 * dollars + 1, err);
    if (f == NULL) return -1;
    slice format = f->format;
    for (size_t at = 0; at < format.len;) {
        size_t dollar = next_dollar(format, at);
        compiled_add_literal(f, slice_make(format.data + at, dollar - at));
        at = dollar;
        if (at == format.len) break;
        if (read_piece(format, &at, &key) == DOLLAR_FIELD)
            compiled_add_field(f, key);
        else
            compiled_add_literal(f, SLICE_LITERAL("$"));
    }
    *out = &f->base;
    return 0;
}
