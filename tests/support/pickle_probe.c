/* pickle_probe.c - pickles through the receivers' decoder, away from any network.
 *
 *   pickle_probe print            frames on stdin, each after its length in four bytes, lowest first; one
 * line of JSON for each: {"result": …, "repr": …} pickle_probe attack DIR N     the files of DIR and N
 * mutations of them, and programs of random opcodes, under a seccomp filter that kills the process at
 * anything that opens, starts or connects; prints {"tried", "read", "worst"}, worst being the most memory,
 * the frame's own included, as a multiple of the frame pickle_probe attack DIR N control   opens a file under
 * the filter: must die by SIGSYS */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/json.h"
#include "receiver/pickle_decoder.h"

#define FRAME_MAX (1024 * 1024)
#define SEEDS_MAX 4096
/* Of one mutated frame, but for the large seeds that are tried as they are. */
#define MUTATED_MAX (64 * 1024)

/* ---- malloc, measured; a sanitizer has its own and measures nothing ---- */

static size_t held, peak;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static void *took(void *p) {
    held += p == NULL ? 0 : malloc_usable_size(p);
    if (held > peak) peak = held;
    return p;
}

static void gave(void *p) { held -= p == NULL ? 0 : malloc_usable_size(p); }

void *malloc(size_t size) { return took(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return took(__libc_calloc(count, size)); }
void *realloc(void *old, size_t size) {
    gave(old);
    return took(__libc_realloc(old, size));
}
void free(void *old) {
    gave(old);
    __libc_free(old);
}
#endif

/* ---- the filter: memory and the end of the process are allowed, and standard output ---- */

static int forbid_all_else(void) {
#ifdef __SANITIZE_THREAD__
    return 0; /* its own code makes system calls */
#else
#define ALLOW(name)                                                                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                  ALLOW(brk),
                                  ALLOW(mmap),
                                  ALLOW(munmap),
                                  ALLOW(mremap),
                                  ALLOW(madvise),
                                  ALLOW(write),
                                  ALLOW(exit_group),
                                  ALLOW(rt_sigprocmask),
                                  ALLOW(sigaltstack),
                                  ALLOW(newfstatat),
                                  ALLOW(futex),
                                  ALLOW(gettid),
                                  ALLOW(getpid),
                                  ALLOW(sched_yield),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
    struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
#endif
}

/* ---- print ---- */

static const char *const result_names[] = {"record", "code", "no record", "malformed", "too much"};

static void print_one(pickle_decoder *d, slice frame) {
    value v;
    weir_error err = {.message = ""};
    text shown, line;
    json_writer w;
    text_init(&shown, 0);
    text_init(&line, 0);
    json_writer_init(&w, &line);
    pickle_result got = pickle_decode(d, frame, &v, &err);
    if (got == PICKLE_RECORD || got == PICKLE_CODE) value_repr(&v, &shown);
    json_begin_object(&w);
    json_key(&w, "result"), json_cstr(&w, result_names[got]);
    json_key(&w, "repr"), json_string(&w, text_slice(&shown));
    json_key(&w, "why"), json_cstr(&w, err.message);
    json_end(&w);
    puts(text_cstr(&line));
    text_done(&shown);
    text_done(&line);
}

static int print_all(pickle_decoder *d) {
    unsigned char head[4];
    char *frame = malloc(FRAME_MAX * 2);
    if (frame == NULL) return 2;
    while (fread(head, 1, 4, stdin) == 4) {
        size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        if (len > FRAME_MAX * 2 || fread(frame, 1, len, stdin) != len) return 2;
        print_one(d, slice_make(frame, len));
    }
    free(frame);
    return 0;
}

/* ---- attack ---- */

typedef struct seed {
    char *data;
    size_t len;
} seed;
static seed seeds[SEEDS_MAX];
static size_t seed_count;
static uint64_t state = 1;

static uint64_t next_random(void) { /* splitmix64 */
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
static size_t below(size_t n) { return n > 0 ? (size_t)(next_random() % n) : 0; }

static int load(const char *dir) {
    char path[4096];
    DIR *d = opendir(dir);
    if (d == NULL) return -1;
    for (struct dirent *e; (e = readdir(d)) != NULL && seed_count < SEEDS_MAX;) {
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        FILE *f = fopen(path, "rb");
        seed *s = &seeds[seed_count];
        if (f == NULL || (s->data = malloc(FRAME_MAX)) == NULL) return -1;
        s->len = fread(s->data, 1, FRAME_MAX, f);
        fclose(f);
        seed_count++;
    }
    closedir(d);
    return seed_count > 0 ? 0 : -1;
}

/* What pickles are made of: opcodes with arguments that fit them, and some that do not. */
static const struct piece {
    const char *bytes;
    size_t len;
} pieces[] = {
#define PIECE(s)                                                                                             \
    { s, sizeof(s) - 1 }
    PIECE("("),
    PIECE("."),
    PIECE("0"),
    PIECE("1"),
    PIECE("2"),
    PIECE("N"),
    PIECE("}"),
    PIECE("]"),
    PIECE(")"),
    PIECE("t"),
    PIECE("l"),
    PIECE("d"),
    PIECE("a"),
    PIECE("e"),
    PIECE("s"),
    PIECE("u"),
    PIECE("R"),
    PIECE("b"),
    PIECE("o"),
    PIECE("Q"),
    PIECE("\x81"),
    PIECE("\x85"),
    PIECE("\x86"),
    PIECE("\x87"),
    PIECE("\x88"),
    PIECE("\x89"),
    PIECE("\x8f"),
    PIECE("\x90"),
    PIECE("\x91"),
    PIECE("\x92"),
    PIECE("\x93"),
    PIECE("\x94"),
    PIECE("\x97"),
    PIECE("\x98"),
    PIECE("K\x07"),
    PIECE("M\xff\xff"),
    PIECE("J\xff\xff\xff\xff"),
    PIECE("I01\n"),
    PIECE("I-5\n"),
    PIECE("L123456789012345678901L\n"),
    PIECE("F1.5\n"),
    PIECE("G\x3f\xf8\0\0\0\0\0\0"),
    PIECE("S'a\\n'\n"),
    PIECE("V\\u00e9\n"),
    PIECE("U\x01x"),
    PIECE("T\x01\0\0\0x"),
    PIECE("X\x04\0\0\0name"),
    PIECE("\x8c\x04name"),
    PIECE("X\xff\xff\xff\xff"),
    PIECE("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f"),
    PIECE("\x8a\x09\xff\0\0\0\0\0\0\0\x80"),
    PIECE("\x8b\xff\xff\xff\x7f"),
    PIECE("C\x02"
          "ab"),
    PIECE("\x96\x01\0\0\0\0\0\0\0z"),
    PIECE("cos\nsystem\n"),
    PIECE("cbuiltins\neval\n"),
    PIECE("ios\nsystem\n"),
    PIECE("q\0"),
    PIECE("q\x01"),
    PIECE("h\0"),
    PIECE("h\x01"),
    PIECE("p0\n"),
    PIECE("g0\n"),
    PIECE("r\x0f\x27\0\0"),
    PIECE("r\x10\x27\0\0"),
    PIECE("j\xff\xff\xff\xff"),
    PIECE("\x80\x04"),
    PIECE("\x80\x06"),
    PIECE("\x95\x03\0\0\0\0\0\0\0"),
    PIECE("\x82\x01"),
    PIECE("P1\n"),
    PIECE("]q\0(h\0h\0h\0e"),
    PIECE("levelno"),
    PIECE("}(X\x01\0\0\0aK\x01u"),
};
#define PIECE_COUNT (sizeof pieces / sizeof pieces[0])

static size_t insert(char *to, size_t len, size_t at, const char *what, size_t count) {
    if (len + count > MUTATED_MAX) return len;
    memmove(to + at + count, to + at, len - at);
    memcpy(to + at, what, count);
    return len + count;
}

static size_t insert_piece(char *to, size_t len, size_t at, size_t times) {
    const struct piece *p = &pieces[below(PIECE_COUNT)];
    for (size_t i = 0; i < times; i++) len = insert(to, len, at, p->bytes, p->len);
    return len;
}

static size_t mutate(char *to, size_t len) {
    size_t at = below(len + 1), count = below(24);
    const seed *other = &seeds[below(seed_count)];
    if (count > len - at) count = len - at;
    switch (below(7)) {
    case 0:
        if (at < len) to[at] = (char)((unsigned char)to[at] ^ 1u << below(8));
        return len;
    case 1:
        if (at < len) to[at] = (char)next_random();
        return len;
    case 2: memmove(to + at, to + at + count, len - at - count); return len - count;
    case 3: return insert_piece(to, len, at, 1);
    case 4: return insert_piece(to, len, at, below(300));
    case 5: {
        size_t from = below(other->len), some = below(other->len - from + 1);
        return insert(to, len, at, other->data + from, some > 200 ? 200 : some);
    }
    default: return at;
    }
}

/* Every eighth is a program of random pieces; the others are a seed with some mutations. */
static size_t build(char *to) {
    size_t len = 0;
    if (below(8) == 0) {
        for (size_t n = 1 + below(60); n > 0; n--) len = insert_piece(to, len, len, 1);
        return insert(to, len, len, ".", 1);
    }
    const seed *from = &seeds[below(seed_count)];
    while (from->len > MUTATED_MAX) from = &seeds[below(seed_count)];
    memcpy(to, from->data, from->len);
    len = from->len;
    for (size_t n = 1 + below(5); n > 0; n--) len = mutate(to, len);
    return len;
}

/* The frame lies in memory of exactly its size, so that a sanitizer sees a step beyond it. */
static bool try_one(pickle_decoder *d, const char *bytes, size_t len, double *worst) {
    value v;
    weir_error err;
    char *frame = malloc(len > 0 ? len : 1);
    if (frame == NULL) exit(2);
    memcpy(frame, bytes, len);
    size_t before = held;
    peak = held;
    pickle_result got = pickle_decode(d, slice_make(frame, len), &v, &err);
    double times = len > 0 ? (double)(peak - before + len) / (double)len : 0;
    if (times > *worst) *worst = times;
    bool read = got == PICKLE_RECORD || got == PICKLE_CODE;
    if (read) { /* every byte of what was read is there */
        text shown;
        text_init(&shown, 16 * FRAME_MAX);
        value_repr(&v, &shown);
        text_done(&shown);
    }
    free(frame);
    return read;
}

static int attack(pickle_decoder *d, const char *dir, unsigned long count, bool control) {
    double worst = 0;
    unsigned long read = 0;
    char *work = malloc(MUTATED_MAX);
    if (work == NULL || load(dir) != 0) return 2;
    puts("begun"); /* standard output has its buffer now */
    fflush(stdout);
    if (forbid_all_else() != 0) return 2;
    if (control) return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0;
    for (size_t i = 0; i < seed_count; i++) read += try_one(d, seeds[i].data, seeds[i].len, &worst);
    for (unsigned long i = 0; i < count; i++) {
        size_t len = build(work);
        read += try_one(d, work, len, &worst);
    }
    printf("{\"tried\": %lu, \"read\": %lu, \"worst\": %.3f}\n", count + seed_count, read, worst);
    fflush(stdout);
    _exit(0); /* the exit's own cleaning up is not what the filter is for */
}

int main(int argc, char **argv) {
    weir_error err;
    pickle_decoder *d = pickle_decoder_create(&err);
    if (d == NULL || argc < 2) return 2;
    int status = strcmp(argv[1], "print") == 0 ? print_all(d) : 2;
    if (status == 2 && argc >= 4) status = attack(d, argv[2], strtoul(argv[3], NULL, 10), argc > 4);
    pickle_decoder_free(d);
    return status;
}
