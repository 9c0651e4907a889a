/* run_dir_internal.h - what run_dir.c and run_dir_claim.c share: where directories may lie, how
 * one is opened without following links, and how their names are read. */
#ifndef WEIR_QUEUE_RUN_DIR_INTERNAL_H
#define WEIR_QUEUE_RUN_DIR_INTERNAL_H

#include "queue/run_dir.h"

/* `run_dir`, /run/weir, $XDG_RUNTIME_DIR/weir, /dev/shm/weir-UID. */
#define RUN_CANDIDATES 4
/* "PID-STARTTIME-N.by-PID-STARTTIME": four numbers of at most 20 digits. */
#define RUN_NAME_SIZE 112

typedef struct run_candidates {
    size_t count;
    char path[RUN_CANDIDATES][RUN_DIR_PATH_SIZE];
} run_candidates;
void run_candidates_list(run_candidates *out, const char *configured);

bool run_service_valid(const char *service);
/* RUN/SERVICE, opened for reading; made if `make`. -1 with a reason appended to why (may be NULL). */
int run_service_open(const char *root, const char *service, bool make, text *why);
/* Is that a directory of this user's that nobody else may enter? */
bool run_dir_private(int fd);

/* PID-STARTTIME[-N], then nothing (in use by that process), ".left" (closed by it, or by who claimed
 * it, with something still in it), or ".by-PID-STARTTIME" (claimed). */
typedef struct run_name {
    int pid;
    unsigned long long start_time;
    unsigned instance; /* N: 0 where there is none */
    size_t base_len;   /* of PID-STARTTIME[-N] */
    bool left;
    bool claimed;
    int claimer_pid;
    unsigned long long claimer_start;
} run_name;
bool run_name_parse(const char *name, run_name *out);

#endif
