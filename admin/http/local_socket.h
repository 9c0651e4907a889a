/* local_socket.h - where the admin socket of this process lies: RUNTIME/weir-SERVICE-PID.sock, so that the
 * command finds it by its name in /proc/net/unix. */
#ifndef WEIR_ADMIN_LOCAL_SOCKET_H
#define WEIR_ADMIN_LOCAL_SOCKET_H

#include "host/runtime_dir.h"
#include "listen/address.h"

/* Finds the directory, removes sockets that dead processes of that service left in it. A service name
 * that does not fit into a socket's path is cut there (status says the whole). */
int local_socket_address(const char *service, listen_address *out, weir_error *err);

#endif
