/* settings_table.c - the keys of [weir], [admin] and [receivers]: one row each. Reading, checking, `weir
 * config get`, the manual and docs/config.md come from here. Constant data. */
#include "base/limits.h"
#include "config/settings.h"

#define FIELD(name) offsetof(settings, name), 0, sizeof(((settings *)0)->name), NULL
#define RANGE(name, low, high) offsetof(settings, name), (low), (high), NULL
#define WORDS(name, list) offsetof(settings, name), 0, 0, (list)
#define TEXT_ROW setting_parse_text, setting_print_text
#define NUMBER_ROW setting_parse_number, setting_print_number
#define WORD_ROW setting_parse_word, setting_print_word
#define FLAG_ROW setting_parse_flag, setting_print_flag

static const char *const overflow_words[] = {"adaptive", "block", "drop", "drop_low", NULL};
static const char *const escape_words[] = {"arguments", "none", NULL};

#define KIB 1024
#define MIB (1024 * 1024)
#define HOUR_MS 3600000

static const setting_row rows[SETTING_ROWS] = {
    {"weir", "service", "name", "",
     "The name under which the service is found; without it the program's own name. WEIR_SERVICE overrides "
     "it. "
     "At most 100 bytes, without '/'.",
     true, true, setting_parse_service, setting_print_text, FIELD(service)},
    {"weir", "overflow", "word", "adaptive",
     "What a log call does when a queue is full. adaptive: it waits while the target makes progress, and "
     "drops "
     "once the target has stood still for stall_timeout; block: it waits until there is room; drop: it drops "
     "at "
     "once; drop_low: it drops records below WARNING at once and waits for the others. Also a key of a "
     "handler. Every drop is counted and leaves a record.",
     false, true, WORD_ROW, WORDS(overflow, overflow_words)},
    {"weir", "stall_timeout", "duration", "250ms",
     "How long a target may stand still before its records are dropped, and the longest that one log call "
     "ever "
     "waits. 1ms to 1h.",
     false, true, NUMBER_ROW, RANGE(stall_timeout_ms, 1, HOUR_MS)},
    {"weir", "stop_timeout", "duration", "5s",
     "How long stopping drains queues; what is left after it stays recoverable and is counted. 0 to 1h.",
     false, true, NUMBER_ROW, RANGE(stop_timeout_ms, 0, HOUR_MS)},
    {"weir", "queue", "size", "1MiB",
     "The most that one thread's ring grows to; a record is at most a quarter of it. 16KiB to 64MiB.", true,
     true, NUMBER_ROW, RANGE(queue, RING_MIN_SIZE, RING_MAX_SIZE)},
    {"weir", "queue_total", "size", "64MiB",
     "The most that all rings together take; further threads share one spare ring. 64KiB to 16GiB, and at "
     "least "
     "twice queue.",
     true, true, NUMBER_ROW, RANGE(queue_total, 64 * KIB, (int64_t)16 * KIB * MIB)},
    {"weir", "recent", "count", "10000",
     "How many records are kept in memory for the page, `weir tail` and `weir query` where no history is "
     "configured. 0 to 10000000.",
     false, true, NUMBER_ROW, RANGE(recent, 0, 10000000)},
    {"weir", "recent_bytes", "size", "16MiB", "The most memory that these records take. 64KiB to 16GiB.",
     false, true, NUMBER_ROW, RANGE(recent_bytes, 64 * KIB, (int64_t)16 * KIB * MIB)},
    {"weir", "run_dir", "path", "",
     "Where the mappings lie that survive a kill: a directory on tmpfs. Without it the first writable of "
     "/run/weir, $XDG_RUNTIME_DIR/weir, /dev/shm/weir-UID.",
     true, true, setting_parse_paths, setting_print_text, FIELD(run_dir)},
    {"weir", "log_root", "paths", "",
     "Directories, with ':' between them, below which a pushed configuration may write. Without it: those "
     "that "
     "the start configuration's own handlers write to, $LOGS_DIRECTORY and $STATE_DIRECTORY.",
     false, true, setting_parse_paths, setting_print_text, FIELD(log_root)},
    {"weir", "escape", "word", "arguments",
     "arguments: line breaks, control characters and invalid bytes that come from arguments, fields and "
     "names "
     "are escaped in text, so that one record is one line; none: exactly Python's bytes. Also a key of a "
     "handler.",
     false, true, WORD_ROW, WORDS(escape, escape_words)},
    {"weir", "redact_keys", "names", "",
     "Names of fields, with commas between them, whose values are shown as *** everywhere: in handlers, "
     "recent "
     "records, live tails and the history. Letters count the same in both cases; names inside of given dicts "
     "count too. At most 64.",
     false, true, setting_parse_keys, setting_print_text, FIELD(redact_keys)},
    {"weir", "redact_patterns", "patterns", "",
     "Regular expressions (PCRE2), one a line: what they match is shown as *** in messages, texts of fields, "
     "arguments, exceptions and stacks. password=\\K\\S+ hides what is behind password=. At most 32, of 1024 "
     "bytes each. A text of more than 64KiB, with more than 1000 matches or on which a pattern takes too "
     "many "
     "steps is hidden whole.",
     false, true, setting_parse_patterns, setting_print_patterns, FIELD(redact_patterns)},
    {"weir", "disable_existing_loggers", "yes/no", "no",
     "Whether loggers that exist and that the configuration does not name are disabled. Python's default is "
     "yes: "
     "a pushed file would silence every logger that it does not name.",
     false, true, setting_parse_flag, setting_print_flag, FIELD(disable_existing)},
    {"admin", "http", "address", "",
     "Where the web page and the JSON API listen: HOST:PORT on loopback, [::1]:PORT, PORT, or off. "
     "Left empty (http =): 127.0.0.1:9031. Without the key: off.",
     true, true, setting_parse_address, setting_print_text,
     RANGE(http, SETTING_HTTP_PORT, sizeof(((settings *)0)->http))},
    {"admin", "config_port", "address", "",
     "Where configurations are received by the protocol of Python's logging.config.listen(): an address as "
     "of "
     "http, or unix:/path. Left empty: 127.0.0.1:9030. Without the key: off. Any local user can push over "
     "TCP; "
     "unix:/path limits it by file mode.",
     true, true, setting_parse_address, setting_print_text,
     RANGE(config_port, SETTING_CONFIG_PORT, sizeof(((settings *)0)->config_port))},
    {"admin", "hosts", "names", "",
     "Further values of the Host header that the page is served under, HOST or HOST:PORT with blanks or "
     "commas "
     "between them: for a port forwarded under another name.",
     true, true, setting_parse_hosts, setting_print_text, FIELD(hosts)},
    {"admin", "socket", "yes/no", "yes",
     "Whether the service offers its admin API on a UNIX socket to its own user and root, for the weir "
     "command.",
     true, true, FLAG_ROW, FIELD(socket)},
    {"receivers", "pickle_tcp", "address", "",
     "Where Python's SocketHandler may send to: an address as of http in [admin]. Left empty (pickle_tcp =): "
     "127.0.0.1:9020. Without the key: off. The pickles are read as data; nothing in them is imported or "
     "called.",
     true, true, setting_parse_door, setting_print_text,
     RANGE(receivers.address[DOOR_PICKLE_TCP], 9020, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "pickle_udp", "address", "",
     "Where Python's DatagramHandler may send to. Left empty: 127.0.0.1:9021. Without the key: off.", true,
     true, setting_parse_door, setting_print_text,
     RANGE(receivers.address[DOOR_PICKLE_UDP], 9021, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "http", "address", "",
     "Where Python's HTTPHandler may send to, by GET or POST, to any path. Left empty: 127.0.0.1:9022. "
     "Without the "
     "key: off.",
     true, true, setting_parse_door, setting_print_text,
     RANGE(receivers.address[DOOR_HTTP], 9022, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "syslog_udp", "address", "",
     "Where syslog messages are received, of RFC 5424, of RFC 3164 and as Python's SysLogHandler sends them. "
     "Left "
     "empty: 127.0.0.1:514. Without the key: off.",
     true, true, setting_parse_door, setting_print_text,
     RANGE(receivers.address[DOOR_SYSLOG_UDP], 514, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "syslog_tcp", "address", "",
     "The same over TCP: each message after its length (octet counting), or ended by a line feed or a NUL. "
     "Left "
     "empty: 127.0.0.1:514. Without the key: off.",
     true, true, setting_parse_door, setting_print_text,
     RANGE(receivers.address[DOOR_SYSLOG_TCP], 514, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "syslog_unix", "address", "",
     "The same over a UNIX datagram socket, as /dev/log is one: unix:/path. Without the key: off.", true,
     true, setting_parse_door, setting_print_text,
     RANGE(receivers.address[DOOR_SYSLOG_UNIX], -1, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "json_tcp", "address", "",
     "Where records are received as lines of JSON: those of `weir log --jsonl`, or those that "
     "weir.JSONFormatter "
     "makes. Without the key: off.",
     true, true, setting_parse_door, setting_print_text,
     RANGE(receivers.address[DOOR_JSON_TCP], -1, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "json_udp", "address", "",
     "The same over UDP, one object a datagram. Without the key: off.", true, true, setting_parse_door,
     setting_print_text,
     RANGE(receivers.address[DOOR_JSON_UDP], -1, sizeof(((settings *)0)->receivers.address[0]))},
    {"receivers", "beyond_loopback", "yes/no", "no",
     "Whether the addresses of this section may be such that other machines reach. None of these protocols "
     "knows a "
     "password: whoever reaches the port can write into the logs.",
     true, true, FLAG_ROW, FIELD(receivers.beyond_loopback)},
    {"receivers", "logname", "name", "",
     "The logger that handles every received record, whatever logger it names. Without it: the one it names.",
     true, true, setting_parse_logger, setting_print_text, FIELD(receivers.logname)},
    {"receivers", "prefix", "name", "",
     "A logger below which all received records come: with prefix = remote a record of app.db is handled by, "
     "and "
     "named, remote.app.db.",
     true, true, setting_parse_logger, setting_print_text, FIELD(receivers.prefix)},
    {"receivers", "frame", "size", "1MiB",
     "The longest record that is taken, as it comes: a larger one is refused and counted. 1KiB to 1MiB.",
     true, true, NUMBER_ROW, RANGE(receivers.frame, KIB, LIMIT_RECEIVE_FRAME)},
    {"receivers", "names", "count", "10000",
     "How many loggers received records may bring into being. Those of further names are handled by one "
     "logger, "
     "weir.received.other (below prefix), and carry their own name as the field sent_name. 0 to 10000.",
     true, true, NUMBER_ROW, RANGE(receivers.names, 0, LIMIT_RECEIVE_NAMES)},
    {"receivers", "connections", "count", "256",
     "How many TCP connections are held at one time. When all are taken, one that has sent no whole record "
     "for a "
     "second makes room; else the new one is closed and counted. 1 to 4096.",
     true, true, NUMBER_ROW, RANGE(receivers.connections, 1, LIMIT_RECEIVE_CONNECTIONS)},
    {"receivers", "connections_per_address", "count", "64",
     "How many of them one address beyond loopback may hold. 1 to 4096.", true, true, NUMBER_ROW,
     RANGE(receivers.connections_per_address, 1, LIMIT_RECEIVE_CONNECTIONS)},
    {"receivers", "deadline", "duration", "10s",
     "How long a record may be on its way, from its first byte to its last; then the connection is closed. "
     "Between "
     "records it may be silent for as long as it likes. 100ms to 1h.",
     true, true, NUMBER_ROW, RANGE(receivers.deadline_ms, 100, HOUR_MS)},
};

const char *const receiver_door_names[DOOR_COUNT] = {"pickle_tcp", "pickle_udp",  "http",     "syslog_udp",
                                                     "syslog_tcp", "syslog_unix", "json_tcp", "json_udp"};

const setting_row *setting_at(size_t index) {
    return index < SETTING_ROWS && rows[index].key != NULL ? &rows[index] : NULL;
}
