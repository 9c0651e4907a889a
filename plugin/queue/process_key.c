/* process_key.c - which process is meant by "PID-STARTTIME", and whether that very process lives.
 * Reads /proc only; any thread; no state. A pid alone would not do: pids come round again. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "queue/run_dir.h"

/* /proc/PID/stat: 52 numbers of at most 20 digits and a name of 64 bytes. */
#define STAT_SIZE 2048

typedef struct stat_fields {
    char state;
    unsigned long long threads, start_time;
} stat_fields;

/* The whole of a small file, NUL-terminated; -1 with errno when it cannot be read. */
static ssize_t read_small(const char *path, char *out, size_t size) {
    int fd = descriptor_above(open(path, O_RDONLY | O_CLOEXEC));
    if (fd < 0) return -1;
    size_t len = 0;
    int failure = 0;
    while (len + 1 < size) {
        ssize_t n = read(fd, out + len, size - 1 - len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) failure = errno;
        if (n <= 0) break;
        len += (size_t)n;
    }
    close(fd);
    out[len] = '\0';
    errno = failure;
    return failure != 0 ? -1 : (ssize_t)len;
}

/* The name (field 2) may hold anything, blanks and brackets too: the fields begin after the last ')'. */
static bool parse_stat(const char *stat, stat_fields *out) {
    const char *p = strrchr(stat, ')');
    if (p == NULL || p[1] != ' ' || p[2] == '\0') return false;
    out->state = p[2];
    p += 3;
    for (int field = 4; field <= 22; field++) {
        char *end;
        unsigned long long n = strtoull(p, &end, 10);
        if (end == p) return false;
        if (field == 20) out->threads = n;
        if (field == 22) out->start_time = n;
        p = end;
    }
    return true;
}

static int read_stat(int pid, stat_fields *out) {
    char path[64], stat[STAT_SIZE];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (read_small(path, stat, sizeof stat) < 0) return -1;
    if (!parse_stat(stat, out)) {
        errno = EPROTO;
        return -1;
    }
    return 0;
}

static void read_boot_id(char out[40]) {
    char id[64];
    memset(out, 0, 40);
    if (read_small("/proc/sys/kernel/random/boot_id", id, sizeof id) < 36) return;
    memcpy(out, id, 36);
}

int process_key_self(process_key *key) {
    stat_fields fields;
    int pid = (int)getpid();
    if (read_stat(pid, &fields) != 0) return -1;
    memset(key, 0, sizeof *key);
    key->pid = pid;
    key->start_time = fields.start_time;
    read_boot_id(key->boot_id);
    return 0;
}

bool process_key_alive(const process_key *key) {
    char boot_id[40];
    read_boot_id(boot_id);
    if (boot_id[0] != '\0' && key->boot_id[0] != '\0' && memcmp(boot_id, key->boot_id, 36) != 0) return false;
    stat_fields fields;
    if (read_stat(key->pid, &fields) != 0) {
        /* Not to be seen in /proc (hidepid), or no descriptor left: taken as alive unless the kernel
         * says that there is none. Better recovered late than taken from a living process. */
        return kill(key->pid, 0) == 0 || errno != ESRCH;
    }
    if (fields.start_time != key->start_time) return false;
    /* A zombie whose threads are gone has no memory any more. (One with threads is a process whose
     * main thread has called pthread_exit.) */
    return !((fields.state == 'Z' || fields.state == 'X') && fields.threads <= 1);
}
