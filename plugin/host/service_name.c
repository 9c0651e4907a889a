/* service_name.c - the name under which a process is found by the command and by recovery.
 * Runs on the thread that starts Weir. It does not look at the configuration file itself. */
#include "host/service_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

void service_name(const char *configured, char out[256]) {
    const char *name = secure_getenv("WEIR_SERVICE");
    if (name == NULL || name[0] == '\0') name = configured;
    if (name == NULL || name[0] == '\0') name = program_invocation_short_name;
    size_t n = 0;
    for (; name[n] != '\0' && n < 100; n++) out[n] = is_name_byte(name[n]) ? name[n] : '_';
    out[n] = '\0';
    if (out[0] == '.') out[0] = '_'; /* no hidden folder, no ".." */
    if (n == 0) memcpy(out, "service", sizeof "service");
}
