/* level.c - the two tables of Python's level names. Any thread reads without a lock; adding
 * takes one. Names lie in a pool that is only ever appended to, so a slice stays valid. */
#include "base/level.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "base/limits.h"

/* A pooled name; equal names are pooled once. */
typedef struct level_text {
    char data[LIMIT_LEVEL_NAME + 1];
    size_t len;
} level_text;

/* One row of _levelToName: the number is fixed once counted, the name may be replaced. */
typedef struct number_row {
    int level;
    const level_text *name; /* atomic */
} number_row;

/* One row of _nameToLevel. */
typedef struct name_row {
    const level_text *name;
    int level; /* atomic */
} name_row;

#define STANDARD_NAMES 8
#define STANDARD_NUMBERS 6

#define STANDARD(text)                                                                                       \
    { .data = text, .len = sizeof(text) - 1 }
static level_text pool[LIMIT_LEVEL_NAMES] = {
    STANDARD("NOTSET"), STANDARD("DEBUG"),    STANDARD("INFO"), STANDARD("WARNING"),
    STANDARD("ERROR"),  STANDARD("CRITICAL"), STANDARD("WARN"), STANDARD("FATAL"),
};
static number_row numbers[LIMIT_LEVEL_NAMES] = {
    {0, &pool[0]}, {10, &pool[1]}, {20, &pool[2]}, {30, &pool[3]}, {40, &pool[4]}, {50, &pool[5]},
};
static name_row names[LIMIT_LEVEL_NAMES] = {
    {&pool[0], 0},  {&pool[1], 10}, {&pool[2], 20}, {&pool[3], 30},
    {&pool[4], 40}, {&pool[5], 50}, {&pool[6], 30}, {&pool[7], 50},
};
static size_t number_count = STANDARD_NUMBERS; /* atomic, as the next: rows are written before */
static size_t name_count = STANDARD_NAMES;
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;

static slice row_name(const number_row *row) {
    const level_text *name = __atomic_load_n(&row->name, __ATOMIC_ACQUIRE);
    return slice_make(name->data, name->len);
}

static number_row *number_find(int level) {
    size_t count = __atomic_load_n(&number_count, __ATOMIC_ACQUIRE);
    for (size_t i = 0; i < count; i++) {
        if (numbers[i].level == level) return &numbers[i];
    }
    return NULL;
}

static char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool equal_ignoring_case(slice a, slice b) {
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i])) return false;
    }
    return true;
}

static name_row *name_find(slice name, bool any_case) {
    size_t count = __atomic_load_n(&name_count, __ATOMIC_ACQUIRE);
    for (size_t i = 0; i < count; i++) {
        slice known = slice_make(names[i].name->data, names[i].name->len);
        if (any_case ? equal_ignoring_case(known, name) : slice_equal(known, name)) return &names[i];
    }
    return NULL;
}

slice level_name(int level, char buffer[32]) {
    const number_row *row = number_find(level);
    if (row != NULL) return row_name(row);
    int len = snprintf(buffer, 32, "Level %d", level);
    return slice_make(buffer, (size_t)len);
}

bool level_from_name(slice name, int *level) {
    const name_row *row = name_find(name, false);
    if (row == NULL) return false;
    *level = __atomic_load_n(&row->level, __ATOMIC_RELAXED);
    return true;
}

static bool parse_number(slice in, int *level) {
    int64_t number = 0;
    if (in.len == 0) return false;
    for (size_t i = 0; i < in.len; i++) {
        if (in.data[i] < '0' || in.data[i] > '9') return false;
        number = number * 10 + (in.data[i] - '0');
        if (number > INT32_MAX) return false;
    }
    *level = (int)number;
    return true;
}

bool level_parse(slice in, int *level) {
    if (level_from_name(in, level)) return true;
    const name_row *row = in.len > 0 ? name_find(in, true) : NULL;
    if (row == NULL) return parse_number(in, level);
    *level = __atomic_load_n(&row->level, __ATOMIC_RELAXED);
    return true;
}

bool level_at(size_t index, int *level, slice *name) {
    size_t count = __atomic_load_n(&number_count, __ATOMIC_ACQUIRE);
    for (size_t i = 0; i < count; i++) {
        size_t below = 0;
        for (size_t j = 0; j < count; j++) below += numbers[j].level < numbers[i].level;
        if (below != index) continue;
        *level = numbers[i].level;
        *name = row_name(&numbers[i]);
        return true;
    }
    return false;
}

bool level_name_at(size_t index, slice *name, int *level) {
    if (index >= __atomic_load_n(&name_count, __ATOMIC_ACQUIRE)) return false;
    *name = slice_make(names[index].name->data, names[index].name->len);
    *level = __atomic_load_n(&names[index].level, __ATOMIC_RELAXED);
    return true;
}

void level_list(text *out) {
    int level;
    slice name, notset = SLICE_NONE;
    for (size_t i = 0; level_at(i, &level, &name); i++) {
        if (level == 0) {
            notset = name;
            continue;
        }
        text_add_slice(out, name);
        text_add_cstr(out, ", ");
    }
    text_add_slice(out, notset); /* last: it is the rare one */
    text_add_cstr(out, ", or a number");
}

void level_lower(slice name, text *out) {
    if (!text_reserve(out, name.len)) return;
    for (size_t i = 0; i < name.len; i++) text_add_char(out, ascii_lower(name.data[i]));
}

/* The pooled copy of a name; NULL when the pool is full. The lock is held. Every pooled name
 * has a row in `names`, so that table's count is the pool's too. */
static const level_text *pool_name(slice name, int level) {
    name_row *row = name_find(name, false);
    if (row != NULL) {
        __atomic_store_n(&row->level, level, __ATOMIC_RELAXED);
        return row->name;
    }
    size_t count = name_count;
    if (count == LIMIT_LEVEL_NAMES) return NULL;
    level_text *kept = &pool[count];
    if (name.len != 0) memcpy(kept->data, name.data, name.len);
    kept->data[name.len] = '\0';
    kept->len = name.len;
    names[count] = (name_row){kept, level};
    __atomic_store_n(&name_count, count + 1, __ATOMIC_RELEASE);
    return kept;
}

static void set_number(int level, const level_text *name) {
    number_row *row = number_find(level);
    if (row != NULL) {
        __atomic_store_n(&row->name, name, __ATOMIC_RELEASE);
        return;
    }
    size_t count = number_count;
    numbers[count].level = level;
    __atomic_store_n(&numbers[count].name, name, __ATOMIC_RELEASE);
    __atomic_store_n(&number_count, count + 1, __ATOMIC_RELEASE);
}

int level_add_name(int level, slice name) {
    if (name.len > LIMIT_LEVEL_NAME) return -1;
    pthread_mutex_lock(&adding);
    /* A full table refuses before anything changes: each addition takes at most one row of each. */
    bool room = number_find(level) != NULL || number_count < LIMIT_LEVEL_NAMES;
    const level_text *kept = room ? pool_name(name, level) : NULL;
    if (kept != NULL) set_number(level, kept);
    pthread_mutex_unlock(&adding);
    return kept != NULL ? 0 : -1;
}
