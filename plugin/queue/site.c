/* site.c - takes a printf format apart: literals, conversions, and the types that va_arg needs.
 * Run by the thread that makes the first call of a site, and by each reader of records for its
 * cache. It renders nothing: see record/message.c.
 *
 * What it refuses (capturable = false) is formatted at the call by the C library: positional
 * arguments, wide strings and characters, %n, conversions it does not know, and more arguments
 * or pieces than the tables hold. */
#include "queue/site.h"

#include <limits.h>

enum length_modifier { LENGTH_NONE, LENGTH_CHAR, LENGTH_SHORT, LENGTH_LONG, LENGTH_LONG_DOUBLE };

typedef struct cursor {
    const char *at;
    const char *end;
} cursor;

static bool peek(const cursor *c, char *out) {
    if (c->at == c->end) return false;
    *out = *c->at;
    return true;
}

static bool skip_if(cursor *c, char wanted) {
    if (c->at == c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

static bool add_type(site_format *out, arg_type type, int limit) {
    if (out->arg_count == LIMIT_CALL_ARGS) return false;
    out->types[out->arg_count] = (uint8_t)type;
    out->limits[out->arg_count] = limit;
    out->arg_count++;
    return true;
}

static uint8_t read_flags(cursor *c) {
    static const struct {
        char mark;
        uint8_t flag;
    } flags[] = {{'-', CONV_MINUS}, {'+', CONV_PLUS}, {' ', CONV_SPACE},
                 {'#', CONV_ALT},   {'0', CONV_ZERO}, {'\'', CONV_GROUP}};
    uint8_t found = 0;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0];) {
        if (skip_if(c, flags[i].mark)) {
            found |= flags[i].flag;
            i = 0;
        } else {
            i++;
        }
    }
    return found;
}

/* A width or precision: digits, '*', or nothing (`missing`). false: too large, or positional. */
static bool read_number(cursor *c, int missing, site_format *out, int *number) {
    *number = missing;
    if (skip_if(c, '*')) {
        char next;
        if (peek(c, &next) && next >= '0' && next <= '9') return false; /* "%*1$d" */
        *number = CONV_STAR;
        return add_type(out, ARG_INT, CONV_NONE);
    }
    int sum = -1;
    for (char digit; peek(c, &digit) && digit >= '0' && digit <= '9'; c->at++) {
        if (sum < 0) sum = 0;
        if (sum > (INT_MAX - (digit - '0')) / 10) return false;
        sum = sum * 10 + (digit - '0');
    }
    if (sum >= 0) *number = sum;
    return true;
}

static enum length_modifier read_length(cursor *c) {
    if (skip_if(c, 'h')) return skip_if(c, 'h') ? LENGTH_CHAR : LENGTH_SHORT;
    if (skip_if(c, 'l')) {
        skip_if(c, 'l');
        return LENGTH_LONG;
    }
    if (skip_if(c, 'L')) return LENGTH_LONG_DOUBLE;
    /* intmax_t, size_t, ptrdiff_t and BSD's quad are 64 bits wide, as long is. */
    if (skip_if(c, 'j') || skip_if(c, 'z') || skip_if(c, 't') || skip_if(c, 'q')) return LENGTH_LONG;
    return LENGTH_NONE;
}

static bool add_integer(site_format *out, bool is_signed, enum length_modifier length) {
    bool wide = length == LENGTH_LONG || length == LENGTH_LONG_DOUBLE; /* glibc: %Ld is %lld */
    if (wide) return add_type(out, is_signed ? ARG_LONG : ARG_ULONG, CONV_NONE);
    return add_type(out, is_signed ? ARG_INT : ARG_UINT, CONV_NONE);
}

static bool add_string(site_format *out, const conversion *conv) {
    if (conv->precision == CONV_NONE) return add_type(out, ARG_STRING, CONV_NONE);
    return add_type(out, ARG_STRING_LIMITED, conv->precision == CONV_STAR ? CONV_NONE : conv->precision);
}

static bool add_argument(site_format *out, const conversion *conv, enum length_modifier length) {
    switch (conv->type) {
    case 'd':
    case 'i': return add_integer(out, true, length);
    case 'u':
    case 'o':
    case 'x':
    case 'X': return add_integer(out, false, length);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        if (length == LENGTH_CHAR || length == LENGTH_SHORT) return false;
        return add_type(out, length == LENGTH_LONG_DOUBLE ? ARG_LONG_DOUBLE : ARG_DOUBLE, CONV_NONE);
    case 'c': return length == LENGTH_NONE && add_type(out, ARG_INT, CONV_NONE);
    case 's': return length == LENGTH_NONE && add_string(out, conv);
    case 'p': return length == LENGTH_NONE && add_type(out, ARG_POINTER, CONV_NONE);
    case 'm': return length == LENGTH_NONE && add_type(out, ARG_ERRNO, CONV_NONE);
    default: /* n, C, S, b, B, $, … */ return false;
    }
}

/* c stands behind the '%'. */
static bool read_conversion(cursor *c, site_format *out, conversion *conv) {
    static const char length_marks[] = {0, 'H', 'h', 'l', 'L'};
    conv->flags = read_flags(c);
    if (!read_number(c, CONV_NONE, out, &conv->width)) return false;
    conv->precision = CONV_NONE;
    if (skip_if(c, '.') && !read_number(c, 0, out, &conv->precision)) return false;
    enum length_modifier length = read_length(c);
    if (!peek(c, &conv->type)) return false;
    c->at++;
    conv->length = length_marks[length];
    return add_argument(out, conv, length);
}

static bool parse(cursor *c, site_format *out) {
    const char *literal = c->at;
    while (c->at < c->end) {
        const char *percent = memchr(c->at, '%', (size_t)(c->end - c->at));
        if (percent == NULL) break;
        if (out->conversion_count + 1u >= sizeof out->conversions / sizeof out->conversions[0]) return false;
        conversion *conv = &out->conversions[out->conversion_count++];
        *conv = (conversion){.width = CONV_NONE, .precision = CONV_NONE};
        c->at = percent + 1;
        if (skip_if(c, '%')) { /* the literal runs up to and with the first of the two */
            conv->literal = slice_make(literal, (size_t)(percent + 1 - literal));
        } else {
            conv->literal = slice_make(literal, (size_t)(percent - literal));
            if (!read_conversion(c, out, conv)) return false;
        }
        literal = c->at;
    }
    if (literal < c->end) {
        out->conversions[out->conversion_count++] = (conversion){
            .literal = {literal, (size_t)(c->end - literal)}, .width = CONV_NONE, .precision = CONV_NONE};
    }
    return true;
}

void site_parse(slice format, site_format *out) {
    out->arg_count = 0;
    out->conversion_count = 0;
    cursor c = {format.data, format.data + format.len};
    out->capturable = parse(&c, out);
    if (!out->capturable) out->arg_count = out->conversion_count = 0;
}
