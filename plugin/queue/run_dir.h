/* run_dir.h - where the mappings of a process lie: RUN/SERVICE/PID-STARTTIME/, mode 0700.
 *
 * RUN is the first writable tmpfs of `run_dir`, /run/weir, $XDG_RUNTIME_DIR/weir,
 * /dev/shm/weir-UID. Where none is found, or the file system is no tmpfs, mappings are
 * anonymous memory: Weir works, and nothing survives a kill; status says so.
 *
 * A directory belongs to the process its name says, as long as that process lives (same boot
 * id, pid and start time). Whoever wants to recover a dead one claims it: renames it to
 * PID-STARTTIME.by-PID-STARTTIME of the claimer, in the same folder; a claim whose claimer is
 * dead can be claimed again. Directories with links, foreign owners or wrong modes are not
 * touched. Sockets and tokens lie elsewhere: see host/runtime_dir.h. */
#ifndef WEIR_QUEUE_RUN_DIR_H
#define WEIR_QUEUE_RUN_DIR_H

#include "base/error.h"

#define RUN_DIR_PATH_SIZE 512

typedef struct run_dir {
    char path[RUN_DIR_PATH_SIZE]; /* "" when there is no tmpfs */
    int fd;                       /* O_PATH|O_DIRECTORY|O_CLOEXEC, -1 when there is no tmpfs */
} run_dir;

typedef struct process_key {
    int pid;
    unsigned long long start_time; /* field 22 of /proc/PID/stat */
    char boot_id[40];
} process_key;

int process_key_self(process_key *key);
/* Is that very process alive? */
bool process_key_alive(const process_key *key);

/* Finds RUN (configured may be NULL) and makes the process's own directory. Falls back to "no
 * tmpfs" with the reason in why (a text the caller owns), never fails for that. -1: no memory. */
int run_dir_create(run_dir *d, const char *configured, const char *service, text *why, weir_error *err);
/* Removes all files of it and the directory itself; d is empty then. */
void run_dir_remove(run_dir *d);
/* Closes the descriptor, leaves the files (what could not be drained stays recoverable). */
void run_dir_close(run_dir *d);

/* Calls each for every directory of dead processes of that service, claimed for the caller.
 * each returns 0 to go on. Returns how many, or -1. */
int run_dir_claim_dead(const char *configured, const char *service, int (*each)(void *arg, run_dir *claimed),
                       void *arg, weir_error *err);

/* The same, but it stays this process's own: nobody recovers it before this process has ended. */
void run_dir_keep(run_dir *d);

/* Whether the pages of a mapping are mapped when it is made, so that a log call does not stop at each of
 * them, or as they are touched (2 ms for 4 MiB are saved; the memory is there in both cases). */
typedef enum mapping_pages { MAPPING_AT_ONCE, MAPPING_ON_DEMAND } mapping_pages;
/* A file of d, made (size bytes, posix_fallocated, 0600, MADV_DONTFORK) and mapped; anonymous
 * memory when d has no tmpfs. NULL with err when there is no room. Any thread; not cancellable. */
void *mapping_create(const run_dir *d, const char *name, size_t size, mapping_pages pages, weir_error *err);
/* An existing file of a claimed directory, read and write; NULL when it is missing or shorter
 * than min_size. */
void *mapping_open(const run_dir *d, const char *name, size_t min_size, size_t *size, weir_error *err);
void mapping_close(void *base, size_t size);
/* Unlinks the file; the mapping stays usable until closed. */
void mapping_remove(const run_dir *d, const char *name);

#endif
