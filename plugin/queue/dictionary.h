/* dictionary.h - what entries name by number: call sites, loggers, thread names. Append-only,
 * in a mapping of its own, equal contents once; so a record can be read when the host's plugin
 * that made it is unloaded, and by another process when this one is dead.
 *
 * An id is the entry's offset / 8, never 0. Added under a lock by any thread (the slow first
 * call of a site, logger or thread); read without one: an entry is complete before `used` covers
 * it and never moves (the address range is reserved in advance, the file grows into it). No
 * malloc: the index lies in anonymous memory. */
#ifndef WEIR_QUEUE_DICTIONARY_H
#define WEIR_QUEUE_DICTIONARY_H

#include "base/error.h"
#include "queue/run_dir.h"

/* 64 MiB: 131,072 loggers of 100 bytes and as many sites of 300. */
#define DICTIONARY_RESERVED (64u * 1024 * 1024)

enum dictionary_kind { DICT_SITE = 1, DICT_LOGGER = 2, DICT_THREAD = 3 };

typedef struct dictionary dictionary;

dictionary *dictionary_create(const run_dir *d, weir_error *err);
/* That of a dead process; read-only use. */
dictionary *dictionary_open(const run_dir *d, weir_error *err);
void dictionary_free(dictionary *dict); /* unmaps; the file stays */

/* The id of that content, added if new; 0 when the dictionary is full or cannot grow. */
uint32_t dictionary_add(dictionary *dict, enum dictionary_kind kind, const void *data, size_t len);
/* Its bytes, valid as long as the dictionary; data NULL if id is none of that kind. */
slice dictionary_get(const dictionary *dict, enum dictionary_kind kind, uint32_t id);
/* Ids below this exist; tables indexed by id size themselves by it. */
uint32_t dictionary_limit(const dictionary *dict);

/* A call site's content: fixed part, argument types, then file, function, format, each with NUL. */
typedef struct site_content {
    int32_t line;
    uint16_t flags;       /* WEIR_SITE_… */
    uint8_t preformatted; /* its entries are ENTRY_TEXT */
    uint8_t arg_count;
    uint32_t file_len, function_len, format_len; /* without NUL */
    /* uint8_t types[arg_count] (enum arg_type of queue/site.h), then the three strings */
} site_content;

#endif
