/* recovery.h - what dead processes of this service left behind, delivered before anything new.
 *
 * For each dead run directory, oldest first: claim it; for each of its chunk queues open the target
 * it was made for (never truncating), ask the sink how much of the batch in flight is there
 * already, write the rest; then read its rings by its own dictionary and clock and route each
 * record by the present generation, skipping the targets whose dead queue had it. A directory is
 * removed when all of it is delivered; what cannot be delivered now (target gone) stays, said in
 * the report, and is tried at the next recovery. Every position is checked: a damaged mapping
 * costs what is damaged, never a crash. Called by the thread that starts Weir, or by
 * `weir recover`, before backend_start; it works on a thread of its own. */
#ifndef WEIR_BACKEND_RECOVERY_H
#define WEIR_BACKEND_RECOVERY_H

#include "backend/backend.h"

typedef struct recovery_report {
    size_t processes;     /* dead ones whose directories were found */
    uint64_t from_queues; /* records that chunk queues held, delivered */
    uint64_t from_rings;  /* records routed from rings */
    uint64_t dropped;
    uint64_t unreadable; /* damaged entries or chunks, counted as far as they can be */
    uint64_t doubtful;   /* batches that may be there twice */
    uint64_t buffered;   /* records that Memory- and QueueHandlers of the dead held: lost */
    text lines;          /* a sentence a target and per trouble, each with newline */
} recovery_report;

int recovery_run(backend *b, const char *configured_run_dir, const char *service, recovery_report *report,
                 weir_error *err);
void recovery_report_done(recovery_report *r);

#endif
