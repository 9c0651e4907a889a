/* dict_sections.h - sections and keys as an INI text has them, made of a dictConfig's values. Private to
 * dict*.c. What is wrong goes to d->c->p, with the line in the JSON text. */
#ifndef WEIR_CONFIG_DICT_SECTIONS_H
#define WEIR_CONFIG_DICT_SECTIONS_H

#include "config/dict.h"

/* A list of names as "a,b". */
typedef struct dict_names {
    text joined;
    bool any;
} dict_names;

void dict_tell(dict *d, int line, const char *section, const char *key, const char *words);
/* With room for so many keys. NULL: no memory. */
ini_section *dict_add_section(dict *d, const char *prefix, slice name, int line, size_t keys);
void dict_add_key(dict *d, ini_section *s, const char *name, slice raw, int line);
/* A value that the checks interpolate: each '%' twice. */
slice dict_doubled(dict *d, slice in);
/* The object's member of that name, if it has one. raw: is not interpolated. */
void dict_add_text(dict *d, ini_section *s, const dict_node *object, const char *name, bool raw);
/* Can the name stand in a list with commas? */
bool dict_is_list_name(slice name);
void dict_add_name(dict *d, const char *section, dict_names *list, slice name, int line);
/* Ends the list. s NULL: it is only freed. */
void dict_add_names(dict *d, ini_section *s, const char *key, dict_names *list, int line);
/* An array of names as a list; an empty one where the object has none. */
void dict_add_list(dict *d, ini_section *s, const dict_node *object, const char *key);

#endif
