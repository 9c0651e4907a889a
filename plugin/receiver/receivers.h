/* receivers.h - records from other processes and machines, by the [receivers] section: pickles as Python's
 * SocketHandler and DatagramHandler send them, HTTPHandler's form, syslog, lines of JSON.
 *
 * One thread, "weir-recv", polls all doors. A whole frame is decoded (decode.h, pickle_decoder.h), given to
 * the logger that it names as Python's receivers do (Logger.handle: its level is not asked, `disabled` and
 * filters are), and captured like a record of a host's thread. While the thread's ring is full nothing is
 * read from TCP; datagrams are dropped and counted. Every frame that is not handed in is counted by reason,
 * and a record of Weir's own tells of them, at most one in RECEIVER_NOTICE_MS.
 *
 * What a sender says is a field of a record: never a path, a format, a class. */
#ifndef WEIR_RECEIVER_RECEIVERS_H
#define WEIR_RECEIVER_RECEIVERS_H

#include "config/settings.h"
#include "listen/listener.h"

#define RECEIVER_NOTICE_MS 10000

typedef enum receive_drop {
    RECEIVE_MALFORMED,   /* not what the protocol wants */
    RECEIVE_NO_RECORD,   /* data, but no record: no dict, no level */
    RECEIVE_TOO_LARGE,   /* longer than `frame`, or beyond a bound when decoded */
    RECEIVE_CUT_OFF,     /* the connection ended inside a frame */
    RECEIVE_LATE,        /* not whole within `deadline` */
    RECEIVE_CONNECTIONS, /* a connection beyond the bounds */
    RECEIVE_BROWSER,     /* a form that a web page had sent */
    RECEIVE_FULL,        /* a datagram that found no room in the ring */
    RECEIVE_KERNEL,      /* datagrams that the kernel dropped, because they were not read fast enough */
    RECEIVE_MEMORY,      /* no memory, or the unfinished frames of all connections are too large */
    RECEIVE_DISABLED,    /* for a logger that is disabled */
    RECEIVE_STOPPED,     /* no ring: Weir stops */
    RECEIVE_DROPS
} receive_drop;
extern const char *const receive_drop_names[RECEIVE_DROPS];

/* Of one door; read at any time, by any thread. They count on over a stop and start. */
typedef struct receiver_stats {
    uint64_t frames;       /* whole frames, and those that were refused before they were whole */
    uint64_t handled;      /* handed in: frames = handled + all drops but connections and kernel */
    uint64_t placeholders; /* of those: the record says only what was not read */
    uint64_t other_names;  /* of those: given to the one logger for names beyond the bound */
    uint64_t connections, connections_total;
    uint64_t dropped[RECEIVE_DROPS];
} receiver_stats;
const receiver_stats *receiver_door_stats(receiver_door door);
/* Is there a receiver behind that door? */
bool receiver_door_open(receiver_door door);

typedef struct receiver_hooks {
    listener_tell *tell;                              /* the state of a door */
    void (*notice)(void *arg, int level, slice line); /* a record of Weir's own; never blocks */
    void *arg;
} receiver_hooks;

typedef struct receivers receivers;
/* *out stays NULL where the section names no door. A port that is taken is no error: it is tried again, and
 * tell says so. */
int receivers_start(const receiver_settings *given, const receiver_hooks *hooks, receivers **out,
                    weir_error *err);
/* What has come by now is read; ends the thread. Before the front end is closed. */
void receivers_stop(receivers *r);
/* In a forked child, which does not receive: lets the parent's descriptors go. */
void receivers_forked(receivers *r);

#endif
