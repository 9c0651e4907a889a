/* listen.h - the config port: Python's logging.config.listen() protocol, 4 bytes big-endian length,
 * then that many bytes of configuration; then an answer, which Python's own client does not read.
 *
 *   ok generation N[, M loggers disabled][, M levels over it]\n   then lines disabled:, over:, restart:,
 * warnings refused: N problems\n and a line each     superseded by generation N\n     failed: WHY\n
 *
 * and the end of the stream. Of several messages that are complete at one time the newest is applied; the
 * others are superseded by it (those before it, if it is refused, have their turn).
 *
 * One thread ("weir-port") with poll; LIMIT_PORT_CONNECTIONS at a time, LIMIT_PORT_DEADLINE_MS for a
 * whole message, the length checked before anything is allocated. */
#ifndef WEIR_ADMIN_LISTEN_H
#define WEIR_ADMIN_LISTEN_H

#include "admin/control/control.h"

typedef struct port_server port_server;
/* name: in status. address: "127.0.0.1:9030", "[::1]:9030", "unix:/path". Loopback only. A port that is taken
 * is no error: it is retried once a second and shown by control_set_listener. */
int port_server_start(control *c, const char *name, const char *address, weir_verify verify,
                      port_server **out, weir_error *err);
int port_server_port(const port_server *s); /* bound TCP port, 0 when not (yet) bound */
void port_server_stop(port_server *s);
/* In a forked child: lets the parent's descriptors go; nothing else may be done with s. */
void port_server_forked(port_server *s);

#endif
