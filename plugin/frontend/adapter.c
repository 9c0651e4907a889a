/* adapter.c - adapters: made and ended by the host, in any thread; their fields put before those of a call,
 * in the caller's thread. Logging through one is capture.c's, running its process record/at_call.c's. */
#include "frontend/adapter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

static const adapter *inside(const weir_adapter *a) { return (const adapter *)(const void *)a; }

static size_t length_of(const char *s) { return s == NULL ? 0 : strlen(s) + 1; }

static const char *keep(char **room, const char *s) {
    if (s == NULL) return NULL;
    size_t size = strlen(s) + 1;
    char *at = *room;
    memcpy(at, s, size);
    *room += size;
    return at;
}

static size_t size_of_strings(const weir_field *extra, size_t count) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += length_of(extra[i].key);
        if (extra[i].type == WEIR_FIELD_STR) size += length_of(extra[i].value.str);
    }
    return size;
}

weir_adapter *weir_adapter_create(weir_logger *over, const weir_field *extra, size_t count, int merge_extra,
                                  weir_process process, void *arg) {
    if (count > LIMIT_CALL_FIELDS) return NULL;
    adapter *a = calloc(1, sizeof *a + count * sizeof *extra + size_of_strings(extra, count));
    if (a == NULL) return NULL;
    a->head.logger = over;
    a->process = process;
    a->arg = arg;
    a->merge = merge_extra != 0;
    a->count = count;
    char *room = (char *)(a->fields + count);
    for (size_t i = 0; i < count; i++) {
        a->fields[i] = extra[i];
        a->fields[i].key = keep(&room, extra[i].key);
        if (extra[i].type == WEIR_FIELD_STR) a->fields[i].value.str = keep(&room, extra[i].value.str);
    }
    return &a->head;
}

void weir_adapter_free(weir_adapter *a) { free(a); }

/* ---- at a call ---- */

size_t adapter_fields(const weir_adapter *handle, const weir_field *fields, size_t count, weir_field *both) {
    const adapter *a = inside(handle);
    size_t used = 0;
    bool own = a->process == NULL, calls = a->process != NULL || a->merge;
    for (size_t i = 0; own && i < a->count; i++) both[used++] = a->fields[i];
    for (size_t i = 0; calls && i < count && used <= LIMIT_CALL_FIELDS; i++) both[used++] = fields[i];
    return used;
}

bool adapter_has_process(const weir_adapter *a) { return inside(a)->process != NULL; }

void adapter_process(const weir_adapter *handle, weir_record *record) {
    const adapter *a = inside(handle);
    if (a->process != NULL)
        a->process(a->arg, handle, record);
    else
        weir_adapter_process(handle, record);
}

/* What no int64 holds is given as its digits. */
static void set_unsigned(weir_record *record, const char *key, uint64_t number) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    if (number <= INT64_MAX)
        weir_record_set_int(record, key, (int64_t)number);
    else
        weir_record_set_str(record, key, digits);
}

/* As in Python's process the adapter's fields go over those of the call, or, merged, below them: what the
 * record has already stays then. */
void weir_adapter_process(const weir_adapter *handle, weir_record *record) {
    const adapter *a = inside(handle);
    for (size_t i = 0; i < a->count; i++) {
        const weir_field *f = &a->fields[i];
        if (a->merge && weir_record_str(record, f->key, NULL) != NULL) continue;
        switch (f->type) {
        case WEIR_FIELD_STR: weir_record_set_str(record, f->key, f->value.str); break;
        case WEIR_FIELD_DOUBLE: weir_record_set_double(record, f->key, f->value.f64); break;
        case WEIR_FIELD_BOOL: weir_record_set_int(record, f->key, f->value.boolean != 0); break;
        case WEIR_FIELD_UINT: set_unsigned(record, f->key, f->value.u64); break;
        default: weir_record_set_int(record, f->key, f->value.i64); break;
        }
    }
}
