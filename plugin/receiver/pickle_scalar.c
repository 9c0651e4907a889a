/* pickle_scalar.c - the value of one opcode: numbers and strings of all protocols, and the text that stands
 * for what is not read. Pure; memory is the values' own. */
#include <stdlib.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "receiver/pickle_machine.h"

/* sys.float_info: no float is written longer by Python; hexadecimal ones are not written at all. */
#define FLOAT_TEXT_MAX 64
/* Of module and name each, in the text that stands for a class. */
#define NAME_MAX_SHOWN 200
/* Bytes of an integer of LIMIT_INTEGER_DIGITS digits. */
#define INTEGER_BYTES_MAX 1790
#define STEP_FACTOR 1000000000u

static bool malformed(pickle_values *v, const char *why) { return pickle_fail(v->m, PICKLE_MALFORMED, why); }

/* ---- texts that stand for something ---- */

bool pickle_take_scratch(pickle_values *v, value *out) {
    char *copy = v->scratch->failed ? NULL : pickle_alloc(v, v->scratch->len);
    if (copy == NULL)
        return pickle_fail(v->m, PICKLE_TOO_MUCH, "it needs more memory than four times its size");
    memcpy(copy, text_cstr(v->scratch), v->scratch->len);
    *out = value_str(slice_make(copy, v->scratch->len));
    return pickle_spend(v, 1, v->scratch->len);
}

static void add_name(text *out, slice name) {
    text_add(out, name.data, name.len < NAME_MAX_SHOWN ? name.len : NAME_MAX_SHOWN);
    if (name.len > NAME_MAX_SHOWN) text_add_cstr(out, "...");
}

static void add_class(text *out, slice lines) {
    const char *end = memchr(lines.data, '\n', lines.len);
    size_t module = end == NULL ? lines.len : (size_t)(end - lines.data);
    add_name(out, slice_make(lines.data, module));
    text_add_char(out, '.');
    if (end != NULL) add_name(out, slice_make(end + 1, lines.len - module - 1));
}

static void add_global(pickle_values *v, uint32_t node) {
    const uint32_t *refs = &v->m->words[v->m->words[node + NODE_FIRST] + CHUNK_REFS];
    for (int i = 0; i < 2; i++) {
        value part;
        if (i > 0) text_add_char(v->scratch, '.');
        /* A scalar whose value is in the frame itself: the scratch text is in use. */
        bool plain = !ref_is_node(refs[i]) && strchr("X\x8c\x8d", v->m->frame[refs[i]]) != NULL;
        if (plain && pickle_scalar(v, refs[i], &part)) add_name(v->scratch, part.str);
    }
}

bool pickle_not_read(pickle_values *v, uint32_t ref, value *out) {
    slice argument;
    uint32_t next;
    text_clear(v->scratch);
    text_add_char(v->scratch, '<');
    if (ref_is_node(ref)) {
        add_global(v, ref & REF_INDEX);
    } else if (!pickle_argument_at(v->m, ref, &argument, &next)) {
        return malformed(v, "an unfinished opcode");
    } else {
        switch (v->m->frame[ref]) {
        case 'c':
        case 'i': add_class(v->scratch, argument); break;
        case 'P':
        case 'Q': text_add_cstr(v->scratch, "a persistent object"); break;
        case 0x82:
        case 0x83:
        case 0x84:
            text_addf(v->scratch, "extension %llu", (unsigned long long)pickle_unsigned(argument));
            break;
        default: text_add_cstr(v->scratch, "a call"); break;
        }
    }
    text_add_cstr(v->scratch, " not read>");
    return pickle_take_scratch(v, out);
}

/* ---- integers ---- */

static bool too_long(pickle_values *v, size_t bytes, value *out) {
    text_clear(v->scratch);
    text_addf(v->scratch, "<an int of %zu bytes not read>", bytes);
    return pickle_take_scratch(v, out);
}

/* Two's complement, lowest byte first, to limbs of the absolute value; returns whether it is negative. */
static bool absolute(slice bytes, uint32_t *limbs, size_t count) {
    bool negative = (bytes.data[bytes.len - 1] & 0x80) != 0;
    uint64_t carry = negative ? 1 : 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t limb = 0;
        for (size_t b = 0; b < 4; b++) {
            size_t at = 4 * i + b;
            uint32_t byte = at < bytes.len ? (unsigned char)bytes.data[at] : negative ? 0xFF : 0;
            limb |= byte << (8 * b);
        }
        carry += negative ? ~limb : limb;
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return negative;
}

/* Divides by 10^9 again and again; digits are put in front of `end`. */
static char *print_limbs(uint32_t *limbs, size_t count, char *end) {
    while (count > 0) {
        uint64_t rest = 0;
        for (size_t i = count; i-- > 0;) {
            rest = rest << 32 | limbs[i];
            limbs[i] = (uint32_t)(rest / STEP_FACTOR);
            rest %= STEP_FACTOR;
        }
        while (count > 0 && limbs[count - 1] == 0) count--;
        for (int digit = 0; digit < 9 && (count > 0 || rest > 0); digit++, rest /= 10)
            *--end = (char)('0' + rest % 10);
    }
    return end;
}

static bool long_binary(pickle_values *v, slice bytes, value *out) {
    uint32_t limbs[INTEGER_BYTES_MAX / 4 + 2];
    char digits[LIMIT_INTEGER_DIGITS + 32], *end = digits + sizeof digits;
    if (bytes.len <= sizeof(uint64_t)) {
        uint64_t n = pickle_unsigned(bytes);
        if (bytes.len > 0 && bytes.len < 8 && (bytes.data[bytes.len - 1] & 0x80) != 0)
            n |= ~0ull << (8 * bytes.len);
        *out = value_int((int64_t)n);
        return true;
    }
    if (bytes.len > INTEGER_BYTES_MAX) return too_long(v, bytes.len, out);
    size_t count = (bytes.len + 3) / 4;
    if (!pickle_spend(v, count * count / 8, 0)) return false;
    bool negative = absolute(bytes, limbs, count);
    while (count > 0 && limbs[count - 1] == 0) count--;
    uint64_t low = (uint64_t)(count > 1 ? limbs[1] : 0) << 32 | (count > 0 ? limbs[0] : 0);
    if (count <= 2 && low <= INT64_MAX) {
        *out = value_int(negative ? -(int64_t)low : (int64_t)low);
        return true;
    }
    char *begin = print_limbs(limbs, count, end);
    if (negative) *--begin = '-';
    text_clear(v->scratch);
    text_add(v->scratch, begin, (size_t)(end - begin));
    if (!pickle_take_scratch(v, out)) return false;
    out->type = VALUE_BIGINT;
    return true;
}

/* Digits with an optional sign; as far as they fit an int64. */
static bool long_text(pickle_values *v, slice line, value *out) {
    bool negative = line.len > 0 && line.data[0] == '-', fits = true;
    size_t at = line.len > 0 && (negative || line.data[0] == '+') ? 1 : 0;
    if (line.len > at && line.data[line.len - 1] == 'L') line.len--;
    if (line.len == at) return malformed(v, "an integer without digits");
    while (at + 1 < line.len && line.data[at] == '0') at++;
    uint64_t n = 0;
    for (size_t i = at; i < line.len; i++) {
        if (line.data[i] < '0' || line.data[i] > '9')
            return malformed(v, "an integer with other than digits");
        fits = fits && !__builtin_mul_overflow(n, 10, &n) &&
               !__builtin_add_overflow(n, (uint64_t)(line.data[i] - '0'), &n);
    }
    if (fits && n <= INT64_MAX) {
        *out = value_int(negative ? -(int64_t)n : (int64_t)n);
        return true;
    }
    if (line.len - at > LIMIT_INTEGER_DIGITS) return too_long(v, line.len - at, out);
    text_clear(v->scratch);
    if (negative) text_add_char(v->scratch, '-');
    text_add(v->scratch, line.data + at, line.len - at);
    if (!pickle_take_scratch(v, out)) return false;
    out->type = VALUE_BIGINT;
    return true;
}

/* ---- floats ---- */

static bool float_text(pickle_values *v, slice line, value *out) {
    char copy[FLOAT_TEXT_MAX + 1], *end;
    if (line.len == 0 || line.len > FLOAT_TEXT_MAX || strspn(line.data, "0123456789+-.eEinfaN") < line.len)
        return malformed(v, "a float that is none");
    memcpy(copy, line.data, line.len);
    copy[line.len] = '\0';
    *out = value_float(strtod_l(copy, &end, decimal_c_locale()));
    return *end == '\0' ? true : malformed(v, "a float that is none");
}

static value float_binary(slice bytes) {
    uint64_t bits = 0;
    double d;
    for (size_t i = 0; i < 8; i++) bits = bits << 8 | (unsigned char)bytes.data[i];
    memcpy(&d, &bits, sizeof d);
    return value_float(d);
}

/* ---- strings and bytes ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* count hexadecimal digits at `at`; false: there are not so many. */
static bool hex_number(slice s, size_t at, size_t count, uint32_t *out) {
    if (s.len - at < count) return false;
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = hex_digit(s.data[at + i]);
        if (digit < 0) return false;
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

/* raw-unicode-escape: \uXXXX and \UXXXXXXXX; all other bytes are Latin-1. */
static bool unicode_line(pickle_values *v, slice line, value *out) {
    text_clear(v->scratch);
    for (size_t i = 0; i < line.len;) {
        uint32_t point = (unsigned char)line.data[i];
        size_t width = 1, digits = 0;
        if (point == '\\' && i + 1 < line.len)
            digits = line.data[i + 1] == 'u' ? 4 : line.data[i + 1] == 'U' ? 8 : 0;
        if (digits > 0) {
            if (!hex_number(line, i + 2, digits, &point))
                return malformed(v, "a string with a broken escape");
            width = 2 + digits;
        }
        utf8_add(v->scratch, point);
        i += width;
    }
    return pickle_take_scratch(v, out);
}

/* Python 2's repr of a str: quoted, with backslashes. */
static bool quoted_line(pickle_values *v, slice line, value *out) {
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    if (line.len < 2 || line.data[0] != line.data[line.len - 1] ||
        (line.data[0] != '\'' && line.data[0] != '"'))
        return malformed(v, "a string without its quotes");
    line = slice_make(line.data + 1, line.len - 2);
    text_clear(v->scratch);
    for (size_t i = 0; i < line.len; i++) {
        const char *found;
        uint32_t byte;
        if (line.data[i] != '\\' || i + 1 == line.len) {
            text_add_char(v->scratch, line.data[i]);
        } else if ((found = memchr(from, line.data[i + 1], sizeof from - 1)) != NULL) {
            text_add_char(v->scratch, to[found - from]);
            i++;
        } else if (line.data[i + 1] == 'x' && hex_number(line, i + 2, 2, &byte)) {
            text_add_char(v->scratch, (char)byte);
            i += 3;
        } else {
            text_add_char(v->scratch, line.data[i]);
        }
    }
    return pickle_take_scratch(v, out);
}

/* As str() prints bytes: b'...' */
static bool bytes_text(pickle_values *v, slice bytes, bool array, value *out) {
    static const char hex[] = "0123456789abcdef";
    text *t = v->scratch;
    bool single = memchr(bytes.data, '\'', bytes.len) != NULL && memchr(bytes.data, '"', bytes.len) == NULL;
    char quote = single ? '"' : '\'';
    text_clear(t);
    text_add_cstr(t, array ? "bytearray(b" : "b");
    text_add_char(t, quote);
    for (size_t i = 0; i < bytes.len && !t->failed; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        const char pair[] = {'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : (char)c};
        const char four[] = {'\\', 'x', hex[c >> 4], hex[c & 15]};
        if (c == '\n' || c == '\r' || c == '\t' || c == '\\' || c == (unsigned char)quote)
            text_add(t, pair, 2);
        else if (c < 0x20 || c >= 0x7f)
            text_add(t, four, 4);
        else
            text_add_char(t, (char)c);
    }
    text_add_char(t, quote);
    if (array) text_add_char(t, ')');
    return pickle_take_scratch(v, out);
}

static bool string(pickle_values *v, slice s, value *out) {
    *out = value_str(s);
    return pickle_spend(v, 1, s.len);
}

static bool integer_line(pickle_values *v, slice line, value *out) {
    bool flag = slice_is(line, "00") || slice_is(line, "01");
    if (!flag) return long_text(v, line, out);
    *out = value_bool(line.data[1] == '1');
    return true;
}

bool pickle_scalar(pickle_values *v, uint32_t at, value *out) {
    slice argument;
    uint32_t next;
    if (!pickle_argument_at(v->m, at, &argument, &next)) return malformed(v, "an unfinished opcode");
    if (!pickle_spend(v, 1, 9)) return false;
    switch (v->m->frame[at]) {
    case 'N': *out = value_none(); return true;
    case 0x88: *out = value_bool(true); return true;
    case 0x89: *out = value_bool(false); return true;
    case 'K':
    case 'M': *out = value_int((int64_t)pickle_unsigned(argument)); return true;
    case 'J': *out = value_int((int32_t)pickle_unsigned(argument)); return true;
    case 'I': return integer_line(v, argument, out);
    case 'L': return long_text(v, argument, out);
    case 0x8a:
    case 0x8b: return long_binary(v, argument, out);
    case 'F': return float_text(v, argument, out);
    case 'G': *out = float_binary(argument); return true;
    case 'X':
    case 'T':
    case 'U':
    case 0x8c:
    case 0x8d: return string(v, argument, out);
    case 'V': return unicode_line(v, argument, out);
    case 'S': return quoted_line(v, argument, out);
    case 'B':
    case 'C':
    case 0x8e: return bytes_text(v, argument, false, out);
    case 0x96: return bytes_text(v, argument, true, out);
    default: return pickle_not_read(v, at, out);
    }
}
