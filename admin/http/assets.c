/* assets.c - the web page and the API's description, embedded at build. To add a file of the page: an
 * ASSET line and a row. Each has a strong ETag of its content, so a browser asks again, and is told
 * "not modified". Connection threads. */
#include <pthread.h>

#include "admin/http/endpoints.h"
#include "admin/http/server_internal.h"

/* The file's bytes as symbols asset_NAME and asset_NAME_end. */
#define ASSET(name, file)                                                                                    \
    __asm__(".pushsection .rodata\n"                                                                         \
            ".balign 16\n"                                                                                   \
            "asset_" #name ": .incbin \"" file "\"\n"                                                        \
            "asset_" #name "_end: .byte 0\n"                                                                 \
            ".popsection\n");                                                                                \
    extern const char asset_##name[] __attribute__((visibility("hidden")));                                  \
    extern const char asset_##name##_end[] __attribute__((visibility("hidden")))

ASSET(api_yaml, "schema/api.yaml");
ASSET(index_html, "web/index.html");
ASSET(app_css, "web/app.css");
ASSET(icon_svg, "web/icon.svg");
ASSET(api_js, "web/api.js");
ASSET(config_js, "web/config.js");
ASSET(dom_js, "web/dom.js");
ASSET(editor_js, "web/editor.js");
ASSET(loggers_js, "web/loggers.js");
ASSET(logger_row_js, "web/logger_row.js");
ASSET(main_js, "web/main.js");
ASSET(match_js, "web/match.js");
ASSET(record_filter_js, "web/record_filter.js");
ASSET(record_list_js, "web/record_list.js");
ASSET(record_row_js, "web/record_row.js");
ASSET(records_js, "web/records.js");
ASSET(status_js, "web/status.js");
ASSET(tail_js, "web/tail.js");

typedef struct asset {
    const char *path, *type;
    const char *bytes, *end;
} asset;

static const asset assets[] = {
    {"/api/openapi.yaml", "application/yaml; charset=utf-8", asset_api_yaml, asset_api_yaml_end},
    {"/", "text/html; charset=utf-8", asset_index_html, asset_index_html_end},
    {"/app.css", "text/css; charset=utf-8", asset_app_css, asset_app_css_end},
    {"/icon.svg", "image/svg+xml; charset=utf-8", asset_icon_svg, asset_icon_svg_end},
    {"/api.js", "text/javascript; charset=utf-8", asset_api_js, asset_api_js_end},
    {"/config.js", "text/javascript; charset=utf-8", asset_config_js, asset_config_js_end},
    {"/dom.js", "text/javascript; charset=utf-8", asset_dom_js, asset_dom_js_end},
    {"/editor.js", "text/javascript; charset=utf-8", asset_editor_js, asset_editor_js_end},
    {"/loggers.js", "text/javascript; charset=utf-8", asset_loggers_js, asset_loggers_js_end},
    {"/logger_row.js", "text/javascript; charset=utf-8", asset_logger_row_js, asset_logger_row_js_end},
    {"/main.js", "text/javascript; charset=utf-8", asset_main_js, asset_main_js_end},
    {"/match.js", "text/javascript; charset=utf-8", asset_match_js, asset_match_js_end},
    {"/record_filter.js", "text/javascript; charset=utf-8", asset_record_filter_js,
     asset_record_filter_js_end},
    {"/record_list.js", "text/javascript; charset=utf-8", asset_record_list_js, asset_record_list_js_end},
    {"/record_row.js", "text/javascript; charset=utf-8", asset_record_row_js, asset_record_row_js_end},
    {"/records.js", "text/javascript; charset=utf-8", asset_records_js, asset_records_js_end},
    {"/status.js", "text/javascript; charset=utf-8", asset_status_js, asset_status_js_end},
    {"/tail.js", "text/javascript; charset=utf-8", asset_tail_js, asset_tail_js_end},
};
#define ASSETS (sizeof assets / sizeof assets[0])

static char etags[ASSETS][32]; /* made once */
static pthread_once_t etags_made = PTHREAD_ONCE_INIT;

/* FNV-1a: tells one build's file from another's; nobody gains by making two that are alike. */
static uint64_t content_hash(const char *bytes, size_t len) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < len; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001B3u;
    return hash;
}

static void make_etags(void) {
    for (size_t i = 0; i < ASSETS; i++) {
        size_t len = (size_t)(assets[i].end - assets[i].bytes);
        snprintf(etags[i], sizeof etags[i], "\"%016llx\"",
                 (unsigned long long)content_hash(assets[i].bytes, len));
    }
}

static const asset *find_asset(slice path) {
    for (size_t i = 0; i < ASSETS; i++)
        if (slice_is(path, assets[i].path)) return &assets[i];
    return NULL;
}

bool endpoint_has_asset(slice path) { return find_asset(path) != NULL; }

void endpoint_asset(http_request *r) {
    const asset *a = find_asset(r->path);
    if (a == NULL) {
        answer_problem(r, 404, "there is no such thing here");
        return;
    }
    pthread_once(&etags_made, make_etags);
    const char *etag = etags[a - assets];
    const char *known = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "If-None-Match");
    bool same = known != NULL && strstr(known, etag) != NULL;
    size_t len = same ? 0 : (size_t)(a->end - a->bytes);
    r->response = MHD_create_response_from_buffer(len, (void *)(uintptr_t)a->bytes, MHD_RESPMEM_PERSISTENT);
    if (r->response == NULL) {
        answer_problem(r, 500, "no memory");
        return;
    }
    r->status = same ? 304 : 200;
    r->type = a->type;
    MHD_add_response_header(r->response, "ETag", etag);
    MHD_add_response_header(r->response, "Cache-Control", "no-cache");
}

void endpoint_description(http_request *r) { endpoint_asset(r); }
