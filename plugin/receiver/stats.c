/* stats.c - what the receivers count, and the record of Weir's own that tells of refusals: the first at once,
 * then at most one in RECEIVER_NOTICE_MS. Counted on thread "weir-recv", read by any. */
#include "receiver/receivers_internal.h"

#include <stdio.h>

#include "base/clock.h"

const char *const receive_drop_names[RECEIVE_DROPS] = {"malformed", "no_record",   "too_large", "cut_off",
                                                       "late",      "connections", "browser",   "full",
                                                       "kernel",    "no_memory",   "disabled",  "stopped"};

receiver_stats receiver_counts[DOOR_COUNT];
static bool open_doors[DOOR_COUNT]; /* atomic */

const receiver_stats *receiver_door_stats(receiver_door door) { return &receiver_counts[door]; }

void receive_count(uint64_t *counter, uint64_t n) { __atomic_add_fetch(counter, n, __ATOMIC_RELAXED); }

void receive_door_opened(receiver_door door, bool open) {
    __atomic_store_n(&open_doors[door], open, __ATOMIC_RELEASE);
}
bool receiver_door_open(receiver_door door) { return __atomic_load_n(&open_doors[door], __ATOMIC_ACQUIRE); }

void receive_drop_frame(receivers *r, receiver_door door, receive_drop why,
                        const struct sockaddr_storage *from, const char *detail) {
    char peer[64] = "a local process";
    if (why != RECEIVE_CONNECTIONS && why != RECEIVE_KERNEL) receive_count(&receiver_counts[door].frames, 1);
    receive_count(&receiver_counts[door].dropped[why], 1);
    if (why == RECEIVE_DISABLED || why == RECEIVE_STOPPED) return; /* as in Python, nobody's fault */
    r->untold++;
    if (from != NULL && from->ss_family != AF_UNIX && from->ss_family != AF_UNSPEC) address_show(from, peer);
    snprintf(r->last, sizeof r->last, "%s from %.60s: %s: %.200s", receiver_door_names[door], peer,
             receive_drop_names[why], detail);
}

int64_t receive_tell(receivers *r, int64_t now_ns) {
    int64_t due = r->told_ns + RECEIVER_NOTICE_MS * 1000000LL;
    if (r->untold == 0) return 0;
    if (r->told_ns != 0 && due > now_ns) return due;
    text line;
    text_init(&line, 0);
    text_addf(&line, "%llu received records or connections were refused, the last: %s",
              (unsigned long long)r->untold, r->last);
    if (!line.failed) r->hooks.notice(r->hooks.arg, WEIR_LEVEL_WARNING, text_slice(&line));
    text_done(&line);
    r->untold = 0;
    r->told_ns = now_ns;
    return 0;
}
