/* number_libc.c - snprintf with the thread's locale set aside. Any thread; the calling thread's
 * locale is as before afterwards. May call malloc, as snprintf does for very long numbers. */
#define _GNU_SOURCE
#include "base/number_libc.h"

#include <stdio.h>

#include "base/decimal.h"

/* Literal formats, so that the compiler checks every one. */
#define PRINT(conversion)                                                                                    \
    (alt ? snprintf(at, room, "%#.*" conversion, precision, d)                                               \
         : snprintf(at, room, "%.*" conversion, precision, d))

static int print_double(char *at, size_t room, char conversion, int precision, bool alt, double d) {
    switch (conversion) {
    case 'e': return PRINT("e");
    case 'E': return PRINT("E");
    case 'f': return PRINT("f");
    case 'F': return PRINT("F");
    case 'g': return PRINT("g");
    case 'G': return PRINT("G");
    case 'a': return PRINT("a");
    case 'A': return PRINT("A");
    default: return -1;
    }
}

static int print_long(char *at, size_t room, char conversion, int precision, bool alt, long double d) {
    switch (conversion) {
    case 'e': return PRINT("Le");
    case 'E': return PRINT("LE");
    case 'f': return PRINT("Lf");
    case 'F': return PRINT("LF");
    case 'g': return PRINT("Lg");
    case 'G': return PRINT("LG");
    case 'a': return PRINT("La");
    case 'A': return PRINT("LA");
    default: return -1;
    }
}

/* Room for every double with a usual precision; 1e308 has 309 digits before its point. */
#define FIRST_ROOM 400

/* After a first print into t's room: did it fit, is it worth another with the room reserved? */
static bool printed(text *out, size_t room, int len) {
    if (len < 0) out->failed = true;
    if (len < 0 || (size_t)len < room) {
        if (len > 0) out->len += (size_t)len;
        if (out->data != NULL) out->data[out->len] = '\0';
        return true;
    }
    out->data[out->len] = '\0';
    return !text_reserve(out, (size_t)len);
}

/* The room to print into: FIRST_ROOM, or what the text's limit leaves. */
static size_t first_room(text *out) {
    size_t left = out->limit == 0 ? FIRST_ROOM : out->limit - out->len;
    if (!text_reserve(out, left < FIRST_ROOM ? left : FIRST_ROOM)) return 0;
    return out->cap - out->len;
}

void number_libc(text *out, char conversion, int precision, bool alt, double d) {
    size_t room = first_room(out);
    if (room == 0) return;
    locale_t before = uselocale(decimal_c_locale());
    while (!printed(out, room, print_double(out->data + out->len, room, conversion, precision, alt, d))) {
        room = out->cap - out->len;
    }
    uselocale(before);
}

void number_libc_long(text *out, char conversion, int precision, bool alt, long double d) {
    size_t room = first_room(out);
    if (room == 0) return;
    locale_t before = uselocale(decimal_c_locale());
    while (!printed(out, room, print_long(out->data + out->len, room, conversion, precision, alt, d))) {
        room = out->cap - out->len;
    }
    uselocale(before);
}
