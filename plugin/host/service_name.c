/* service_name.c - the name under which a process is found by the command and by recovery.
 * Runs on the thread that starts Weir. It does not look at the configuration file itself. */
#include "host/service_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* With "weir-", a pid and ".sock" it must fit into the 107 bytes of a socket's path; 100 leave no room
 * for a folder, so the runtime folder's length is looked at where the socket is made. */
#define SERVICE_NAME_MAX 100

static int is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

void service_name(const char *configured, char out[256]) {
    const char *name = secure_getenv("WEIR_SERVICE");
    if (name == NULL || name[0] == '\0') name = configured;
    if (name == NULL || name[0] == '\0') name = program_invocation_short_name;
    size_t n = 0;
    for (; n < SERVICE_NAME_MAX && name[n] != '\0'; n++) out[n] = is_name_byte(name[n]) ? name[n] : '_';
    out[n] = '\0';
    if (out[0] == '.') out[0] = '_'; /* no hidden folder, no ".." */
    if (n == 0) memcpy(out, "service", sizeof "service");
}
