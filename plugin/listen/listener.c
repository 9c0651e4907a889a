/* listener.c - binds, retries, accepts, closes. The thread that polls the socket calls everything here but
 * listener_after_fork (the child's only thread). */
#include "listen/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"

#define RETRY_NS 1000000000LL
/* Without descriptors or memory accept fails at once for ever; half a second is a pause, not a stop. */
#define TIRED_NS 500000000LL
/* Connections that the kernel keeps for us while we are busy with others. */
#define BACKLOG 128

static pid_t forked_from; /* 0: not a forked child, or its parent has ended */

void listener_after_fork(pid_t parent) { forked_from = parent; }

void listener_init(listener *l, listener_tell *tell, void *arg, const char *name,
                   const listen_address *address) {
    *l = (listener){.tell = tell,
                    .arg = arg,
                    .name = name,
                    .address = *address,
                    .type = SOCK_STREAM,
                    .fd = -1,
                    .retry_ns = 1};
}

static const char *unix_path(const listen_address *a) {
    return ((const struct sockaddr_un *)&a->socket)->sun_path;
}

/* A socket file that nobody serves any more is in the way of its successor; one that is served, or that
 * is no socket, stays. */
static void remove_dead_socket(const listener *l) {
    const listen_address *a = &l->address;
    struct stat found;
    if (lstat(unix_path(a), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
    int fd = descriptor_above(socket(AF_UNIX, l->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd < 0) return;
    if (connect(fd, (const struct sockaddr *)&a->socket, a->len) != 0 && errno == ECONNREFUSED)
        unlink(unix_path(a));
    close(fd);
}

static void remember_file(listener *l) {
    struct stat made;
    if (lstat(unix_path(&l->address), &made) != 0) return;
    l->device = made.st_dev;
    l->inode = made.st_ino;
}

/* The port that was got, and the address as it is to be shown. */
static void remember_port(listener *l) {
    struct sockaddr_storage got;
    socklen_t len = sizeof got;
    if (getsockname(l->fd, (struct sockaddr *)&got, &len) != 0) return;
    l->address.socket = got;
    l->address.len = len;
    __atomic_store_n(&l->port, address_port(&l->address), __ATOMIC_RELEASE);
    address_show(&got, l->address.shown);
}

static int open_socket(listener *l) {
    int family = l->address.socket.ss_family, on = 1;
    int fd = descriptor_above(socket(family, l->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd < 0) return -1;
    if (!l->address.is_unix && l->type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (l->address.is_unix) remove_dead_socket(l);
    int failed = bind(fd, (const struct sockaddr *)&l->address.socket, l->address.len);
    if (!failed && l->address.is_unix) remember_file(l);
    /* Nobody can connect before listen, so the mode is right before anybody can. */
    if (!failed && l->address.is_unix && l->mode != 0) failed = chmod(unix_path(&l->address), l->mode);
    if (!failed && l->type == SOCK_STREAM) failed = listen(fd, BACKLOG);
    if (!failed) return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static bool waits_for_parent(const listener *l) {
    bool own = l->address.is_unix && l->type == SOCK_STREAM; /* its path names the process */
    if (own || forked_from == 0) return false;
    if (getppid() == forked_from) return true;
    forked_from = 0;
    return false;
}

int64_t listener_step(listener *l, int64_t now_ns) {
    if (l->retry_ns == 0 || l->retry_ns > now_ns) return l->retry_ns;
    l->retry_ns = 0;
    l->tired = false;
    if (l->fd >= 0) return 0;
    l->retry_ns = now_ns + RETRY_NS;
    if (waits_for_parent(l)) {
        l->tell(l->arg, l->name, l->address.shown, "served by the parent process until it ends");
        return l->retry_ns;
    }
    l->fd = open_socket(l);
    if (l->fd < 0) {
        char state[160];
        snprintf(state, sizeof state, "%s, retrying", errno == EADDRINUSE ? "taken" : strerror(errno));
        l->tell(l->arg, l->name, l->address.shown, state);
        return l->retry_ns;
    }
    l->retry_ns = 0;
    if (!l->address.is_unix) remember_port(l);
    l->tell(l->arg, l->name, l->address.shown, "listening");
    return 0;
}

bool listener_ready(const listener *l) { return l->fd >= 0 && !l->tired; }

int listener_accept(listener *l, struct sockaddr_storage *peer) {
    struct sockaddr_storage own;
    socklen_t len = sizeof own;
    int fd = accept4(l->fd, (struct sockaddr *)&own, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) fd = descriptor_above(fd);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        l->tired = true;
        l->retry_ns = clock_monotonic_ns() + TIRED_NS;
    }
    if (peer != NULL) *peer = own;
    return fd;
}

void listener_close(listener *l) {
    struct stat found;
    if (l->fd < 0 && l->tell == NULL) return;
    if (l->fd >= 0) close(l->fd);
    l->fd = -1;
    __atomic_store_n(&l->port, 0, __ATOMIC_RELEASE);
    if (l->address.is_unix && l->inode != 0 && lstat(unix_path(&l->address), &found) == 0 &&
        found.st_ino == l->inode && found.st_dev == l->device)
        unlink(unix_path(&l->address));
    l->tell(l->arg, l->name, l->address.shown, NULL);
}

bool listener_peer(int fd, uid_t *uid, char out[64]) {
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) return false;
    *uid = peer.uid;
    snprintf(out, 64, "uid %u pid %d", (unsigned)peer.uid, (int)peer.pid);
    return true;
}
