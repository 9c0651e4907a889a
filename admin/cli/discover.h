/* discover.h - finds the services that run with Weir in them, whoever runs them and wherever their
 * sockets lie: by the names in /proc/net/unix, which end in /weir-SERVICE-PID.sock. */
#ifndef WEIR_ADMIN_CLI_DISCOVER_H
#define WEIR_ADMIN_CLI_DISCOVER_H

#include "admin/cli/cli.h"

#define DISCOVER_MAX 64 /* more services than that on one machine want --pid */
typedef struct found_service {
    char path[128]; /* sun_path has 108 bytes */
    char service[104];
    int pid;
} found_service;

/* Those whose process lives, by pid. */
size_t discover_all(found_service *out, size_t max);
/* The one that call means. 0, or an exit status after a message that lists the choice. */
int discover_one(const invocation *call, found_service *out);

#endif
