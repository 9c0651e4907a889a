/* ini_reader.h - what stands in front of inih's ini_parse_stream, so that nothing is lost in it.
 *
 * inih 55 cuts lines at 200 bytes and section names at 49, takes ` ;` as a comment, stops at NUL, takes
 * an indented key for a continuation, skips blank lines inside values and tells no line numbers; and a
 * host may have changed its settings, which are global. So the reader sees each line first, decides as
 * Python's configparser does what it is, refuses what cannot be text, and hands inih one short line:
 * with the words themselves where inih cannot harm them, with an alias ('@') where it could. The
 * callback asks ini_reader_token for what an alias stands for. */
#ifndef WEIR_CONFIG_INI_READER_H
#define WEIR_CONFIG_INI_READER_H

#include "base/error.h"

/* Names that the callback sees. No plain word contains '@'. */
#define INI_ALIAS "@"         /* the section, or the value, of the present line */
#define INI_NAME_ALIAS "@k"   /* its key */
#define INI_NAME_SECTION "@s" /* a section begins: inih itself is silent about empty ones */
#define INI_NAME_MORE "@m"    /* one more line of the last key's value */

typedef struct ini_source {
    slice text;
    size_t at;
    problems *p;
    /* The present line, as configparser would split it. */
    int line;
    slice section, key, value;
    /* configparser's state. */
    size_t indent;
    bool in_section, in_key;
    bool headless_told; /* "no section yet" is said once */
    bool announce;      /* INI_NAME_SECTION is to be fed next */
    bool failed;        /* inih's line buffer is too small for anything */
} ini_source;

/* A byte order mark at the very start is passed over. */
void ini_source_init(ini_source *s, slice in, problems *p);
/* The fgets-like function for ini_parse_stream; stream is the ini_source. */
char *ini_source_read(char *line, int size, void *stream);

#endif
