/* adapter.h - Python's LoggerAdapter: a logger with fields of its own and, maybe, code of the host's that
 * sees each of its records. Made and ended by the host; a call only reads it. */
#ifndef WEIR_FRONTEND_ADAPTER_H
#define WEIR_FRONTEND_ADAPTER_H

#include "frontend/logger_tree.h"
#include "weir_logging.h"

/* A weir_adapter, from the inside. head is first: the public handle points at it. */
typedef struct adapter {
    weir_adapter head;
    weir_process process; /* NULL: Python's default */
    void *arg;
    bool merge;
    size_t count;
    weir_field fields[]; /* then their strings */
} adapter;

/* The fields of a call through it, with no process hook: at most LIMIT_CALL_FIELDS + 1 of them, in both (one
 * too many tells the capture that some do not fit). */
size_t adapter_fields(const weir_adapter *a, const weir_field *fields, size_t count, weir_field *both);
/* Has it a process hook? */
bool adapter_has_process(const weir_adapter *a);
void adapter_process(const weir_adapter *a, weir_record *record);

#endif
