/* address.h - where a door may stand: "127.0.0.1:9030", "localhost:9030", "[::1]:9030", "unix:/path". */
#ifndef WEIR_LISTEN_ADDRESS_H
#define WEIR_LISTEN_ADDRESS_H

#include <sys/socket.h>

#include "base/error.h"

typedef struct listen_address {
    bool is_unix;
    struct sockaddr_storage socket;
    socklen_t len;
    char shown[256]; /* as it was given; the port that was got instead of 0 */
} listen_address;

/* Loopback only. default_port is taken where none is given; negative: it must be given. */
int address_parse(const char *in, int default_port, listen_address *out, weir_error *err);
/* Of any interface, in digits, with its port. */
int address_parse_any(const char *in, listen_address *out, weir_error *err);
/* A UNIX address of that path. */
int address_unix(const char *path, listen_address *out, weir_error *err);
/* The port; 0 for UNIX. */
int address_port(const listen_address *a);
/* "127.0.0.1:53122" of a peer's address, "[::1]:53122"; out has at least 64 bytes. */
void address_show(const struct sockaddr_storage *socket, char out[64]);

#endif
