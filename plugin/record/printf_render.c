/* printf_render.c - renders captured arguments by the call's printf format. Runs wherever records
 * are rendered, mostly on the backend: the plain conversions go straight into the output, the
 * others through flags, width and precision. Rules are those of glibc in the C locale: widths and
 * precisions of strings count bytes. It checks no lengths: record_decode did. */
#include "record/printf_render.h"

#include <stdio.h>

#include "base/number.h"
#include "record/captured.h"
#include "record/escape.h"
#include "record/put.h"

typedef struct render {
    const char *at; /* the next argument */
    text *out, *work;
    escape_mode escape;
    message_spans *spans;
    size_t start; /* of the message in out */
} render;

/* A conversion whose stars are resolved. */
typedef struct plan {
    char type, length;
    uint8_t flags;
    int width, precision; /* CONV_NONE: none */
} plan;

/* What stands between the blanks of a padded conversion. */
typedef struct pieces {
    char prefix[4]; /* sign, 0x */
    size_t prefix_len, zeros;
    slice body;
} pieces;

static void note_span(render *r, size_t from) {
    if (r->spans == NULL || r->spans->count == LIMIT_CALL_ARGS) return;
    r->spans->at[r->spans->count].from = from - r->start;
    r->spans->at[r->spans->count].to = r->out->len - r->start;
    r->spans->count++;
}

static void put_padded(render *r, const plan *p, const pieces *what) {
    size_t len = what->prefix_len + what->zeros + what->body.len;
    size_t width = p->width > 0 ? (size_t)p->width : 0;
    size_t blanks = width > len ? width - len : 0;
    if ((p->flags & CONV_MINUS) == 0) text_add_repeat(r->out, ' ', blanks);
    put(r->out, what->prefix, what->prefix_len);
    text_add_repeat(r->out, '0', what->zeros);
    put_slice(r->out, what->body);
    if ((p->flags & CONV_MINUS) != 0) text_add_repeat(r->out, ' ', blanks);
}

/* The zeros of flag '0': what is missing to the width. */
static size_t fill_zeros(const plan *p, const pieces *what) {
    size_t len = what->prefix_len + what->body.len;
    if ((p->flags & (CONV_ZERO | CONV_MINUS)) != CONV_ZERO || p->width < 0) return 0;
    return (size_t)p->width > len ? (size_t)p->width - len : 0;
}

static void add_sign(pieces *what, const plan *p, bool negative) {
    if (negative) {
        what->prefix[what->prefix_len++] = '-';
    } else if ((p->flags & CONV_PLUS) != 0) {
        what->prefix[what->prefix_len++] = '+';
    } else if ((p->flags & CONV_SPACE) != 0) {
        what->prefix[what->prefix_len++] = ' ';
    }
}

static void finish_integer(render *r, const plan *p, pieces *what, bool zero) {
    if (p->precision != CONV_NONE) {
        if (p->precision == 0 && zero) what->body.len = 0;
        size_t digits = (size_t)p->precision;
        what->zeros = digits > what->body.len ? digits - what->body.len : 0;
    } else {
        what->zeros = fill_zeros(p, what);
    }
    put_padded(r, p, what);
}

static void put_signed(render *r, const plan *p) {
    char digits[NUMBER_SIZE];
    pieces what = {.prefix_len = 0};
    int64_t v = (int64_t)captured_u64(&r->at);
    if (p->length == 'H') v = (int8_t)v;
    if (p->length == 'h') v = (int16_t)v;
    add_sign(&what, p, v < 0);
    what.body = slice_make(digits, number_u64(digits, v < 0 ? 0 - (uint64_t)v : (uint64_t)v));
    finish_integer(r, p, &what, v == 0);
}

static void put_unsigned(render *r, const plan *p) {
    char digits[NUMBER_SIZE + 1];
    pieces what = {.prefix_len = 0};
    bool alt = (p->flags & CONV_ALT) != 0;
    uint64_t v = captured_u64(&r->at);
    if (p->length == 'H') v = (unsigned char)v;
    if (p->length == 'h') v = (unsigned short)v;
    size_t len;
    if (p->type == 'o') {
        len = number_octal(digits, v);
    } else if (p->type == 'u') {
        len = number_u64(digits, v);
    } else {
        len = number_hex(digits, v, p->type == 'X');
        if (alt && v != 0) what.prefix_len = 2;
        memcpy(what.prefix, p->type == 'X' ? "0X" : "0x", 2);
    }
    what.body = slice_make(digits, len);
    plan octal = *p;
    if (p->type == 'o' && alt && p->precision <= (int)len && (v != 0 || p->precision == 0)) {
        octal.precision = v == 0 ? 1 : (int)len + 1; /* '#': the first digit is a 0 */
        if (p->precision == CONV_NONE && (p->flags & (CONV_ZERO | CONV_MINUS)) == CONV_ZERO &&
            p->width > octal.precision)
            octal.precision = p->width;
    }
    finish_integer(r, &octal, &what, v == 0);
}

static void put_double(render *r, const plan *p) {
    bool alt = (p->flags & CONV_ALT) != 0;
    bool hex = p->type == 'a' || p->type == 'A';
    int precision = p->precision == CONV_NONE && !hex ? 6 : p->precision;
    text_clear(r->work);
    if (p->length == 'L') {
        number_printf_long(r->work, p->type, precision, alt, captured_long_double(&r->at));
    } else {
        number_printf(r->work, p->type, precision, alt, captured_double(&r->at));
    }
    if (r->work->failed) r->out->failed = true;
    pieces what = {.body = text_slice(r->work)};
    bool negative = what.body.len > 0 && what.body.data[0] == '-';
    add_sign(&what, p, negative);
    if (negative) what.body = slice_make(what.body.data + 1, what.body.len - 1);
    char first = what.body.len > 0 ? what.body.data[0] : '0';
    bool finite = (first >= '0' && first <= '9') || first == '.';
    if (hex && finite && what.body.len > 2) {
        memcpy(what.prefix + what.prefix_len, what.body.data, 2);
        what.prefix_len += 2;
        what.body = slice_make(what.body.data + 2, what.body.len - 2);
    }
    if (finite) what.zeros = fill_zeros(p, &what);
    put_padded(r, p, &what);
}

/* Cut, then escaped, then padded. */
static void put_text(render *r, const plan *p, slice s) {
    pieces what = {.body = s};
    if (r->escape == ESCAPE_ARGUMENTS && escape_clean(s) < s.len) {
        text_clear(r->work);
        escape_add(r->work, s);
        if (r->work->failed) r->out->failed = true;
        what.body = text_slice(r->work);
    }
    size_t from = r->out->len;
    put_padded(r, p, &what);
    note_span(r, from);
}

static void put_string(render *r, const plan *p) {
    slice s = captured_string(&r->at);
    bool cut = p->precision != CONV_NONE;
    if (s.data == NULL) /* glibc: all of "(null)" or nothing */
        s = cut && p->precision < 6 ? SLICE_LITERAL("") : SLICE_LITERAL("(null)");
    if (cut && (size_t)p->precision < s.len) s.len = (size_t)p->precision;
    put_text(r, p, s);
}

static void put_pointer(render *r, const plan *p) {
    char digits[NUMBER_SIZE];
    pieces what = {.body = SLICE_LITERAL("(nil)")};
    uint64_t v = captured_u64(&r->at);
    if (v != 0) {
        add_sign(&what, p, false);
        memcpy(what.prefix + what.prefix_len, "0x", 2);
        what.prefix_len += 2;
        what.body = slice_make(digits, number_hex(digits, v, false));
    }
    put_padded(r, p, &what);
}

static void put_errno(render *r, const plan *p) {
    int number = (int)captured_u64(&r->at);
    char unknown[40];
    const char *words = (p->flags & CONV_ALT) != 0 ? strerrorname_np(number) : strerrordesc_np(number);
    if (words == NULL) {
        snprintf(unknown, sizeof unknown, (p->flags & CONV_ALT) != 0 ? "%d" : "Unknown error %d", number);
        words = unknown;
    }
    slice s = slice_of(words);
    if (p->precision != CONV_NONE && (size_t)p->precision < s.len) s.len = (size_t)p->precision;
    pieces what = {.body = s};
    put_padded(r, p, &what);
}

static void refuse(render *r, const char *what, int64_t number) {
    text_addf(r->out, "[%s %lld refused]", what, (long long)number);
}

/* Takes the stars' arguments; a negative width is '-' and the width, a negative precision none. */
static plan resolve(render *r, const conversion *c) {
    plan p = {c->type, c->length, c->flags, c->width, c->precision};
    if (c->width == CONV_STAR) {
        int64_t width = (int)captured_u64(&r->at);
        if (width < 0) p.flags |= CONV_MINUS;
        width = width < 0 ? -width : width;
        p.width = width > INT32_MAX ? INT32_MAX : (int)width;
    }
    if (c->precision == CONV_STAR) {
        int precision = (int)captured_u64(&r->at);
        p.precision = precision < 0 ? CONV_NONE : precision;
    }
    if (p.width > RENDER_WIDTH_MAX) {
        refuse(r, "width", p.width);
        p.width = CONV_NONE;
    }
    bool is_text = p.type == 's' || p.type == 'm';
    if (p.precision > RENDER_WIDTH_MAX && !is_text) {
        refuse(r, "precision", p.precision);
        p.precision = CONV_NONE;
    }
    return p;
}

static void put_other(render *r, const conversion *c) {
    plan p = resolve(r, c);
    switch (p.type) {
    case 'd':
    case 'i': put_signed(r, &p); break;
    case 'u':
    case 'o':
    case 'x':
    case 'X': put_unsigned(r, &p); break;
    case 's': put_string(r, &p); break;
    case 'c': {
        char byte = (char)captured_u64(&r->at);
        put_text(r, &p, slice_make(&byte, 1));
        break;
    }
    case 'p': put_pointer(r, &p); break;
    case 'm': put_errno(r, &p); break;
    default: put_double(r, &p); break;
    }
}

static void put_plain_string(render *r) {
    slice s = captured_string(&r->at);
    if (s.data == NULL) s = SLICE_LITERAL("(null)");
    size_t from = r->out->len;
    if (r->escape == ESCAPE_ARGUMENTS) {
        escape_add(r->out, s);
    } else {
        put_slice(r->out, s);
    }
    if (r->spans != NULL) note_span(r, from);
}

static void put_integer(text *out, uint64_t v, bool is_signed) {
    if (!put_room(out, NUMBER_SIZE) && !text_reserve(out, NUMBER_SIZE)) return;
    char *at = out->data + out->len;
    out->len += is_signed ? number_i64(at, (int64_t)v) : number_u64(at, v);
    out->data[out->len] = '\0';
}

void printf_render(const site_info *site, const char *args, escape_mode escape, message_spans *spans,
                   text *work, text *out) {
    render r = {args, out, work, escape, spans, out->len};
    for (const site_step *step = site->steps, *end = step + site->step_count; step < end; step++) {
        put_slice(out, step->how.literal);
        switch (step->kind) {
        case STEP_LITERAL: break;
        case STEP_INT: put_integer(out, captured_u64(&r.at), true); break;
        case STEP_UINT: put_integer(out, captured_u64(&r.at), false); break;
        case STEP_STRING: put_plain_string(&r); break;
        case STEP_DOUBLE:
            number_printf(out, step->how.type, step->how.precision == CONV_NONE ? 6 : step->how.precision,
                          false, captured_double(&r.at));
            break;
        default: put_other(&r, &step->how); break;
        }
    }
}
