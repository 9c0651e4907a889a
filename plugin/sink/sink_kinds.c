/* sink_kinds.c - the table of all sinks: a new one is a file, and a row here. Any thread. */
#include "sink/sink_kinds.h"

static const sink_kind *const sink_kinds[] = {&file_sink_kind,    &roll_sink_kind, &stream_sink_kind,
                                              &history_sink_kind, &net_sink_kind,  &http_sink_kind,
                                              &smtp_sink_kind,    &host_sink_kind, &queue_sink_kind};

const sink_kind *sink_kind_find(slice name) {
    for (size_t i = 0; i < sizeof sink_kinds / sizeof sink_kinds[0]; i++) {
        if (slice_is(name, sink_kinds[i]->name)) return sink_kinds[i];
    }
    return NULL;
}
