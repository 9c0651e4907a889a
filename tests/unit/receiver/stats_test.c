/* What the receivers count, and what is told of refusals: the first at once, the others together. */
#include <arpa/inet.h>
#include <criterion/criterion.h>

#include "receiver/receivers_internal.h"

static char told[512];
static int notices;
static void notice(void *arg, int level, slice line) {
    (void)arg;
    cr_assert_eq(level, WEIR_LEVEL_WARNING);
    notices++;
    snprintf(told, sizeof told, "%.*s", (int)line.len, line.data);
}

static receivers r = {.hooks = {.notice = notice}};

static void drop(receive_drop why, const char *detail) {
    struct sockaddr_storage from = {0};
    struct sockaddr_in in = {
        .sin_family = AF_INET, .sin_port = htons(7), .sin_addr.s_addr = htonl(0x0a000001)};
    memcpy(&from, &in, sizeof in);
    receive_drop_frame(&r, DOOR_JSON_TCP, why, &from, detail);
}

#define SECOND INT64_C(1000000000)

Test(stats, the_first_at_once_the_others_together) {
    cr_assert_eq(receive_tell(&r, SECOND), 0, "nothing to tell");
    drop(RECEIVE_MALFORMED, "no JSON");
    cr_assert_eq(receive_tell(&r, SECOND), 0);
    cr_assert_str_eq(told, "1 received records or connections were refused, the last: json_tcp from "
                           "10.0.0.1:7: malformed: no JSON");
    drop(RECEIVE_LATE, "slow");
    drop(RECEIVE_TOO_LARGE, "long");
    int64_t due = receive_tell(&r, 2 * SECOND);
    cr_assert_eq(due, SECOND + RECEIVER_NOTICE_MS * INT64_C(1000000));
    cr_assert_eq(notices, 1);
    cr_assert_eq(receive_tell(&r, due), 0);
    cr_assert_str_eq(told, "2 received records or connections were refused, the last: json_tcp from "
                           "10.0.0.1:7: too_large: long");
}

Test(stats, every_frame_is_counted_once_and_by_its_reason) {
    const receiver_stats *s = receiver_door_stats(DOOR_JSON_TCP);
    drop(RECEIVE_MALFORMED, ""), drop(RECEIVE_CONNECTIONS, ""), drop(RECEIVE_KERNEL, "");
    cr_assert_eq(s->frames, 1, "a connection is no frame, and what the kernel dropped was never seen");
    cr_assert(s->dropped[RECEIVE_MALFORMED] == 1 && s->dropped[RECEIVE_CONNECTIONS] == 1 &&
              s->dropped[RECEIVE_KERNEL] == 1);
}

Test(stats, what_python_drops_in_silence_is_counted_and_not_told) {
    drop(RECEIVE_DISABLED, "");
    cr_assert_eq(receive_tell(&r, SECOND), 0);
    cr_assert_eq(notices, 0);
    cr_assert_eq(receiver_door_stats(DOOR_JSON_TCP)->dropped[RECEIVE_DISABLED], 1);
}
