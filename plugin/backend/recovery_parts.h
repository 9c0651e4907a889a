/* recovery_parts.h - what the files of recovery share. One thread. */
#ifndef WEIR_BACKEND_RECOVERY_PARTS_H
#define WEIR_BACKEND_RECOVERY_PARTS_H

#include "backend/parts.h"
#include "backend/recovery.h"

/* Which queues of recoverers have had records of this process's rings: written before the first is
 * routed, so that a recovery that is killed can be recovered. File "recovery" of the dead directory. */
#define RECOVERY_NOTE_FILE "recovery"
#define RECOVERY_NOTE_MAGIC 0x45544f4e52494557u
/* 8 KiB: 5 attempts with 100 targets each. */
#define RECOVERY_NOTE_ENTRIES 510
typedef struct recovery_note_entry {
    uint64_t identity; /* of the recoverer's chunk queue */
    uint64_t floor;    /* ids up to here may be others': its mark says nothing of them */
} recovery_note_entry;
typedef struct recovery_note {
    uint64_t magic;
    uint64_t count; /* atomic; an entry is complete before it is counted */
    recovery_note_entry entries[RECOVERY_NOTE_ENTRIES];
} recovery_note;

typedef struct dead_queue {
    chunk_queue *queue;
    arena memory;
    sink_spec spec;
    bool described; /* spec could be read */
} dead_queue;

typedef struct dead_process {
    run_dir dir;
    process_map *process; /* NULL: missing or damaged */
    dead_queue *queues;
    size_t queue_count;
    int pid;
    bool waits; /* something could not be delivered now: the directory stays */
} dead_process;

/* How long targets that take nothing may hold up the start, all of them together. */
typedef struct recovery_budget {
    int64_t left_ns;
    uint32_t spent; /* 1: what does not go at once waits for the next recovery; the sinks' stop word */
} recovery_budget;

typedef struct dead_list {
    dead_process *items;
    size_t count, room;
    bool no_memory;
} dead_list;

/* "pid 1234: " and a sentence. */
void recovery_say(recovery_report *r, const dead_process *dead, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* recovery_queues.c */
int recovery_open_queues(dead_process *dead, recovery_report *report, weir_error *err);
void recovery_deliver_queues(dead_process *dead, recovery_budget *budget, recovery_report *report);
void recovery_close_queues(dead_process *dead);

/* recovery_rings.c: all: the others found, whose queues may have had records of this one. */
void recovery_route_rings(backend *b, dead_process *dead, const dead_list *all, recovery_report *report);

#endif
