/* recent_rows.h - the recent records as rows: read in batches, decoded on the caller's thread. */
#ifndef WEIR_ADMIN_RECENT_ROWS_H
#define WEIR_ADMIN_RECENT_ROWS_H

#include "admin/control/control.h"
#include "admin/control/row_list.h"

/* A place in the recent records, and what is needed to read on from there. One thread. */
typedef struct recent_cursor {
    recent *recents;
    record_reader *reader;
    uint64_t next;     /* sequence of the first entry after the batch */
    uint64_t sequence; /* of the entry that was returned last */
    char *buffer;      /* a batch of entries */
    size_t len, at, size;
    uint64_t skipped; /* entries that were gone before they could be read; taken by the caller */
} recent_cursor;

int recent_cursor_open(recent_cursor *r, const weir_core *core, uint64_t first, weir_error *err);
void recent_cursor_close(recent_cursor *r);
/* The next raw entry, valid until the call after; NULL when there is none now. */
const ring_entry *recent_cursor_next(recent_cursor *r);
/* -1: damaged. The row's slices live until the next decode. */
int recent_cursor_decode(recent_cursor *r, const ring_entry *e, row *out);

/* All that match q into out. -1 with WEIR_ERR_TIMEOUT after deadline_ns. */
int recent_rows(const weir_core *core, const record_query *q, int64_t deadline_ns, row_list *out,
                weir_error *err);

#endif
