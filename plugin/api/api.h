/* api.h - what the files of plugin/api share: how a call of the host becomes an edit of the running
 * configuration. Above admin in the include direction; only weir_plugin.c, beside it, starts and stops Weir.
 *
 * An edit: Weir is started if it never was, kept from stopping while the edit lasts, and control_edit gives
 * the turn; the change is made to a draft (host/draft.h). Inside weir_edit all calls of that thread change
 * the one draft. */
#ifndef WEIR_API_API_H
#define WEIR_API_API_H

#include "host/draft.h"

/* 0, or -1 and err: then nothing of the draft is used. */
typedef int (*api_change)(draft *d, void *arg, weir_error *err);

/* function: the name of the one that the host called, for the audit. */
int api_edit(const char *function, api_change change, void *arg, weir_error *err);
/* The same for a change of one handler; where the configuration does not have it, nothing else is needed. */
int api_edit_handler(const char *function, weir_handler *h, api_change change, void *arg, weir_error *err);
/* The same to look at what runs (or at the present thread's draft): nothing is changed, and Weir is not
 * started. -1: it does not run, or err. */
int api_read(api_change look, void *arg, weir_error *err);
/* Is the calling thread inside an edit? It must neither stop Weir nor wait for it. */
bool api_in_edit(void);
/* In the child of a fork: an edit that its one thread was in cannot be finished. */
void api_forked(void);

/* The logger behind a handle, bound ones too. */
static inline slice api_logger_name(const weir_logger *handle) {
    return logger_of_handle(handle)->core->name;
}
/* "nothing given" as an error. */
int api_missing(const char *what, weir_error *err);
int api_no_memory(weir_error *err);

/* In weir_plugin.c: keeps Weir from being stopped; start: starts it where it never was. 0, or -1 and err. */
int host_enter(bool start, weir_error *err);
void host_leave(void);
/* Nonzero (atomic) while Weir is being stopped: whoever waits between the two gives up. */
const uint32_t *host_stops(void);
/* Starts Weir by a configuration, the file at path or a text, where it never ran. 1: it ran, and nothing was
 * done. 0, or -1 and err (the default setup runs then). */
int host_start_by(const char *path, slice content, const char *name, bool disable_existing, weir_error *err);

#endif
