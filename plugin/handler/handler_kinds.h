/* handler_kinds.h - the rows of the table in handler_kinds.c, each defined in a file of its own, and what
 * several of them do alike. */
#ifndef WEIR_HANDLER_HANDLER_KINDS_H
#define WEIR_HANDLER_HANDLER_KINDS_H

#include "handler/handler.h"

extern const handler_kind stream_handler_kind;
extern const handler_kind file_handler_kind;
extern const handler_kind null_handler_kind;
extern const handler_kind history_handler_kind;
extern const handler_kind socket_handler_kind, datagram_handler_kind; /* socket_handler.c */
extern const handler_kind syslog_handler_kind;
extern const handler_kind event_log_handler_kind;

/* handler_path.c: the parts of a spec that every handler with a file has. path as it is written; the
 * strings go to a. */
int handler_path_spec(const handler_args *args, slice path, arena *a, sink_spec *out, weir_error *err);
/* handler_flag.c: a parameter of PARAM_ANY that is on or off; name is for the message. */
int handler_check_flag(const handler_args *args, size_t index, const char *name, weir_error *err);
/* Given, and on. */
bool handler_flag(const handler_args *args, size_t index);

#endif
