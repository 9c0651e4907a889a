/* roff.c - the parts that manual pages are made of. No date: the pages are the same at every build. */
#include <string.h>

#include "admin/cli/manual.h"

static size_t put_character(FILE *out, const char *s) {
    unsigned char c = (unsigned char)*s;
    if (c < 0x80) {
        if (c == '\\')
            fputs("\\e", out);
        else if (c == '-')
            fputs("\\-", out);
        else
            fputc(c, out);
        return 1;
    }
    /* Two or three bytes: the tables hold nothing beyond the Basic Multilingual Plane. */
    bool three = c >= 0xE0;
    unsigned code =
        three ? (c & 0x0Fu) << 12 | ((unsigned char)s[1] & 0x3Fu) << 6 | ((unsigned char)s[2] & 0x3Fu)
              : (c & 0x1Fu) << 6 | ((unsigned char)s[1] & 0x3Fu);
    fprintf(out, "\\[u%04X]", code);
    return three ? 3 : 2;
}

void roff_text(FILE *out, const char *s) {
    bool line_start = true;
    while (*s) {
        if (line_start && (*s == '.' || *s == '\'')) fputs("\\&", out);
        line_start = *s == '\n';
        s += put_character(out, s);
    }
}

void roff_head(FILE *out, const char *page, int section, const char *summary) {
    fprintf(out, ".TH %s %d \"\" \"weir %s\"\n.SH NAME\n", page, section, WEIR_VERSION);
    roff_text(out, page);
    fputs(" \\- ", out);
    roff_text(out, summary);
    fputc('\n', out);
}

void roff_entry(FILE *out, const char *term, const char *help) {
    fputs(".TP\n.B ", out);
    roff_text(out, term);
    fputc('\n', out);
    roff_text(out, help);
    fputc('\n', out);
}

void roff_block(FILE *out, const char *lines) {
    fputs(".PP\n.nf\n", out);
    roff_text(out, lines);
    fputs("\n.fi\n", out);
}
