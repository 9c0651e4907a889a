/* literal_arithmetic.c - +, -, *, … between the values of a literal, by Python's rules. Integers are
 * calculated with 64 bits; what does not fit is an error, never a wrong number. */
#include <math.h>

#include "config/literal_parser.h"

static bool integral(const value *v) { return v->type == VALUE_INT || v->type == VALUE_BOOL; }
static bool numeric(const value *v) { return integral(v) || v->type == VALUE_FLOAT; }
static int64_t as_int(const value *v) { return v->type == VALUE_BOOL ? v->boolean : v->i64; }
static double as_double(const value *v) { return v->type == VALUE_FLOAT ? v->f64 : (double)as_int(v); }

static int too_large(literal_parser *p, size_t at) {
    return literal_fail(p, at, "the result does not fit 64 bits (write the number itself)");
}

static int cannot(literal_parser *p, size_t at, const char *op, const value *left, const value *right) {
    if (left->type == VALUE_BIGINT || right->type == VALUE_BIGINT) return too_large(p, at);
    return literal_fail(p, at, "'%s' does not work between %s and %s", op, value_type_name(left),
                        value_type_name(right));
}

static int negate_big(literal_parser *p, value *v) {
    if (slice_is(v->str, "9223372036854775808")) {
        *v = value_int(INT64_MIN);
        return 0;
    }
    bool negative = v->str.data[0] == '-';
    char *data = literal_alloc(p, v->str.len + 2);
    if (data == NULL) return -1;
    data[0] = '-';
    memcpy(data + 1, v->str.data, v->str.len);
    data[v->str.len + 1] = '\0';
    v->str = negative ? slice_make(data + 2, v->str.len - 1) : slice_make(data, v->str.len + 1);
    return 0;
}

int literal_unary(literal_parser *p, size_t at, char op, value *v) {
    if (v->type == VALUE_BIGINT && op == '-') return negate_big(p, v);
    if (v->type == VALUE_BIGINT && op == '+') return 0;
    if (v->type == VALUE_FLOAT && op != '~') {
        if (op == '-') v->f64 = -v->f64;
        return 0;
    }
    if (!integral(v)) return literal_fail(p, at, "'%c' does not work on %s", op, value_type_name(v));
    int64_t i = as_int(v);
    if (op == '-' && i == INT64_MIN) return too_large(p, at);
    *v = value_int(op == '-' ? -i : op == '~' ? ~i : i);
    return 0;
}

/* Python rounds towards minus infinity. */
static int floor_division(literal_parser *p, size_t at, bool remainder, int64_t a, int64_t b, value *out) {
    if (b == 0) return literal_fail(p, at, "division by zero");
    if (b == -1) { /* INT64_MIN / -1 traps */
        if (a == INT64_MIN && !remainder) return too_large(p, at);
        *out = value_int(remainder ? 0 : -a);
        return 0;
    }
    int64_t q = a / b, r = a % b;
    if (r != 0 && (r < 0) != (b < 0)) q--, r += b;
    *out = value_int(remainder ? r : q);
    return 0;
}

static int power(literal_parser *p, size_t at, int64_t base, int64_t exponent, value *out) {
    if (exponent < 0) {
        if (base == 0) return literal_fail(p, at, "division by zero");
        *out = value_float(pow((double)base, (double)exponent));
        return 0;
    }
    if (base == 0 || base == 1 || base == -1) {
        *out = value_int(exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base);
        return 0;
    }
    int64_t result = 1;
    for (; exponent > 0; exponent--) /* at most 63 rounds: |base| is 2 or more */
        if (__builtin_mul_overflow(result, base, &result)) return too_large(p, at);
    *out = value_int(result);
    return 0;
}

static int shift(literal_parser *p, size_t at, bool left, int64_t a, int64_t by, value *out) {
    if (by < 0) return literal_fail(p, at, "negative shift count");
    if (!left) {
        *out = value_int(a >> (by > 63 ? 63 : by));
        return 0;
    }
    int64_t result = a;
    if (a != 0 && (by > 62 || __builtin_mul_overflow(a, (int64_t)1 << by, &result))) return too_large(p, at);
    *out = value_int(result);
    return 0;
}

static int integers(literal_parser *p, size_t at, const char *op, value *left, const value *right) {
    int64_t a = as_int(left), b = as_int(right), sum;
    bool booleans = left->type == VALUE_BOOL && right->type == VALUE_BOOL, failed;
    switch (op[0]) {
    case '&':
    case '|':
    case '^':
        sum = op[0] == '&' ? (a & b) : op[0] == '|' ? (a | b) : (a ^ b);
        *left = booleans ? value_bool(sum != 0) : value_int(sum);
        return 0;
    case '<':
    case '>': return shift(p, at, op[0] == '<', a, b, left);
    case '%': return floor_division(p, at, true, a, b, left);
    case '/':
        if (op[1] == '/') return floor_division(p, at, false, a, b, left);
        if (b == 0) return literal_fail(p, at, "division by zero");
        *left = value_float((double)a / (double)b);
        return 0;
    case '*':
        if (op[1] == '*') return power(p, at, a, b, left);
        failed = __builtin_mul_overflow(a, b, &sum);
        break;
    case '+': failed = __builtin_add_overflow(a, b, &sum); break;
    default: failed = __builtin_sub_overflow(a, b, &sum);
    }
    if (failed) return too_large(p, at);
    *left = value_int(sum);
    return 0;
}

static double floor_mod(double a, double b) {
    double r = fmod(a, b);
    if (r != 0 && (r < 0) != (b < 0)) r += b;
    return r;
}

static int floats(literal_parser *p, size_t at, const char *op, value *left, const value *right) {
    double a = as_double(left), b = as_double(right), r;
    if (strchr("&|^<>", op[0]) != NULL) return cannot(p, at, op, left, right);
    if ((op[0] == '/' || op[0] == '%') && b == 0) return literal_fail(p, at, "division by zero");
    if (strcmp(op, "+") == 0)
        r = a + b;
    else if (strcmp(op, "-") == 0)
        r = a - b;
    else if (strcmp(op, "*") == 0)
        r = a * b;
    else if (strcmp(op, "/") == 0)
        r = a / b;
    else if (strcmp(op, "//") == 0)
        r = (a - floor_mod(a, b)) / b, r = floor(r + 0.5);
    else if (strcmp(op, "%") == 0)
        r = floor_mod(a, b);
    else {
        if ((a == 0 && b < 0) || (a < 0 && b != floor(b)))
            return literal_fail(p, at, "a power that is no real number");
        r = pow(a, b);
        if (isinf(r) && !isinf(a) && !isinf(b)) return literal_fail(p, at, "the result is too large");
    }
    *left = value_float(r);
    return 0;
}

/* ---- strings, tuples, lists ---- */

static bool is_sequence(const value *v) {
    return v->type == VALUE_STR || v->type == VALUE_TUPLE || v->type == VALUE_LIST;
}

/* Streams are strings that begin with NUL, see literal.h; they are no text to calculate with. */
static bool is_stream(const value *v) {
    return v->type == VALUE_STR && v->str.len > 0 && v->str.data[0] == '\0';
}

static size_t length(const value *v) { return v->type == VALUE_STR ? v->str.len : v->list.count; }

static const void *bytes_of(const value *v) {
    return v->type == VALUE_STR ? (const void *)v->str.data : v->list.items;
}

/* One after the other, `times` times. */
static int repeat(literal_parser *p, size_t at, const value *a, const value *b, int64_t times, value *out) {
    size_t unit = a->type == VALUE_STR ? 1 : sizeof(value), one = length(a), two = b ? length(b) : 0;
    if (times < 0 || one + two == 0) times = 0;
    if (times > 0 && (uint64_t)times > LITERAL_RESULT / (one + two))
        return literal_fail(p, at, "a %s of more than %d items", value_type_name(a), LITERAL_RESULT);
    size_t count = (one + two) * (size_t)times;
    char *data = literal_alloc(p, count * unit + 1);
    if (data == NULL) return -1;
    for (size_t i = 0; i < (size_t)times; i++) {
        char *to = data + i * (one + two) * unit;
        if (one > 0) memcpy(to, bytes_of(a), one * unit);
        if (two > 0) memcpy(to + one * unit, bytes_of(b), two * unit);
    }
    data[count * unit] = '\0';
    value_type type = a->type;
    if (type == VALUE_STR)
        *out = value_str(slice_make(data, count));
    else
        *out = (value){.type = type, .list = {.items = (const value *)(const void *)data, .count = count}};
    return 0;
}

int literal_binary(literal_parser *p, size_t at, const char *op, value *left, const value *right) {
    if (integral(left) && integral(right)) return integers(p, at, op, left, right);
    if (numeric(left) && numeric(right)) return floats(p, at, op, left, right);
    if (is_stream(left) || is_stream(right)) return literal_fail(p, at, "'%s' does not work on a stream", op);
    if (strcmp(op, "%") == 0 && left->type == VALUE_STR)
        return literal_fail(p, at, "'%%' between strings is not a literal (write the text itself)");
    if (strcmp(op, "*") == 0 && is_sequence(left) && integral(right))
        return repeat(p, at, left, NULL, as_int(right), left);
    if (strcmp(op, "*") == 0 && integral(left) && is_sequence(right))
        return repeat(p, at, right, NULL, as_int(left), left);
    if (strcmp(op, "+") == 0 && is_sequence(left) && left->type == right->type)
        return repeat(p, at, left, right, 1, left);
    return cannot(p, at, op, left, right);
}
