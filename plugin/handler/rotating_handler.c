/* rotating_handler.c - Python's RotatingFileHandler and TimedRotatingFileHandler: lines to a file that begins
 * anew by size or by time. Checks and specs on the thread that checks or builds a configuration, encoding on
 * the backend (each record with its length in characters and its time); the writing is sink/roll_sink.c. */
#include "base/clock.h"
#include "base/utf8.h"
#include "handler/handler_kinds.h"
#include "sink/roll.h"
#include "sink/roll_frame.h"

/* In Python's order, which args= has. */
enum {
    SIZE_FILENAME,
    SIZE_MODE,
    SIZE_MAX_BYTES,
    SIZE_BACKUPS,
    SIZE_ENCODING,
    SIZE_DELAY,
    SIZE_ERRORS,
    SIZE_FSYNC,
    SIZE_TERMINATOR
};
enum {
    TIME_FILENAME,
    TIME_WHEN,
    TIME_INTERVAL,
    TIME_BACKUPS,
    TIME_ENCODING,
    TIME_DELAY,
    TIME_UTC,
    TIME_AT,
    TIME_ERRORS,
    TIME_FSYNC,
    TIME_TERMINATOR,
    TIME_SUFFIX
};
static const handler_file_args size_args = {SIZE_ENCODING, SIZE_DELAY, SIZE_ERRORS, SIZE_FSYNC,
                                            SIZE_TERMINATOR};
static const handler_file_args time_args = {TIME_ENCODING, TIME_DELAY, TIME_ERRORS, TIME_FSYNC,
                                            TIME_TERMINATOR};
/* A directory is listed at each rollover, and a number is in each name. */
#define BACKUPS_MAX 1000000

/* ---- arguments ---- */

static int64_t number(const handler_args *args, size_t index, int64_t otherwise) {
    return args->given[index] ? args->values[index].i64 : otherwise;
}

static int check_backups(const handler_args *args, size_t index, weir_error *err) {
    int64_t backups = number(args, index, 0);
    if (backups >= 0 && backups <= BACKUPS_MAX) return 0;
    return error_set(err, WEIR_ERR_INVALID, "backupCount %lld is not between 0 and %d", (long long)backups,
                     BACKUPS_MAX);
}

static int size_check(const handler_args *args, weir_error *err) {
    if (args->given[SIZE_MODE] && handler_check_mode(args->values[SIZE_MODE].str, err) != 0) return -1;
    if (number(args, SIZE_MAX_BYTES, 0) < 0)
        return error_set(err, WEIR_ERR_INVALID, "maxBytes %lld is negative (0 is: never roll over)",
                         (long long)number(args, SIZE_MAX_BYTES, 0));
    if (check_backups(args, SIZE_BACKUPS, err) != 0) return -1;
    return handler_file_check(args, &size_args, err);
}

/* "HH:MM" or "HH:MM:SS". */
static int read_at(slice s, int64_t *out, weir_error *err) {
    int parts[3] = {0, 0, 0};
    size_t n = 0, at = 0;
    bool good = s.len == 5 || s.len == 8;
    for (; good && at < s.len; at += 3, n++) {
        int tens = s.data[at] - '0', ones = s.data[at + 1] - '0';
        good = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && (at + 2 == s.len || s.data[at + 2] == ':');
        parts[n] = tens * 10 + ones;
    }
    if (!good || parts[0] > 23 || parts[1] > 59 || parts[2] > 59)
        return error_set(err, WEIR_ERR_INVALID, "atTime '%.*s' is no time of a day (right is '13:45:00')",
                         (int)s.len, s.data);
    *out = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    return 0;
}

static slice when_of(const handler_args *args) {
    return args->given[TIME_WHEN] ? args->values[TIME_WHEN].str : SLICE_LITERAL("h");
}

static int time_rules(const handler_args *args, roll_rules *out, weir_error *err) {
    *out = (roll_rules){.backups = number(args, TIME_BACKUPS, 0), .at = -1};
    out->utc = args->given[TIME_UTC] && args->values[TIME_UTC].boolean;
    if (args->given[TIME_SUFFIX] && roll_rules_suffix(args->values[TIME_SUFFIX].str, out, err) != 0)
        return -1;
    if (args->given[TIME_AT] && read_at(args->values[TIME_AT].str, &out->at, err) != 0) return -1;
    return roll_rules_when(when_of(args), number(args, TIME_INTERVAL, 1), out, err);
}

static int time_check(const handler_args *args, weir_error *err) {
    roll_rules rules;
    if (time_rules(args, &rules, err) != 0 || check_backups(args, TIME_BACKUPS, err) != 0) return -1;
    return handler_file_check(args, &time_args, err);
}

/* ---- specs ---- */

static int size_prepare(const handler_args *args, handler *h, weir_error *err) {
    return handler_file_prepare(args, &size_args, h, err);
}

static int time_prepare(const handler_args *args, handler *h, weir_error *err) {
    return handler_file_prepare(args, &time_args, h, err);
}

static int make_spec(const handler_args *args, const handler_file_args *at, const roll_rules *rules,
                     slice when, int64_t interval, arena *a, sink_spec *out, weir_error *err) {
    const file_options own = handler_file_options(args, at);
    text options;
    if (handler_path_spec(args, args->values[SIZE_FILENAME].str, a, out, err) != 0) return -1;
    text_init(&options, 0);
    roll_rules_json(when, rules, interval, &options);
    file_options_add(&own, &options);
    out->options = options.failed ? SLICE_NONE : arena_copy(a, text_slice(&options));
    text_done(&options);
    if (out->options.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    out->kind = SLICE_LITERAL("rolling");
    out->fsync = handler_flag(args, at->fsync);
    return 0;
}

/* A file that rolls over is never emptied, as in Python. */
static int size_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    const roll_rules rules = {.max_bytes = number(args, SIZE_MAX_BYTES, 0),
                              .backups = number(args, SIZE_BACKUPS, 0)};
    sink_spec spec;
    if (make_spec(args, &size_args, &rules, SLICE_NONE, 0, a, &spec, err) != 0) return -1;
    if (args->given[SIZE_MODE]) handler_file_mode(args->values[SIZE_MODE].str, &spec.mode);
    if (rules.max_bytes > 0) spec.mode = 'a';
    *out = spec;
    *has_target = true;
    return 0;
}

static int time_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    roll_rules rules;
    sink_spec spec;
    int64_t interval = number(args, TIME_INTERVAL, 1);
    if (time_rules(args, &rules, err) != 0) return -1;
    if (make_spec(args, &time_args, &rules, when_of(args), interval, a, &spec, err) != 0) return -1;
    *out = spec;
    *has_target = true;
    return 0;
}

/* ---- encoding ---- */

/* Python asks the clock when it emits. A captured record knows its own time; a made one may have any. */
static int64_t second_of(const record *rec) {
    bool captured = rec->entry != NULL && rec->entry->kind != ENTRY_MADE;
    return (captured ? rec->created_ns : clock_realtime_ns()) / 1000000000;
}

static int encode_frame(handler *h, record *rec, text *out, weir_error *err) {
    roll_head head = {.second = second_of(rec), .options = h->options_tag};
    size_t before = out->len;
    text_add(out, (const char *)&head, sizeof head);
    size_t begin = out->len;
    bool made = !out->failed && handler_add_line(h, rec, out, err) == 0;
    if (made) {
        slice line = slice_make(out->data + begin, out->len - begin - h->terminator.len);
        head.characters = (uint32_t)utf8_count(line) + 1;
    }
    if (made && handler_recode(h, rec, begin, out, err) == 0 && out->len - begin <= UINT32_MAX) {
        head.bytes = (uint32_t)(out->len - begin);
        memcpy(out->data + before, &head, sizeof head);
        return 0;
    }
    if (out->failed) error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
    out->len = before;
    if (out->data != NULL) out->data[before] = '\0';
    return -1;
}

const handler_kind rotating_handler_kind = {
    .name = "handlers.RotatingFileHandler",
    .aliases = {"logging.handlers.RotatingFileHandler"},
    .help = "lines to a file that begins anew at a size; old files are FILE.1, FILE.2, …",
    .params = {[SIZE_FILENAME] = HANDLER_FILENAME,
               [SIZE_MODE] = HANDLER_MODE,
               [SIZE_MAX_BYTES] = {"maxBytes", PARAM_INT, PARAM_SETTABLE,
                                   "the file is rolled over before a record that would make it as large as "
                                   "this; default 0: never"},
               [SIZE_BACKUPS] = {"backupCount", PARAM_INT, PARAM_SETTABLE,
                                 "how many old files are kept; default 0: the file is never rolled over"},
               [SIZE_ENCODING] = HANDLER_ENCODING,
               [SIZE_DELAY] = HANDLER_DELAY,
               [SIZE_ERRORS] = HANDLER_ERRORS,
               [SIZE_FSYNC] = HANDLER_FSYNC,
               [SIZE_TERMINATOR] = HANDLER_TERMINATOR},
    .check = size_check,
    .spec = size_spec,
    .prepare = size_prepare,
    .encode = encode_frame};

const handler_kind timed_handler_kind = {
    .name = "handlers.TimedRotatingFileHandler",
    .aliases = {"logging.handlers.TimedRotatingFileHandler"},
    .help = "lines to a file that begins anew at times; old files are named by the time they began",
    .params =
        {[TIME_FILENAME] = HANDLER_FILENAME,
         [TIME_WHEN] = {"when", PARAM_STR, PARAM_OPTIONAL,
                        "'S', 'M', 'H', 'D', 'midnight', or 'W0' (Monday) to 'W6'; default 'H'"},
         [TIME_INTERVAL] = {"interval", PARAM_INT, PARAM_OPTIONAL, "so many units of `when`; default 1"},
         [TIME_BACKUPS] = {"backupCount", PARAM_INT, PARAM_SETTABLE,
                           "how many old files are kept; default 0: all"},
         [TIME_ENCODING] = HANDLER_ENCODING,
         [TIME_DELAY] = HANDLER_DELAY,
         [TIME_UTC] = {"utc", PARAM_BOOL, PARAM_OPTIONAL, "times in UTC; default False: local time"},
         [TIME_AT] = {"atTime", PARAM_STR, PARAM_OPTIONAL,
                      "time of the day of 'midnight' and 'W': 'HH:MM:SS' (Weir's own form); default None: "
                      "midnight"},
         [TIME_ERRORS] = HANDLER_ERRORS,
         [TIME_FSYNC] = HANDLER_FSYNC,
         [TIME_TERMINATOR] = HANDLER_TERMINATOR,
         [TIME_SUFFIX] =
             {"suffix", PARAM_STR, PARAM_ATTRIBUTE,
              "what an old file's name ends with, by strftime (in Python an attribute); only names that "
              "end as the default would are ever removed; default by `when`"}},
    .check = time_check,
    .spec = time_spec,
    .prepare = time_prepare,
    .encode = encode_frame};
