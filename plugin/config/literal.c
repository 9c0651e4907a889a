/* literal.c - Python expressions of which only literals are left: what args= and kwargs= may hold. Runs on
 * the thread that checks a configuration. There is no call, no attribute, no name but those of
 * literal_names.c in this grammar, so nothing can be executed. */
#include "config/literal.h"

#include "base/limits.h"
#include "base/units.h"
#include "base/utf8.h"
#include "config/literal_parser.h"

static int parse_sum(literal_parser *p, int lowest, value *out);

int literal_fail(literal_parser *p, size_t at, const char *format, ...) {
    char why[256];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return error_set(p->err, WEIR_ERR_INVALID, "%s, in column %zu", why,
                     utf8_count(slice_make(p->in.data, at)) + 1);
}

void *literal_alloc(literal_parser *p, size_t size) {
    p->work += size;
    void *made = p->work > LITERAL_WORK ? NULL : arena_alloc(p->memory, size);
    if (made == NULL) literal_fail(p, p->at, "the value needs too much memory");
    return made;
}

int literal_peek(const literal_parser *p, size_t ahead) {
    return p->at + ahead < p->in.len ? (unsigned char)p->in.data[p->at + ahead] : 0;
}

bool literal_is_word(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c > 0x7f;
}

/* Blanks, comments, joined lines; newlines inside brackets. */
static void skip_blanks(literal_parser *p) {
    for (;;) {
        int c = literal_peek(p, 0);
        if (c == ' ' || c == '\t' || c == '\f' || (c == '\n' && p->brackets > 0)) {
            p->at++;
        } else if (c == '\\' && literal_peek(p, 1) == '\n') {
            p->at += 2;
        } else if (c == '#') {
            while (p->at < p->in.len && literal_peek(p, 0) != '\n') p->at++;
        } else {
            return;
        }
    }
}

/* ---- tuples, lists, dicts ---- */

typedef struct sequence {
    void *items;
    size_t count, room;
} sequence;

static void *add_item(literal_parser *p, sequence *s, size_t size) {
    if (s->count == s->room) {
        size_t more = s->room ? s->room * 2 : 4;
        void *bigger = literal_alloc(p, more * size);
        if (bigger == NULL) return NULL;
        if (s->count > 0) memcpy(bigger, s->items, s->count * size);
        s->items = bigger;
        s->room = more;
    }
    return (char *)s->items + s->count++ * size;
}

static int add_value(literal_parser *p, sequence *s, const value *v) {
    value *slot = add_item(p, s, sizeof *slot);
    if (slot == NULL) return -1;
    *slot = *v;
    return 0;
}

/* What Python would go on with here, and why it is not taken. */
static int not_literal(literal_parser *p) {
    int c = literal_peek(p, 0);
    if (c == 0) return literal_fail(p, p->at, "the value ends too early");
    if (c == '(') return literal_fail(p, p->at, "a call is not a literal (write the value itself)");
    if (c == '[') return literal_fail(p, p->at, "an index is not a literal (write the value itself)");
    if (c == '.') return literal_fail(p, p->at, "an attribute is not a literal (write the value itself)");
    if (c == ')' || c == ']' || c == '}') return literal_fail(p, p->at, "unbalanced '%c'", c);
    if (c == '\'' || c == '"') return literal_fail(p, p->at, "a string where an operator or ',' should be");
    if (c == '\n') return literal_fail(p, p->at, "the value goes on after its end (put it in parentheses)");
    size_t len = 0;
    while (literal_is_word(literal_peek(p, len)) && len < 40) len++;
    if (len == 0) len = utf8_prefix(slice_make(p->in.data + p->at, p->in.len - p->at), 1).len;
    return literal_fail(p, p->at, "\"%.*s\" is not part of a literal (write the value itself)", (int)len,
                        p->in.data + p->at);
}

/* After "(", "[": values up to the closing one. *comma: there was at least one. */
static int parse_items(literal_parser *p, size_t open, char close, sequence *s, bool *comma) {
    *comma = false;
    for (;;) {
        skip_blanks(p);
        if (literal_peek(p, 0) == close) return 0;
        if (p->at >= p->in.len) return literal_fail(p, open, "unbalanced '%c'", p->in.data[open]);
        value v;
        if (parse_sum(p, 0, &v) != 0 || add_value(p, s, &v) != 0) return -1;
        skip_blanks(p);
        if (p->at >= p->in.len) return literal_fail(p, open, "unbalanced '%c'", p->in.data[open]);
        if (literal_peek(p, 0) == close) return 0;
        if (literal_peek(p, 0) != ',') return not_literal(p);
        *comma = true;
        p->at++;
    }
}

static int parse_pairs(literal_parser *p, size_t open, sequence *s) {
    for (;;) {
        skip_blanks(p);
        if (literal_peek(p, 0) == '}') return 0;
        if (p->at >= p->in.len) return literal_fail(p, open, "unbalanced '{'");
        value_pair pair;
        size_t at = p->at;
        if (parse_sum(p, 0, &pair.key) != 0) return -1;
        skip_blanks(p);
        if (p->at >= p->in.len) return literal_fail(p, open, "unbalanced '{'");
        if (literal_peek(p, 0) == ',' || literal_peek(p, 0) == '}')
            return literal_fail(p, at, "a set is not read here (write a dict, {'key': value}, or a list)");
        if (literal_peek(p, 0) != ':') return not_literal(p);
        if (pair.key.type == VALUE_LIST || pair.key.type == VALUE_DICT)
            return literal_fail(p, at, "a %s cannot be a key", value_type_name(&pair.key));
        p->at++;
        if (parse_sum(p, 0, &pair.val) != 0) return -1;
        value_pair *slot = add_item(p, s, sizeof *slot);
        if (slot == NULL) return -1;
        *slot = pair;
        skip_blanks(p);
        if (literal_peek(p, 0) == '}') return 0;
        if (p->at >= p->in.len) return literal_fail(p, open, "unbalanced '{'");
        if (literal_peek(p, 0) != ',') return not_literal(p);
        p->at++;
    }
}

static int parse_bracket(literal_parser *p, value *out) {
    size_t open = p->at;
    char kind = p->in.data[p->at++];
    sequence s = {0};
    bool comma = false;
    p->brackets++;
    int rc =
        kind == '{' ? parse_pairs(p, open, &s) : parse_items(p, open, kind == '(' ? ')' : ']', &s, &comma);
    p->brackets--;
    if (rc != 0) return -1;
    p->at++;
    if (kind == '{') {
        *out = (value){.type = VALUE_DICT, .dict = {.pairs = s.items, .count = s.count}};
    } else if (kind == '(' && s.count == 1 && !comma) {
        *out = *(const value *)s.items;
    } else {
        value_type type = kind == '(' ? VALUE_TUPLE : VALUE_LIST;
        *out = (value){.type = type, .list = {.items = s.items, .count = s.count}};
    }
    return 0;
}

/* ---- strings, names, operators ---- */

static int parse_strings(literal_parser *p, value *out) {
    text joined;
    text_init(&joined, LITERAL_RESULT);
    int rc;
    do {
        rc = literal_string(p, &joined);
        skip_blanks(p);
    } while (rc == 0 && literal_string_prefix(p) >= 0);
    if (rc == 0 && joined.failed) /* no escape is shorter than what it stands for */
        rc = p->in.len > LITERAL_RESULT
                 ? literal_fail(p, p->at, "a string of more than %d bytes", LITERAL_RESULT)
                 : literal_fail(p, p->at, "no memory for the string");
    if (rc == 0) {
        char *data = literal_alloc(p, joined.len + 1);
        if (data == NULL) rc = -1;
        if (data != NULL) memcpy(data, text_cstr(&joined), joined.len + 1);
        *out = value_str(slice_make(data, joined.len));
    }
    text_done(&joined);
    return rc;
}

static int parse_word(literal_parser *p, value *out) {
    size_t begin = p->at;
    for (;;) {
        while (literal_is_word(literal_peek(p, 0))) p->at++;
        if (literal_peek(p, 0) != '.' || !literal_is_word(literal_peek(p, 1))) break;
        p->at++;
    }
    slice name = slice_make(p->in.data + begin, p->at - begin);
    size_t end = p->at;
    skip_blanks(p);
    if (literal_peek(p, 0) == '(') return not_literal(p);
    if (literal_name(name, out)) return 0;
    p->at = end;
    return literal_fail(p, begin, "the name \"%.*s\" is not known here (a string needs quotes)",
                        name.len > 60 ? 60 : (int)name.len, name.data);
}

static int parse_primary(literal_parser *p, value *out) {
    skip_blanks(p);
    int c = literal_peek(p, 0);
    if (literal_string_prefix(p) >= 0) return parse_strings(p, out);
    if ((c >= '0' && c <= '9') || (c == '.' && literal_peek(p, 1) >= '0' && literal_peek(p, 1) <= '9'))
        return literal_number(p, out);
    if (c == '(' || c == '[' || c == '{') {
        if (p->brackets >= LIMIT_VALUE_DEPTH)
            return literal_fail(p, p->at, "nested more than %d deep", LIMIT_VALUE_DEPTH);
        return parse_bracket(p, out);
    }
    if (literal_is_word(c)) return parse_word(p, out);
    return not_literal(p);
}

/* A sign, then a power: -2**2 is -4, 2**-1 is 0.5. */
static int parse_factor(literal_parser *p, value *out) {
    if (++p->recursion > LITERAL_RECURSION)
        return literal_fail(p, p->at, "nested more than %d deep", LITERAL_RECURSION);
    skip_blanks(p);
    size_t at = p->at;
    int c = literal_peek(p, 0), rc;
    if (c == '+' || c == '-' || c == '~') {
        p->at++;
        rc = parse_factor(p, out);
        if (rc == 0) rc = literal_unary(p, at, (char)c, out);
    } else {
        rc = parse_primary(p, out);
        if (rc == 0) skip_blanks(p);
        at = p->at;
        if (rc == 0 && literal_peek(p, 0) == '*' && literal_peek(p, 1) == '*') {
            value power;
            p->at += 2;
            rc = parse_factor(p, &power);
            if (rc == 0) rc = literal_binary(p, at, "**", out, &power);
        }
    }
    p->recursion--;
    return rc;
}

static const struct {
    const char *text;
    int rank; /* binds tighter than those of lower rank */
} operators[] = {{"<<", 3}, {">>", 3}, {"//", 5}, {"|", 0}, {"^", 1}, {"&", 2},
                 {"+", 4},  {"-", 4},  {"*", 5},  {"/", 5}, {"%", 5}};

static int operator_here(const literal_parser *p) {
    slice rest = slice_make(p->in.data + p->at, p->in.len - p->at);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        size_t len = strlen(operators[i].text);
        if (rest.len >= len && memcmp(rest.data, operators[i].text, len) == 0) return (int)i;
    }
    return -1;
}

static int parse_sum(literal_parser *p, int lowest, value *out) {
    if (parse_factor(p, out) != 0) return -1;
    for (;;) {
        skip_blanks(p);
        size_t at = p->at;
        int op = operator_here(p);
        if (op < 0 || operators[op].rank < lowest) return 0;
        p->at += strlen(operators[op].text);
        value right;
        if (parse_sum(p, operators[op].rank + 1, &right) != 0) return -1;
        if (literal_binary(p, at, operators[op].text, out, &right) != 0) return -1;
    }
}

/* eval's own entry: values with commas between them are a tuple without parentheses. */
static int parse_all(literal_parser *p, value *out) {
    sequence s = {0};
    bool comma = false;
    for (;;) {
        value v;
        skip_blanks(p);
        if (p->at >= p->in.len && comma) break;
        if (parse_sum(p, 0, &v) != 0 || add_value(p, &s, &v) != 0) return -1;
        skip_blanks(p);
        if (literal_peek(p, 0) != ',') break;
        comma = true;
        p->at++;
    }
    size_t end = p->at;
    while (literal_peek(p, 0) == '\n') p->at++, skip_blanks(p);
    if (p->at < p->in.len) {
        p->at = end;
        return not_literal(p);
    }
    if (comma)
        *out = (value){.type = VALUE_TUPLE, .list = {.items = s.items, .count = s.count}};
    else
        *out = *(const value *)s.items;
    return 0;
}

int literal_parse(slice in, arena *a, value *out, weir_error *err) {
    literal_parser p = {.in = in, .memory = a, .err = err};
    if (p.in.data == NULL) p.in.data = "";
    value made;
    if (parse_all(&p, &made) != 0) return -1;
    *out = made;
    return 0;
}

int literal_duration(slice in, int64_t *ms, weir_error *err) { return units_parse_duration(in, ms, err); }
int literal_size(slice in, int64_t *bytes, weir_error *err) { return units_parse_size(in, bytes, err); }
