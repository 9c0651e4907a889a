/* Lines of JSON to attributes: of `weir log --jsonl`, of weir.JSONFormatter. */
#include "decoder_fixture.h"

Test(json_line, a_record_of_weir_log) {
    expect_decoded(
        decode_json,
        "{\"logger\":\"a.b\",\"level\":\"INFO\",\"msg\":\"user %s\",\"args\":[\"bob\"],\"extra\":{\"ip\":1}}",
        "{'name': 'a.b', 'levelno': 20, 'levelname': 'INFO', " NOBODY
        ", 'msg': 'user %s', 'args': ['bob'], 'extra': {'ip': 1}}");
    expect_decoded(decode_json, "{\"level\":35,\"msg\":null}",
                   "{'name': 'root', 'levelno': 35, 'levelname': 'Level 35', " NOBODY ", 'msg': None}");
}

Test(json_line, a_line_of_the_formatter) {
    expect_decoded(decode_json,
                   "{\"timestamp\":\"2026-11-20T10:06:00.250000Z\",\"level\":\"warning\",\"logger\":\"a\","
                   "\"event\":\"x\","
                   "\"k\":[1],\"exception\":\"T\",\"stack\":\"S\"}",
                   "{'name': 'a', 'levelno': 30, 'levelname': 'WARNING', " NOBODY
                   ", 'created': 1795169160.25, 'msg': 'x', 'k': [1], 'exc_text': 'T', 'stack_info': 'S'}");
}

Test(json_line, refused) {
    expect_decoded(decode_json, "{", "refused: line 1");
    expect_decoded(decode_json, "[]", "refused: expected an object, not list");
    expect_decoded(decode_json, "{\"op\":\"flush\"}", "refused: an operation (only records are received)");
    expect_decoded(decode_json, "{\"op\":null,\"msg\":\"x\",\"level\":20}", "refused: an operation");
    expect_decoded(decode_json, "{\"level\":20}", "refused: neither msg nor event");
    expect_decoded(decode_json, "{\"msg\":\"x\"}", "refused: level is no level's name or number");
    expect_decoded(decode_json, "{\"msg\":\"x\",\"level\":\"nosuch\"}",
                   "refused: level is no level's name or number");
    expect_decoded(decode_json, "{\"msg\":\"x\",\"level\":1e2}",
                   "refused: level is no level's name or number");
    expect_decoded(decode_json, "{\"msg\":\"x\",\"level\":20,\"logger\":5}", "refused: logger is no string");
    expect_decoded(decode_json, "{\"event\":\"x\",\"level\":20,\"timestamp\":\"-15m\"}",
                   "refused: timestamp is no time");
}
