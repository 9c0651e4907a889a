/* Syslog messages to attributes: the examples of the RFCs, Python's, and what is none. */
#include "decoder_fixture.h"

#define HEAD(no, name, facility, severity)                                                                   \
    "{'levelno': " no ", 'levelname': '" name "', " NOBODY ", 'facility': '" facility                        \
    "', 'severity': '" severity "', "

Test(syslog_message, rfc_5424) {
    expect_decoded(
        decode_syslog,
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' failed",
        HEAD("50", "CRITICAL", "auth",
             "crit") "'created': 1065910455.003, 'name': 'su', 'processName': 'su', 'hostname': "
                     "'mymachine.example.com', 'msgid': 'ID47', 'msg': \"'su root' failed\"}");
    expect_decoded(
        decode_syslog,
        "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [x@1 a=\"b\\\"\\]\\\\\"][y] m",
        HEAD("20", "INFO", "local4", "notice") "'created': 1061727255.000003, 'name': 'myproc', 'process': "
                                               "8710, 'processName': 'myproc', "
                                               "'hostname': '192.0.2.1', 'structured_data': {'x@1': {'a': "
                                               "'b\"]\\\\'}, 'y': {}}, 'msg': 'm'}");
    expect_decoded(decode_syslog, "<0>1 - - - - - -",
                   HEAD("50", "CRITICAL", "kern", "emerg") "'name': 'syslog', 'msg': ''}");
}

Test(syslog_message, rfc_3164) {
    expect_decoded(decode_syslog, "<34>Oct 11 22:14:15 mymachine su[230]: 'su root' failed on /dev/pts/8",
                   HEAD("50", "CRITICAL", "auth", "crit") "'hostname': 'mymachine', 'name': 'su', 'process': "
                                                          "230, 'processName': 'su', 'msg': \"'su root' "
                                                          "failed on /dev/pts/8\"}");
    expect_decoded(
        decode_syslog, "<13>Nov  1 02:03:04 postfix/smtpd: text: more",
        HEAD("20", "INFO", "user",
             "notice") "'name': 'postfix/smtpd', 'processName': 'postfix/smtpd', 'msg': 'text: more'}");
    expect_decoded(
        decode_syslog, "<13>Nov  1 02:03:04 host no tag here",
        HEAD("20", "INFO", "user", "notice") "'hostname': 'host', 'name': 'syslog', 'msg': 'no tag here'}");
}

Test(syslog_message, without_a_time_all_is_text) {
    expect_decoded(decode_syslog, "<14>INFO:app.db:hello",
                   HEAD("20", "INFO", "user", "info") "'name': 'syslog', 'msg': 'INFO:app.db:hello'}");
    expect_decoded(decode_syslog, "<191>",
                   HEAD("10", "DEBUG", "local7", "debug") "'name': 'syslog', 'msg': ''}");
}

Test(syslog_message, refused) {
    static const char *const none[] = {"", "hello", "<", "<>x", "<192>x", "<-1>x", "<0001>x", "<1"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        expect_decoded(decode_syslog, none[i], "refused: a syslog message without its <PRI>");
    expect_decoded(decode_syslog, "<14>1 yesterday h a p m - x", "refused: the time of an RFC 5424 message");
    expect_decoded(decode_syslog, "<14>1 - h a p m [x a=\"b\" x", "refused: broken structured data");
    expect_decoded(decode_syslog, "<14>1 - h a p m [x a=b] x", "refused: broken structured data");
    expect_decoded(decode_syslog, "<14>1 - h a", "refused: broken structured data");
}
