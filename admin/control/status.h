/* status.h - pieces of status that the HTTP answers and the metrics use too. */
#ifndef WEIR_ADMIN_STATUS_H
#define WEIR_ADMIN_STATUS_H

#include "admin/control/control.h"

/* us 0: null. */
void status_time(json_writer *w, const char *key, int64_t us);
void status_names(json_writer *w, const char *key, const name_list *names);
/* The key "audit" and its array. */
void status_audit(control *c, size_t max, json_writer *w);

typedef struct handler_counts {
    uint64_t given, delivered, dropped[DROP_COUNT], pending;
} handler_counts;
void status_counts(const handler_stats *stats, handler_counts *out);
/* The handler of the running generation that counts in that row, NULL: a retired one. `change` is held. */
const handler *status_handler_of(const control *c, const handler_stats *stats);

#endif
