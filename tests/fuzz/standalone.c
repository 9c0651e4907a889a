/* standalone.c - a main for the fuzz targets where there is no libFuzzer: every file of a corpus, then N
 * mutations of them, always the same for one seed.
 *
 *   config_fuzz CORPUS-DIRECTORY [ITERATIONS] [SEED]
 *
 * The input that is being tried lies in the file "crash-input" of the present directory when a run crashes
 * (it is written before each try only where FUZZ_KEEP is set: that costs a file a try). */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (256 * 1024)
#define SEEDS_MAX 1000

typedef struct input {
    uint8_t *data;
    size_t size;
} input;

static input seeds[SEEDS_MAX];
static size_t seed_count;
static uint64_t state;

static uint64_t next_random(void) { /* splitmix64 */
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t below(size_t n) { return n ? (size_t)(next_random() % n) : 0; }

static void load(const char *dir, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) return;
    uint8_t *data = malloc(INPUT_MAX);
    if (data != NULL && seed_count < SEEDS_MAX)
        seeds[seed_count++] = (input){data, fread(data, 1, INPUT_MAX, file)};
    fclose(file);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of names: one seed, one run. */
static int load_all(const char *dir) {
    char *names[SEEDS_MAX];
    size_t count = 0;
    DIR *d = opendir(dir);
    if (d == NULL) return -1;
    for (struct dirent *e; (e = readdir(d)) != NULL && count < SEEDS_MAX;)
        if (e->d_name[0] != '.' && (names[count] = strdup(e->d_name)) != NULL) count++;
    closedir(d);
    qsort(names, count, sizeof names[0], compare_names);
    for (size_t i = 0; i < count; i++) {
        load(dir, names[i]);
        free(names[i]);
    }
    return seed_count > 0 ? 0 : -1;
}

/* What such texts are made of: a mutation that hits a token is worth a thousand that do not. */
static const char *const tokens[] = {"[",         "]",       "=",     ":",      "\n",
                                     "\r\n",      "\n  ",    "%(",    ")s",     "%%",
                                     "'",         "\"",      "\\",    "(",      ")",
                                     "{",         "}",       ",",     "**",     "9**9**",
                                     "0x",        "1e",      "None",  "True",   "\xef\xbb\xbf",
                                     "\xff",      "\\u0000", "keys=", "level=", "root",
                                     "[DEFAULT]", "args=(",  "-",     "null",   "\"a\":"};

static size_t insert(uint8_t *to, size_t size, size_t at, const void *what, size_t len) {
    if (size + len > INPUT_MAX) return size;
    memmove(to + at + len, to + at, size - at);
    memcpy(to + at, what, len);
    return size + len;
}

static size_t mutate_once(uint8_t *to, size_t size) {
    size_t at = below(size + 1), len = below(32);
    if (len > size - at) len = size - at;
    switch (below(7)) {
    case 0: /* flip a bit */
        if (at < size) to[at] ^= (uint8_t)(1u << below(8));
        return size;
    case 1: /* any byte */
        if (at < size) to[at] = (uint8_t)next_random();
        return size;
    case 2: /* cut */ memmove(to + at, to + at + len, size - at - len); return size - len;
    case 3: { /* a token */
        const char *token = tokens[below(sizeof tokens / sizeof tokens[0])];
        return insert(to, size, at, token, strlen(token));
    }
    case 4: { /* a piece of a seed */
        const input *other = &seeds[below(seed_count)];
        size_t from = below(other->size), piece = below(other->size - from + 1);
        return insert(to, size, at, other->data + from, piece > 256 ? 256 : piece);
    }
    case 5: { /* a piece of itself, many times */
        uint8_t piece[32];
        memcpy(piece, to + at, len);
        for (size_t n = below(64); n > 0; n--) size = insert(to, size, at, piece, len);
        return size;
    }
    default: return at; /* the end is missing */
    }
}

static void keep(const uint8_t *data, size_t size) {
    if (getenv("FUZZ_KEEP") == NULL) return;
    FILE *file = fopen("crash-input", "wb");
    if (file == NULL) return;
    fwrite(data, 1, size, file);
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc < 2 || load_all(argv[1]) != 0) {
        fprintf(stderr, "usage: %s CORPUS-DIRECTORY [ITERATIONS] [SEED]\n", argv[0]);
        return 2;
    }
    unsigned long iterations = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    uint8_t *work = malloc(INPUT_MAX);
    if (work == NULL) return 2;
    for (size_t i = 0; i < seed_count; i++) {
        keep(seeds[i].data, seeds[i].size);
        LLVMFuzzerTestOneInput(seeds[i].data, seeds[i].size);
    }
    for (unsigned long i = 0; i < iterations; i++) {
        const input *from = &seeds[below(seed_count)];
        size_t size = from->size;
        memcpy(work, from->data, size);
        for (size_t n = 1 + below(6); n > 0; n--) size = mutate_once(work, size);
        keep(work, size);
        LLVMFuzzerTestOneInput(work, size);
    }
    printf("%zu seeds, %lu mutations\n", seed_count, iterations);
    for (size_t i = 0; i < seed_count; i++) free(seeds[i].data);
    free(work);
    return 0;
}
