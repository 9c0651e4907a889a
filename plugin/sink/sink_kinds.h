/* sink_kinds.h - the rows of the table in sink_kinds.c, each defined in a file of its own. */
#ifndef WEIR_SINK_SINK_KINDS_H
#define WEIR_SINK_SINK_KINDS_H

#include "sink/sink.h"

extern const sink_kind file_sink_kind;    /* file_sink.c */
extern const sink_kind roll_sink_kind;    /* roll_sink.c: "rolling" */
extern const sink_kind stream_sink_kind;  /* stream_sink.c */
extern const sink_kind net_sink_kind;     /* net_sink.c */
extern const sink_kind http_sink_kind;    /* http_sink.c */
extern const sink_kind smtp_sink_kind;    /* smtp_sink.c */
extern const sink_kind queue_sink_kind;   /* queue_sink.c: of QueueHandlers */
extern const sink_kind host_sink_kind;    /* host_sink.c: handlers of the host's classes */
extern const sink_kind history_sink_kind; /* store/history_sink.c: "sqlite" */

#endif
