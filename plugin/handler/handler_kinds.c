/* handler_kinds.c - the table of all handlers: a new one is a file, and a row here. Any thread. */
#include "handler/handler_kinds.h"

#include "handler/host_handler.h"

static const handler_kind *const handler_kinds[] = {
    &stream_handler_kind,   &file_handler_kind,   &watched_handler_kind,   &rotating_handler_kind,
    &timed_handler_kind,    &null_handler_kind,   &history_handler_kind,   &socket_handler_kind,
    &datagram_handler_kind, &syslog_handler_kind, &event_log_handler_kind, &http_handler_kind,
    &smtp_handler_kind,     &memory_handler_kind, &queue_handler_kind};
#define KIND_COUNT (sizeof handler_kinds / sizeof handler_kinds[0])

const handler_kind *handler_kind_at(size_t index) {
    return index < KIND_COUNT ? handler_kinds[index] : host_handler_at(index - KIND_COUNT);
}

static bool is_named(const handler_kind *kind, slice name) {
    if (slice_is(name, kind->name)) return true;
    for (size_t i = 0; i < sizeof kind->aliases / sizeof kind->aliases[0] && kind->aliases[i] != NULL; i++) {
        if (slice_is(name, kind->aliases[i])) return true;
    }
    return false;
}

const handler_kind *handler_kind_find_own(slice class_name) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (is_named(handler_kinds[i], class_name)) return handler_kinds[i];
    }
    return NULL;
}

const handler_kind *handler_kind_find(slice class_name) {
    const handler_kind *own = handler_kind_find_own(class_name);
    return own != NULL ? own : host_handler_find(class_name);
}
