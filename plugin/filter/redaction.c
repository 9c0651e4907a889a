/* redaction.c - keys and patterns, and a text or value without what they hide. Patterns are compiled where a
 * configuration is checked or built; searching runs on the backend thread. What becomes of a record is
 * redaction_entry.c's. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "filter/redaction.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "record/attribute.h"

struct redaction {
    slice keys[LIMIT_REDACT_KEYS];
    size_t key_count;
    pcre2_code *patterns[LIMIT_REDACT_PATTERNS];
    size_t pattern_count;
    pcre2_match_data *found;
    pcre2_match_context *bounds;
    arena own;    /* the keys */
    arena memory; /* of one call */
    text spaces[REDACTION_SPACES];
    text work;
};

/* ---- making ---- */

static slice strip(slice s) {
    while (s.len > 0 && strchr(" \t\r\n", s.data[0]) != NULL) s = slice_make(s.data + 1, s.len - 1);
    while (s.len > 0 && strchr(" \t\r\n", s.data[s.len - 1]) != NULL) s.len--;
    return s;
}

/* The next part of the list, without blanks around. false: the list has ended. */
static bool next_part(slice list, char separator, size_t *at, slice *out) {
    if (*at > list.len || list.len == 0) return false;
    const char *end = memchr(list.data + *at, separator, list.len - *at);
    size_t to = end != NULL ? (size_t)(end - list.data) : list.len;
    *out = strip(slice_make(list.data + *at, to - *at));
    *at = to + 1;
    return true;
}

static int add_key(redaction *r, slice key, weir_error *err) {
    int shown = key.len > 100 ? 100 : (int)key.len;
    if (key.len == 0) return error_set(err, WEIR_ERR_INVALID, "an empty name (commas stand between names)");
    if (record_attr_find(key) != ATTR_OTHER)
        return error_set(err, WEIR_ERR_INVALID,
                         "\"%.*s\" is an attribute of every record, no field (redact_patterns look into the "
                         "message)",
                         shown, key.data);
    if (r->key_count == LIMIT_REDACT_KEYS)
        return error_set(err, WEIR_ERR_INVALID, "more than %d names", LIMIT_REDACT_KEYS);
    r->keys[r->key_count] = arena_copy(&r->own, key);
    if (r->keys[r->key_count].data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    r->key_count++;
    return 0;
}

static int add_pattern(redaction *r, slice pattern, weir_error *err) {
    int code, number = (int)r->pattern_count + 1;
    PCRE2_SIZE at;
    PCRE2_UCHAR words[200];
    if (r->pattern_count == LIMIT_REDACT_PATTERNS)
        return error_set(err, WEIR_ERR_INVALID, "more than %d patterns", LIMIT_REDACT_PATTERNS);
    if (pattern.len > LIMIT_REDACT_PATTERN)
        return error_set(err, WEIR_ERR_INVALID, "pattern %d has %zu bytes (at most %d)", number, pattern.len,
                         LIMIT_REDACT_PATTERN);
    if (pattern.data[0] == '#' || pattern.data[0] == ';')
        return error_set(err, WEIR_ERR_INVALID,
                         "pattern %d begins like a comment of an INI file (write [%c])", number,
                         pattern.data[0]);
    pcre2_code *made = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len,
                                     PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
    if (made == NULL) {
        pcre2_get_error_message(code, words, sizeof words);
        return error_set(err, WEIR_ERR_INVALID,
                         "pattern %d, \"%.*s\", is no regular expression: %s, at byte %zu", number,
                         pattern.len > 100 ? 100 : (int)pattern.len, pattern.data, (char *)words, (size_t)at);
    }
    r->patterns[r->pattern_count++] = made;
    return 0;
}

static int fill(redaction *r, slice keys, slice patterns, weir_error *err) {
    slice part;
    for (size_t at = 0; next_part(keys, ',', &at, &part);)
        if (add_key(r, part, err) != 0) return -1;
    for (size_t at = 0; next_part(patterns, '\n', &at, &part);)
        if (part.len > 0 && add_pattern(r, part, err) != 0) return -1;
    r->found = pcre2_match_data_create(1, NULL); /* only where the whole match lies is asked for */
    r->bounds = pcre2_match_context_create(NULL);
    if (r->found == NULL || r->bounds == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    pcre2_set_match_limit(r->bounds, LIMIT_REDACT_STEPS);
    pcre2_set_depth_limit(r->bounds, LIMIT_REDACT_STEPS);
    pcre2_set_heap_limit(r->bounds, LIMIT_REDACT_HEAP_KIB);
    return 0;
}

int redaction_create(slice keys, slice patterns, redaction **out, weir_error *err) {
    redaction *r = NULL;
    if (strip(keys).len > 0 || strip(patterns).len > 0) {
        r = calloc(1, sizeof *r);
        if (r == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a redaction");
        arena_init(&r->own, 0);
        arena_init(&r->memory, 0);
        for (int i = 0; i < REDACTION_SPACES; i++) text_init(&r->spaces[i], 0);
        text_init(&r->work, 0);
        if (fill(r, strip(keys), strip(patterns), err) != 0) {
            redaction_free(r);
            return -1;
        }
    }
    *out = r;
    return 0;
}

void redaction_free(redaction *r) {
    if (r == NULL) return;
    for (size_t i = 0; i < r->pattern_count; i++) pcre2_code_free(r->patterns[i]);
    pcre2_match_data_free(r->found);
    pcre2_match_context_free(r->bounds);
    for (int i = 0; i < REDACTION_SPACES; i++) text_done(&r->spaces[i]);
    text_done(&r->work);
    arena_done(&r->memory);
    arena_done(&r->own);
    free(r);
}

arena *redaction_memory(redaction *r) { return &r->memory; }
text *redaction_space(redaction *r, int which) { return &r->spaces[which]; }
bool redaction_has_patterns(const redaction *r) { return r->pattern_count > 0; }

/* ---- keys ---- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same_key(slice a, slice b) {
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.data[i]) != lower(b.data[i])) return false;
    return true;
}

static bool has_key(const redaction *r, slice key) {
    for (size_t i = 0; i < r->key_count; i++)
        if (same_key(r->keys[i], key)) return true;
    return false;
}

/* ---- texts ---- */

/* The library reads UTF-8 only. A copy of the same length, each byte that is none as '?'. */
static slice readable(slice s, arena *a) {
    uint32_t point;
    char *copy = NULL;
    for (size_t at = 0, size; at < s.len; at += size) {
        size = utf8_decode(s.data + at, s.len - at, &point);
        if (size > 0) continue;
        if (copy == NULL) {
            copy = arena_alloc(a, s.len);
            if (copy == NULL) return SLICE_NONE;
            memcpy(copy, s.data, s.len);
        }
        copy[at] = '?';
        size = 1;
    }
    return copy != NULL ? slice_make(copy, s.len) : s;
}

/* Appends s with one pattern's matches hidden. false: it cannot be looked at within the bounds. */
static bool hide(redaction *r, const pcre2_code *pattern, slice s, slice as, bool *any) {
    size_t at = 0, matches = 0;
    text_clear(&r->work);
    while (at < s.len) {
        int rc = pcre2_match(pattern, (PCRE2_SPTR)as.data, as.len, at, PCRE2_NOTEMPTY | PCRE2_NO_UTF_CHECK,
                             r->found, r->bounds);
        if (rc == PCRE2_ERROR_NOMATCH) break;
        if (rc < 0 || ++matches > LIMIT_REDACT_MATCHES) return false;
        const PCRE2_SIZE *where = pcre2_get_ovector_pointer(r->found);
        if (where[0] < at || where[1] <= where[0]) return false;
        text_add(&r->work, s.data + at, where[0] - at);
        text_add_cstr(&r->work, REDACTED);
        at = where[1];
        *any = true;
    }
    if (*any) text_add(&r->work, s.data + at, s.len - at);
    return true;
}

slice redaction_of_text(redaction *r, slice s, arena *a) {
    if (s.len > LIMIT_REDACT_TEXT && r->pattern_count > 0) return SLICE_LITERAL(REDACTED);
    for (size_t i = 0; i < r->pattern_count && s.len > 0; i++) {
        bool any = false;
        slice as = readable(s, a);
        if (as.data == NULL) return SLICE_NONE;
        if (!hide(r, r->patterns[i], s, as, &any)) return SLICE_LITERAL(REDACTED);
        if (!any) continue;
        s = r->work.failed ? SLICE_NONE : arena_copy(a, text_slice(&r->work));
        if (s.data == NULL) return s;
    }
    return s;
}

/* ---- values ---- */

static bool of_list(redaction *r, const value *in, arena *a, value *out, bool *changed) {
    value *items = arena_alloc(a, (in->list.count + 1) * sizeof *items);
    if (items == NULL) return false;
    for (size_t i = 0; i < in->list.count; i++)
        if (!redaction_of_value(r, &in->list.items[i], a, &items[i], changed)) return false;
    out->list.items = items;
    return true;
}

bool redaction_of_pair(redaction *r, const value_pair *in, arena *a, value_pair *out, bool *changed) {
    if (in->key.type == VALUE_STR && has_key(r, in->key.str)) {
        *out = (value_pair){in->key, value_str(SLICE_LITERAL(REDACTED))};
        *changed = true;
        return true;
    }
    return redaction_of_value(r, &in->key, a, &out->key, changed) &&
           redaction_of_value(r, &in->val, a, &out->val, changed);
}

static bool of_dict(redaction *r, const value *in, arena *a, value *out, bool *changed) {
    value_pair *pairs = arena_alloc(a, (in->dict.count + 1) * sizeof *pairs);
    if (pairs == NULL) return false;
    for (size_t i = 0; i < in->dict.count; i++)
        if (!redaction_of_pair(r, &in->dict.pairs[i], a, &pairs[i], changed)) return false;
    out->dict.pairs = pairs;
    return true;
}

/* As deep as values are, which is LIMIT_VALUE_DEPTH. */
bool redaction_of_value(redaction *r, const value *in, arena *a, value *out, bool *changed) {
    *out = *in;
    switch (in->type) {
    case VALUE_STR: out->str = redaction_of_text(r, in->str, a); break;
    case VALUE_LIST:
    case VALUE_TUPLE: return of_list(r, in, a, out, changed);
    case VALUE_DICT: return of_dict(r, in, a, out, changed);
    default: return true;
    }
    if (out->str.data != in->str.data) *changed = true;
    return out->str.data != NULL || in->str.len == 0;
}
