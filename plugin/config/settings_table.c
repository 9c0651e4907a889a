/* settings_table.c - the keys of [weir] and [admin]: one row each. Reading, checking, `weir config get`, the
 * manual and docs/config.md come from here. Constant data. */
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
    {"weir", "disable_existing_loggers", "yes/no", "no",
     "Whether loggers that exist and that the configuration does not name are disabled. Python's default is "
     "yes: "
     "a pushed file would silence every logger that it does not name.",
     false, true, setting_parse_flag, setting_print_flag, FIELD(disable_existing)},
    {"admin", "http", "address", "",
     "Where the web page and the JSON API listen: HOST:PORT on loopback, [::1]:PORT, PORT, unix:/path, or "
     "off. "
     "Left empty (http =): 127.0.0.1:9031. Without the key: off.",
     true, true, setting_parse_address, setting_print_text, RANGE(http, 9031, sizeof(((settings *)0)->http))},
    {"admin", "config_port", "address", "",
     "Where configurations are received by the protocol of Python's logging.config.listen(): an address as "
     "of "
     "http. Left empty: 127.0.0.1:9030. Without the key: off. Any local user can push over TCP; unix:/path "
     "limits it by file mode.",
     true, true, setting_parse_address, setting_print_text,
     RANGE(config_port, 9030, sizeof(((settings *)0)->config_port))},
    {"admin", "hosts", "names", "",
     "Further values of the Host header that the page is served under, HOST or HOST:PORT with blanks or "
     "commas "
     "between them: for a port forwarded under another name.",
     true, true, setting_parse_hosts, setting_print_text, FIELD(hosts)},
    {"admin", "socket", "yes/no", "yes",
     "Whether the service offers its admin API on a UNIX socket to its own user and root, for the weir "
     "command.",
     true, true, FLAG_ROW, FIELD(socket)},
};

const setting_row *setting_at(size_t index) {
    return index < SETTING_ROWS && rows[index].key != NULL ? &rows[index] : NULL;
}
