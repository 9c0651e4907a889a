/* handler_kinds.h - the rows of the table in handler_kinds.c, each defined in a file of its own, and what
 * several of them do alike. */
#ifndef WEIR_HANDLER_HANDLER_KINDS_H
#define WEIR_HANDLER_HANDLER_KINDS_H

#include "handler/handler.h"
#include "sink/file_options.h"

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
extern const handler_kind queue_handler_kind;

/* handler_path.c: the parts of a spec that every handler with a file has. path as it is written; the
 * strings go to a. */
int handler_path_spec(const handler_args *args, slice path, arena *a, sink_spec *out, weir_error *err);
/* handler_file.c: what handlers with a log file have in common. */
#define HANDLER_FILENAME                                                                                     \
    { "filename", PARAM_PATH, PARAM_REQUIRED, "the file; made if it is not there, its directory is not" }
#define HANDLER_MODE                                                                                         \
    { "mode", PARAM_STR, PARAM_OPTIONAL, "'a' appends, 'w' empties the file first; default 'a'" }
#define HANDLER_ENCODING                                                                                     \
    {                                                                                                        \
        "encoding", PARAM_STR, PARAM_OPTIONAL,                                                               \
            "one of Python's names of an encoding, such as 'latin-1' or 'utf-16'; default 'utf-8'"           \
    }
#define HANDLER_DELAY                                                                                        \
    {                                                                                                        \
        "delay", PARAM_BOOL, PARAM_OPTIONAL,                                                                 \
            "True: the file is made, and emptied, with the first record; default False: at once"             \
    }
#define HANDLER_ERRORS                                                                                       \
    {                                                                                                        \
        "errors", PARAM_STR, PARAM_OPTIONAL,                                                                 \
            "what is done with a character that the encoding lacks: 'ignore', 'replace', "                   \
            "'backslashreplace', "                                                                           \
            "'xmlcharrefreplace', 'surrogateescape'; default 'strict': the record is dropped as an error"    \
    }
#define HANDLER_FSYNC                                                                                        \
    {                                                                                                        \
        "fsync", PARAM_ANY, PARAM_OPTIONAL,                                                                  \
            "True or 'yes': a record counts as delivered when the disk has it (Weir's own); default False"   \
    }
#define HANDLER_TERMINATOR                                                                                   \
    {                                                                                                        \
        "terminator", PARAM_TEXT, PARAM_ATTRIBUTE,                                                           \
            "what each record's text ends with (in Python an attribute), at most 64 bytes; default a line "  \
            "break"                                                                                          \
    }
/* handler_text.c: sets h->terminator from the parameter at `index`; it lies in h->own. */
int handler_set_terminator(const handler_args *args, size_t index, handler *h, weir_error *err);
int handler_check_terminator(const handler_args *args, size_t index, weir_error *err);
bool handler_file_mode(slice mode, char *out);
int handler_check_mode(slice mode, weir_error *err);
/* Where a kind has the parameters that follow from its being a file. */
typedef struct handler_file_args {
    size_t encoding, delay, errors, fsync, terminator;
} handler_file_args;
int handler_file_check(const handler_args *args, const handler_file_args *at, weir_error *err);
/* Sets h->codec and h->delay. */
int handler_file_prepare(const handler_args *args, const handler_file_args *at, handler *h, weir_error *err);
file_options handler_file_options(const handler_args *args, const handler_file_args *at);
/* handler_flag.c: a parameter of PARAM_ANY that is on or off; name is for the message. */
int handler_check_flag(const handler_args *args, size_t index, const char *name, weir_error *err);
/* Given, and on. */
bool handler_flag(const handler_args *args, size_t index);

#endif
