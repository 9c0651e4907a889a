/* receivers_internal.h - what the files of the receivers share. Thread "weir-recv", if nothing else is said.
 */
#ifndef WEIR_RECEIVER_RECEIVERS_INTERNAL_H
#define WEIR_RECEIVER_RECEIVERS_INTERNAL_H

#include "base/worker.h"
#include "receiver/decode.h"
#include "receiver/pickle_decoder.h"
#include "receiver/receivers.h"

/* Read of one connection or door before the next has its turn. */
#define RECEIVE_TURN (64 * 1024)
/* When the ring is full: so long until it is tried again. */
#define RECEIVE_RETRY_MS 5
/* Whoever has sent no whole frame for so long makes room for a new connection. */
#define RECEIVE_PATIENCE_MS 1000
/* At a stop: so long may it take to read what has come. */
#define RECEIVE_FAREWELL_MS 1000
/* Forms at one time: each is one short connection. */
#define RECEIVE_FORMS 64
/* What stands before a frame: a length of 4 bytes, or up to 7 digits and a blank. */
#define RECEIVE_PREFIX 8

typedef enum hand_in {
    HANDED_IN,
    HAND_IN_FULL,   /* no room in the ring now: nothing is counted, try again */
    HAND_IN_DROPPED /* counted */
} hand_in;

/* ---- framing.c: pure ---- */
typedef enum frame_state { FRAME_MORE, FRAME_READY, FRAME_TOO_LARGE, FRAME_BROKEN } frame_state;
typedef struct frame_cut {
    slice frame;
    size_t used; /* bytes that it takes with all around it */
} frame_cut;
/* The first frame of what a stream has brought. limit: its longest. *mode is the stream's own, 0 at first. */
typedef frame_state framing(slice data, size_t limit, int *mode, frame_cut *out);
framing framing_length, framing_line, framing_syslog;

/* ---- doors.c: one row a door ---- */
typedef struct door_kind {
    int type;     /* SOCK_STREAM, SOCK_DGRAM */
    framing *cut; /* of streams */
    /* The attributes; *why when they cannot be had. */
    int (*decode)(receivers *r, slice frame, value *out, receive_drop *why, weir_error *err);
} door_kind;
extern const door_kind door_kinds[DOOR_COUNT];

typedef struct receive_stream {
    int fd; /* -1: free */
    receiver_door door;
    struct sockaddr_storage peer;
    char *data;
    size_t begin, len, room; /* of data: what is left begins at begin */
    int mode;
    uint64_t frames;
    int64_t opened_ns, since_ns; /* when the present frame began; 0: none has */
    bool waiting;                /* holds a whole frame that found no room */
} receive_stream;

typedef struct form_server form_server;
struct receivers {
    receiver_settings settings;
    receiver_hooks hooks;
    listener listeners[DOOR_COUNT];
    bool has[DOOR_COUNT];
    receive_stream *connections;
    size_t connection_count; /* places */
    struct pollfd *polled;
    size_t *owners;  /* of polled: a door, or DOOR_COUNT + a receive_stream */
    size_t buffered; /* bytes of all connections' data */
    form_server *forms;
    pickle_decoder *pickles;
    arena memory;   /* of the present frame */
    char *datagram; /* one, as it came */
    uint32_t kernel_drops[DOOR_COUNT];
    bool full; /* something waits for room in the ring */
    int wake;
    uint32_t stopping; /* atomic */
    worker worker;
    /* of the next notice */
    uint64_t untold;
    int64_t told_ns;
    char last[400];
};

/* ---- hand_in.c ---- */
/* A whole frame of that door. from: the peer, for notices. may_wait: FULL is not counted as a drop. */
hand_in receive_frame(receivers *r, receiver_door door, slice frame, const struct sockaddr_storage *from,
                      bool may_wait);

/* ---- names.c ---- */
/* The logger for a name as it was sent; *other: the one for names beyond the bound. full (of the arena) is
 * how it is called. NULL: no memory. */
logger *receive_logger(receivers *r, slice sent, slice *full, bool *other);

/* ---- stats.c ---- */
extern receiver_stats receiver_counts[DOOR_COUNT];
void receive_count(uint64_t *counter, uint64_t n);
/* For receiver_door_open. */
void receive_door_opened(receiver_door door, bool open);
/* Counts it and keeps it for the next notice; format says why. from may be NULL. */
void receive_drop_frame(receivers *r, receiver_door door, receive_drop why,
                        const struct sockaddr_storage *from, const char *detail);
/* Tells what is due; returns when to be called again, 0: nothing waits. */
int64_t receive_tell(receivers *r, int64_t now_ns);

/* ---- stream.c ---- */
void stream_accept(receivers *r, receiver_door door, int64_t now_ns);
void stream_read(receivers *r, receive_stream *c, int64_t now_ns);
/* Goes on with what found no room. */
void stream_retry(receivers *r, receive_stream *c, int64_t now_ns);
void stream_close(receivers *r, receive_stream *c);
/* Ends those that are late; returns when the next one is, 0: none. */
int64_t stream_expire(receivers *r, int64_t now_ns);

/* ---- datagram.c ---- */
void datagram_prepare(int fd);
void datagram_read(receivers *r, receiver_door door);

/* ---- form_server.c ---- */
int form_server_create(receivers *r, form_server **out, weir_error *err);
void form_server_free(form_server *f);
/* To poll for reading; and when it must run at the latest (CLOCK_MONOTONIC ns, 0: no need). */
int form_server_fd(const form_server *f);
int64_t form_server_due(const form_server *f, int64_t now_ns);
bool form_server_has_room(const form_server *f);
void form_server_accept(form_server *f);
void form_server_run(form_server *f);
/* Forms that found no room are tried again. */
void form_server_retry(form_server *f);
void form_server_forked(form_server *f);

#endif
