/* ini_reader.c - see ini_reader.h. Runs on the thread that checks a configuration, called back by inih.
 * It decides what a line is (configparser's _read, line by line); it keeps no sections and no values. */
#include "config/ini_reader.h"

#include <stdarg.h>

#include "base/limits.h"
#include "config/ini_text.h"

/* inih's MAX_SECTION and MAX_NAME are 50, with the NUL. */
#define PLAIN_NAME 48
/* How much of a bad line a message shows. */
#define SHOWN 60

void ini_source_init(ini_source *s, slice in, problems *p) {
    *s = (ini_source){.text = in, .p = p};
    if (in.len >= 3 && memcmp(in.data, "\xef\xbb\xbf", 3) == 0) s->at = 3;
}

/* ---- what inih cannot harm ---- */

static bool plain_name(slice s) {
    if (s.len == 0 || s.len > PLAIN_NAME) return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && c != '_' && c != '.' && (c != '-' || i == 0)) return false;
    }
    return true;
}

static bool plain_value(slice s, size_t room) {
    if (s.len > room || (s.len > 0 && s.data[0] == '@')) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c < ' ' || c > '~' || c == ';' || c == '#') return false;
    }
    return true;
}

/* ---- feeding ---- */

static char *feed(ini_source *s, char *line, int size, slice head, const char *between, slice tail,
                  const char *end) {
    size_t between_len = strlen(between), end_len = strlen(end);
    if (size <= 0 || head.len + between_len + tail.len + end_len + 1 > (size_t)size) {
        s->failed = true;
        return NULL;
    }
    char *out = line;
    memcpy(out, head.data, head.len), out += head.len;
    memcpy(out, between, between_len), out += between_len;
    if (tail.len > 0) memcpy(out, tail.data, tail.len), out += tail.len;
    memcpy(out, end, end_len + 1);
    return line;
}

static char *feed_section(ini_source *s, char *line, int size) {
    bool plain = plain_name(s->section) && s->section.len + 4 < (size_t)size;
    s->announce = true;
    return feed(s, line, size, SLICE_LITERAL("["), "", plain ? s->section : SLICE_LITERAL(INI_ALIAS), "]\n");
}

static char *feed_value(ini_source *s, char *line, int size, slice name) {
    /* "name = value\n" and the NUL; inih takes a line that fills its buffer for a cut one. */
    size_t taken = name.len + 6, room = (size_t)size > taken ? (size_t)size - taken : 0;
    slice value = plain_value(s->value, room) ? s->value : SLICE_LITERAL(INI_ALIAS);
    return feed(s, line, size, name, " = ", value, "\n");
}

/* ---- reading ---- */

/* What can be no line of any configuration. The rest of the text is still read. */
static bool refuse(ini_source *s, slice line) {
    const char *nul = memchr(line.data, '\0', line.len);
    size_t end;
    if (line.len > LIMIT_CONFIG_LINE)
        problems_add(s->p, s->line, NULL, NULL, "the line has %zu bytes (at most %d are read)", line.len,
                     LIMIT_CONFIG_LINE);
    else if (nul != NULL)
        problems_add(s->p, s->line, NULL, NULL, "a NUL byte in column %zu (a configuration is plain text)",
                     (size_t)(nul - line.data) + 1);
    else if ((end = ini_utf8_end(line)) < line.len)
        problems_add(s->p, s->line, NULL, NULL,
                     "byte 0x%02X in column %zu is not valid UTF-8 (save the file as UTF-8)",
                     (unsigned)(unsigned char)line.data[end], end + 1);
    else
        return false;
    return true;
}

/* `[name]` and whatever follows the last ']': that is ignored, as in Python. */
static bool take_header(ini_source *s, slice line) {
    if (line.len < 3 || line.data[0] != '[') return false;
    size_t end = line.len - 1;
    while (end > 1 && line.data[end] != ']') end--;
    if (end < 2) return false;
    s->section = slice_make(line.data + 1, end - 1);
    if (s->section.len > LIMIT_SECTION_NAME)
        problems_add(s->p, s->line, NULL, NULL, "the section's name has %zu bytes (at most %d)",
                     s->section.len, LIMIT_SECTION_NAME);
    s->in_section = true;
    s->in_key = false;
    return true;
}

static void tell_bad_line(const ini_source *s, slice line) {
    int shown = line.len > SHOWN ? SHOWN : (int)line.len;
    const char *more = line.len > SHOWN ? "…" : "";
    while (shown > 0 && shown < (int)line.len && ((unsigned char)line.data[shown] & 0xc0) == 0x80) shown--;
    if (line.data[0] == '[')
        problems_add(s->p, s->line, NULL, NULL, "no section header: %.*s%s (write [name])", shown, line.data,
                     more);
    else
        problems_add(s->p, s->line, NULL, NULL, "neither [section] nor key = value: %.*s%s", shown, line.data,
                     more);
}

/* Said once: all lines up to the first header have the same fault. */
static void tell_headless(ini_source *s, slice line) {
    s->headless_told = true;
    if (line.data[0] == '[')
        tell_bad_line(s, line);
    else
        problems_add(s->p, s->line, NULL, NULL,
                     "text before the first [section] (a section header comes first)");
}

static bool take_key(ini_source *s, slice line) {
    size_t at = 0;
    while (at < line.len && line.data[at] != '=' && line.data[at] != ':') at++;
    if (at == line.len) {
        tell_bad_line(s, line);
        return false;
    }
    s->key = ini_rstrip(slice_make(line.data, at));
    s->value = ini_strip(slice_make(line.data + at + 1, line.len - at - 1));
    s->in_key = s->key.len > 0;
    if (!s->in_key) problems_add(s->p, s->line, NULL, NULL, "a value without a key (write key = value)");
    return s->in_key;
}

/* Both return the line for inih, or NULL: nothing of it is to be fed. */
static char *take_blank(ini_source *s, char *line, int size) {
    if (!s->in_section || !s->in_key) return NULL;
    s->value = SLICE_LITERAL("");
    return feed_value(s, line, size, SLICE_LITERAL(INI_NAME_MORE));
}

static char *take_line(ini_source *s, slice raw, char *line, int size) {
    slice stripped = ini_strip(raw);
    if (stripped.len == 0) return take_blank(s, line, size);
    if (stripped.data[0] == '#' || stripped.data[0] == ';') return NULL;
    size_t indent = ini_indent(raw);
    if (s->in_section && s->in_key && indent > s->indent) {
        s->value = stripped;
        return feed_value(s, line, size, SLICE_LITERAL(INI_NAME_MORE));
    }
    s->indent = indent;
    if (take_header(s, stripped)) return feed_section(s, line, size);
    if (!s->in_section) {
        if (!s->headless_told) tell_headless(s, stripped);
        return NULL;
    }
    if (!take_key(s, stripped)) return NULL;
    return feed_value(s, line, size, plain_name(s->key) ? s->key : SLICE_LITERAL(INI_NAME_ALIAS));
}

char *ini_source_read(char *line, int size, void *stream) {
    ini_source *s = stream;
    if (s->announce) {
        s->announce = false;
        return feed(s, line, size, SLICE_LITERAL(INI_NAME_SECTION), "", SLICE_NONE, "=\n");
    }
    slice raw;
    while (!s->failed && ini_next_line(s->text, &s->at, &raw)) {
        s->line++;
        if (refuse(s, raw)) continue;
        char *fed = take_line(s, raw, line, size);
        if (fed != NULL) return fed;
    }
    return NULL;
}
