/* weir_classes.h - handler, filter and formatter classes that a host registers, and then names in `class =`
 * (INI) or "class" and "()" (dictConfig): Python's subclassing, in C.
 *
 * A class is a struct of functions. Registering copies the struct, its strings and its table of parameters;
 * the functions, and what `user` points at, must stay until the class is unregistered. A class lives on its
 * own: register it before weir_start, so that the start configuration can name it, or at any time after.
 *
 * Threads, of which more at each function:
 *   create, destroy, close   the threads that check, build and retire configurations; one at a time for each
 *                            object. A configuration is tried out when it is checked, so create may be called
 *                            for an object that is destroyed at once: it should open nothing that emit, on
 *                            its writer's thread, could open as well.
 *   on the backend           one thread for all, behind the queue: what is slow there holds up every record.
 *                            A class whose calls take longer than a millisecond on the average, or once more
 *                            than a tenth of a second, is named as slow in status.
 *   on the writer            a thread of the handler's own, with a queue of its own before it: it may block.
 *   at the call              the host's thread that logs.
 *
 * A handler that stands still is dealt with as any target: its queue fills, then its overflow policy decides,
 * and drops are counted. A log call inside any of these functions is dropped, and counted as re-entry. None
 * of them may start or stop Weir, or throw. All threads of Weir block all signals.
 *
 * Weir objects that a function is given (record, args, out) are gone when it returns. */
#ifndef WEIR_CLASSES_H
#define WEIR_CLASSES_H

#include <weir.h>
#include <weir_logging.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_CLASSES_ABI 1
/* Classes of one sort that are registered at one time, those of unloaded plugins that come back not counted.
 */
#define WEIR_CLASSES_MAX 64
/* Parameters of a handler or formatter class; a filter class has at most 8. */
#define WEIR_CLASS_PARAMS_MAX 16

/* ---- arguments --------------------------------------------------------------------- */

/* One parameter, in the order of args=. A table of them ends with name NULL. */
typedef struct weir_class_param {
    const char *name;
    int required;
    const char *help;
} weir_class_param;

/* What args= and kwargs= give, by parameter; read by a literal grammar, nothing is executed. */
typedef struct weir_args weir_args;
/* A string as it is, any other value as Python's str() prints it. NULL: not given, or None. It lives as long
 * as args. */
WEIR_API const char *weir_args_str(const weir_args *args, const char *name, size_t *length);
/* 0; or -1, *out as it was: not given, None, or no such number. */
WEIR_API int weir_args_int(const weir_args *args, const char *name, int64_t *out);
WEIR_API int weir_args_double(const weir_args *args, const char *name, double *out);
/* The items of a list or tuple; -1: not given, or none. weir_args_item is as weir_args_str. */
WEIR_API int weir_args_count(const weir_args *args, const char *name);
WEIR_API const char *weir_args_item(const weir_args *args, const char *name, int index, size_t *length);

/* A text under construction, of Weir's. */
typedef struct weir_text weir_text;
/* Appends; without memory what is built is dropped, and counted. */
WEIR_API void weir_text_add(weir_text *out, const char *data, size_t length);
WEIR_API void weir_text_printf(weir_text *out, const char *format, ...) WEIR_PRINTF(2, 3);

/* ---- filters ----------------------------------------------------------------------- */

/* An object of a filter class goes on over a push or an edit that leaves it alone: name, class and arguments
 * the same, and still on a handler or logger that had it. create is not called for it again then. */

enum {
    /* It runs at the call, in the thread that logs, and may change the record there (the cookbook's context
     * filter). Of the filters of a logger only: among those of a handler it runs behind the queue. */
    WEIR_FILTER_AT_CALL = 1
};

typedef struct weir_filter_class {
    size_t size;  /* sizeof(weir_filter_class) */
    unsigned abi; /* WEIR_CLASSES_ABI */
    unsigned flags;
    const char *name; /* what `class =` says: letters, digits, '.', '_', '-'; at most 63 bytes */
    const char *help; /* one line; may be NULL */
    const weir_class_param *params; /* NULL: none */
    void *user;
    /* A filter by these arguments. 0, with *self for the functions below; or -1, with err->message. NULL:
     * self is user. */
    int (*create)(void *user, const weir_args *args, void **self, weir_error *err);
    /* 1: the record goes on; 0: it does not; negative: it failed, the record does not go on and the failure
     * is counted in status. On the backend, or at the call. */
    int (*filter)(void *self, weir_record *record);
    void (*destroy)(void *self); /* may be NULL */
} weir_filter_class;

/* 0; or -1 with err: a name that is taken or no name, a table too long, 64 classes already. */
WEIR_API int weir_register_filter_class(const weir_filter_class *filter_class, weir_error *err);

/* ---- formatters -------------------------------------------------------------------- */

/* Python's Formatter with some of its methods overridden; those that are NULL are Python's own. `format`,
 * `datefmt`, `style` and `defaults` of the section are those of logging.Formatter. What a function returns as
 * text is escaped like an exception's text (escape = arguments): newlines stay, each further line is
 * indented. All return 0, or -1: the record cannot be formatted, which is counted as the handler's error. On
 * the backend; a formatter of a QueueHandler's handlers on the listener's thread. */
typedef struct weir_formatter_class {
    size_t size;
    unsigned abi;
    unsigned flags; /* 0 */
    const char *name, *help;
    const weir_class_param *params; /* of kwargs */
    void *user;
    int (*create)(void *user, const weir_args *args, void **self, weir_error *err);
    /* The whole text of the record, without the newline at its end. */
    int (*format)(void *self, const weir_record *record, weir_text *out);
    /* asctime; datefmt NULL: none was given. */
    int (*format_time)(void *self, const weir_record *record, const char *datefmt, weir_text *out);
    /* What is printed for exc_text, for stack_info. */
    int (*format_exception)(void *self, const weir_record *record, weir_text *out);
    int (*format_stack)(void *self, const weir_record *record, weir_text *out);
    void (*destroy)(void *self);
} weir_formatter_class;

WEIR_API int weir_register_formatter_class(const weir_formatter_class *formatter_class, weir_error *err);

/* ---- handlers ---------------------------------------------------------------------- */

/* A handler of the host's own: emit must be there, base is NULL. Or one of Weir's (base, by any name that
 * `class =` takes), of which it overrides what Python lets one override; its parameters are the base's then,
 * and `params` come behind them, by name only. All are optional but as said. Functions return 0, or -1 for a
 * failure: the record is dropped as DROP_ERROR, which is Python's handleError. */
typedef struct weir_handler_class {
    size_t size;
    unsigned abi;
    unsigned flags; /* 0 */
    const char *name, *help;
    const char *base; /* NULL, or "handlers.SMTPHandler" and the like */
    const weir_class_param *params;
    void *user;
    int (*create)(void *user, const weir_args *args, void **self, weir_error *err);
    void (*destroy)(void *self);

    /* base NULL. text: what the handler's formatter made of the record. On the writer. -1: this record is
     * lost, and counted; 1: nothing can be taken just now, the same record comes again within a second. */
    int (*emit)(void *self, const weir_record *record, const char *text, size_t length);
    /* Nothing waits any more: called before the last record that did counts as delivered, so that weir_flush
     * waits for it. On the writer. */
    void (*flush)(void *self);
    /* The last call, after the last emit; then destroy. On the writer. */
    void (*close)(void *self);

    /* With a base, on the backend, unless said otherwise. */
    /* Handler.format: instead of the formatter's text. Of handlers that write or send text. */
    int (*format)(void *self, const weir_record *record, weir_text *out);
    /* SocketHandler, DatagramHandler: the frame, length prefix and all. */
    int (*make_pickle)(void *self, const weir_record *record, weir_text *out);
    /* SMTPHandler. A control character in it is an error. */
    int (*get_subject)(void *self, const weir_record *record, weir_text *out);
    /* MemoryHandler: count records are kept, this one with them. 1: flush now; 0: not yet. */
    int (*should_flush)(void *self, const weir_record *record, size_t count);
    /* MemoryHandler: its configured target, NULL for none, has been set. On the thread that builds. */
    void (*set_target)(void *self, const char *handler);
    /* SysLogHandler: the number in <PRI>; negative: a failure. facility and priority are the usual ones. */
    int (*encode_priority)(void *self, int facility, int priority);
    /* SysLogHandler: the name of the priority ("warning") for a level's name; NULL: a failure. */
    const char *(*map_priority)(void *self, const char *level_name);
    /* HTTPHandler: the form, url-encoded by weir_form_add. */
    int (*map_log_record)(void *self, const weir_record *record, weir_text *form);
    /* NTEventLogHandler: fields of the journal. */
    int (*get_message_id)(void *self, const weir_record *record);
    int (*get_event_type)(void *self, const weir_record *record);
    int (*get_event_category)(void *self, const weir_record *record);
    /* QueueHandler: may change nothing; 1 lets the record into the queue, 0 drops it (counted). */
    int (*enqueue)(void *self, const weir_record *record);
    /* SocketHandler, DatagramHandler, SysLogHandler: makeSocket. A connected socket to host and port (-1:
     * host is the path of a UNIX socket), Weir's from then on; or -1, with errno: there is none now, and it
     * is asked for again as Python's backoff says. On the writer, which may wait meanwhile. user is the
     * class's, not an object: handlers of one class with the same peer share a connection. */
    int (*make_socket)(void *user, const char *host, int port);
    /* QueueHandler: what an override of QueueListener's dequeue, prepare or handle is for. Each record as the
     * listener takes it off the queue, before any handler has it; it may be changed by weir_record_set_str
     * and its siblings, as a filter at the call may. 1: it goes to the handlers; 0: to none (the queue counts
     * it as delivered); -1: a failure, and it is dropped. On the listener's thread, and on an object of the
     * listener's own, for which create is called, too. Of the QueueHandler that names the queue's handlers.
     */
    int (*dequeue)(void *self, weir_record *record);
} weir_handler_class;

WEIR_API int weir_register_handler_class(const weir_handler_class *handler_class, weir_error *err);

/* Appends key=value to an HTTPHandler's form, with the '&' that is needed, both url-encoded as Python does.
 */
WEIR_API void weir_form_add(weir_text *form, const char *key, const char *value);

/* ---- the end of a class ------------------------------------------------------------ */

/* For a plugin that is about to be unloaded. 0: no configuration can name the class any more and none of its
 * functions is called again. -1 (WEIR_ERR_STATE, naming how many): objects of it are in use; push a
 * configuration without them, or stop Weir, and try again. Also -1: there is no such class. */
WEIR_API int weir_unregister_handler_class(const char *name, weir_error *err);
WEIR_API int weir_unregister_filter_class(const char *name, weir_error *err);
WEIR_API int weir_unregister_formatter_class(const char *name, weir_error *err);

#ifdef __cplusplus
}
#endif
#endif
