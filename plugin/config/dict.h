/* dict.h - dictConfig as JSON: read into the same sections as an INI text has, so that all of config_check is
 * one for both. Private to config/. Runs on the thread that checks. */
#ifndef WEIR_CONFIG_DICT_H
#define WEIR_CONFIG_DICT_H

#include "config/check.h"

/* A value of the JSON text and the line that it (an object's member: its key) stands in. */
typedef struct dict_node {
    slice key; /* of an object's member */
    int line;
    size_t at, end; /* where the value stands in the text */
    const value *v;
    struct dict_node *members; /* of an object or array */
    size_t count;
} dict_node;

/* dict_node.c: in is valid JSON, v what it was parsed to. false: no memory. */
bool dict_nodes(slice in, const value *v, arena *a, dict_node *out);
/* NULL: there is none, or it is null. */
const dict_node *dict_get(const dict_node *object, const char *key);
/* The same, null too. */
const dict_node *dict_get_any(const dict_node *object, const char *key);

typedef struct dict {
    checker *c;
    dict_node root;
} dict;

void dict_check_version(dict *d); /* dict.c */
/* dict.c: fills c->ini; what is wrong goes to c->p. false: nothing can be read of it. */
bool dict_read(checker *c, dict *d);
/* dict_value.c: the value as a literal of args=, and as the text of a key; ext:// and cfg:// are followed.
 * false: told. section is for the message. */
bool dict_literal(dict *d, const char *section, const dict_node *n, text *out);
bool dict_text(dict *d, const char *section, const dict_node *n, slice *out);

#endif
