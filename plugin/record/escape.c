/* escape.c - finds and replaces what may not stand in a line of text. Runs wherever records are
 * rendered, mostly on the backend. Clean ASCII is passed eight bytes at a time. */
#include "record/escape.h"

#include "base/utf8.h"
#include "record/put.h"

#define BLOCK_INDENT "\n    "

/* One byte that is not plain ASCII text, somewhere in these eight? Tab counts as such here: the
 * caller looks closer. (x - 0x20..) borrows into the top bit exactly when a byte is below 0x20 or
 * follows such a one, which is enough for "somewhere". */
static inline bool all_plain(uint64_t x) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t below_blank = (x - 0x20 * ones) & ~x;
    uint64_t flipped = x ^ (0x7F * ones);
    uint64_t is_delete = (flipped - ones) & ~flipped;
    return ((x | below_blank | is_delete) & tops) == 0;
}

/* The same of a whole string, where that is quickly told. The last eight bytes may overlap others. */
static inline bool is_plain(slice s) {
    uint64_t eight = 0;
    if (s.len >= sizeof eight) {
        for (size_t at = 0; at + sizeof eight <= s.len; at += sizeof eight) {
            memcpy(&eight, s.data + at, sizeof eight);
            if (!all_plain(eight)) return false;
        }
        memcpy(&eight, s.data + s.len - sizeof eight, sizeof eight);
        return all_plain(eight);
    }
    if (s.len < 4) return false;
    uint32_t first, last;
    memcpy(&first, s.data, sizeof first);
    memcpy(&last, s.data + s.len - sizeof last, sizeof last);
    return all_plain((uint64_t)first << 32 | last);
}

static bool is_bidi_control(uint32_t point) {
    return point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069);
}

static bool is_unsafe(uint32_t point) {
    if (point < 0x80) return (point < 0x20 && point != '\t') || point == 0x7F;
    return point < 0xA0 || point == 0x2028 || point == 0x2029 || is_bidi_control(point);
}

/* What stands at the place where a clean run ends. */
typedef struct unsafe {
    uint32_t point; /* the byte itself if size is 0 */
    size_t size;    /* 0: a byte that is no UTF-8 */
} unsafe;

/* Where the next thing to be escaped stands, at or after `at`; s.len: nowhere. */
static size_t find_unsafe(slice s, size_t at, unsafe *found) {
    while (at < s.len) {
        uint64_t eight;
        while (s.len - at >= sizeof eight) {
            memcpy(&eight, s.data + at, sizeof eight);
            if (!all_plain(eight)) break;
            at += sizeof eight;
        }
        if (at == s.len) break;
        unsigned char byte = (unsigned char)s.data[at];
        if (byte >= 0x20 && byte < 0x7F) {
            at++;
            continue;
        }
        found->point = byte;
        found->size = utf8_decode(s.data + at, s.len - at, &found->point);
        if (found->size == 0 || is_unsafe(found->point)) return at;
        at += found->size;
    }
    return s.len;
}

size_t escape_clean(slice s) {
    unsafe found;
    return is_plain(s) ? s.len : find_unsafe(s, 0, &found);
}

static void add_replacement(text *out, const unsafe *u) {
    static const char digits[] = "0123456789abcdef";
    if (u->size == 1 && u->point == '\n') {
        put(out, "\\n", 2);
    } else if (u->size == 1 && u->point == '\r') {
        put(out, "\\r", 2);
    } else if (u->size <= 1) {
        const char hex[4] = {'\\', 'x', digits[u->point >> 4 & 15], digits[u->point & 15]};
        put(out, hex, sizeof hex);
    } else {
        const char hex[6] = {'\\',
                             'u',
                             digits[u->point >> 12 & 15],
                             digits[u->point >> 8 & 15],
                             digits[u->point >> 4 & 15],
                             digits[u->point & 15]};
        put(out, hex, sizeof hex);
    }
}

static void add_escaped(text *out, slice s, bool keep_newlines) {
    size_t at = 0;
    while (at < s.len) {
        unsafe found;
        size_t end = find_unsafe(s, at, &found);
        put(out, s.data + at, end - at);
        if (end == s.len) return;
        if (keep_newlines && s.data[end] == '\n') {
            put(out, BLOCK_INDENT, sizeof BLOCK_INDENT - 1);
        } else {
            add_replacement(out, &found);
        }
        at = end + (found.size == 0 ? 1 : found.size);
    }
}

void escape_add(text *out, slice s) {
    if (is_plain(s)) {
        put_slice(out, s);
    } else {
        add_escaped(out, s, false);
    }
}

void escape_add_block(text *out, slice s) { add_escaped(out, s, true); }
