/* api_status.c - health, metrics, status, audit, and the page's link. Connection threads. */
#include "admin/control/status.h"
#include "admin/http/endpoints.h"
#include "admin/http/server_internal.h"

static const char *const no_args[] = {NULL};

void endpoint_health(http_request *r) {
    r->status = 200;
    r->type = "text/plain; charset=utf-8";
    text_add_cstr(&r->out, "ok\n");
}

void endpoint_metrics(http_request *r) {
    r->status = 200;
    r->type = "text/plain; version=0.0.4; charset=utf-8";
    control_metrics(r->control, &r->out);
}

void endpoint_status(http_request *r) {
    if (!request_only(r, no_args)) return;
    answer_json(r);
    control_status_json(r->control, &r->writer);
}

void endpoint_audit(http_request *r) {
    static const char *const args[] = {"limit", NULL};
    uint64_t limit;
    if (!request_only(r, args) || !request_number(r, "limit", 1, LIMIT_AUDIT, 100, &limit)) return;
    answer_json(r);
    json_begin_object(&r->writer);
    status_audit(r->control, (size_t)limit, &r->writer);
    json_end(&r->writer);
}

void endpoint_link(http_request *r) {
    text link;
    text_init(&link, 0);
    if (!request_only(r, no_args)) return;
    if (!http_server_link(r->server, &link)) {
        answer_problem(r, 404, "%s",
                       __atomic_load_n(&r->server->has_tcp, __ATOMIC_ACQUIRE)
                           ? "the page's port is taken by somebody else (see status)"
                           : "there is no page: [admin] http is not set");
    } else {
        answer_json(r);
        json_begin_object(&r->writer);
        json_key(&r->writer, "url");
        json_string(&r->writer, text_slice(&link));
        json_end(&r->writer);
    }
    text_done(&link);
}
