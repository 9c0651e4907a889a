/* datagram.c - a frame a datagram. What finds no room in the ring is dropped and counted, and so is what the
 * kernel dropped before it could be read. Thread "weir-recv". */
#include <errno.h>
#include <sys/socket.h>

#include "receiver/receivers_internal.h"

/* Asked of the kernel; it gives what net.core.rmem_max allows. */
#define RECEIVE_BUFFER (4 * 1024 * 1024)
/* Datagrams of a turn. */
#define DATAGRAMS_TURN 256

void datagram_prepare(int fd) {
    int on = 1, size = RECEIVE_BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

/* The kernel says with a datagram how many it dropped since the socket was made. */
static void count_dropped(receivers *r, receiver_door door, struct msghdr *message) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        uint32_t total;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
        memcpy(&total, CMSG_DATA(c), sizeof total);
        uint32_t more = total - r->kernel_drops[door];
        r->kernel_drops[door] = total;
        if (more == 0) return;
        receive_count(&receiver_counts[door].dropped[RECEIVE_KERNEL], more - 1);
        receive_drop_frame(r, door, RECEIVE_KERNEL, NULL, "the kernel's buffer was full");
    }
}

static bool read_one(receivers *r, receiver_door door) {
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    size_t room = (size_t)r->settings.frame + RECEIVE_PREFIX;
    struct iovec to = {r->datagram, room};
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(uint32_t))];
    } control;
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &to,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(r->listeners[door].fd, &message, MSG_DONTWAIT);
    if (n < 0) return errno == EINTR;
    count_dropped(r, door, &message);
    if ((message.msg_flags & MSG_TRUNC) != 0)
        receive_drop_frame(r, door, RECEIVE_TOO_LARGE, &from, "the record is longer than frame allows");
    else if (n > 0)
        receive_frame(r, door, slice_make(r->datagram, (size_t)n), &from, false);
    return true;
}

void datagram_read(receivers *r, receiver_door door) {
    for (int i = 0; i < DATAGRAMS_TURN && read_one(r, door); i++) {
    }
}
