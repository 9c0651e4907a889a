/* check_file.c - reads a configuration file, at most as much as may be one. Runs on the thread that starts
 * Weir, on the control thread for rereads, and in the command. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/limits.h"
#include "config/config.h"

static int tell(problems *p, int reason) {
    problems_add(p, 0, NULL, NULL, "cannot be read: %s", strerror(reason));
    return -1;
}

/* One byte more than is allowed, so that a longer file is noticed and not cut. */
static int read_all(int fd, text *out, problems *p) {
    struct stat st;
    if (fstat(fd, &st) != 0) return tell(p, errno);
    if (S_ISREG(st.st_mode) && st.st_size > LIMIT_CONFIG_TEXT) {
        problems_add(p, 0, NULL, NULL, "the configuration has %lld bytes (at most %d)", (long long)st.st_size,
                     LIMIT_CONFIG_TEXT);
        return -1;
    }
    while (out->len <= LIMIT_CONFIG_TEXT) {
        if (!text_reserve(out, CHUNK_SIZE)) return tell(p, ENOMEM);
        ssize_t n = read(fd, out->data + out->len, CHUNK_SIZE);
        if (n == 0) return 0;
        if (n < 0 && errno != EINTR) return tell(p, errno);
        if (n > 0) out->len += (size_t)n;
    }
    return 0;
}

int config_read_file(const char *path, text *out, problems *p) {
    int fd = descriptor_above(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (fd < 0) return tell(p, errno);
    int rc = read_all(fd, out, p);
    close(fd);
    return rc;
}

config_plan *config_check_file(const char *path, const config_rules *rules, problems *p, weir_error *err) {
    text in;
    text_init(&in, 0);
    int rc = config_read_file(path, &in, p);
    config_plan *plan = rc == 0 ? config_check(text_slice(&in), path, rules, p, err) : NULL;
    text_done(&in);
    return plan;
}
