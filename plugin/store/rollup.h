/* rollup.h - counts per (minute, level, logger), gathered in memory during one transaction and then
 * added to the table of that name. Writer's thread. */
#ifndef WEIR_STORE_ROLLUP_H
#define WEIR_STORE_ROLLUP_H

#include <stdbool.h>
#include <stdint.h>

/* A batch of 10,000 records spans few minutes, levels and loggers; when the table is three quarters
 * full it is written early. */
#define ROLLUP_SLOTS 1024
#define ROLLUP_MINUTE_US INT64_C(60000000)

typedef struct rollup_cell {
    int64_t minute, logger, count; /* count 0: free */
    int level;
} rollup_cell;

typedef struct rollup {
    rollup_cell cells[ROLLUP_SLOTS];
    unsigned used;
    rollup_cell *last; /* most records hit the cell of the one before */
} rollup;

void rollup_clear(rollup *r);
bool rollup_full(const rollup *r);
/* One record more; never called when rollup_full. */
void rollup_count(rollup *r, int64_t created_us, int level, int64_t logger);

#endif
