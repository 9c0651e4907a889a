/* capture_text.c - messages that cannot be captured as arguments (positional arguments, wide
 * strings, a format that is no literal) are formatted at the call, by the C library, in the C locale.
 * In the caller's thread, straight into the ring. %n would write into the host's memory at the word
 * of a format: such a message is not formatted. */
#define _GNU_SOURCE
#include <locale.h>
#include <stdio.h>

#include "frontend/capture_call.h"

static locale_t c_locale(void) {
    static locale_t made; /* atomic; glibc's C locale is a static object, this allocates nothing */
    locale_t l = __atomic_load_n(&made, __ATOMIC_ACQUIRE);
    if (l == (locale_t)0) {
        l = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        __atomic_store_n(&made, l, __ATOMIC_RELEASE);
    }
    return l;
}

static bool writes_memory(const char *format) {
    for (const char *p = strchr(format, '%'); p != NULL; p = strchr(p, '%')) {
        p++;
        p += strspn(p, "0123456789-+ #'I*.$hlLqjzt");
        if (*p == 'n') return true;
        if (*p != '\0') p++;
    }
    return false;
}

/* At most space bytes and a NUL; how many there would be, or -1. */
static int format_text(const capture_call *c, char *out, size_t space) {
    va_list args;
    va_copy(args, *c->args);
    locale_t before = uselocale(c_locale());
    errno = c->saved_errno; /* for %m */
    int n = vsnprintf(out, space, c->format, args);
    uselocale(before);
    va_end(args);
    return n;
}

/* In place of a message that there is none of. */
static const char *refusal(const capture_call *c) {
    return writes_memory(c->format) ? "[not formatted: %n] " : "[could not be formatted] ";
}

size_t capture_text_length(const capture_call *c) {
    int n = writes_memory(c->format) ? -1 : format_text(c, NULL, 0);
    return n >= 0 ? (size_t)n : strlen(refusal(c)) + strlen(c->format);
}

/* What another thread changes in a string between the two passes cannot make it longer than `space`. */
size_t capture_text_write(const capture_call *c, char *out, size_t space) {
    const text_part *p = &c->parts[0];
    int n = writes_memory(c->format) ? -1 : format_text(c, out, space + 1);
    if (n < 0) n = snprintf(out, space + 1, "%s%s", refusal(c), c->format);
    size_t len = n < 0 ? 0 : (size_t)n < space ? (size_t)n : space;
    if (p->keep >= p->len || len < p->keep) return len;
    size_t at = cut_boundary(out, p->keep);
    return at + cut_mark_write(out + at, p->len - at);
}
