/* literal_names.c - the names that a configuration may use for values: those of Python's logging, with the
 * values that they have there. A fixed table; nothing is looked up anywhere else. */
#include <sys/socket.h>

#include "config/literal.h"
#include "config/literal_parser.h"

static const struct {
    const char *name; /* as Python's fileConfig knows it; "logging." before it is accepted too */
    int64_t number;
} numbers[] = {
    {"CRITICAL", 50},
    {"FATAL", 50},
    {"ERROR", 40},
    {"WARNING", 30},
    {"WARN", 30},
    {"INFO", 20},
    {"DEBUG", 10},
    {"NOTSET", 0},
    {"handlers.DEFAULT_HTTP_LOGGING_PORT", 9022},
    {"handlers.DEFAULT_SOAP_LOGGING_PORT", 9023},
    {"handlers.DEFAULT_TCP_LOGGING_PORT", 9020},
    {"handlers.DEFAULT_UDP_LOGGING_PORT", 9021},
    {"handlers.SYSLOG_TCP_PORT", 514},
    {"handlers.SYSLOG_UDP_PORT", 514},
    {"config.DEFAULT_LOGGING_CONFIG_PORT", 9030},
    {"handlers.SysLogHandler.LOG_EMERG", 0},
    {"handlers.SysLogHandler.LOG_ALERT", 1},
    {"handlers.SysLogHandler.LOG_CRIT", 2},
    {"handlers.SysLogHandler.LOG_ERR", 3},
    {"handlers.SysLogHandler.LOG_WARNING", 4},
    {"handlers.SysLogHandler.LOG_NOTICE", 5},
    {"handlers.SysLogHandler.LOG_INFO", 6},
    {"handlers.SysLogHandler.LOG_DEBUG", 7},
    {"handlers.SysLogHandler.LOG_KERN", 0},
    {"handlers.SysLogHandler.LOG_USER", 1},
    {"handlers.SysLogHandler.LOG_MAIL", 2},
    {"handlers.SysLogHandler.LOG_DAEMON", 3},
    {"handlers.SysLogHandler.LOG_AUTH", 4},
    {"handlers.SysLogHandler.LOG_SYSLOG", 5},
    {"handlers.SysLogHandler.LOG_LPR", 6},
    {"handlers.SysLogHandler.LOG_NEWS", 7},
    {"handlers.SysLogHandler.LOG_UUCP", 8},
    {"handlers.SysLogHandler.LOG_CRON", 9},
    {"handlers.SysLogHandler.LOG_AUTHPRIV", 10},
    {"handlers.SysLogHandler.LOG_FTP", 11},
    {"handlers.SysLogHandler.LOG_NTP", 12},
    {"handlers.SysLogHandler.LOG_SECURITY", 13},
    {"handlers.SysLogHandler.LOG_CONSOLE", 14},
    {"handlers.SysLogHandler.LOG_SOLCRON", 15},
    {"handlers.SysLogHandler.LOG_LOCAL0", 16},
    {"handlers.SysLogHandler.LOG_LOCAL1", 17},
    {"handlers.SysLogHandler.LOG_LOCAL2", 18},
    {"handlers.SysLogHandler.LOG_LOCAL3", 19},
    {"handlers.SysLogHandler.LOG_LOCAL4", 20},
    {"handlers.SysLogHandler.LOG_LOCAL5", 21},
    {"handlers.SysLogHandler.LOG_LOCAL6", 22},
    {"handlers.SysLogHandler.LOG_LOCAL7", 23},
    {"handlers.socket.SOCK_STREAM", SOCK_STREAM},
    {"handlers.socket.SOCK_DGRAM", SOCK_DGRAM},
    {"socket.SOCK_STREAM", SOCK_STREAM},
    {"socket.SOCK_DGRAM", SOCK_DGRAM},
};

/* The rest are no numbers. */
static bool special_name(slice name, value *out) {
    if (slice_is(name, "None"))
        *out = value_none();
    else if (slice_is(name, "True"))
        *out = value_bool(true);
    else if (slice_is(name, "False"))
        *out = value_bool(false);
    else if (slice_is(name, "sys.stdout") || slice_is(name, "sys.__stdout__"))
        *out = value_str(LITERAL_STDOUT);
    else if (slice_is(name, "sys.stderr") || slice_is(name, "sys.__stderr__"))
        *out = value_str(LITERAL_STDERR);
    else if (slice_is(name, "time.gmtime"))
        *out = value_str(LITERAL_GMTIME);
    else if (slice_is(name, "time.localtime"))
        *out = value_str(LITERAL_LOCALTIME);
    else if (slice_is(name, "BASIC_FORMAT"))
        *out = value_str(SLICE_LITERAL("%(levelname)s:%(name)s:%(message)s"));
    else
        return false;
    return true;
}

slice literal_special(slice s) {
    if (slice_equal(s, LITERAL_STDOUT)) return SLICE_LITERAL("sys.stdout");
    if (slice_equal(s, LITERAL_STDERR)) return SLICE_LITERAL("sys.stderr");
    if (slice_equal(s, LITERAL_GMTIME)) return SLICE_LITERAL("time.gmtime");
    if (slice_equal(s, LITERAL_LOCALTIME)) return SLICE_LITERAL("time.localtime");
    return SLICE_NONE;
}

bool literal_name(slice name, value *out) {
    if (special_name(name, out)) return true;
    static const char prefix[] = "logging.";
    size_t skip = sizeof prefix - 1;
    if (name.len > skip && memcmp(name.data, prefix, skip) == 0) {
        name = slice_make(name.data + skip, name.len - skip);
        if (slice_is(name, "BASIC_FORMAT")) return special_name(name, out);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!slice_is(name, numbers[i].name)) continue;
        *out = value_int(numbers[i].number);
        return true;
    }
    return false;
}
