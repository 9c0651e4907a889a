/* covers: fault 22, python 25 */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "sink/peer.h"

#define SECOND ((int64_t)1000000000)

/* Python's SocketHandler: retryStart 1, retryFactor 2, retryMax 30. */
Test(peer, backoff_doubles_from_one_second_to_thirty) {
    static const int periods[] = {1, 2, 4, 8, 16, 30, 30, 30};
    const net_retry usual = NET_RETRY_USUAL;
    peer_backoff b = {0};
    cr_assert(peer_backoff_over(&b), "the first attempt is made at once");
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        int64_t before = clock_monotonic_ns();
        peer_backoff_failed(&b, &usual);
        int64_t after = clock_monotonic_ns();
        cr_assert(!peer_backoff_over(&b));
        cr_assert(b.next_ns >= before + periods[i] * SECOND && b.next_ns <= after + periods[i] * SECOND,
                  "after failure %zu", i + 1);
    }
    peer_backoff_done(&b);
    cr_assert(peer_backoff_over(&b), "after a success at once again");
    peer_backoff_failed(&b, &usual);
    cr_assert_eq(b.period_ns, SECOND, "and from the beginning");
}

/* As a handler's attributes say. */
Test(peer, backoff_as_told) {
    static const int64_t periods[] = {200, 300, 450, 500, 500};
    const net_retry by = {.start_ms = 200, .max_ms = 500, .factor = 1500};
    peer_backoff b = {0};
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        peer_backoff_failed(&b, &by);
        cr_assert_eq(b.period_ns, periods[i] * 1000000, "after failure %zu", i + 1);
    }
}

static peer_status try_closed_port(peer *p, weir_error *err) {
    static const uint32_t stop = 0;
    net_options at = {.port = 1, .stream = true, .retry = NET_RETRY_USUAL};
    memcpy(at.host, "127.0.0.1", sizeof "127.0.0.1");
    peer_init(p, &at);
    return peer_open(p, &stop, err);
}

Test(peer, one_that_is_down_is_left_alone_for_a_while) {
    static const uint32_t stop = 0;
    peer p;
    weir_error err = {0};
    cr_assert_eq(try_closed_port(&p, &err), PEER_DOWN);
    cr_assert(strstr(err.message, "127.0.0.1:1") != NULL, "%s", err.message);
    int64_t next = p.backoff.next_ns;
    cr_assert_eq(peer_open(&p, &stop, &err), PEER_DOWN);
    cr_assert(strstr(err.message, "not tried before a while") != NULL, "%s", err.message);
    cr_assert_eq(p.backoff.next_ns, next, "nothing was tried");
    peer_done(&p);
}
