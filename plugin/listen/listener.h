/* listener.h - one listening socket that does not give up: a port that is taken is retried once a second,
 * a process without free descriptors waits a moment instead of spinning; whoever keeps status is told of
 * both. Used by the config port, the HTTP server and the receivers, each on its own thread. */
#ifndef WEIR_LISTEN_LISTENER_H
#define WEIR_LISTEN_LISTENER_H

#include <sys/types.h>

#include "listen/address.h"

/* The state of a listener has changed: "listening", "taken, retrying"; NULL: it is gone. On the thread of
 * whoever steps or closes the listener. */
typedef void listener_tell(void *arg, const char *name, const char *address, const char *state);

typedef struct listener {
    listener_tell *tell;
    void *arg;
    const char *name; /* in status: "config port" */
    listen_address address;
    int type;         /* SOCK_STREAM, or SOCK_DGRAM: bound, and read by its owner */
    mode_t mode;      /* of a UNIX socket's file; 0: as the umask says */
    int fd;           /* -1: not (yet) bound */
    int port;         /* atomic; bound TCP port, 0: none */
    int64_t retry_ns; /* when to try to bind, or to accept, again */
    bool tired;       /* accept failed for want of descriptors or memory */
    dev_t device;     /* of the UNIX socket's file that we made */
    ino_t inode;
} listener;

/* Opens nothing; of type SOCK_STREAM. name must outlive l. */
void listener_init(listener *l, listener_tell *tell, void *arg, const char *name,
                   const listen_address *address);
/* Binds if it is time to. Returns when to be called again (CLOCK_MONOTONIC ns), 0: no need. */
int64_t listener_step(listener *l, int64_t now_ns);
/* Can accept be tried (poll on fd)? */
bool listener_ready(const listener *l);
/* A connection, non-blocking and close-on-exec; -1: none now. peer may be NULL. */
int listener_accept(listener *l, struct sockaddr_storage *peer);
/* Closes, removes the socket's file if it is still ours, and the line of status. */
void listener_close(listener *l);

/* In a forked child: TCP, UDP and UNIX datagram sockets are bound only once the process `parent` is no longer
 * our parent. */
void listener_after_fork(pid_t parent);

/* Who is at the other end of a UNIX socket, "uid 1000 pid 4242"; out has at least 64 bytes. false: not known.
 */
bool listener_peer(int fd, uid_t *uid, char out[64]);

#endif
