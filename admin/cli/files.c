/* files.c - see files.h. */
#include "admin/cli/files.h"

#include <errno.h>
#include <string.h>

int file_read(const char *path, text *out) {
    char buffer[65536];
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "re");
    if (f == NULL) return complain(EXIT_USAGE, "%s: %s", path, strerror(errno));
    size_t n;
    while (out->len <= LIMIT_CONFIG_TEXT && (n = fread(buffer, 1, sizeof buffer, f)) > 0)
        text_add(out, buffer, n);
    int status = 0;
    if (ferror(f)) status = complain(EXIT_USAGE, "%s: %s", path, strerror(errno));
    if (out->len > LIMIT_CONFIG_TEXT)
        status = complain(EXIT_USAGE, "%s: larger than %d bytes, the most a configuration may have", path,
                          LIMIT_CONFIG_TEXT);
    if (!standard) fclose(f);
    return status;
}
