/* oracle_probe.c - oracle.py for large files: is every record of the host's producers there, once, whole,
 * and in the order of its thread? Usage: oracle_probe PAGE FILE... ; PAGE is the host's count of returned
 * calls. Prints "ok N records", or what is wrong and exits 1. A line that is no producer's must be Weir's
 * own: it names a generation, or Weir. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 64 };

static uint64_t counts[THREADS];     /* of calls that returned */
static unsigned char *seen[THREADS]; /* a bit for each of them */
static uint64_t last[THREADS];       /* in the present file: n + 1 */
static uint64_t records;
static const char *file;

static void fail(const char *what, unsigned long thread, unsigned long long n) {
    printf("%s: t%lu n%llu %s\n", file, thread, n, what);
    exit(1);
}

/* The number that ends before `end`; *begin is where it starts. false: there is none. */
static bool number_before(const char *from, const char *end, const char **begin, uint64_t *out) {
    uint64_t value = 0, unit = 1;
    const char *at = end;
    for (; at > from && at[-1] >= '0' && at[-1] <= '9'; unit *= 10) value += unit * (uint64_t)(*--at - '0');
    *begin = at;
    *out = value;
    return at < end;
}

/* "…tT nN", to the end of the line. */
static bool parse(const char *from, const char *end, uint64_t *thread, uint64_t *n) {
    const char *at;
    if (!number_before(from, end, &at, n) || at - from < 2 || at[-1] != 'n' || at[-2] != ' ') return false;
    return number_before(from, at - 2, &at, thread) && at > from && at[-1] == 't';
}

static void take(uint64_t thread, uint64_t n) {
    if (thread >= THREADS || n >= counts[thread]) fail("was never accepted", thread, n);
    if (n < last[thread]) fail("is out of order, or doubled in one file", thread, n);
    last[thread] = n + 1;
    unsigned char bit = (unsigned char)(1 << (n % 8));
    if ((seen[thread][n / 8] & bit) != 0) fail("is in two files", thread, n);
    seen[thread][n / 8] |= bit;
    records++;
}

static void read_line(const char *from, const char *end) {
    uint64_t thread, n;
    size_t len = (size_t)(end - from);
    if (parse(from, end, &thread, &n)) {
        take(thread, n);
    } else if (memmem(from, len, "generation", 10) == NULL && memmem(from, len, "weir", 4) == NULL) {
        printf("%s: a torn or foreign line: %.*s\n", file, len < 200 ? (int)len : 200, from);
        exit(1);
    }
}

static void *map_file(const char *path, size_t *size) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        perror(path);
        exit(2);
    }
    *size = (size_t)st.st_size;
    void *data = *size == 0 ? NULL : mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (data == MAP_FAILED) exit(2);
    return data;
}

static void read_file(const char *path) {
    size_t size;
    const char *at = map_file(path, &size), *end = at + size;
    memset(last, 0, sizeof last);
    file = path;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL) {
            printf("%s: the last line is torn\n", path);
            exit(1);
        }
        read_line(at, newline);
        at = newline + 1;
    }
}

int main(int argc, char **argv) {
    size_t size;
    if (argc < 3) return 2;
    const void *page = map_file(argv[1], &size);
    if (size < sizeof counts) return 2;
    memcpy(counts, page, sizeof counts);
    for (int t = 0; t < THREADS; t++)
        if ((seen[t] = calloc(counts[t] / 8 + 1, 1)) == NULL) return 2;
    for (int i = 2; i < argc; i++) read_file(argv[i]);
    file = "all files";
    for (unsigned long t = 0; t < THREADS; t++)
        for (uint64_t n = 0; n < counts[t]; n++)
            if ((seen[t][n / 8] >> (n % 8) & 1) == 0) fail("is lost", t, n);
    printf("ok %llu records\n", (unsigned long long)records);
    return 0;
}
