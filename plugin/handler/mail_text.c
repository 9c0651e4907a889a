/* mail_text.c - see mail_text.h. Lines of up to 78 characters go as they are, as 7 or 8 bit; where one is
 * longer, quoted-printable or base64, whichever is shorter over the first ten lines: Python's rule. */
#include "handler/mail_text.h"

#include "base/base64.h"
#include "base/utf8.h"

#define LINE_MAX_LENGTH 78
/* Lines that the choice of an encoding looks at. */
#define SNIFF_LINES 10
/* Bytes of an encoded word's content: with "Subject: =?utf-8?b?" and "?=" a line of 77 characters. */
#define WORD_BYTES 42
#define BASE64_LINE_BYTES (LINE_MAX_LENGTH / 4 * 3)

/* ---- headers ---- */

static bool is_plain(slice s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.data[i] < 0x20 || (unsigned char)s.data[i] >= 0x7f) return false;
    return true;
}

static bool has_long_word(slice s, size_t most) {
    size_t run = 0;
    for (size_t i = 0; i < s.len; i++) {
        run = s.data[i] == ' ' ? 0 : run + 1;
        if (run > most) return true;
    }
    return false;
}

/* Breaks before a blank, which begins the next line. */
static void add_folded(text *out, slice value, size_t at) {
    for (size_t i = 0; i < value.len;) {
        size_t end = i + 1;
        while (end < value.len && value.data[end] != ' ') end++;
        if (at + (end - i) > LINE_MAX_LENGTH && value.data[i] == ' ') {
            text_add(out, "\r\n", 2);
            at = 0;
        }
        text_add(out, value.data + i, end - i);
        at += end - i;
        i = end;
    }
}

/* Words that a reader puts together without a gap; no character is cut. */
static void add_encoded(text *out, slice value) {
    for (size_t i = 0; i < value.len;) {
        size_t end = i;
        while (end < value.len) {
            uint32_t point;
            size_t size = utf8_decode(value.data + end, value.len - end, &point);
            if (size == 0) size = 1;
            if (end + size - i > WORD_BYTES) break;
            end += size;
        }
        text_add_cstr(out, i == 0 ? "=?utf-8?b?" : "\r\n =?utf-8?b?");
        base64_add(out, slice_make(value.data + i, end - i));
        text_add_cstr(out, "?=");
        i = end;
    }
}

void mail_add_header(text *out, const char *name, slice value) {
    size_t begin = strlen(name) + 2;
    text_addf(out, "%s:", name);
    if (value.len > 0) text_add_char(out, ' ');
    if (!is_plain(value) || has_long_word(value, LINE_MAX_LENGTH - begin))
        add_encoded(out, value);
    else
        add_folded(out, value, begin);
    text_add(out, "\r\n", 2);
}

void mail_add_addresses(text *out, const char *name, slice value) {
    text_addf(out, "%s: ", name);
    add_folded(out, value, strlen(name) + 2);
    text_add(out, "\r\n", 2);
}

bool mail_next_address(slice *left, slice *address) {
    size_t end = 0, from = 0;
    bool quoted = false, angled = false;
    while (end < left->len && (quoted || left->data[end] != ',')) {
        char c = left->data[end];
        if (c == '"') quoted = !quoted;
        if (c == '<' && !quoted) {
            from = end + 1;
            angled = true;
        }
        end++;
    }
    if (left->len == 0) return false;
    slice part = slice_make(left->data + from, end - from);
    size_t skip = end < left->len ? end + 1 : end;
    *left = slice_make(left->data + skip, left->len - skip);
    const char *close = angled ? memchr(part.data, '>', part.len) : NULL;
    if (close != NULL) part.len = (size_t)(close - part.data);
    while (part.len > 0 && part.data[0] == ' ') part = slice_make(part.data + 1, part.len - 1);
    while (part.len > 0 && part.data[part.len - 1] == ' ') part.len--;
    *address = part;
    return true;
}

/* ---- the body ---- */

/* The next line, without its end: \n, \r or \r\n. */
static bool next_line(slice all, size_t *at, slice *line) {
    if (*at >= all.len) return false;
    size_t end = *at;
    while (end < all.len && all.data[end] != '\n' && all.data[end] != '\r') end++;
    *line = slice_make(all.data + *at, end - *at);
    bool both = end + 1 < all.len && all.data[end] == '\r' && all.data[end + 1] == '\n';
    *at = end + (both ? 2 : 1);
    return true;
}

static bool is_safe(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(" !\"#$%&'()*+,-./:;<>?@[\\]^_`{|}~\t", c) != NULL);
}

static void quote(text *out, unsigned char c) { text_addf(out, "=%02X", c); }

/* A line of quoted characters, cut by soft breaks where Python cuts it. end: how a line ends. */
static void add_quoted_line(text *out, slice line, const char *end) {
    size_t start = 0, most = LINE_MAX_LENGTH - 1;
    while (start + 1 + LINE_MAX_LENGTH <= line.len) {
        size_t stop = start + most;
        if (line.data[stop - 2] ==
            '=') { /* the '=' of a sequence serves as the break, and is written again */
            text_add(out, line.data + start, stop - 1 - start);
            start = stop - 2;
        } else if (line.data[stop - 1] == '=') {
            text_add(out, line.data + start, most);
            start = stop - 1;
        } else {
            text_add(out, line.data + start, most);
            text_add_char(out, '=');
            start = stop;
        }
        text_add_cstr(out, end);
    }
    char last = line.len > 0 ? line.data[line.len - 1] : 'x';
    if (last != ' ' && last != '\t') {
        text_add(out, line.data + start, line.len - start);
        text_add_cstr(out, end);
        return;
    }
    size_t room = start + 1 + LINE_MAX_LENGTH - line.len;
    text_add(out, line.data + start, line.len - 1 - start);
    if (room == 2) text_add_char(out, last);
    if (room < 3) text_addf(out, "=%s", end);
    if (room != 2) quote(out, (unsigned char)last);
    text_add_cstr(out, end);
}

static void add_quoted_printable(text *out, slice body, size_t lines, const char *end) {
    text quoted;
    slice line;
    text_init(&quoted, 0);
    for (size_t at = 0; lines-- > 0 && next_line(body, &at, &line);) {
        text_clear(&quoted);
        for (size_t i = 0; i < line.len; i++) {
            unsigned char c = (unsigned char)line.data[i];
            if (is_safe(c))
                text_add_char(&quoted, (char)c);
            else
                quote(&quoted, c);
        }
        add_quoted_line(out, text_slice(&quoted), end);
        if (quoted.failed) out->failed = true;
    }
    text_done(&quoted);
}

static void add_joined(text *out, slice body, size_t lines, const char *end) {
    slice line;
    size_t at = 0, n = 0;
    for (; n < lines && next_line(body, &at, &line); n++) {
        text_add_slice(out, line);
        text_add_cstr(out, end);
    }
    if (n == 0) text_add_cstr(out, end);
}

static void add_base64_lines(text *out, slice body) {
    text joined;
    text_init(&joined, 0);
    add_joined(&joined, body, SIZE_MAX, "\n");
    if (joined.failed) out->failed = true;
    for (size_t i = 0; i < joined.len; i += BASE64_LINE_BYTES) {
        size_t n = joined.len - i < BASE64_LINE_BYTES ? joined.len - i : BASE64_LINE_BYTES;
        base64_add(out, slice_make(joined.data + i, n));
        text_add(out, "\r\n", 2);
    }
    text_done(&joined);
}

static bool prefers_base64(slice body, text *out) {
    text sniff;
    text_init(&sniff, 0);
    add_joined(&sniff, body, SNIFF_LINES, "\n");
    size_t base64 = (sniff.len + 2) / 3 * 4 + 1;
    text_clear(&sniff);
    add_quoted_printable(&sniff, body, SNIFF_LINES, "\n");
    if (sniff.failed) out->failed = true;
    bool longer = sniff.len > base64;
    text_done(&sniff);
    return longer;
}

/* What follows `from`: lines that begin like an mbox's separator get a '>', as Python's generator does. */
static void mark_from(text *out, size_t from) {
    static const char separator[] = "From ";
    const size_t len = sizeof separator - 1;
    text marked;
    text_init(&marked, 0);
    for (size_t at = from; at < out->len && !out->failed; at++) {
        bool begins = at == from || out->data[at - 1] == '\n';
        if (begins && out->len - at >= len && memcmp(out->data + at, separator, len) == 0)
            text_add_char(&marked, '>');
        text_add_char(&marked, out->data[at]);
    }
    if (marked.failed) out->failed = true;
    if (!out->failed && marked.len > out->len - from) {
        out->len = from;
        text_add_slice(out, text_slice(&marked));
    }
    text_done(&marked);
}

void mail_add_body(text *out, slice body) {
    bool ascii = true, fits = true;
    slice line;
    for (size_t at = 0; next_line(body, &at, &line);) {
        if (line.len > LINE_MAX_LENGTH) fits = false;
        for (size_t i = 0; i < line.len; i++) ascii = ascii && (unsigned char)line.data[i] < 0x80;
    }
    bool base64 = !fits && prefers_base64(body, out);
    const char *encoding = fits ? ascii ? "7bit" : "8bit" : base64 ? "base64" : "quoted-printable";
    text_addf(out,
              "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: %s\r\n"
              "MIME-Version: 1.0\r\n\r\n",
              encoding);
    size_t begin = out->len;
    if (fits)
        add_joined(out, body, SIZE_MAX, "\r\n");
    else if (base64)
        add_base64_lines(out, body);
    else
        add_quoted_printable(out, body, SIZE_MAX, "\r\n");
    mark_from(out, begin);
}
