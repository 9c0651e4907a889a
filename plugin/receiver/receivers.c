/* receivers.c - the receivers as a whole: made and ended, and the loop of thread "weir-recv" over doors and
 * connections. */
#include "receiver/receivers.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "receiver/receivers_internal.h"

/* What is polled beside connections: the wake-up, the doors, the form server. */
#define POLLED_OTHERS (DOOR_COUNT + 2)
#define OWNER_WAKE SIZE_MAX
#define OWNER_FORMS (SIZE_MAX - 1)
/* When even poll fails: a pause instead of a spin. */
#define PAUSE_MS 200

/* In status, where the page of [admin] is "http". */
static const char *const listener_names[DOOR_COUNT] = {
    "receiver pickle_tcp", "receiver pickle_udp",  "receiver http",     "receiver syslog_udp",
    "receiver syslog_tcp", "receiver syslog_unix", "receiver json_tcp", "receiver json_udp"};

static bool stopping(const receivers *r) { return __atomic_load_n(&r->stopping, __ATOMIC_ACQUIRE) != 0; }
static int64_t sooner(int64_t a, int64_t b) { return a == 0 ? b : b == 0 || a < b ? a : b; }

/* ---- the loop ---- */

static int64_t step_doors(receivers *r, int64_t now) {
    int64_t next = 0;
    for (int i = 0; i < DOOR_COUNT; i++) {
        if (!r->has[i]) continue;
        bool was_open = r->listeners[i].fd >= 0;
        next = sooner(next, listener_step(&r->listeners[i], now));
        if (!was_open && r->listeners[i].fd >= 0 && r->listeners[i].type == SOCK_DGRAM)
            datagram_prepare(r->listeners[i].fd);
    }
    return next;
}

static void poll_for(receivers *r, nfds_t *count, int fd, size_t owner) {
    r->polled[*count] = (struct pollfd){.fd = fd, .events = POLLIN};
    r->owners[(*count)++] = owner;
}

/* While something waits for room in the ring only datagrams are read, to be dropped and counted. */
static nfds_t gather(receivers *r) {
    nfds_t count = 0;
    poll_for(r, &count, r->wake, OWNER_WAKE);
    for (int i = 0; i < DOOR_COUNT; i++) {
        const listener *l = &r->listeners[i];
        bool stream = l->type == SOCK_STREAM;
        if (!r->has[i] || l->fd < 0 || (stream && (r->full || !listener_ready(l)))) continue;
        if (i == DOOR_HTTP && !form_server_has_room(r->forms)) continue;
        poll_for(r, &count, l->fd, (size_t)i);
    }
    if (r->forms != NULL) poll_for(r, &count, form_server_fd(r->forms), OWNER_FORMS);
    for (size_t i = 0; i < r->connection_count && !r->full; i++)
        if (r->connections[i].fd >= 0) poll_for(r, &count, r->connections[i].fd, DOOR_COUNT + i);
    return count;
}

static void on_event(receivers *r, size_t owner, int64_t now) {
    uint64_t ignored;
    if (owner == OWNER_WAKE) {
        if (read(r->wake, &ignored, sizeof ignored) < 0) { /* nothing to be done */
        }
    } else if (owner == OWNER_FORMS) {
        return; /* it runs in any case */
    } else if (owner >= DOOR_COUNT) {
        if (!r->full && r->connections[owner - DOOR_COUNT].fd >= 0)
            stream_read(r, &r->connections[owner - DOOR_COUNT], now);
    } else if (r->listeners[owner].type == SOCK_DGRAM) {
        datagram_read(r, (receiver_door)owner);
    } else if (owner == DOOR_HTTP) {
        form_server_accept(r->forms);
    } else {
        stream_accept(r, (receiver_door)owner, now);
    }
}

static void retry(receivers *r, int64_t now) {
    if (!r->full) return;
    r->full = false;
    for (size_t i = 0; i < r->connection_count; i++) stream_retry(r, &r->connections[i], now);
    if (r->forms != NULL) form_server_retry(r->forms);
}

/* One round; returns how many descriptors had something. most_ms: the longest wait, negative: any. */
static int turn(receivers *r, int most_ms) {
    int64_t now = clock_monotonic_ns();
    retry(r, now);
    int64_t due = sooner(step_doors(r, now), stream_expire(r, now));
    due = sooner(due, receive_tell(r, now));
    if (r->forms != NULL) due = sooner(due, form_server_due(r->forms, now));
    int timeout = due == 0 ? -1 : due <= now ? 0 : (int)((due - now + 999999) / 1000000);
    if (r->full && (timeout < 0 || timeout > RECEIVE_RETRY_MS)) timeout = RECEIVE_RETRY_MS;
    if (most_ms >= 0 && (timeout < 0 || timeout > most_ms)) timeout = most_ms;
    nfds_t count = gather(r);
    int got = poll(r->polled, count, timeout);
    if (got < 0 && errno != EINTR) poll(NULL, 0, PAUSE_MS);
    now = clock_monotonic_ns();
    for (nfds_t i = 0; i < count && got > 0; i++)
        if (r->polled[i].revents != 0) on_event(r, r->owners[i], now);
    if (r->forms != NULL) form_server_run(r->forms);
    return got;
}

/* What had come before the stop is not lost, as far as it can be read at once. */
static void serve(void *arg) {
    receivers *r = arg;
    while (!stopping(r)) turn(r, -1);
    int64_t deadline = clock_monotonic_ns() + RECEIVE_FAREWELL_MS * 1000000LL;
    while ((turn(r, 0) > 0 || r->full) && clock_monotonic_ns() < deadline) {
    }
}

/* ---- made and ended ---- */

static int open_door(receivers *r, receiver_door door, weir_error *err) {
    listen_address where;
    const char *address = r->settings.address[door];
    if (address[0] == '\0') return 0;
    if (address_parse_any(address, &where, err) != 0) return -1;
    listener_init(&r->listeners[door], r->hooks.tell, r->hooks.arg, listener_names[door], &where);
    r->listeners[door].type = door_kinds[door].type;
    r->has[door] = true;
    receive_door_opened(door, true);
    return 0;
}

static int make(receivers *r, weir_error *err) {
    size_t places = (size_t)r->settings.connections;
    r->connections = calloc(places, sizeof *r->connections);
    r->polled = calloc(places + POLLED_OTHERS, sizeof *r->polled);
    r->owners = calloc(places + POLLED_OTHERS, sizeof *r->owners);
    r->datagram = malloc((size_t)r->settings.frame + RECEIVE_PREFIX);
    if (r->connections == NULL || r->polled == NULL || r->owners == NULL || r->datagram == NULL)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for the receivers");
    r->connection_count = places;
    for (size_t i = 0; i < places; i++) r->connections[i].fd = -1;
    if ((r->pickles = pickle_decoder_create(err)) == NULL) return -1;
    r->wake = descriptor_above(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (r->wake < 0) return error_system(err, errno, "cannot make an eventfd");
    for (int i = 0; i < DOOR_COUNT; i++)
        if (open_door(r, (receiver_door)i, err) != 0) return -1;
    return r->has[DOOR_HTTP] ? form_server_create(r, &r->forms, err) : 0;
}

static bool is_wanted(const receiver_settings *given) {
    for (int i = 0; i < DOOR_COUNT; i++)
        if (given->address[i][0] != '\0') return true;
    return false;
}

int receivers_start(const receiver_settings *given, const receiver_hooks *hooks, receivers **out,
                    weir_error *err) {
    *out = NULL;
    if (!is_wanted(given)) return 0;
    receivers *r = calloc(1, sizeof *r);
    if (r == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for the receivers");
    r->settings = *given;
    r->hooks = *hooks;
    r->wake = -1;
    arena_init(&r->memory, 0);
    int rc = make(r, err);
    if (rc == 0) step_doors(r, clock_monotonic_ns());
    if (rc == 0) rc = worker_start(&r->worker, "weir-recv", serve, r, err);
    if (rc == 0)
        *out = r;
    else
        receivers_stop(r);
    return rc;
}

void receivers_stop(receivers *r) {
    uint64_t one = 1;
    if (r == NULL) return;
    __atomic_store_n(&r->stopping, 1, __ATOMIC_RELEASE);
    if (r->wake >= 0 && write(r->wake, &one, sizeof one) < 0) { /* full: awake */
    }
    worker_join(&r->worker, -1);
    for (int i = 0; i < DOOR_COUNT; i++) {
        if (!r->has[i]) continue;
        listener_close(&r->listeners[i]);
        receive_door_opened((receiver_door)i, false);
    }
    for (size_t i = 0; i < r->connection_count; i++) stream_close(r, &r->connections[i]);
    form_server_free(r->forms);
    pickle_decoder_free(r->pickles);
    if (r->wake >= 0) close(r->wake);
    arena_done(&r->memory);
    free(r->connections);
    free(r->polled);
    free(r->owners);
    free(r->datagram);
    free(r);
}

void receivers_forked(receivers *r) {
    for (int i = 0; i < DOOR_COUNT; i++) {
        if (r->has[i] && r->listeners[i].fd >= 0) close(r->listeners[i].fd);
        receive_door_opened((receiver_door)i, false);
        receiver_counts[i] = (receiver_stats){0}; /* the child's own begin anew */
    }
    for (size_t i = 0; i < r->connection_count; i++)
        if (r->connections[i].fd >= 0) close(r->connections[i].fd);
    if (r->forms != NULL) form_server_forked(r->forms);
    if (r->wake >= 0) close(r->wake);
}
