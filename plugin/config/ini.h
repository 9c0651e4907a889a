/* ini.h - a fileConfig text as sections, keys, values and their lines: Python's configparser,
 * parsed by inih made lossless (the reader feeds it aliases for what it would damage).
 *
 * Python's rules: no inline comments; option names lower-cased; continuation lines; [DEFAULT];
 * duplicate sections and keys are problems; BasicInterpolation, depth 10, but not for
 * format, datefmt, style, which are read raw. All problems are reported, with their lines. */
#ifndef WEIR_CONFIG_INI_H
#define WEIR_CONFIG_INI_H

#include "base/arena.h"
#include "base/error.h"
#include "config/name_map.h"

typedef struct ini_key {
    slice name; /* lower case */
    slice raw;
    int line;
} ini_key;
typedef struct ini_section {
    slice name;
    int line;
    ini_key *keys;
    size_t count;
} ini_section;
typedef struct ini_file {
    ini_section *sections; /* in the order of the text; "DEFAULT" among them */
    size_t count;
    const ini_section *defaults; /* [DEFAULT], or NULL */
    name_map names;              /* of the sections, and of the keys of each */
    size_t *expanded;            /* bytes and steps that interpolation has used so far */
} ini_file;

/* Everything lives in the arena. What is wrong goes to p;
 * the result holds what could be read. -1 only without memory. Names are NUL-terminated. */
int ini_parse_text(slice text, arena *a, ini_file *out, problems *p);
/* Keys that [DEFAULT] has before the text (fileConfig's `defaults`): the text's own win. -1: no memory. */
typedef struct ini_default {
    slice key, value; /* raw: interpolated where it is used */
} ini_default;
int ini_add_defaults(ini_file *f, const ini_default *list, size_t count, arena *a);
const ini_section *ini_find(const ini_file *f, slice name);
/* The raw value, [DEFAULT] included; NULL: not there. */
const ini_key *ini_get_raw(const ini_file *f, const ini_section *s, const char *key);
/* The interpolated value; found false when it is not there. -1 and a problem when interpolation
 * fails (the problem names section, key, line). */
int ini_get(const ini_file *f, const ini_section *s, const char *key, arena *a, slice *out, bool *found,
            int *line, problems *p);

#endif
