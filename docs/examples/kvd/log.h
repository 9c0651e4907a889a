/* log.h - how kvd logs: through Weir, loaded at run time. Without the library kvd runs silently. */
#ifndef KVD_LOG_H
#define KVD_LOG_H

#include <stddef.h>

extern const struct weir_plugin *kvd_weir;
#define WEIR_VIA kvd_weir
#include "weir.h"

/* Loggers of kvd, by part. They exist once log_open has returned, also when there is no Weir. */
extern weir_logger *log_main, *log_net, *log_command, *log_store, *log_expiry;

/* library: path or name for dlopen. Problems of the configuration go to stderr; kvd runs on. */
void log_open(const char *library, const char *config);
void log_close(void);

#endif
