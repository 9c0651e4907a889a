/* handler_kinds.h - the rows of the table in handler_kinds.c, each defined in a file of its own, and what
 * several of them do alike. */
#ifndef WEIR_HANDLER_HANDLER_KINDS_H
#define WEIR_HANDLER_HANDLER_KINDS_H

#include "handler/handler.h"

extern const handler_kind stream_handler_kind;
extern const handler_kind file_handler_kind;
extern const handler_kind watched_handler_kind;
extern const handler_kind rotating_handler_kind;
extern const handler_kind timed_handler_kind;
extern const handler_kind null_handler_kind;
extern const handler_kind history_handler_kind;
extern const handler_kind socket_handler_kind, datagram_handler_kind; /* socket_handler.c */
extern const handler_kind syslog_handler_kind;
extern const handler_kind event_log_handler_kind;
extern const handler_kind http_handler_kind;
extern const handler_kind smtp_handler_kind;
extern const handler_kind memory_handler_kind;

/* handler_path.c: the parts of a spec that every handler with a file has. path as it is written; the
 * strings go to a. */
int handler_path_spec(const handler_args *args, slice path, arena *a, sink_spec *out, weir_error *err);
/* handler_file.c: what handlers with a log file have in common. */
#define HANDLER_FILENAME                                                                                     \
    { "filename", PARAM_PATH, true, "the file; made if it is not there, its directory is not" }
#define HANDLER_MODE                                                                                         \
    { "mode", PARAM_STR, false, "'a' appends, 'w' empties the file first; default 'a'" }
#define HANDLER_ENCODING                                                                                     \
    { "encoding", PARAM_STR, false, "'utf-8', which is the default" }
#define HANDLER_DELAY                                                                                        \
    {                                                                                                        \
        "delay", PARAM_BOOL, false,                                                                          \
            "taken for Python's sake; the file is always opened at once, so that a path that cannot be "     \
            "written is "                                                                                    \
            "refused with its configuration"                                                                 \
    }
#define HANDLER_ERRORS                                                                                       \
    { "errors", PARAM_STR, false, "taken for Python's sake: UTF-8 lacks no character" }
#define HANDLER_FSYNC                                                                                        \
    {                                                                                                        \
        "fsync", PARAM_ANY, false,                                                                           \
            "True or 'yes': a record counts as delivered when the disk has it (Weir's own); default False"   \
    }
bool handler_file_mode(slice mode, char *out);
int handler_check_mode(slice mode, weir_error *err);
int handler_check_encoding(slice name, weir_error *err);
int handler_check_errors(slice word, weir_error *err);
/* handler_flag.c: a parameter of PARAM_ANY that is on or off; name is for the message. */
int handler_check_flag(const handler_args *args, size_t index, const char *name, weir_error *err);
/* Given, and on. */
bool handler_flag(const handler_args *args, size_t index);

#endif
