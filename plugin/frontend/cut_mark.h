/* cut_mark.h - what stands behind a text that was shortened: "…[N bytes cut]". By hand, because a
 * signal handler may need it. */
#ifndef WEIR_FRONTEND_CUT_MARK_H
#define WEIR_FRONTEND_CUT_MARK_H

#include <stddef.h>
#include <string.h>

/* "…[18446744073709551615 bytes cut]", and a few to spare. */
#define CUT_MARK_MAX 40u
#define CUT_MARK_HEAD "\xE2\x80\xA6["
#define CUT_MARK_TAIL " bytes cut]"

/* The mark for n bytes, written to out; its length. */
static inline size_t cut_mark_write(char *out, size_t n) {
    char digits[20];
    size_t count = 0, head = sizeof CUT_MARK_HEAD - 1, tail = sizeof CUT_MARK_TAIL - 1;
    do digits[count++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    memcpy(out, CUT_MARK_HEAD, head);
    for (size_t i = 0; i < count; i++) out[head + i] = digits[count - 1 - i];
    memcpy(out + head + count, CUT_MARK_TAIL, tail);
    return head + count + tail;
}

static inline size_t cut_mark_size(size_t n) {
    char mark[CUT_MARK_MAX];
    return cut_mark_write(mark, n);
}

/* at, or the front of the UTF-8 character that a cut there would split. */
static inline size_t cut_boundary(const char *data, size_t at) {
    size_t start = at;
    while (start > 0 && at - start < 3 && ((unsigned char)data[start] & 0xC0) == 0x80) start--;
    return ((unsigned char)data[start] & 0xC0) == 0xC0 ? start : at;
}

#endif
