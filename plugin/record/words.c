/* words.c - finds words in messages, for queries over the recent records. Runs on the threads of
 * those who query. */
#include "record/words.h"

static bool is_token_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* The next token at or after *at; data NULL: none. Moves *at behind it. */
static slice next_token(slice s, size_t *at) {
    while (*at < s.len && !is_token_byte(s.data[*at])) (*at)++;
    size_t start = *at;
    while (*at < s.len && is_token_byte(s.data[*at])) (*at)++;
    return *at == start ? SLICE_NONE : slice_make(s.data + start, *at - start);
}

static bool begins_with(slice token, slice wanted) {
    if (token.len < wanted.len) return false;
    for (size_t i = 0; i < wanted.len; i++) {
        if (lower(token.data[i]) != lower(wanted.data[i])) return false;
    }
    return true;
}

bool words_has_token(slice word) {
    size_t at = 0;
    return next_token(word, &at).data != NULL;
}

/* Do the tokens from `at` on match? */
static bool match_here(slice message, size_t at, slice word) {
    size_t word_at = 0;
    slice wanted = next_token(word, &word_at);
    for (;;) {
        slice next_wanted = next_token(word, &word_at);
        slice token = next_token(message, &at);
        if (token.data == NULL || !begins_with(token, wanted)) return false;
        if (next_wanted.data == NULL) return true;
        if (token.len != wanted.len) return false;
        wanted = next_wanted;
    }
}

bool words_match(slice message, slice word) {
    if (!words_has_token(word)) return false;
    for (size_t at = 0; at < message.len;) {
        if (match_here(message, at, word)) return true;
        if (next_token(message, &at).data == NULL) return false;
    }
    return false;
}
