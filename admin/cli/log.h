/* log.h - what the two ways of `weir log` share. */
#ifndef WEIR_ADMIN_CLI_LOG_H
#define WEIR_ADMIN_CLI_LOG_H

#include "admin/cli/cli.h"
#include "admin/control/control.h"

typedef struct log_session {
    const invocation *call;
    weir_core *core;
    control *control;   /* the one door, without timers, sockets or listeners */
    unsigned long line; /* of the input, from 1 */
    bool bad_input;     /* some line could not be understood: exit 2 at the end */
} log_session;

/* One line of the input, without its newline. They print what is wrong with it and go on. */
void log_plain_line(log_session *s, slice line);
void log_jsonl_line(log_session *s, slice line);

/* "weir: line N: …" */
void log_complain(log_session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The attributes that every record of `weir log` has unless the input gives others: what Python's
 * main thread would have. */
extern const char log_thread_name[], log_process_name[];

#endif
