/* entry.c - is this an entry? Asked by every reader of a ring or of the recent records before it
 * believes a length, since a mapping may be damaged. Any thread; it reads nothing beyond `room`,
 * and does not look into the arguments (record_decode does). */
#include "queue/entry.h"

#include <string.h>

/* The first 8 bytes are all that padding has: a ring may end right behind them. */
#define PAD_HEADER 8u

static bool exception_inside(const ring_entry *e, uint32_t at) {
    uint32_t len;
    if (e->size - at < sizeof len) return false;
    memcpy(&len, (const char *)e + at, sizeof len);
    return len <= e->size - at - sizeof len;
}

bool entry_valid(const ring_entry *e, size_t room) {
    if (room < PAD_HEADER || e->size < PAD_HEADER || e->size > room || e->size % ENTRY_ALIGN != 0)
        return false;
    if (e->kind == ENTRY_PAD) return true;
    if (e->kind != ENTRY_CALL && e->kind != ENTRY_TEXT && e->kind != ENTRY_MADE) return false;
    if (e->size < sizeof *e || e->check != entry_check(e)) return false;
    uint32_t payload = e->size - (uint32_t)sizeof *e;
    if (e->args_size > payload || e->fields_size > payload - e->args_size) return false;
    if ((e->flags & ENTRY_HAS_EXC) == 0) return true;
    return exception_inside(e, (uint32_t)sizeof *e + e->args_size + e->fields_size);
}

slice entry_addressee(const ring_entry *e) {
    return slice_make((const char *)(e + 1) + e->args_size, e->fields_size);
}
