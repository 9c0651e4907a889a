/* logger_tree.c - which loggers there are: names to loggers, indexes to loggers, parents. Any
 * thread; finding one that exists takes no lock. Loggers and old tables are never freed: a reader
 * may be looking at them. What levels do is logger_level.c's. */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "frontend/tree_internal.h"

#define TABLE_FIRST_SLOTS 256u
#define PAGE_LOGGERS 1024u
#define PAGES (LIMIT_LOGGERS / PAGE_LOGGERS)

typedef struct tree_table {
    struct tree_table *smaller; /* the one before; kept, and kept reachable */
    uint32_t slots, used;
    logger *at[];
} tree_table;

static logger root = {
    .self = {.head = {WEIR_LEVEL_WARNING, WEIR_LEVEL_WARNING},
             .core = &root,
             .fields = {NULL, 0},
             .next = NULL},
    .name = {"root", 4},
    .level = WEIR_LEVEL_WARNING,
    .over = LEVEL_UNSET,
    .requested = true,
    .effective = WEIR_LEVEL_WARNING,
    .planned_effective = WEIR_LEVEL_WARNING,
    .lowest = INT_MAX,
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static tree_table *table;     /* atomic */
static logger **pages[PAGES]; /* atomic; loggers by index, without the root */
static uint32_t count = 1;    /* atomic */
static uint64_t refused;      /* atomic */

void tree_lock(void) { pthread_mutex_lock(&lock); }
void tree_unlock(void) { pthread_mutex_unlock(&lock); }

logger *logger_root(void) { return &root; }
uint32_t logger_count(void) { return __atomic_load_n(&count, __ATOMIC_ACQUIRE); }

logger *logger_at(uint32_t index) {
    if (index == 0) return &root;
    if (index >= logger_count()) return NULL;
    return __atomic_load_n(&pages[index / PAGE_LOGGERS], __ATOMIC_ACQUIRE)[index % PAGE_LOGGERS];
}

uint32_t tree_hash(uint32_t seed, slice s) {
    uint64_t h = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.data[i]) * 0x100000001b3u;
    return (uint32_t)((h * 0x9E3779B97F4A7C15u) >> 32);
}

static bool is_root(slice name) { return name.len == 0 || slice_is(name, "root"); }

/* ---- by name ---- */

static logger *table_find(slice name) {
    const tree_table *t = __atomic_load_n(&table, __ATOMIC_ACQUIRE);
    if (t == NULL) return NULL;
    for (uint32_t at = tree_hash(0, name) & (t->slots - 1);; at = (at + 1) & (t->slots - 1)) {
        logger *l = __atomic_load_n(&t->at[at], __ATOMIC_ACQUIRE);
        if (l == NULL || slice_equal(l->name, name)) return l;
    }
}

static void table_put(tree_table *t, logger *l) {
    uint32_t at = tree_hash(0, l->name) & (t->slots - 1);
    while (t->at[at] != NULL) at = (at + 1) & (t->slots - 1);
    __atomic_store_n(&t->at[at], l, __ATOMIC_RELEASE);
    t->used++;
}

static bool table_make_room(void) {
    tree_table *old = table;
    if (old != NULL && old->used < old->slots / 2) return true;
    uint32_t slots = old == NULL ? TABLE_FIRST_SLOTS : old->slots * 2;
    tree_table *t = calloc(1, sizeof *t + slots * sizeof t->at[0]);
    if (t == NULL) return false;
    t->slots = slots;
    t->smaller = old;
    for (uint32_t i = 1; i < count; i++) table_put(t, logger_at(i));
    __atomic_store_n(&table, t, __ATOMIC_RELEASE);
    return true;
}

/* ---- making ---- */

static bool page_make_room(void) {
    logger ***page = &pages[count / PAGE_LOGGERS];
    if (*page != NULL) return true;
    logger **made = calloc(PAGE_LOGGERS, sizeof *made);
    if (made == NULL) return false;
    __atomic_store_n(page, made, __ATOMIC_RELEASE);
    return true;
}

static logger *logger_new(slice name, logger *parent) {
    if (count >= LIMIT_LOGGERS || !page_make_room() || !table_make_room()) return NULL;
    logger *l = calloc(1, sizeof *l + name.len + 1);
    if (l == NULL) return NULL;
    char *copy = (char *)(l + 1);
    memcpy(copy, name.data, name.len);
    l->self.core = l;
    l->name = slice_make(copy, name.len);
    l->index = count;
    l->parent = parent;
    l->over = LEVEL_UNSET;
    l->next_sibling = parent->first_child;
    parent->first_child = l;
    tree_level_begin(l);
    pages[count / PAGE_LOGGERS][count % PAGE_LOGGERS] = l;
    table_put(table, l);
    __atomic_store_n(&count, count + 1, __ATOMIC_RELEASE);
    return l;
}

/* Makes what is missing of a, a.b, a.b.c. As in Python a name that begins with '.' hangs below the
 * root directly. */
static logger *make_path(slice name) {
    logger *parent = &root;
    for (size_t i = 1; i <= name.len; i++) {
        if (i < name.len && name.data[i] != '.') continue;
        slice prefix = slice_make(name.data, i);
        logger *l = table_find(prefix);
        if (l == NULL) l = logger_new(prefix, parent);
        if (l == NULL) return NULL;
        parent = l;
    }
    return parent;
}

logger *logger_find(slice name) { return is_root(name) ? &root : table_find(name); }

static logger *refuse(void) {
    __atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
    return NULL;
}

uint64_t logger_names_refused(void) { return __atomic_load_n(&refused, __ATOMIC_RELAXED); }

/* ---- the logger class ---- */

static pthread_mutex_t class_lock = PTHREAD_MUTEX_INITIALIZER;
static logger_made class_made; /* under class_lock, as the next */
static void *class_arg;

void logger_set_made(logger_made made, void *arg) {
    pthread_mutex_lock(&class_lock);
    class_made = made;
    class_arg = arg;
    pthread_mutex_unlock(&class_lock);
}

logger_made logger_get_made(void **arg) {
    pthread_mutex_lock(&class_lock);
    logger_made made = class_made;
    if (arg != NULL) *arg = class_arg;
    pthread_mutex_unlock(&class_lock);
    return made;
}

static void tell_made(logger *l) {
    void *arg;
    logger_made made = logger_get_made(&arg);
    if (made != NULL) made(arg, &l->self.head);
}

logger *logger_parent(const logger *l) {
    logger *above = l->parent;
    while (above != NULL && above != &root && !__atomic_load_n(&above->requested, __ATOMIC_RELAXED))
        above = above->parent;
    return above;
}

void logger_tree_fork_prepare(void) {
    pthread_mutex_lock(&class_lock);
    tree_lock();
}

void logger_tree_fork_release(void) {
    tree_unlock();
    pthread_mutex_unlock(&class_lock);
}

/* ---- asked for ---- */

logger *logger_get(slice name, bool *created) {
    bool made = false;
    if (created != NULL) *created = false;
    if (is_root(name)) return &root;
    if (name.len > LIMIT_LOGGER_NAME) return refuse();
    logger *l = table_find(name);
    if (l != NULL && __atomic_load_n(&l->requested, __ATOMIC_RELAXED)) return l;
    tree_lock();
    l = make_path(name);
    if (l != NULL && !l->requested) {
        __atomic_store_n(&l->requested, true, __ATOMIC_RELAXED);
        made = true;
    }
    tree_unlock();
    if (made && created != NULL) *created = true;
    if (made) tell_made(l);
    return l != NULL ? l : refuse();
}
