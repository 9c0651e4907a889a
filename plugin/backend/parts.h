/* parts.h - what the files of this folder share: the backend from the inside. Nobody else includes
 * it. Everything here belongs to the backend thread (before backend_start: to the thread that starts
 * Weir), but for the mailbox, which has its lock, and the two words that producers see. */
#ifndef WEIR_BACKEND_PARTS_H
#define WEIR_BACKEND_PARTS_H

#include <pthread.h>

#include "backend/backend.h"
#include "backend/merge.h"
#include "base/worker.h"

/* Entry bytes routed between two publications: a chunk or a few for each handler, and little enough
 * that a small queue is not filled by what its writer cannot see yet. */
#define PUBLISH_BYTES (256 * 1024)
/* Routed records are published this soon also when more keep coming. */
#define PUBLISH_MS 1
/* Entries kept for the recent records until one lock takes them all in. */
#define STAGED_MAX 256
/* Handlers of one route that are served together; longer routes go in several groups. */
#define PICK_MAX 32
/* The longest the backend sleeps: what an idle process costs against how late a record may show. */
#define PAUSE_MAX_MS 12
/* While it waits for a full queue it looks into the mailbox this often. */
#define WAIT_SLICE_MS 10
/* The most that one record may become before it is cut to what its queue can hold: the largest entry
 * (16 MiB, a quarter of the largest ring), each byte escaped, twice. */
#define BACKEND_SCRATCH_MAX ((size_t)256 * 1024 * 1024)
/* Room for a notice with names and frame: a handler's name is at most 63 bytes. */
#define NOTICE_ROOM 2048
/* Own records waiting to be routed; each at most that long. */
#define OWN_MAX 64
#define OWN_TEXT_MAX 8192

/* One target as the backend sees it while a generation is current. */
typedef struct lane {
    target *target;
    chunk_queue *queue;
    size_t record_max;
    uint64_t holds;       /* id of the newest record in it: see publish_lanes */
    bool dirty;           /* something in it is not published */
    uint64_t noted;       /* done_id as last published */
    bool locked;          /* a listener adds to the queue too, and room in it is reserved just now */
    bool truncate;        /* a truncation is owed before the next bytes */
    bool delayed;         /* it is owed by a delayed handler, and forgotten when that is gone */
    bool stalled;         /* nothing is waited for: its records are dropped while there is no room */
    bool trusted;         /* it moved lately: worth waiting for */
    uint64_t seen_read;   /* read_pos when last observed */
    uint64_t moved_at;    /* stamps: of the last movement seen, */
    uint64_t observed_at; /* of the last look, */
    uint64_t still;       /* and how long it has stood since, with something to do */
    char trouble[160];    /* why the last record could not be formatted */
} lane;

/* A generation made ready for routing. */
typedef struct stage {
    generation *generation;
    lane *lanes; /* one a target */
    size_t lane_count;
} stage;

/* Where entries come from: the live rings, or those of a dead process. */
typedef struct source {
    record_reader *reader;
    record_reader *held_reader; /* for records that were kept: used while another one is under way */
    const dictionary *dictionary;
    logger **loggers; /* by dictionary id */
    size_t logger_count;
} source;

/* One record on its way to handlers. */
typedef struct delivery {
    const ring_entry *entry;
    record_reader *reader;
    record *rec; /* NULL: not yet decoded, or damaged */
    bool damaged;
    uint64_t id;
    bool fresh;         /* has its id from now: no queue can have had it */
    bool own;           /* of Weir itself: counted as a notice */
    const filter *note; /* what this filter held back is told of: it goes where the filter is, past it */
    bool note_to_all;   /* the filter is the logger's */
    bool room_is_short; /* deliver.c: its parts were measured, and take what they were measured to */
} delivery;

typedef struct own_record {
    uint64_t stamp;
    int level;
    char *message;
    size_t len;
} own_record;

typedef struct mail mail;

struct backend {
    /* Words that producers read. */
    struct {
        uint32_t asleep;
        char pad[60];
        uint32_t wake;
        char pad2[60];
    } words __attribute__((aligned(64)));

    backend_settings set;
    worker thread;
    stage *current, *next, *old; /* next: waits for its mark; old: waits for the pass's end */
    uint64_t mark;
    uint64_t ticks_per_ms;

    source live;
    source *from;       /* what is being routed */
    ring_set *releases; /* the rings that publishing gives room back to */
    merge merge;
    record rec;
    uint64_t done_id;   /* of the last record that is through */
    size_t unpublished; /* entry bytes since the last publication */
    uint64_t published_at;
    uint64_t routed;      /* since then */
    uint64_t signal_mask; /* slots routed since then */
    uint64_t signals_done;
    const ring_entry *staged[STAGED_MAX];
    size_t staged_count;
    bool recents_changed;
    bool owing; /* some handler has a run of drops to tell of */

    uint64_t waits;                                       /* for room: see prepare_all */
    bool (*had)(void *arg, const target *t, uint64_t id); /* recovery only */
    void *had_arg;
    bool abandoned;      /* recovery only: it stopped before the end */
    uint64_t *next_id;   /* where records get their ids: this process's counter, or the dead one's */
    uint64_t taken;      /* records that some handler wanted */
    uint64_t unreadable; /* entries that could not be decoded */

    text own_entry; /* the entry of an own record */
    text notice_entry;
    record_reader *notice_reader;    /* notices are made while another record is being delivered */
    uint32_t own_logger, own_thread; /* dictionary ids */
    text scratch;                    /* a record too long for the first guess */
    record held_rec;                 /* the kept one that is handed over just now */
    text held_asctime;
    bool held_any; /* some handler has kept the record that is under way */
    weir_error err;
    uint64_t lastresort_lost;

    uint64_t early_told[EARLY_COUNT]; /* drops before routing: how many were told of, */
    uint64_t early_seen;              /* how many there were at the last look, */
    uint64_t early_told_at;           /* and the stamp of the last telling */

    uint64_t pass;
    unsigned idle; /* passes without work in a row */
    uint64_t calibrated_at;

    uint32_t stop; /* atomic */
    int64_t stop_deadline;
    pthread_mutex_t mail_lock;
    uint32_t mail_waiting; /* atomic: requests and own records; looked at without the lock */
    uint32_t mail_done;    /* futex word of those who wait for an answer */
    mail *mails;
    bool closed;              /* no more requests */
    uint32_t flushes;         /* armed */
    uint64_t hand_over_until; /* the pass up to which what handlers keep is handed over */
    uint32_t no_flush;        /* atomic: waits for a flush give up */
    own_record own[OWN_MAX];
    size_t own_count;
    uint64_t own_lost;
};

static inline void count_one(uint64_t *counter) { __atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED); }

/* A counter of h's row, in which a listener may count, too. */
static inline void count_row(const handler *h, uint64_t *counter) {
    if (__builtin_expect(h->listened, 0))
        __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
    else
        count_one(counter);
}

/* stage.c */
stage *stage_create(generation *g, weir_error *err);
void stage_free(stage *s);
/* Of the first stage: what its handlers still want emptied comes before the next bytes. */
void stage_owe_truncations(stage *s); /* not the generation */
/* next becomes current; publishes what the old one has put in. */
void stage_switch(backend *b);
/* After a publication: hands the old generation over. */
void stage_retire(backend *b);

/* source.c */
int source_init(source *s, const record_source *from, weir_error *err);
void source_done(source *s);
/* Never NULL: what cannot be found out goes to the root. */
logger *source_logger(source *s, uint32_t id);

/* route.c */
/* From this process's counter. */
uint64_t route_take_id(backend *b);
/* Gives the entry its id, keeps it for the recent records and brings it to its handlers. false: the
 * time to stop has run out first and no queue has it; it stays in its ring. */
bool route_entry(backend *b, ring_entry *e);
/* The same for an entry that lies in no ring; own: of Weir itself. */
bool route_made(backend *b, ring_entry *e, bool own);
/* What f held back: to all handlers where f is the logger's, else to those that have it. */
bool route_note(backend *b, ring_entry *e, const filter *f);

/* suppressed.c: of the current generation's filters; all: also what is not due yet. */
void suppressed_tell(backend *b, bool all);
/* Before `to` is current: of those that end, or whose notes would lose their way. */
void suppressed_switch(backend *b, const generation *from, const generation *to);

/* deliver.c */
bool deliver_group(backend *b, delivery *d, handler **picked, size_t count);

/* overflow.c */
typedef enum lane_room { ROOM_OK, ROOM_DROPPED, ROOM_ABANDON } lane_room;
/* Room for a record of h in its lane; waits as the policy says; counts a drop. */
lane_room overflow_reserve(backend *b, handler *h, const delivery *d, size_t bytes, char **out);
/* Only if there is room now. */
char *lane_try(backend *b, handler *h, size_t bytes);
/* What a queue has had is said by publish_lane alone, from done_id: a record that is only in some of
 * its queues when the process is killed may be doubled then, never lost. */
void lane_commit(backend *b, handler *h, size_t bytes, uint32_t records);
void lane_observe(backend *b, lane *l, uint64_t now);
void overflow_drop(backend *b, handler *h, const delivery *d, enum handler_drop reason);

/* notice.c */
/* An entry of kind ENTRY_MADE with that message; NULL without memory. Lives in out. */
ring_entry *notice_encode(backend *b, text *out, uint32_t logger_id, int level, uint64_t stamp,
                          slice message);
bool notice_owed(const handler *h);
/* Tells the handler of its drops if there is room. */
void notice_emit(backend *b, handler *h);
/* For all handlers; what an idle backend does. */
void notice_emit_all(backend *b);

/* held.c */
/* The record is kept by h, and perhaps all that it keeps handed over. */
bool held_take(backend *b, handler *h, const delivery *d);
/* All handlers have had the record: what they left in it is seen by those that keep it. */
void held_renew(backend *b, const delivery *d, handler *const *handlers, size_t count);
/* Hands over what h keeps. false: the time to stop has run out; the rest is still kept. */
bool held_flush(backend *b, handler *h, uint64_t id);
void held_flush_all(backend *b, const generation *g);
/* At a swap: to those that go on unchanged, or flushed. */
void held_switch(backend *b, const generation *from, const generation *to);
/* What nobody takes any more: counted as dropped. */
void held_drop_rest(backend *b, const generation *g);
/* Who has that filter: h, or, if it keeps records, one that it hands them to. NULL: none. */
handler *held_noted(handler *h, const filter *f);
/* Recovery: has what h brings its records to had this one, as far as can be told? */
bool held_had(const backend *b, const handler *h, uint64_t id);

/* early.c */
/* Tells of what was dropped before routing: when no more comes, or, at_last, at once. */
void early_tell(backend *b, bool at_last);

/* publish.c */
void publish_stage_recent(backend *b, const ring_entry *e);
/* The same for an entry that does not stay where it is. */
void publish_recent_copy(backend *b, const ring_entry *e);
void publish_lane(backend *b, lane *l);
/* All lanes but those that hold a part of the record `held` (0: none). false: one was left out. */
bool publish_lanes(backend *b, uint64_t held);
/* Publishes, and gives back the room of what all lanes have. */
void publish_and_release(backend *b, uint64_t held);

/* mailbox.c */
void mailbox_serve(backend *b); /* swaps and flushes; also in the middle of a wait */
void mailbox_route_own(backend *b);
void mailbox_passed(backend *b); /* a pass has ended and is published */
void mailbox_close(backend *b);  /* refuses what is left */

/* signals.c */
bool signals_waiting(const backend *b);
size_t signals_route(backend *b);

/* loop.c */
void loop_run(void *arg);

/* last_resort.c */
void last_resort_write(backend *b, record *rec, escape_mode escape);

/* standard_error.c */
/* In the order of the records also where a handler writes to stderr. SLICE_NONE: counts one as lost. */
void standard_error_write(backend *b, slice s);

/* logging_error.c */
/* Python's "--- Logging error ---" of this record; why: "TypeError: …". */
void logging_error_write(backend *b, record *rec, const char *why);
/* What else Weir has to say, where that does not go to handlers: "weir: …". */
void logging_error_message(backend *b, slice message);

#endif
