/* text.c - the growing byte buffer. Runs on whatever thread owns the text; takes no lock and
 * does no input or output. It never shortens what it was given: what does not fit sets `failed`. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digits.h"

/* The first allocation: most texts of Weir (names, messages, paths) stay below it. */
#define TEXT_FIRST_SIZE 128

void text_init(text *t, size_t limit) { *t = (text){.limit = limit}; }

void text_done(text *t) {
    free(t->data);
    *t = (text){.limit = t->limit};
}

void text_clear(text *t) {
    t->len = 0;
    t->failed = false;
    if (t->data != NULL) t->data[0] = '\0';
}

/* The room to ask for: doubled, so that appending stays linear; never more than the limit needs. */
static size_t grown_size(const text *t, size_t needed) {
    size_t size = t->cap < TEXT_FIRST_SIZE ? TEXT_FIRST_SIZE : t->cap;
    while (size < needed) {
        if (size > SIZE_MAX / 2) return needed;
        size *= 2;
    }
    if (t->limit != 0 && t->limit < SIZE_MAX && size > t->limit + 1) size = t->limit + 1;
    return size;
}

bool text_reserve(text *t, size_t more) {
    if (t->failed) return false;
    if (more < t->cap - t->len) return true; /* cap 0 has len 0: 0 < 0 is false */
    size_t most = t->limit != 0 && t->limit < SIZE_MAX ? t->limit : SIZE_MAX - 1;
    if (more > most - t->len) {
        t->failed = true;
        return false;
    }
    size_t size = grown_size(t, t->len + more + 1);
    char *data = realloc(t->data, size);
    if (data == NULL) {
        t->failed = true;
        return false;
    }
    if (t->data == NULL) data[0] = '\0';
    t->data = data;
    t->cap = size;
    return true;
}

void text_add(text *t, const char *data, size_t len) {
    if (len == 0 || !text_reserve(t, len)) return;
    memcpy(t->data + t->len, data, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void text_add_slice(text *t, slice s) { text_add(t, s.data, s.len); }

void text_add_cstr(text *t, const char *s) { text_add(t, s, strlen(s)); }

void text_add_char(text *t, char c) {
    if (!text_reserve(t, 1)) return;
    t->data[t->len++] = c;
    t->data[t->len] = '\0';
}

void text_add_repeat(text *t, char c, size_t count) {
    if (count == 0 || !text_reserve(t, count)) return;
    memset(t->data + t->len, c, count);
    t->len += count;
    t->data[t->len] = '\0';
}

void text_add_u64(text *t, uint64_t value) {
    char digits[DIGITS_MAX];
    size_t len = digits_u64(digits, value);
    text_add(t, digits, len);
}

void text_add_i64(text *t, int64_t value) {
    char digits[DIGITS_MAX + 1];
    digits[0] = '-';
    bool negative = value < 0;
    size_t len = digits_u64(digits + 1, negative ? 0 - (uint64_t)value : (uint64_t)value);
    text_add(t, negative ? digits : digits + 1, negative ? len + 1 : len);
}

void text_addf(text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    text_vaddf(t, format, args);
    va_end(args);
}

void text_vaddf(text *t, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    size_t room = t->failed ? 0 : t->cap - t->len;
    int len = vsnprintf(room > 0 ? t->data + t->len : NULL, room, format, args);
    if (len < 0) t->failed = true;
    if (len >= 0 && (size_t)len >= room && text_reserve(t, (size_t)len)) {
        len = vsnprintf(t->data + t->len, (size_t)len + 1, format, again);
        if (len < 0) t->failed = true;
    }
    va_end(again);
    if (!t->failed) {
        t->len += (size_t)len;
    } else if (t->data != NULL) {
        t->data[t->len] = '\0'; /* undoes what the first attempt left behind the end */
    }
}

char *text_take(text *t) {
    char *data = NULL;
    if (text_reserve(t, 0)) {
        data = t->data;
        t->data = NULL;
    }
    text_done(t);
    return data;
}
