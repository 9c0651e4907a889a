/* The doors, a row each: what a frame of each is, and by which reason one is refused. */
#include <criterion/criterion.h>
#include <sys/socket.h>

#include "receiver/receivers_internal.h"

static receivers r;
static value v;
static receive_drop why;
static weir_error err;

static void begin(void) {
    arena_init(&r.memory, 0);
    r.settings.frame = 1024;
    r.pickles = pickle_decoder_create(&err);
    cr_assert_not_null(r.pickles);
}
static void end(void) {
    pickle_decoder_free(r.pickles);
    arena_done(&r.memory);
}
TestSuite(doors, .init = begin, .fini = end);

#define DECODE(door, literal) (door_kinds[door].decode(&r, SLICE_LITERAL(literal), &v, &why, &err))
#define IS(key, wanted) slice_is(value_get(&v, SLICE_LITERAL(key))->str, wanted)

Test(doors, streams_know_where_a_frame_ends) {
    for (int i = 0; i < DOOR_COUNT; i++) {
        bool stream = door_kinds[i].type == SOCK_STREAM && i != DOOR_HTTP;
        cr_assert_eq(door_kinds[i].cut != NULL, stream, "door %d", i);
        cr_assert_not_null(door_kinds[i].decode);
    }
}

Test(doors, a_line_of_json_with_its_end) {
    cr_assert_eq(DECODE(DOOR_JSON_UDP, "{\"logger\":\"a\",\"level\":\"INFO\",\"msg\":\"m\"}\r\n"), 0, "%s",
                 err.message);
    cr_assert(IS("name", "a") && IS("msg", "m"));
    cr_assert_eq(DECODE(DOOR_JSON_TCP, "{\"logger\":"), -1);
    cr_assert_eq(why, RECEIVE_MALFORMED);
}

Test(doors, a_form_and_a_syslog_message) {
    cr_assert_eq(DECODE(DOOR_HTTP, "name=a&levelno=20&levelname=INFO&msg=m+1"), 0, "%s", err.message);
    cr_assert(IS("msg", "m 1"));
    cr_assert_eq(DECODE(DOOR_SYSLOG_UNIX, "<14>Nov 20 10:06:00 host app: hello"), 0, "%s", err.message);
    cr_assert(IS("name", "app"));
    cr_assert_eq(DECODE(DOOR_SYSLOG_TCP, "no priority"), -1);
    cr_assert_eq(why, RECEIVE_MALFORMED);
}

/* pickle.dumps({"name": "a", "msg": "m", "levelno": 20}, 1) */
#define PICKLE "}q\0(X\4\0\0\0nameq\1X\1\0\0\0aq\2X\3\0\0\0msgq\3X\1\0\0\0mq\4X\7\0\0\0levelnoq\5K\24u."

Test(doors, a_pickle_in_a_datagram_has_its_length_in_front) {
    cr_assert_eq(DECODE(DOOR_PICKLE_UDP, "\0\0\0\73" PICKLE), 0, "%s", err.message);
    cr_assert(IS("msg", "m"));
    cr_assert_eq(DECODE(DOOR_PICKLE_TCP, PICKLE), 0, "%s", err.message);
    cr_assert_eq(DECODE(DOOR_PICKLE_UDP, "\0\0\0\74" PICKLE), -1, "one byte is missing");
    cr_assert_eq(why, RECEIVE_MALFORMED);
    cr_assert_eq(DECODE(DOOR_PICKLE_UDP, "\0\1\0\0" PICKLE), -1);
    cr_assert_eq(why, RECEIVE_TOO_LARGE);
    cr_assert_eq(DECODE(DOOR_PICKLE_TCP, "K\24."), -1);
    cr_assert_eq(why, RECEIVE_NO_RECORD);
    cr_assert_eq(DECODE(DOOR_PICKLE_TCP, "K"), -1);
    cr_assert_eq(why, RECEIVE_MALFORMED);
}
