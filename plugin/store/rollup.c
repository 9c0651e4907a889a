/* rollup.c - the cells of one transaction. Writer's thread; writes nothing itself. */
#include "store/rollup.h"

#include <string.h>

void rollup_clear(rollup *r) { memset(r, 0, sizeof *r); }

bool rollup_full(const rollup *r) { return r->used >= ROLLUP_SLOTS / 4 * 3; }

static int64_t minute_of(int64_t created_us) {
    int64_t minute = created_us / ROLLUP_MINUTE_US;
    return created_us % ROLLUP_MINUTE_US < 0 ? minute - 1 : minute;
}

static bool is_cell(const rollup_cell *c, int64_t minute, int level, int64_t logger) {
    return c->minute == minute && c->level == level && c->logger == logger;
}

void rollup_count(rollup *r, int64_t created_us, int level, int64_t logger) {
    int64_t minute = minute_of(created_us);
    if (r->last == NULL || !is_cell(r->last, minute, level, logger)) {
        uint64_t hash = ((uint64_t)minute * 31 + (uint64_t)level) * 0x9E3779B97F4A7C15u + (uint64_t)logger;
        hash *= 0xFF51AFD7ED558CCDu;
        unsigned i = (unsigned)(hash >> 40) % ROLLUP_SLOTS;
        while (r->cells[i].count != 0 && !is_cell(&r->cells[i], minute, level, logger))
            i = (i + 1) % ROLLUP_SLOTS;
        if (r->cells[i].count == 0) {
            r->cells[i] = (rollup_cell){.minute = minute, .level = level, .logger = logger};
            r->used++;
        }
        r->last = &r->cells[i];
    }
    r->last->count++;
}
