/* dictionary_test.c - equal contents once, ids that lead nowhere, another process's copy. */
#include <pthread.h>
#include <string.h>

#include "queue/dictionary.h"
#include "queue_fixture.h"

static dictionary *dict;
static void begin(void) {
    weir_error err;
    fixture_begin();
    dict = dictionary_create(&dir, &err);
    cr_assert_not_null(dict);
}
static void end(void) {
    dictionary_free(dict);
    fixture_end();
}
TestSuite(names, .init = begin, .fini = end);

Test(names, equal_contents_have_one_number) {
    uint32_t a = dictionary_add(dict, DICT_LOGGER, "kvd.net", 7);
    cr_assert_neq(a, 0);
    cr_assert_eq(dictionary_add(dict, DICT_LOGGER, "kvd.net", 7), a);
    cr_assert_neq(dictionary_add(dict, DICT_THREAD, "kvd.net", 7), a);
    cr_assert_neq(dictionary_add(dict, DICT_LOGGER, "kvd.ne", 6), a);
    cr_assert(slice_is(dictionary_get(dict, DICT_LOGGER, a), "kvd.net"));
    cr_assert_null(dictionary_get(dict, DICT_THREAD, a).data);
    cr_assert_lt(a, dictionary_limit(dict));
    uint32_t empty = dictionary_add(dict, DICT_LOGGER, "", 0);
    cr_assert_neq(empty, 0);
    cr_assert_not_null(dictionary_get(dict, DICT_LOGGER, empty).data);
}

Test(names, no_number_leads_outside) {
    uint32_t a = dictionary_add(dict, DICT_LOGGER, "some name of a logger", 21);
    for (uint32_t id = 0; id < dictionary_limit(dict) + 100; id++)
        if (id != a) cr_assert_null(dictionary_get(dict, DICT_LOGGER, id).data, "%u", id);
    cr_assert_null(dictionary_get(dict, DICT_LOGGER, UINT32_MAX).data);
}

Test(names, grows_without_moving_and_is_read_by_another) {
    enum { COUNT = 20000 };
    static uint32_t ids[COUNT];
    char name[64];
    slice first = SLICE_NONE;
    for (int i = 0; i < COUNT; i++) {
        int n = snprintf(name, sizeof name, "logger.%d.with.a.longer.name", i);
        ids[i] = dictionary_add(dict, DICT_LOGGER, name, (size_t)n);
        cr_assert_neq(ids[i], 0);
        if (i == 0) first = dictionary_get(dict, DICT_LOGGER, ids[0]);
    }
    cr_assert_eq(first.data, dictionary_get(dict, DICT_LOGGER, ids[0]).data);
    weir_error err;
    dictionary *other = dictionary_open(&dir, &err);
    cr_assert_not_null(other);
    for (int i = 0; i < COUNT; i++) {
        int n = snprintf(name, sizeof name, "logger.%d.with.a.longer.name", i);
        cr_assert(slice_equal(dictionary_get(other, DICT_LOGGER, ids[i]), slice_make(name, (size_t)n)));
        cr_assert_eq(dictionary_add(dict, DICT_LOGGER, name, (size_t)n), ids[i]);
    }
    cr_assert_eq(dictionary_add(other, DICT_LOGGER, "new", 3), 0, "that of a dead process is only read");
    dictionary_free(other);
}

Test(names, full_is_told) {
    static char large[4 * 1024 * 1024];
    uint32_t last = 1;
    int added = 0;
    for (int i = 0; i < 32 && last != 0; i++) {
        large[0] = (char)i;
        last = dictionary_add(dict, DICT_SITE, large, sizeof large);
        if (last != 0) added++;
    }
    cr_assert_eq(last, 0);
    cr_assert_eq(added, 15);
    cr_assert_eq(dictionary_add(dict, DICT_SITE, large, DICTIONARY_RESERVED), 0);
    cr_assert_neq(dictionary_add(dict, DICT_SITE, large, 100), 0, "what still fits is added");
}

Test(names, bit_flips_cost_what_is_flipped) {
    enum { COUNT = 200 };
    uint32_t ids[COUNT];
    char name[64];
    for (int i = 0; i < COUNT; i++) {
        int n = snprintf(name, sizeof name, "name %d", i);
        ids[i] = dictionary_add(dict, DICT_LOGGER, name, (size_t)n);
    }
    size_t bytes = (size_t)dictionary_limit(dict) * 8;
    char path[600];
    snprintf(path, sizeof path, "%s/dictionary", dir.path);
    int fd = open(path, O_RDWR);
    unsigned seed = 7;
    for (int round = 0; round < 2000; round++) {
        off_t at = 16 + (off_t)((size_t)rand_r(&seed) % (bytes - 16));
        unsigned char byte;
        cr_assert_eq(pread(fd, &byte, 1, at), 1);
        unsigned char flipped = (unsigned char)(byte ^ (1u << (rand_r(&seed) % 8)));
        cr_assert_eq(pwrite(fd, &flipped, 1, at), 1);
        dictionary *other = dictionary_open(&dir, NULL);
        cr_assert_not_null(other);
        int readable = 0;
        for (int i = 0; i < COUNT; i++) {
            slice s = dictionary_get(other, DICT_LOGGER, ids[i]);
            if (s.data == NULL) continue;
            int n = snprintf(name, sizeof name, "name %d", i);
            cr_assert(slice_equal(s, slice_make(name, (size_t)n)));
            readable++;
        }
        cr_assert_geq(readable, COUNT - 1);
        dictionary_free(other);
        cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

static void *add_all(void *arg) {
    uint32_t *ids = arg;
    char name[32];
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(name, sizeof name, "shared %d", i);
        ids[i] = dictionary_add(dict, DICT_LOGGER, name, (size_t)n);
        cr_assert(slice_equal(dictionary_get(dict, DICT_LOGGER, ids[i]), slice_make(name, (size_t)n)));
    }
    return NULL;
}

Test(names, threads_agree) {
    static uint32_t ids[4][1000];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, add_all, ids[i]);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (int i = 1; i < 4; i++) cr_assert_eq(memcmp(ids[0], ids[i], sizeof ids[0]), 0);
}
