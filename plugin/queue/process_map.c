/* process_map.c - makes, opens and closes the mapping that names the process and counts; hands
 * out the handlers' rows of counters. Rows are taken and freed by the control thread, which may
 * meet readers (status) at any time. The counters themselves are moved by those who own them. */
#include <string.h>

#include "queue/process_map.h"

#define PROCESS_FILE "process"

/* While a row is being filled: taken, and not yet to be shown. */
enum { ROW_FREE, ROW_USED, ROW_FILLING };

const char *const early_drop_names[EARLY_COUNT] = {
    [EARLY_STOPPED] = "stopped",
    [EARLY_REENTRY] = "reentry",
    [EARLY_NO_RING] = "no_ring",
    [EARLY_STALLED] = "stalled",
};
const char *const handler_drop_names[DROP_COUNT] = {
    [DROP_OVERFLOW] = "overflow",
    [DROP_STALLED] = "stalled",
    [DROP_ERROR] = "error",
    [DROP_STOPPED] = "stopped",
};

process_map *process_map_create(const run_dir *d, const char *service, weir_error *err) {
    process_key key;
    if (process_key_self(&key) != 0) {
        error_set(err, WEIR_ERR_SYSTEM, "/proc/self/stat cannot be read");
        return NULL;
    }
    process_map *m = mapping_create(d, PROCESS_FILE, sizeof *m, MAPPING_AT_ONCE, err);
    if (m == NULL) return NULL;
    m->version = PROCESS_VERSION;
    m->size = (uint32_t)sizeof *m;
    m->key = key;
    m->next_id = 1;
    size_t len = strlen(service);
    if (len >= sizeof m->service) len = sizeof m->service - 1;
    memcpy(m->service, service, len);
    __atomic_store_n(&m->magic, PROCESS_MAGIC, __ATOMIC_RELEASE);
    return m;
}

process_map *process_map_open(const run_dir *d, weir_error *err) {
    size_t size = 0;
    process_map *m = mapping_open(d, PROCESS_FILE, sizeof *m, &size, err);
    if (m == NULL) return NULL;
    if (m->magic == PROCESS_MAGIC && m->version == PROCESS_VERSION && m->size == sizeof *m &&
        size == sizeof *m) {
        m->service[sizeof m->service - 1] = '\0';
        m->key.boot_id[sizeof m->key.boot_id - 1] = '\0';
        for (size_t i = 0; i < LIMIT_HANDLERS; i++) m->handlers[i].name[HANDLER_STATS_NAME - 1] = '\0';
        return m;
    }
    error_set(err, WEIR_ERR_INVALID, "%s/%s: not written by this version of Weir, or damaged", d->path,
              PROCESS_FILE);
    mapping_close(m, size);
    return NULL;
}

void process_map_free(process_map *m) { mapping_close(m, sizeof *m); }

static void row_fill(handler_stats *row, slice name, uint32_t generation) {
    memset((char *)row + sizeof row->used, 0, sizeof *row - sizeof row->used);
    row->generation = generation;
    row->users = 1;
    size_t len = name.len < HANDLER_STATS_NAME - 1 ? name.len : HANDLER_STATS_NAME - 1;
    /* Not in the middle of a UTF-8 character. */
    while (len < name.len && len > 0 && ((unsigned char)name.data[len] & 0xC0) == 0x80) len--;
    if (len > 0) memcpy(row->name, name.data, len);
}

/* A handler that is gone may have records in its target's queue: they are counted in its row until
 * the last one is delivered, so nobody else may have it before. */
static bool row_settled(const handler_stats *row) {
    uint64_t settled = __atomic_load_n(&row->delivered, __ATOMIC_ACQUIRE);
    for (int i = 0; i < DROP_COUNT; i++) settled += __atomic_load_n(&row->dropped[i], __ATOMIC_RELAXED);
    return settled >= __atomic_load_n(&row->given, __ATOMIC_RELAXED);
}

handler_stats *process_map_take_row(process_map *m, slice name, uint32_t generation) {
    for (size_t i = 0; i < LIMIT_HANDLERS; i++) {
        handler_stats *row = &m->handlers[i];
        uint32_t expected = ROW_FREE;
        if (!__atomic_compare_exchange_n(&row->used, &expected, ROW_FILLING, false, __ATOMIC_ACQUIRE,
                                         __ATOMIC_RELAXED))
            continue;
        if (!row_settled(row)) {
            __atomic_store_n(&row->used, ROW_FREE, __ATOMIC_RELEASE);
            continue;
        }
        row_fill(row, name, generation);
        __atomic_store_n(&row->used, ROW_USED, __ATOMIC_RELEASE);
        return row;
    }
    return NULL;
}

void process_map_share_row(handler_stats *row) { __atomic_add_fetch(&row->users, 1, __ATOMIC_RELAXED); }

void process_map_free_row(handler_stats *row) {
    if (__atomic_sub_fetch(&row->users, 1, __ATOMIC_ACQ_REL) == 0)
        __atomic_store_n(&row->used, ROW_FREE, __ATOMIC_RELEASE);
}
