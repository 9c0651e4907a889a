/* net.h - kvd's TCP side: one thread a client, at most NET_CLIENTS. */
#ifndef KVD_NET_H
#define KVD_NET_H

#include <stdbool.h>

enum { NET_CLIENTS = 256 };

/* Listens on 127.0.0.1:port (0: any); the port, or -1 with errno. */
int net_listen(int port);
/* Serves until net_stop. */
void net_serve(void);
/* Async-signal-safe. */
void net_stop(void);

#endif
