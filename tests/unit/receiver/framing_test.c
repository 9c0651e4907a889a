/* Where a frame ends in a stream, whatever it comes in. */
#include <criterion/criterion.h>

#include "receiver/receivers_internal.h"

/* Feeds `in` byte by byte; the frames with '|' between them, and how it ended. */
static const char *cut(framing *how, slice in, size_t limit) {
    static char out[4096];
    size_t begin = 0, len = 0;
    int mode = 0;
    for (size_t end = 1; end <= in.len; end++) {
        frame_cut got;
        frame_state state;
        while ((state = how(slice_make(in.data + begin, end - begin), limit, &mode, &got)) == FRAME_READY) {
            len += (size_t)snprintf(out + len, sizeof out - len, "%.*s|", (int)got.frame.len, got.frame.data);
            begin += got.used;
        }
        if (state == FRAME_TOO_LARGE) return strcat(out + 0, "too large");
        if (state == FRAME_BROKEN) return strcat(out + 0, "broken");
    }
    out[len] = '\0';
    return out;
}

#define EXPECT(how, in, limit, wanted)                                                                       \
    do {                                                                                                     \
        const char *got_ = cut(how, SLICE_LITERAL(in), limit);                                               \
        cr_assert_str_eq(got_, wanted);                                                                      \
        memset((char *)(uintptr_t)got_, 0, 4096);                                                            \
    } while (0)

Test(framing, a_length_in_front) {
    EXPECT(framing_length, "\0\0\0\3abc\0\0\0\0\0\0\0\1x\0\0", 10, "abc||x|");
    EXPECT(framing_length, "\0\0\0\13abc", 10, "too large");
    EXPECT(framing_length, "\xff\xff\xff\xff", 1024 * 1024, "too large");
}

Test(framing, lines) {
    EXPECT(framing_line, "one\ntwo\n\nthree", 10, "one|two||");
    EXPECT(framing_line, "01234567890", 10, "too large");
}

Test(framing, syslog_octet_counts) {
    EXPECT(framing_syslog, "5 <1>ab10 <1>cd\n56789", 100, "<1>ab|<1>cd\n5678|");
    EXPECT(framing_syslog, "101 x", 100, "too large");
    EXPECT(framing_syslog, "99999999", 100, "too large");
    EXPECT(framing_syslog, "5x", 100, "broken");
    EXPECT(framing_syslog, "0 x", 100, "broken");
}

Test(framing, syslog_line_feeds_and_nuls) {
    EXPECT(framing_syslog, "<1>a\n<2>b\n5 <3>cd<4>e\n", 100, "<1>a|<2>b|<3>cd|<4>e|");
    /* A NUL that is there says that line feeds are text: Python's. */
    int mode = 0;
    frame_cut got;
    slice python = SLICE_LITERAL("<1>a\nb\0<2>c\nd\0");
    cr_assert_eq(framing_syslog(python, 100, &mode, &got), FRAME_READY);
    cr_assert(slice_is(got.frame, "<1>a\nb") && got.used == 7);
    python = slice_make(python.data + got.used, python.len - got.used - 1);
    cr_assert_eq(framing_syslog(python, 100, &mode, &got), FRAME_MORE, "it waits for its NUL");
}
