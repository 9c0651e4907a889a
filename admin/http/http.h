/* http.h - the admin HTTP server: the JSON API (schema/api.yaml) and the web page, on a TCP address
 * (if configured) and on the local UNIX socket. Connections are accepted here, their header block
 * is looked at (http/guard.h) and refused or handed to libmicrohttpd, one request a connection. */
#ifndef WEIR_ADMIN_HTTP_H
#define WEIR_ADMIN_HTTP_H

#include "admin/control/control.h"

typedef struct http_server http_server;
typedef struct http_settings {
    const char *address; /* "127.0.0.1:9031"; "" or NULL: no TCP */
    const char *hosts;   /* further Host values */
    bool local_socket;
    const char *service;
} http_settings;
int http_server_start(control *c, const http_settings *settings, http_server **out, weir_error *err);
/* A TCP address for a server that was started without one. */
int http_server_add_tcp(http_server *s, const http_settings *settings, weir_error *err);
void http_server_stop(http_server *s);
/* In a forked child: lets the parent's descriptors go; nothing else may be done with s. */
void http_server_forked(http_server *s);
int http_server_port(const http_server *s);
/* "127.0.0.1:9031": what it is bound to. */
void http_server_address(const http_server *s, char out[64]);
/* "http://127.0.0.1:9031/#token=…"; false when there is no TCP address. */
bool http_server_link(const http_server *s, text *out);

#endif
