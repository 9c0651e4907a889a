/* endpoints.h - the handlers that routes.c names, one group a file. Each fills the request's answer. */
#ifndef WEIR_ADMIN_ENDPOINTS_H
#define WEIR_ADMIN_ENDPOINTS_H

#include "admin/http/routes.h"

/* api_status.c */
void endpoint_health(http_request *r);
void endpoint_metrics(http_request *r);
void endpoint_status(http_request *r);
void endpoint_audit(http_request *r);
void endpoint_link(http_request *r);
/* api_levels.c */
void endpoint_loggers(http_request *r);
void endpoint_logger(http_request *r);
void endpoint_set_level(http_request *r);
void endpoint_reset_level(http_request *r);
void endpoint_reset_all(http_request *r);
/* api_records.c */
void endpoint_records(http_request *r);
void endpoint_record(http_request *r);
void endpoint_context(http_request *r);
/* api_counts.c */
void endpoint_histogram(http_request *r);
void endpoint_facets(http_request *r);
/* api_tail.c */
void endpoint_tail(http_request *r);
/* api_config.c */
void endpoint_config(http_request *r);
void endpoint_apply(http_request *r);
void endpoint_check(http_request *r);
void endpoint_history(http_request *r);
void endpoint_history_entry(http_request *r);
void endpoint_rollback(http_request *r);
/* assets.c */
void endpoint_description(http_request *r);
void endpoint_asset(http_request *r);
bool endpoint_has_asset(slice path);

#endif
