/* error.c - fills a weir_error. Any thread; keeps errno. What is longer than the message has
 * room for ends in "…" and the length, so that a cut is seen. */
#define _GNU_SOURCE
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>

/* Room at the end for "…[N bytes cut]". */
#define ERROR_CUT_SIZE 48

/* The last place at or before `at` where a UTF-8 sequence does not straddle the cut. */
static size_t cut_place(const char *message, size_t at) {
    size_t place = at;
    while (place > 0 && at - place < 4 && ((unsigned char)message[place] & 0xC0) == 0x80) place--;
    return place;
}

static void cut_visibly(char *message, size_t size, size_t full_len) {
    size_t place = cut_place(message, size - ERROR_CUT_SIZE);
    snprintf(message + place, size - place, "…[%zu bytes cut]", full_len - place);
}

static void error_vset(weir_error *err, int code, const char *tail, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void error_vset(weir_error *err, int code, const char *tail, const char *format, va_list args) {
    size_t size = sizeof(err->message);
    err->code = code;
    int head = vsnprintf(err->message, size, format, args);
    if (head < 0) {
        head = 0;
        err->message[0] = '\0';
    }
    size_t len = (size_t)head;
    if (tail != NULL) {
        size_t at = len < size ? len : size - 1;
        int more = snprintf(err->message + at, size - at, "%s%s", len > 0 ? ": " : "", tail);
        len += more > 0 ? (size_t)more : 0;
    }
    if (len >= size) cut_visibly(err->message, size, len);
}

int error_set(weir_error *err, int code, const char *format, ...) {
    if (err == NULL) return -1;
    int saved = errno;
    va_list args;
    va_start(args, format);
    error_vset(err, code, NULL, format, args);
    va_end(args);
    errno = saved;
    return -1;
}

int error_system(weir_error *err, int errno_value, const char *format, ...) {
    if (err == NULL) return -1;
    int saved = errno;
    /* Not strerror: that one is translated by the host's locale, and not safe with threads. */
    const char *reason = strerrordesc_np(errno_value);
    char number[32];
    if (reason == NULL) {
        snprintf(number, sizeof(number), "error %d", errno_value);
        reason = number;
    }
    va_list args;
    va_start(args, format);
    error_vset(err, WEIR_ERR_SYSTEM, reason, format, args);
    va_end(args);
    errno = saved;
    return -1;
}
