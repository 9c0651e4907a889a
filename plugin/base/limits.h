/* limits.h - every bound of Weir, each with its reason. Nothing else defines a length. */
#ifndef WEIR_BASE_LIMITS_H
#define WEIR_BASE_LIMITS_H

/* One line of a configuration: a long `args` line of a real file is below 4 KiB; 64 KiB is promised. */
#define LIMIT_CONFIG_LINE (64 * 1024)
/* Section names: file names are at most 255 bytes, and sections are named after such. */
#define LIMIT_SECTION_NAME 255
/* A whole configuration, from a file or over the port: 1 MiB holds 10,000 loggers. */
#define LIMIT_CONFIG_TEXT (1024 * 1024)
/* One value after interpolation: a 402-byte file can expand to 10 MB otherwise. */
#define LIMIT_CONFIG_VALUE (64 * 1024)
/* All of a configuration's interpolation together, in bytes and replacements: 16 MiB is a second. */
#define LIMIT_CONFIG_EXPANSION (16 * 1024 * 1024)
/* Memory of one checked configuration: 64 times its largest text. */
#define LIMIT_CONFIG_MEMORY (64 * 1024 * 1024)
/* Depth of interpolation: Python's own MAX_INTERPOLATION_DEPTH. */
#define LIMIT_INTERPOLATION_DEPTH 10
/* Problems kept of one configuration; more are counted. */
#define LIMIT_PROBLEMS 1000
/* Nesting of literals and JSON: deeper than anybody writes by hand, and recursion stays shallow, whoever
 * sent it. */
#define LIMIT_VALUE_DEPTH 16
/* Digits of one integer literal: Python refuses more than 4,300 (sys.int_info). */
#define LIMIT_INTEGER_DIGITS 4300

/* A logger's name: 1,024 bytes is more than any real dotted path; the ring's dictionary holds it. */
#define LIMIT_LOGGER_NAME 1024
/* Loggers: 1 MiB of configuration can name 100,000; the route table is indexed by them. */
#define LIMIT_LOGGERS 131072
/* A level's name, and how many there may be; Python has no bound. */
#define LIMIT_LEVEL_NAME 63
#define LIMIT_LEVEL_NAMES 256
/* Handlers alive at one time over all generations: each has a row of counters in the mapping. */
#define LIMIT_HANDLERS 1024
/* Kinds of records that one rate limit keeps apart, in sets of four: what is rarer than the thousand most
 * recent ones is not what floods a log. */
#define LIMIT_WINDOW_SETS 256
#define LIMIT_WINDOW_WAYS 4
/* Filters of one configuration: as many as handlers. */
#define LIMIT_FILTERS 1024
/* Level by context: the users or requests that somebody looks for by hand, and the length of such a name.
 * Each is compared at each call below the level. */
#define LIMIT_RULE_VALUES 64
#define LIMIT_RULE_VALUE 256
/* Redaction: names and patterns are written by hand; each is looked for in each text of each record. */
#define LIMIT_REDACT_KEYS 64
#define LIMIT_REDACT_PATTERNS 32
#define LIMIT_REDACT_PATTERN 1024
/* What one search may take, and a text that is searched at all: a pattern that is tried anew at each byte and
 * reads to the end each time is through 64 KiB in two seconds, and no stack trace is longer. */
#define LIMIT_REDACT_TEXT (64 * 1024)
#define LIMIT_REDACT_MATCHES 1000
#define LIMIT_REDACT_STEPS 100000
#define LIMIT_REDACT_HEAP_KIB 1024
/* Targets alive at one time: each has a thread and a queue. */
#define LIMIT_TARGETS 256
/* Bytes of one thread's bound context. */
#define LIMIT_CONTEXT 4096
/* Arguments of one call: C promises 127 parameters; printf calls with more than 32 do not occur. */
#define LIMIT_CALL_ARGS 32
/* Addresses of the C stack whose function and line are kept; a power of 2. A program logs exceptions from
 * some hundred places; what is beyond prints without lines. */
#define LIMIT_SYMBOLS 8192
/* Fields given with one call: a hand-written call has a handful. What is more is left out, and the
 * record is marked as cut. */
#define LIMIT_CALL_FIELDS 64

/* What one handler may hold back for others (MemoryHandler): beyond it is flushed early. 64 MiB is a tenth of
 * a small machine; a million records is a capacity that nobody fills in the moment it is meant for. */
#define LIMIT_HOLD_BYTES (64 * 1024 * 1024)
#define LIMIT_HOLD_RECORDS 1000000
/* Handlers one behind the other: each is a call deeper on the backend's stack. */
#define LIMIT_HOLD_CHAIN 16

/* Rows for classes of each sort that a host registers: those that were unregistered keep theirs, for plans
 * that still name them; four times the 64 that may be there at one time. */
#define LIMIT_HOST_ROWS 256

/* Attributes that a host may set in one record that it makes: Python's own are 22, extras a handful; a list
 * of so many is still searched at once. */
#define LIMIT_RECORD_ATTRIBUTES 256

/* Ring sizes (bytes). A thread that logs little costs 16 KiB; by default 1 MiB takes a
 * burst of about 10,000 records, and all threads together have 64 MiB. */
#define RING_FIRST_SIZE (16 * 1024)
#define RING_MIN_SIZE (16 * 1024)
#define RING_DEFAULT_SIZE (1024 * 1024)
#define RING_MAX_SIZE (64 * 1024 * 1024)
#define RING_TOTAL_DEFAULT (64 * 1024 * 1024)
/* Rings at one time: queue_total of 64 MiB in first segments of 16 KiB. */
#define LIMIT_RINGS 4096
/* A chunk: one write(2) of 64 KiB reaches the disk's full rate (20 us a call). */
#define CHUNK_SIZE (64 * 1024)
/* A chunk queue is this many times `queue`: escaping can make 4 to 6 bytes of one, and a
 * record of a quarter of `queue` must still fit into half of the chunk queue. */
#define CHUNK_QUEUE_FACTOR 4

/* HTTP. Bodies are levels and terms (configurations have ROUTE_LARGE_BODY); headers are twice what browsers
 * send; a page opens few connections and one stream, and a client that drips must not keep its place. */
#define LIMIT_HTTP_BODY (64 * 1024)
#define LIMIT_HTTP_HEADERS (16 * 1024)
#define LIMIT_HTTP_CONNECTIONS 64
#define LIMIT_HTTP_STREAMS 16
#define LIMIT_HTTP_DEADLINE_MS 10000
/* The config port: a push is one small message. */
#define LIMIT_PORT_CONNECTIONS 16
#define LIMIT_PORT_DEADLINE_MS 10000
/* Receivers. A frame: a record of 1 MiB is more than any ring takes whole. */
#define LIMIT_RECEIVE_FRAME (1024 * 1024)
/* Nesting of a received pickle, and what it may remember (a record remembers about 40 objects). */
#define LIMIT_PICKLE_DEPTH 64
#define LIMIT_PICKLE_MEMO 10000
/* Loggers that received records bring into being, those between included; then one takes the rest. */
#define LIMIT_RECEIVE_NAMES 10000
/* The most that [receivers] connections may say: each is a descriptor and, unfinished, a buffer. */
#define LIMIT_RECEIVE_CONNECTIONS 4096
/* What unfinished frames of all connections hold together: 64 of the largest. */
#define LIMIT_RECEIVE_BUFFERS (64 * 1024 * 1024)
/* Rows of one answer of /api/records. */
#define LIMIT_PAGE_RECORDS 1000
/* Audit entries and configurations kept in memory. */
#define LIMIT_AUDIT 1000
#define LIMIT_CONFIG_HISTORY 50

#endif
