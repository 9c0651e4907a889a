/* weir_logging.h - the rest of Python's logging that a host may want: what a logger says of itself, level
 * names, records and how to make and change them, code of the host's that runs at the call, adapters.
 * What every host needs is in weir.h. docs/python.md lists each name of Python with what it is here.
 *
 * C11 and C++17. An attribute's name is Python's ("levelname", "funcName", …) or the key of an extra field.
 */
#ifndef WEIR_LOGGING_H
#define WEIR_LOGGING_H

#include <weir.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- loggers ----------------------------------------------------------------------- */

/* Logger.level: the level that was configured or set, 0 (NOTSET) where the parent's applies. */
WEIR_API int weir_get_level(const weir_logger *logger);
/* Logger.disabled: such a logger makes no record. Set until the next configuration says otherwise, as in
 * Python; in force when the call returns. */
WEIR_API int weir_get_disabled(const weir_logger *logger);
WEIR_API void weir_set_disabled(weir_logger *logger, int disabled);
/* Manager.disable: what weir_disable set. */
WEIR_API int weir_get_disable(void);
/* Logger.parent: the nearest logger above that was asked for; NULL for the root. */
WEIR_API weir_logger *weir_get_parent(const weir_logger *logger);

/* Called once for each logger; no lock is held. name lives for ever. */
typedef void (*weir_logger_visitor)(void *arg, const char *name, weir_logger *logger);
/* getChildren() of Python 3.12: the loggers one dot below. */
WEIR_API void weir_each_child(const weir_logger *logger, weir_logger_visitor each, void *arg);
/* Manager.loggerDict: all but the root. logger is NULL for a name that is only a part of others' names
 * (Python's PlaceHolder). */
WEIR_API void weir_each_logger(weir_logger_visitor each, void *arg);

/* setLoggerClass: made is called, in the thread that asks, when a logger is asked for the first time, be it
 * by the host or by a configuration; it may call any function of this header and of weir.h but those that
 * start and stop. NULL: none. weir_get_logger_class (arg may be NULL) tells what is set. */
typedef void (*weir_logger_made)(void *arg, weir_logger *logger);
WEIR_API void weir_set_logger_class(weir_logger_made made, void *arg);
WEIR_API weir_logger_made weir_get_logger_class(void **arg);

/* ---- level names ------------------------------------------------------------------- */

/* getLevelName of a number: its name, "Level 35" for one without, as snprintf writes it: always with a NUL
 * (where size > 0), cut to size. Returns the length of the whole name. */
WEIR_API int weir_get_level_name(int level, char *buffer, size_t size);
/* getLevelName of a name: its number, 0 returned; -1: there is no such name (Python: "Level X"). */
WEIR_API int weir_get_level_number(const char *name, int *level);
/* getLevelNamesMapping: every name, also WARN and FATAL, with its number. */
typedef void (*weir_level_visitor)(void *arg, const char *name, int level);
WEIR_API void weir_each_level_name(weir_level_visitor each, void *arg);

/* ---- reading a record -------------------------------------------------------------- */

/* One record: Python's LogRecord. Whoever hands one to the host says how long it lives; a callback's
 * record is gone when the callback returns. One thread at a time may use it. What these functions return
 * lives as long as the record, and is followed by a NUL that *length does not count (length may be NULL).
 * None of them changes errno. */
typedef struct weir_record weir_record;

/* An attribute as Python's str() prints it: strings as they are, numbers as numbers, "None" for none.
 * "message" is getMessage(); "asctime" is there once a formatter has made it, as in Python. NULL: the record
 * has no such attribute, or no memory. */
WEIR_API const char *weir_record_str(const weir_record *record, const char *attribute, size_t *length);
/* An attribute that is an integer or a boolean. 0; or -1, *out as it was: there is none, it is no such
 * number, or it does not fit. */
WEIR_API int weir_record_int(const weir_record *record, const char *attribute, int64_t *out);
/* An attribute that is any number. 0, or -1. */
WEIR_API int weir_record_double(const weir_record *record, const char *attribute, double *out);
/* Python's getMessage(): the message with its arguments. Where `msg % args` is an error in Python, msg as it
 * is. NULL: no memory. */
WEIR_API const char *weir_record_message(const weir_record *record, size_t *length);

/* ---- changing a record ------------------------------------------------------------- */

/* Sets an attribute, or adds an extra field; both are copied. As in Python nothing follows from it (filename
 * does not follow pathname) but the message from "msg". value NULL: None.
 * 0; or -1, nothing changed: the record is not the caller's to change (only one that the host makes, and one
 * in a filter that runs at the call, is), the name is empty, the record has 256 attributes that were set,
 * or no memory. */
WEIR_API int weir_record_set_str(weir_record *record, const char *attribute, const char *value);
WEIR_API int weir_record_set_int(weir_record *record, const char *attribute, int64_t value);
WEIR_API int weir_record_set_double(weir_record *record, const char *attribute, double value);

/* ---- making records ---------------------------------------------------------------- */

/* Logger.makeRecord: a record with the place, time and thread of now, after the record factory; its message
 * is formatted here. extra: fields; one that is an attribute already is an error, in Python's words. It
 * belongs to the caller, who may change it, hand it to weir_handle as often as wanted, and must free it.
 * NULL, with err (may be NULL) set: that error, or no memory. */
WEIR_API weir_record *weir_make_record(const weir_logger *logger, int level, const char *file, int line,
                                       const char *function, const weir_field *extra, size_t extra_count,
                                       weir_error *err, const char *format, ...) WEIR_PRINTF(9, 10);
/* makeLogRecord: as Python, a record of nothing ("levelno" None, "pathname" ""), with the attributes set that
 * are given: nothing follows from them but the message from "msg". */
WEIR_API weir_record *weir_make_log_record(const weir_field *attributes, size_t count, weir_error *err);
/* NULL is fine. */
WEIR_API void weir_record_free(weir_record *record);
/* Logger.handle: filters of the logger, then its handlers and those above, unless the logger is disabled; no
 * logger's level is looked at. What filters change, handlers see; the caller's record stays as it is. 0; -1:
 * dropped and counted. */
WEIR_API int weir_handle(weir_logger *logger, weir_record *record);

/* ---- code of the host's at the call ------------------------------------------------ */

/* What runs at the call runs in the thread that logs, after the level was found to pass, before the record
 * goes into the ring. It may read the record, add fields to it and change its attributes; what it changes
 * is what everybody behind sees. Setting "msg" sets the whole message: its arguments are gone then. It must
 * return, must not throw, and must not start or stop Weir; a log call inside it is dropped and counted, as
 * every log call inside another; records of weir_signal_log pass by. While there is one, calls of the loggers
 * that it concerns must not be made in signal handlers, and cost what it costs; all others cost nothing more.
 */

/* A filter at the call, like one that Logger.addFilter was given. Returns 0 to drop the record: no handler
 * sees it, and nothing counts it, as in Python. */
typedef int (*weir_call_filter)(void *arg, weir_record *record);
/* Adds it to the records of that very logger (not of those below it, as in Python), or of all loggers where
 * logger is NULL. The same pair of filter and arg is there once. Filters for all run first; else in the
 * order in which they came. 0; -1: no memory. */
WEIR_API int weir_add_call_filter(weir_logger *logger, weir_call_filter filter, void *arg);
/* 0, and no thread runs it any more (unless it is called in one); -1: it is not there. */
WEIR_API int weir_remove_call_filter(weir_logger *logger, weir_call_filter filter, void *arg);

/* setLogRecordFactory: run for each record, before all filters; also for those of weir_make_record and
 * weir_make_log_record. Fields of the call are there already. factory NULL: none. 0; -1: no memory. */
typedef void (*weir_record_factory)(void *arg, weir_record *record);
WEIR_API int weir_set_log_record_factory(weir_record_factory factory, void *arg);
/* arg may be NULL. */
WEIR_API weir_record_factory weir_get_log_record_factory(void **arg);

/* ---- the C stack ------------------------------------------------------------------- */

/* stack_info=True: the record's stack_info is the C stack of the caller, with function, file and line where
 * debug information tells them. */
#define WEIR_LOG_STACK(logger, level, ...)                                                                   \
    WEIR_CALL_(logger, level, WEIR_SITE_STACK, WEIR_FORMAT_(__VA_ARGS__, 0), __VA_ARGS__)

/* stacklevel=N: pathname, lineno and funcName are those of the frame N - 1 above the caller, from debug
 * information; "(unknown file)", 0, "(unknown function)" where there is none, as in Python. A function that
 * the compiler put into its caller has no frame of its own. */
#define WEIR_LOG_STACKLEVEL(logger, level, stacklevel, ...)                                                  \
    do {                                                                                                     \
        weir_logger *weir_lg_ = (logger);                                                                    \
        const int weir_lv_ = (level);                                                                        \
        if (__builtin_expect(weir_may_pass_(weir_lg_, weir_lv_), 0)) {                                       \
            static const weir_call_site weir_site_ = WEIR_SITE_(WEIR_FORMAT_(__VA_ARGS__, 0), 0u);           \
            weir_log_stacklevel(weir_lg_, &weir_site_, weir_lv_, (stacklevel), __VA_ARGS__);                 \
        }                                                                                                    \
    } while (0)

/* What the macro calls; use the macro. */
WEIR_API void weir_log_stacklevel(weir_logger *logger, const weir_call_site *site, int level, int stacklevel,
                                  const char *format, ...) WEIR_PRINTF(5, 6);

/* ---- adapters ---------------------------------------------------------------------- */

/* Python's LoggerAdapter. Its logger is what all functions of loggers are for: weir_set_level(a->logger, …).
 * The struct is public only so that a disabled call is one load; more is behind it. */
typedef struct weir_adapter {
    weir_logger *logger;
} weir_adapter;

/* LoggerAdapter.process: runs at each call through the adapter, before factory and filters, by the rules of
 * code at the call (above). It may change the message ("msg") and add fields. Then the adapter's own fields
 * are added only if it calls weir_adapter_process, as an override in Python calls super().process(). */
typedef void (*weir_process)(void *arg, const weir_adapter *adapter, weir_record *record);
/* The fields extra (at most 64) are copied. As in Python they replace those of the call; with merge_extra
 * (3.13) the call's are added, and shadow them. process NULL: Python's default, just those fields, at no more
 * cost than other fields. NULL: no memory, or too many. */
WEIR_API weir_adapter *weir_adapter_create(weir_logger *logger, const weir_field *extra, size_t count,
                                           int merge_extra, weir_process process, void *arg);
/* No thread may use it any more. NULL is fine. */
WEIR_API void weir_adapter_free(weir_adapter *adapter);
/* LoggerAdapter.process itself: the adapter's fields into the record. Only inside a weir_process. */
WEIR_API void weir_adapter_process(const weir_adapter *adapter, weir_record *record);

/* The logging macros of weir.h, through an adapter. */
#define WEIR_ADAPTER_LOG(adapter, level, ...)                                                                \
    WEIR_ADAPTER_CALL_(adapter, level, 0u, WEIR_FORMAT_(__VA_ARGS__, 0), __VA_ARGS__)
#define WEIR_ADAPTER_DEBUG(adapter, ...) WEIR_ADAPTER_LOG(adapter, WEIR_LEVEL_DEBUG, __VA_ARGS__)
#define WEIR_ADAPTER_INFO(adapter, ...) WEIR_ADAPTER_LOG(adapter, WEIR_LEVEL_INFO, __VA_ARGS__)
#define WEIR_ADAPTER_WARNING(adapter, ...) WEIR_ADAPTER_LOG(adapter, WEIR_LEVEL_WARNING, __VA_ARGS__)
#define WEIR_ADAPTER_ERROR(adapter, ...) WEIR_ADAPTER_LOG(adapter, WEIR_LEVEL_ERROR, __VA_ARGS__)
#define WEIR_ADAPTER_CRITICAL(adapter, ...) WEIR_ADAPTER_LOG(adapter, WEIR_LEVEL_CRITICAL, __VA_ARGS__)
#define WEIR_ADAPTER_EXCEPTION(adapter, ...)                                                                 \
    WEIR_ADAPTER_CALL_(adapter, WEIR_LEVEL_ERROR, WEIR_SITE_EXCEPTION, WEIR_FORMAT_(__VA_ARGS__, 0),         \
                       __VA_ARGS__)
#define WEIR_ADAPTER_LOG_FIELDS(adapter, level, fields, ...)                                                 \
    do {                                                                                                     \
        const weir_adapter *weir_ad_ = (adapter);                                                            \
        const int weir_lv_ = (level);                                                                        \
        if (__builtin_expect(weir_may_pass_(weir_ad_->logger, weir_lv_), 0)) {                               \
            static weir_call_site weir_site_ = WEIR_SITE_(WEIR_FORMAT_(__VA_ARGS__, 0), 0u);                 \
            const weir_field weir_fields_[] = {WEIR_UNWRAP_ fields};                                         \
            weir_adapter_log_call(weir_ad_, &weir_site_, weir_lv_, weir_fields_,                             \
                                  sizeof weir_fields_ / sizeof weir_fields_[0], __VA_ARGS__);                \
        }                                                                                                    \
    } while (0)

/* Private to the macros. */
#define WEIR_ADAPTER_CALL_(adapter, level, flags, format, ...)                                               \
    do {                                                                                                     \
        const weir_adapter *weir_ad_ = (adapter);                                                            \
        const int weir_lv_ = (level);                                                                        \
        if (__builtin_expect(weir_may_pass_(weir_ad_->logger, weir_lv_), 0)) {                               \
            static weir_call_site weir_site_ = WEIR_SITE_(format, flags);                                    \
            weir_adapter_log_call(weir_ad_, &weir_site_, weir_lv_, NULL, 0, __VA_ARGS__);                    \
        }                                                                                                    \
    } while (0)
WEIR_API void weir_adapter_log_call(const weir_adapter *adapter, weir_call_site *site, int level,
                                    const weir_field *fields, size_t field_count, const char *format, ...)
    WEIR_PRINTF(6, 7);

/* ---- what no handler takes, and what goes wrong ------------------------------------ */

/* What these set is called until it is replaced; a call that is under way then may still end afterwards.
 * Records that wait meet what is set when their turn comes: weir_flush before, where that matters. */

/* logging.lastResort: what happens to a record of that level or above that finds no handler. call NULL: its
 * message goes to stderr, as it does at the start, from WEIR_LEVEL_WARNING up. Else call gets the record, on
 * the backend's thread (before weir_start in the thread that logs); log calls in it are dropped there.
 * WEIR_LAST_RESORT_NONE as level is Python's lastResort = None: "No handlers could be found for logger …" is
 * written to stderr, once, if raise_exceptions is on. */
#define WEIR_LAST_RESORT_NONE 0x7fffffff
typedef void (*weir_last_resort)(void *arg, weir_record *record);
WEIR_API void weir_set_last_resort(int level, weir_last_resort call, void *arg);
/* Returns the level; call and arg may be NULL. */
WEIR_API int weir_get_last_resort(weir_last_resort *call, void **arg);

/* logging.raiseExceptions: 0: what goes wrong in a handler is counted and shown by status, but no record of
 * the logger "weir" tells of it. At the start it is 1. */
WEIR_API void weir_set_raise_exceptions(int raise);
WEIR_API int weir_get_raise_exceptions(void);

/* Handler.handleError: called on a thread of Weir's for each record that a handler could not format, and for
 * each trouble that a target tells of (record is NULL then: many may be concerned). Log calls in it are made
 * as usual. NULL: none. */
typedef void (*weir_handle_error)(void *arg, const char *handler, const char *reason, weir_record *record);
WEIR_API void weir_set_handle_error(weir_handle_error call, void *arg);

#ifdef __cplusplus
}
#endif
#endif
