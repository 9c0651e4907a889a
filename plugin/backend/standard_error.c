/* standard_error.c - what the backend itself has to write to stderr: lastResort's lines, and what is said of
 * records that could not be formatted. Where a handler writes there too it goes into that handler's queue, so
 * that the order is the records'. Else the backend writes, and never waits long: in pieces that a pipe takes
 * whole once poll says it can; what nobody reads is counted and told when it moves again. Backend thread. It
 * never changes the flags of descriptor 2. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "backend/parts.h"

/* How long a reader of stderr is waited for, once; after that nothing is waited for until it reads. */
#define STDERR_WAIT_MS 100

static bool can_write(const backend *b) {
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&p, 1, b->lastresort_lost > 0 ? 0 : STDERR_WAIT_MS) > 0 && (p.revents & POLLOUT) != 0;
}

static bool write_all(const backend *b, slice s) {
    while (s.len > 0) {
        if (!can_write(b)) return false;
        ssize_t n = write(STDERR_FILENO, s.data, s.len < PIPE_BUF ? s.len : PIPE_BUF);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return false;
        s = slice_make(s.data + n, s.len - (size_t)n);
    }
    return true;
}

/* A handler that writes to stderr; NULL: none does. */
static handler *find_writer(const backend *b) {
    const generation *g = b->current->generation;
    for (size_t i = 0; i < g->handler_count; i++) {
        handler *h = g->handlers[i];
        if (h->lane == NULL || h->lane->stalled) continue;
        const sink_spec *to = target_spec(h->target);
        if (slice_is(to->kind, "stream") && to->fd == STDERR_FILENO) return h;
    }
    return NULL;
}

/* Into the queue of such a handler, counted for nobody. */
static bool enqueue(backend *b, slice s) {
    handler *h = find_writer(b);
    char *to = h != NULL && s.len <= h->lane->record_max ? lane_try(b, h, s.len) : NULL;
    if (to == NULL) return false;
    memcpy(to, s.data, s.len);
    lane_commit(b, h, s.len, 0);
    return true;
}

void standard_error_write(backend *b, slice s) {
    char lost[64];
    if (s.data != NULL && enqueue(b, s)) return;
    int n = 0;
    if (b->lastresort_lost > 0)
        n = snprintf(lost, sizeof lost, "weir: %llu messages could not be written here\n",
                     (unsigned long long)b->lastresort_lost);
    if (s.data != NULL && write_all(b, slice_make(lost, n > 0 ? (size_t)n : 0)) && write_all(b, s))
        b->lastresort_lost = 0;
    else
        b->lastresort_lost++;
}
