/* suggest.c - edit distance with exchanged neighbours, between short names only. Any thread; no memory. */
#include "config/suggest.h"

/* Longer names are not compared: this is for words that people type. */
#define SUGGEST_LENGTH 64

suggestion suggest_begin(slice wanted) {
    /* One wrong letter in three is still a misspelling. */
    size_t most = (wanted.len + 2) / 3;
    return (suggestion){.wanted = wanted, .distance = (most > 4 ? 4 : most) + 1};
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static size_t least(size_t a, size_t b, size_t c) {
    size_t d = a < b ? a : b;
    return d < c ? d : c;
}

static size_t distance(slice a, slice b) {
    size_t rows[3][SUGGEST_LENGTH + 1];
    for (size_t j = 0; j <= b.len; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            char x = lower(a.data[i - 1]), y = lower(b.data[j - 1]);
            now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b.data[j - 2]) && y == lower(a.data[i - 2]) &&
                before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
    }
    return rows[a.len % 3][b.len];
}

void suggest_offer(suggestion *s, slice known) {
    if (s->wanted.len == 0 || s->wanted.len > SUGGEST_LENGTH || known.len > SUGGEST_LENGTH) return;
    size_t apart = s->wanted.len > known.len ? s->wanted.len - known.len : known.len - s->wanted.len;
    if (apart >= s->distance) return;
    size_t d = distance(s->wanted, known);
    if (d >= s->distance) return;
    s->distance = d;
    s->best = known;
}
