/* weir_handlers.h - handlers, filters and formatters as objects, and what Python's logging lets a program do
 * with them while it runs: addHandler, setFormatter, basicConfig, shutdown and the rest.
 *
 *   weir_handler *h = weir_handler_create("FileHandler", "{'filename': 'app.log'}", &err);
 *   weir_handler_set_formatter(h, weir_formatter_create("%(asctime)s %(message)s", NULL, NULL, &err), &err);
 *   weir_logger_add_handler(weir_get_logger("app"), h, &err);
 *
 * C11 and C++17. An object is a definition: creating one checks class and arguments and opens nothing. What
 * is attached to a logger is part of the running configuration; each function here that changes it is an
 * edit of that configuration, checked, built aside and swapped in like a pushed one: all of it or nothing,
 * no record lost or doubled, shown by `weir config get`, the page and the audit (way "api"). Loggers that an
 * edit does not name keep their levels and their `disabled`; handlers that it does not change stay open.
 *
 *   - An edit starts Weir if it does not run: by WEIR_CONFIG, else with no handler at all. weir_start after
 *     that is WEIR_ERR_STATE. After weir_stop there are no edits until weir_start.
 *   - A configuration that comes later by file, port, page or weir_dict_config replaces everything, as in
 *     Python: what was attached here is detached and closed; the objects can be attached again.
 *   - A handler that was attached once stays open, also while no logger has it, until it is closed, or
 *     freed while no logger has it.
 *
 * Every `weir_error *err` may be NULL. Functions that return an int return 0, or -1 with err set and
 * nothing changed, unless said. Threads: any; edits wait for each other and for pushes, and build files,
 * so they are not for hot paths. Not from handlers, filters and formatters of the host's own.
 */
#ifndef WEIR_HANDLERS_H
#define WEIR_HANDLERS_H

#include <weir.h>
#include <weir_logging.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weir_formatter weir_formatter;
typedef struct weir_filter weir_filter;
typedef struct weir_handler weir_handler;

/* ---- formatters ---------------------------------------------------------------------- */

/* Python's Formatter(fmt, datefmt, style). NULL: Python's default. The caller owns it and gives it back by
 * weir_formatter_free; handlers that it was set on keep it. NULL: err says why ("Style must be one of …"). */
WEIR_API weir_formatter *weir_formatter_create(const char *fmt, const char *datefmt, const char *style,
                                               weir_error *err);
/* Any formatter class, by the name and the arguments that a configuration gives: kwargs is a dict literal
 * as in a file ("{'format': '%(message)s', 'defaults': {'user': '-'}}"); NULL or "": none. */
WEIR_API weir_formatter *weir_formatter_create_class(const char *class_name, const char *kwargs,
                                                     weir_error *err);
/* One more owner; returns formatter. */
WEIR_API weir_formatter *weir_formatter_ref(weir_formatter *formatter);
WEIR_API void weir_formatter_free(weir_formatter *formatter); /* NULL is fine */

/* These write a NUL-terminated text into buffer (size bytes; what does not fit is left out) and return the
 * length that the whole text has, as snprintf does; -1: it cannot be made, err says Python's reason. The text
 * is Python's, byte for byte: nothing is escaped. One call at a time runs in one formatter. */
/* Formatter.format: the line without terminator, exception and stack text behind it. */
WEIR_API long weir_formatter_format(weir_formatter *formatter, weir_record *record, char *buffer, size_t size,
                                    weir_error *err);
/* Formatter.formatTime(record, datefmt); datefmt NULL: "%Y-%m-%d %H:%M:%S,msecs". */
WEIR_API long weir_formatter_format_time(weir_formatter *formatter, weir_record *record, const char *datefmt,
                                         char *buffer, size_t size, weir_error *err);
/* Formatter.formatException: the record's exception text (exc_text); "" where it has none. */
WEIR_API long weir_formatter_format_exception(weir_formatter *formatter, weir_record *record, char *buffer,
                                              size_t size, weir_error *err);
/* Formatter.formatStack: stack text as it will be printed. */
WEIR_API long weir_formatter_format_stack(weir_formatter *formatter, const char *stack, char *buffer,
                                          size_t size, weir_error *err);
/* Formatter.usesTime: 1 if the format has asctime, else 0. */
WEIR_API int weir_formatter_uses_time(const weir_formatter *formatter);

/* Python's BufferingFormatter: formatHeader, each record by line, formatFooter. header and footer may be
 * NULL (nothing, as in Python); they write as above, and return the length, or -1. */
typedef long (*weir_buffering_text)(void *arg, weir_record *const *records, size_t count, char *buffer,
                                    size_t size);
typedef struct weir_buffering_formatter {
    weir_formatter *line; /* NULL: Python's default formatter */
    weir_buffering_text header, footer;
    void *arg;
} weir_buffering_formatter;
/* "" for no records, as in Python. */
WEIR_API long weir_buffering_format(const weir_buffering_formatter *formatter, weir_record *const *records,
                                    size_t count, char *buffer, size_t size, weir_error *err);

/* ---- filters -------------------------------------------------------------------------- */

/* Python's Filter(name): passes the records of that logger and of its children. */
WEIR_API weir_filter *weir_filter_create_name(const char *name, weir_error *err);
/* Any filter class, one of the host's own too (weir_classes.h); kwargs as weir_formatter_create_class. */
WEIR_API weir_filter *weir_filter_create(const char *class_name, const char *kwargs, weir_error *err);
WEIR_API weir_filter *weir_filter_ref(weir_filter *filter);
WEIR_API void weir_filter_free(weir_filter *filter);
/* Filter.filter: 1 lets it through, 0 does not. It has a state of its own, apart from that of the filter
 * which a running logger or handler asks (a rate limit counts apart). -1: err. */
WEIR_API int weir_filter_filter(weir_filter *filter, weir_record *record, weir_error *err);

/* ---- handlers ------------------------------------------------------------------------- */

/* A handler of a class that configurations name ("FileHandler", "handlers.RotatingFileHandler", …). kwargs
 * has its arguments by name, and Weir's own 'escape' and 'overflow'; level, formatter and filters have
 * functions below. Its name is "api-1", "api-2", … until weir_handler_set_name. NULL: err. */
WEIR_API weir_handler *weir_handler_create(const char *class_name, const char *kwargs, weir_error *err);
WEIR_API weir_handler *weir_handler_ref(weir_handler *handler);
/* Gives the caller's ownership back. A logger that has it keeps it alive, and open. */
WEIR_API void weir_handler_free(weir_handler *handler);

/* handler.setLevel, handler.level. A new handler has WEIR_LEVEL_NOTSET. */
WEIR_API int weir_handler_set_level(weir_handler *handler, int level, weir_error *err);
WEIR_API int weir_handler_get_level(const weir_handler *handler);
/* setFormatter; NULL: Python's default, the bare message. The handler keeps an ownership of its own. */
WEIR_API int weir_handler_set_formatter(weir_handler *handler, weir_formatter *formatter, weir_error *err);
/* A new owner's, to be freed; NULL: none is set. */
WEIR_API weir_formatter *weir_handler_get_formatter(const weir_handler *handler);
/* addFilter, removeFilter: one that is there already is not added again, one that is not is no error. */
WEIR_API int weir_handler_add_filter(weir_handler *handler, weir_filter *filter, weir_error *err);
WEIR_API int weir_handler_remove_filter(weir_handler *handler, weir_filter *filter, weir_error *err);
/* set_name: 1 to 255 bytes without commas, control characters, or blanks around; that of no other handler.
 * get_name writes as snprintf does and returns the length. */
WEIR_API int weir_handler_set_name(weir_handler *handler, const char *name, weir_error *err);
WEIR_API size_t weir_handler_get_name(const weir_handler *handler, char *buffer, size_t size);
/* getHandlerByName: a handler of the running configuration, also one that came from a file. The caller owns
 * the result and frees it (which closes nothing that the configuration has). NULL: there is none. */
WEIR_API weir_handler *weir_get_handler_by_name(const char *name);
/* getHandlerNames: each name is good for the call. Returns how many there are. */
WEIR_API size_t weir_get_handler_names(void (*each)(void *arg, const char *name), void *arg);

/* flush: returns when what the handler was given by calls that have returned is written, or counted as
 * dropped. -1: timeout_ms (negative: no limit) ran out, or Weir does not run. A handler that is not open
 * has nothing to flush: 0. A MemoryHandler's flush makes all MemoryHandlers hand over what they keep. */
WEIR_API int weir_handler_flush(weir_handler *handler, int timeout_ms);
/* close: writes what it was given, closes it and takes it off every logger that has it. */
WEIR_API int weir_handler_close(weir_handler *handler, weir_error *err);
/* StreamHandler.setStream: "stdout" or "stderr" (or "sys.stdout", "sys.stderr"). */
WEIR_API int weir_handler_set_stream(weir_handler *handler, const char *stream, weir_error *err);
/* MemoryHandler.setTarget; NULL: none. The target is opened with it, and needs no logger. */
WEIR_API int weir_handler_set_target(weir_handler *handler, weir_handler *target, weir_error *err);
/* Any other argument of its class by name, as a literal ("'10.0.0.1'", "65536"); NULL: left out again. The
 * handler is opened anew by it. */
WEIR_API int weir_handler_set_argument(weir_handler *handler, const char *name, const char *literal,
                                       weir_error *err);
/* doRollover of the rotating handlers, now: by the handler's writer, after what it was given before this
 * call. Returns when it is done; within timeout_ms (negative: no limit), or -1 with WEIR_ERR_TIMEOUT. */
WEIR_API int weir_handler_do_rollover(weir_handler *handler, int timeout_ms, weir_error *err);
/* Handler.filter: 1 or 0 by its filters, each asked as weir_filter_filter asks it; -1: err. */
WEIR_API int weir_handler_filter(weir_handler *handler, weir_record *record, weir_error *err);
/* Handler.format: by its formatter, as weir_formatter_format. */
WEIR_API long weir_handler_format(weir_handler *handler, weir_record *record, char *buffer, size_t size,
                                  weir_error *err);

/* Handler.handle and Handler.emit: the record goes to this handler alone, on the way of all records; whatever
 * its level. handle asks its filters, emit does not. A handler that is not open is opened, as by
 * weir_logger_add_handler. The record is copied. 0; -1: dropped and counted, or err. */
WEIR_API int weir_handler_handle(weir_handler *handler, weir_record *record, weir_error *err);
WEIR_API int weir_handler_emit(weir_handler *handler, weir_record *record, weir_error *err);

/* ---- loggers -------------------------------------------------------------------------- */

/* addHandler: opens the handler (its err is that of opening), and attaches it; one that the logger has is
 * not added again. removeHandler: one that the logger does not have is no error. */
WEIR_API int weir_logger_add_handler(weir_logger *logger, weir_handler *handler, weir_error *err);
WEIR_API int weir_logger_remove_handler(weir_logger *logger, weir_handler *handler, weir_error *err);
/* hasHandlers: 1 if the logger or one above it, as far as propagate goes, has a handler, else 0. */
WEIR_API int weir_logger_has_handlers(weir_logger *logger);
/* logger.handlers: calls each with the logger's own handlers in their order (the handler is good for the
 * call; weir_handler_ref keeps it), and returns their number. each may be NULL. */
WEIR_API size_t weir_logger_each_handler(weir_logger *logger, void (*each)(void *arg, weir_handler *handler),
                                         void *arg);
/* addFilter, removeFilter, of the records that are logged through this very logger. */
WEIR_API int weir_logger_add_filter(weir_logger *logger, weir_filter *filter, weir_error *err);
WEIR_API int weir_logger_remove_filter(weir_logger *logger, weir_filter *filter, weir_error *err);
/* logger.propagate. */
WEIR_API int weir_logger_set_propagate(weir_logger *logger, int propagate, weir_error *err);
WEIR_API int weir_logger_get_propagate(weir_logger *logger);

/* Several edits as one: change is called once and its edits become one swap when it returns 0; if it returns
 * anything else, or one of its edits failed, nothing is changed and the result is -1 (err: the first reason).
 * Pushes wait meanwhile, so it is not to wait for anything itself. Inside another weir_edit of the same
 * thread it is part of that one. */
WEIR_API int weir_edit(int (*change)(void *arg, weir_error *err), void *arg, weir_error *err);

/* ---- basicConfig, configurations, shutdown ----------------------------------------------- */

/* Python's basicConfig. All zero: a StreamHandler to stderr with "%(levelname)s:%(name)s:%(message)s". */
typedef struct weir_basic_config_options {
    const char *filename;
    const char *filemode; /* NULL: "a" */
    const char *format;   /* NULL: the style's own */
    const char *datefmt;
    const char *style;      /* "%", "{", "$"; NULL: "%" */
    const char *level_name; /* "INFO": the root's level; NULL: see has_level */
    int has_level, level;   /* the same as a number; has_level 0: the root's level stays */
    const char *stream;     /* "stdout", "stderr" */
    weir_handler *const *handlers;
    size_t handler_count;
    int has_handlers; /* handlers is given, be it empty */
    int force;        /* the root's handlers are removed and closed first */
    const char *encoding, *errors;
} weir_basic_config_options;
/* Does nothing if the root has handlers already, unless force is set. Conflicting options are errors with
 * Python's words. options NULL: all zero. One swap. */
WEIR_API int weir_basic_config(const weir_basic_config_options *options, weir_error *err);
/* What Python's logging.info() and the like do first: basicConfig() if the root has no handlers. Cheap when
 * it has. */
WEIR_API void weir_root_ready(void);

/* Python's logging.debug(), info(), …: on the root logger, with weir_root_ready before. */
#define WEIR_ROOT_LOG(level, ...)                                                                            \
    do {                                                                                                     \
        weir_root_ready();                                                                                   \
        WEIR_LOG(weir_get_logger(NULL), level, __VA_ARGS__);                                                 \
    } while (0)
#define WEIR_ROOT_DEBUG(...) WEIR_ROOT_LOG(WEIR_LEVEL_DEBUG, __VA_ARGS__)
#define WEIR_ROOT_INFO(...) WEIR_ROOT_LOG(WEIR_LEVEL_INFO, __VA_ARGS__)
#define WEIR_ROOT_WARNING(...) WEIR_ROOT_LOG(WEIR_LEVEL_WARNING, __VA_ARGS__)
#define WEIR_ROOT_ERROR(...) WEIR_ROOT_LOG(WEIR_LEVEL_ERROR, __VA_ARGS__)
#define WEIR_ROOT_CRITICAL(...) WEIR_ROOT_LOG(WEIR_LEVEL_CRITICAL, __VA_ARGS__)
#define WEIR_ROOT_EXCEPTION(...)                                                                             \
    do {                                                                                                     \
        weir_root_ready();                                                                                   \
        WEIR_EXCEPTION(weir_get_logger(NULL), __VA_ARGS__);                                                  \
    } while (0)

/* Python's logging.config.fileConfig. Where Weir does not run, it is started by it (a path is then the
 * watched file, as weir_start's). All zero but path or text: as Python's fileConfig(path). */
typedef struct weir_file_config_options {
    const char *path;  /* the file; or */
    const char *text;  /* its text, NUL-terminated */
    int keep_existing; /* 1: disable_existing_loggers=False */
    /* Python's defaults: {key, value}, as if they stood in [DEFAULT]. The configuration is kept with them
     * filled in, so a path is not watched then. */
    const char *const (*defaults)[2];
    size_t default_count;
    const char *encoding; /* of the file; NULL or "utf-8": another is an error */
} weir_file_config_options;
WEIR_API int weir_file_config(const weir_file_config_options *options, weir_error *err);
/* Python's logging.config.dictConfig, the dict as JSON. */
WEIR_API int weir_dict_config(const char *json, weir_error *err);

/* Python's logging.shutdown: flushes and closes every handler, then stops Weir (weir_stop). Returns 0 when
 * all that was accepted is delivered or counted as dropped, -1 when timeout_ms ran out before or Weir does
 * not run. It runs at exit by itself, as in Python. */
WEIR_API int weir_shutdown(int timeout_ms);

#ifdef __cplusplus
}
#endif
#endif
