/* capture_text.c - messages that cannot be captured as arguments (positional arguments, wide
 * strings, a format that is no literal) are formatted at the call, by the C library, in the C locale,
 * or C.UTF-8 where a wide character needs it.
 * In the caller's thread, straight into the ring. %n would write into the host's memory at the word
 * of a format: such a message is not formatted. */
#define _GNU_SOURCE
#include <locale.h>
#include <stdio.h>

#include "frontend/capture_call.h"

/* Made once, kept until the process ends. NULL: the system has no such locale. */
static locale_t locale_once(locale_t *made, const char *name) {
    locale_t l = __atomic_load_n(made, __ATOMIC_ACQUIRE), none = (locale_t)0;
    if (l != none) return l;
    l = newlocale(LC_ALL_MASK, name, none);
    if (l == none || __atomic_compare_exchange_n(made, &none, l, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return l;
    freelocale(l);
    return none; /* what another thread made meanwhile */
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
static int format_in(locale_t l, const capture_call *c, char *out, size_t space) {
    if (l == (locale_t)0) return -1;
    va_list args;
    va_copy(args, *c->args);
    locale_t before = uselocale(l);
    errno = c->saved_errno; /* for %m */
    int n = vsnprintf(out, space, c->format, args);
    uselocale(before);
    va_end(args);
    return n;
}

/* glibc's C locale is a static object: this allocates nothing. It knows no wide characters but ASCII's. */
static int format_text(const capture_call *c, char *out, size_t space) {
    static locale_t ascii, utf8;
    int n = format_in(locale_once(&ascii, "C"), c, out, space);
    return n >= 0 ? n : format_in(locale_once(&utf8, "C.UTF-8"), c, out, space);
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
