/* entry.h - one captured record as its bytes lie in a ring, in the recent records, in a damaged
 * mapping. The reader trusts nothing in it before entry_valid said so.
 *
 *   ring_entry (56 bytes) | args | fields | exception text | padding to 8
 *
 * args, for ENTRY_CALL: the values of the call in the order of the site's argument types, each
 * padded to 8 bytes: integers, pointers and doubles 8, long double 16, strings u32 length
 * (ENTRY_NULL_STRING: the pointer was NULL), bytes.
 * args, for ENTRY_TEXT: one string, the message formatted at the call (what cannot be captured).
 * args, for ENTRY_MADE: one wire value (base/value.h), a dict of the record's attributes as
 * Python's makeLogRecord takes them ("msg", "args", "created", …, extras under "extra").
 * fields: pairs of wire values key, value; logger's, then thread's, then the call's own. Later
 * ones shadow earlier ones of the same key.
 * exception text: bytes, exc_size long.
 *
 * A ring writes an entry whole before it moves write_pos past it. `id` is 0 until the backend
 * gives the record its id, before it routes it: recovery so knows which targets may have it. */
#ifndef WEIR_QUEUE_ENTRY_H
#define WEIR_QUEUE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum entry_kind { ENTRY_PAD = 1, ENTRY_CALL = 2, ENTRY_TEXT = 3, ENTRY_MADE = 4 };
#define ENTRY_NULL_STRING UINT32_MAX
#define ENTRY_ALIGN 8u

typedef struct ring_entry {
    uint32_t size; /* of all of it, a multiple of 8 */
    uint16_t kind; /* enum entry_kind */
    uint16_t flags;
    uint64_t stamp; /* base/clock.h */
    uint64_t id;
    uint32_t site;        /* dictionary id; 0 for ENTRY_MADE */
    uint32_t logger;      /* dictionary id */
    uint32_t thread_name; /* dictionary id */
    uint32_t tid;
    int32_t level;
    uint32_t args_size;
    uint32_t fields_size;
    uint32_t check; /* entry_check: a damaged header is told from a true one */
} ring_entry;

enum {
    ENTRY_HAS_EXC = 1,
    ENTRY_CUT = 2,
    ENTRY_IS_STACK = 4,
    ENTRY_TO_HANDLER =
        8, /* for one handler alone, whatever its level; its name's bytes take the fields' place */
    ENTRY_UNFILTERED = 16 /* and its filters are not asked */
}; /* flags; with ENTRY_HAS_EXC the rest is a text: u32 length, bytes; exc_text, or with ENTRY_IS_STACK
      stack_info */

static inline uint32_t entry_check(const ring_entry *e) {
    uint64_t mix =
        (e->stamp ^ ((uint64_t)e->size << 40) ^ ((uint64_t)e->site << 20) ^ e->logger) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(mix >> 32) ^ e->args_size ^ (e->fields_size << 8) ^ (uint32_t)e->kind << 28;
}

/* The handler's name, of a valid entry with ENTRY_TO_HANDLER. */
slice entry_addressee(const ring_entry *e);
/* Does an entry start at e, wholly inside the room bytes that follow, its parts inside it? */
bool entry_valid(const ring_entry *e, size_t room);

#endif
