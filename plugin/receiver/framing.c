/* framing.c - where a frame ends in a stream. Pure.
 *
 * Syslog: a digit begins octet counting, anything else a message up to a line feed or a NUL. Python ends its
 * messages by a NUL and leaves line feeds in them, all others end them by a line feed: the first NUL of a
 * stream says which it is. */
#include "receiver/receivers_internal.h"

/* Digits of an octet count: LIMIT_RECEIVE_FRAME has seven. */
#define COUNT_DIGITS 7
enum { SYSLOG_UNKNOWN, SYSLOG_NUL };

frame_state framing_length(slice data, size_t limit, int *mode, frame_cut *out) {
    (void)mode;
    if (data.len < 4) return FRAME_MORE;
    const unsigned char *b = (const unsigned char *)data.data;
    size_t len = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
    if (len > limit) return FRAME_TOO_LARGE;
    if (data.len - 4 < len) return FRAME_MORE;
    *out = (frame_cut){slice_make(data.data + 4, len), 4 + len};
    return FRAME_READY;
}

static frame_state up_to(slice data, const char *end, size_t limit, frame_cut *out) {
    size_t len = end == NULL ? data.len : (size_t)(end - data.data);
    if (len > limit) return FRAME_TOO_LARGE;
    if (end == NULL) return FRAME_MORE;
    *out = (frame_cut){slice_make(data.data, len), len + 1};
    return FRAME_READY;
}

frame_state framing_line(slice data, size_t limit, int *mode, frame_cut *out) {
    (void)mode;
    return data.len == 0 ? FRAME_MORE : up_to(data, memchr(data.data, '\n', data.len), limit, out);
}

static frame_state counted(slice data, size_t limit, frame_cut *out) {
    size_t len = 0, at = 0;
    for (; at < data.len && at <= COUNT_DIGITS && data.data[at] >= '0' && data.data[at] <= '9'; at++)
        len = len * 10 + (size_t)(data.data[at] - '0');
    if (at > COUNT_DIGITS || len > limit) return FRAME_TOO_LARGE;
    if (at == data.len) return FRAME_MORE;
    if (data.data[at] != ' ' || len == 0) return FRAME_BROKEN;
    if (data.len - at - 1 < len) return FRAME_MORE;
    *out = (frame_cut){slice_make(data.data + at + 1, len), at + 1 + len};
    return FRAME_READY;
}

frame_state framing_syslog(slice data, size_t limit, int *mode, frame_cut *out) {
    if (data.len == 0) return FRAME_MORE;
    if (data.data[0] >= '0' && data.data[0] <= '9') return counted(data, limit, out);
    const char *nul = memchr(data.data, '\0', data.len);
    if (nul != NULL) *mode = SYSLOG_NUL;
    const char *end = *mode == SYSLOG_NUL ? nul : memchr(data.data, '\n', data.len);
    return up_to(data, end, limit, out);
}
