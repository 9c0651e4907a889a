/* record_args.h - the arguments of a search of records, from a request's query. */
#ifndef WEIR_ADMIN_RECORD_ARGS_H
#define WEIR_ADMIN_RECORD_ARGS_H

#include "admin/http/server_internal.h"

#define RECORDS_DEADLINE_MS 1000

/* since, until, level, logger, q, field.NAME. Slices live in the request. false: answered. */
bool record_args(http_request *r, record_query *q);
/* limit, before, after, order. */
bool record_args_page(http_request *r, record_query *q);

#endif
