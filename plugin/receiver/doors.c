/* doors.c - the doors of [receivers], a row each: what kind of socket, where a frame ends, what it means. */
#include <sys/socket.h>

#include "receiver/receivers_internal.h"

static int refused(int rc, receive_drop reason, receive_drop *why) {
    *why = reason;
    return rc;
}

static int decode_pickle(receivers *r, slice frame, value *out, receive_drop *why, weir_error *err) {
    switch (pickle_decode(r->pickles, frame, out, err)) {
    case PICKLE_RECORD:
    case PICKLE_CODE: return 0;
    case PICKLE_NO_RECORD: return refused(-1, RECEIVE_NO_RECORD, why);
    case PICKLE_TOO_MUCH: return refused(-1, RECEIVE_TOO_LARGE, why);
    default: return refused(-1, RECEIVE_MALFORMED, why);
    }
}

/* A datagram has the length in front as a stream has. */
static int decode_pickle_datagram(receivers *r, slice frame, value *out, receive_drop *why, weir_error *err) {
    frame_cut cut;
    int mode = 0;
    frame_state state = framing_length(frame, (size_t)r->settings.frame, &mode, &cut);
    if (state == FRAME_READY && cut.used == frame.len) return decode_pickle(r, cut.frame, out, why, err);
    error_set(err, WEIR_ERR_INVALID, "the length in front is not that of the datagram");
    return refused(-1, state == FRAME_TOO_LARGE ? RECEIVE_TOO_LARGE : RECEIVE_MALFORMED, why);
}

static int decode_form_frame(receivers *r, slice frame, value *out, receive_drop *why, weir_error *err) {
    return refused(decode_form(frame, &r->memory, out, err), RECEIVE_MALFORMED, why);
}

static int decode_syslog_frame(receivers *r, slice frame, value *out, receive_drop *why, weir_error *err) {
    return refused(decode_syslog(frame, &r->memory, out, err), RECEIVE_MALFORMED, why);
}

static int decode_json_frame(receivers *r, slice frame, value *out, receive_drop *why, weir_error *err) {
    while (frame.len > 0 && (frame.data[frame.len - 1] == '\n' || frame.data[frame.len - 1] == '\r'))
        frame.len--;
    return refused(decode_json(frame, &r->memory, out, err), RECEIVE_MALFORMED, why);
}

const door_kind door_kinds[DOOR_COUNT] = {
    [DOOR_PICKLE_TCP] = {SOCK_STREAM, framing_length, decode_pickle},
    [DOOR_PICKLE_UDP] = {SOCK_DGRAM, NULL, decode_pickle_datagram},
    [DOOR_HTTP] = {SOCK_STREAM, NULL, decode_form_frame},
    [DOOR_SYSLOG_UDP] = {SOCK_DGRAM, NULL, decode_syslog_frame},
    [DOOR_SYSLOG_TCP] = {SOCK_STREAM, framing_syslog, decode_syslog_frame},
    [DOOR_SYSLOG_UNIX] = {SOCK_DGRAM, NULL, decode_syslog_frame},
    [DOOR_JSON_TCP] = {SOCK_STREAM, framing_line, decode_json_frame},
    [DOOR_JSON_UDP] = {SOCK_DGRAM, NULL, decode_json_frame},
};
