/* at_call.c - runs the host's code at a log call: an adapter's process, the record factory, the filters at
 * the call; and stores what they make of the record. In the caller's thread, inside a call, with
 * cancellation off. A call whose hooks only add fields stays a captured one; one whose attributes they
 * change becomes a record of given attributes. Which hooks there are is frontend/call_hooks.c's.
 *
 * The hooks see the very record that the backend would decode: the call is written as an entry into memory
 * of our own and decoded there. What that takes (a kit) is kept for the next call, at most KITS of them; one
 * that is left over from an epoch before is thrown away when it is met. */
#include "record/at_call.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/attribute.h"
#include "record/record_view.h"

/* As many threads at once use kept kits; others make one for the call. */
#define KITS 8

typedef struct kit {
    uint32_t epoch;
    record_reader *reader;
    arena memory;
    text added;
} kit;

static kit *kits[KITS]; /* atomic; NULL: free, or in use */

/* ---- kits ---- */

static void kit_free(kit *k) {
    if (k == NULL) return;
    record_reader_free(k->reader);
    arena_done(&k->memory);
    text_done(&k->added);
    free(k);
}

static kit *kit_new(uint32_t epoch) {
    kit *k = calloc(1, sizeof *k);
    if (k == NULL) return NULL;
    k->epoch = epoch;
    arena_init(&k->memory, 0);
    text_init(&k->added, 0);
    record_source source = {.dictionary = front.set.dictionary,
                            .clock = &front.set.process->clock,
                            .start_ns = front.set.start_ns,
                            .process = (int)getpid(),
                            .process_name = SLICE_LITERAL("MainProcess")};
    k->reader = record_reader_create(&source, NULL);
    if (k->reader != NULL) return k;
    kit_free(k);
    return NULL;
}

static kit *kit_take(uint32_t epoch) {
    for (size_t i = 0; i < KITS; i++) {
        if (__atomic_load_n(&kits[i], __ATOMIC_RELAXED) == NULL) continue;
        kit *k = __atomic_exchange_n(&kits[i], NULL, __ATOMIC_ACQ_REL);
        if (k != NULL && k->epoch == epoch) return k;
        kit_free(k);
    }
    return kit_new(epoch);
}

static void kit_give(kit *k) {
    arena_reset(&k->memory);
    text_clear(&k->added);
    for (size_t i = 0; i < KITS; i++) {
        kit *none = NULL;
        if (__atomic_compare_exchange_n(&kits[i], &none, k, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
    }
    kit_free(k);
}

/* ---- the hooks ---- */

static bool filters_pass(const hook_list *list, weir_record *r) {
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (list->at[i].run(list->at[i].arg, r) == 0) return false;
    return true;
}

bool at_call_run(const logger *l, bool with_factory, const weir_adapter *through, weir_record *r) {
    hooks_at_call hooks;
    int cancel;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    if (through != NULL) adapter_process(through, r);
    call_hooks_enter(l, &hooks);
    if (with_factory && hooks.factory != NULL) hooks.factory(hooks.factory_arg, r);
    bool pass = filters_pass(hooks.everywhere, r) && filters_pass(hooks.own, r);
    call_hooks_leave(&hooks);
    pthread_setcancelstate(cancel, NULL);
    return pass;
}

/* ---- what they made of it ---- */

static bool only_fields(const value *set) {
    for (size_t i = 0; i < set->dict.count; i++)
        if (record_attr_find(set->dict.pairs[i].key.str) != ATTR_OTHER) return false;
    return true;
}

static bool store_with_fields(kit *k, const value *set, capture_call *c, thread_state *t) {
    for (size_t i = 0; i < set->dict.count; i++) {
        value_encode(&set->dict.pairs[i].key, &k->added);
        value_encode(&set->dict.pairs[i].val, &k->added);
    }
    if (k->added.failed) return false;
    c->added = text_slice(&k->added);
    return capture_store(c, t);
}

/* The fields of the record and those that were set, the later ones shadowing. */
static bool all_fields(kit *k, const record *rec, const value *set, value *out) {
    size_t most = rec->field_count + set->dict.count;
    value_pair *pairs = arena_alloc(&k->memory, (most + 1) * sizeof *pairs);
    if (pairs == NULL) return false;
    size_t count = 0;
    for (size_t i = 0; i < rec->field_count; i++) {
        const value *later = value_get(set, rec->fields[i].key);
        pairs[count++] =
            (value_pair){value_str(rec->fields[i].key), later != NULL ? *later : rec->fields[i].val};
    }
    const value so_far = {.type = VALUE_DICT, .dict = {pairs, count}};
    for (size_t i = 0; i < set->dict.count; i++) {
        const value_pair *p = &set->dict.pairs[i];
        if (record_attr_find(p->key.str) == ATTR_OTHER && value_get(&so_far, p->key.str) == NULL)
            pairs[count++] = *p;
    }
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return true;
}

/* One standard attribute of the changed record. A message that was captured is one without arguments now; so
 * is one that was set. */
static bool attribute_of(record *rec, const value *set, record_attr attr, value *out) {
    const value *later = value_get(set, slice_of(record_attr_names[attr]));
    bool captured = rec->site != NULL || value_get(set, SLICE_LITERAL("msg")) != NULL;
    if (later != NULL) {
        *out = *later;
        return true;
    }
    if (attr == ATTR_ARGS && captured) {
        *out = (value){.type = VALUE_TUPLE};
        return true;
    }
    if (attr == ATTR_MSG && captured) {
        *out = value_str(record_message(rec, ESCAPE_NONE));
        return out->str.data != NULL;
    }
    return record_attr_get(rec, attr, SLICE_NONE, out);
}

static bool all_attributes(kit *k, record *rec, const value *set, value *out) {
    value_pair *pairs = arena_alloc(&k->memory, (ATTR_MESSAGE + 1) * sizeof *pairs);
    if (pairs == NULL) return false;
    size_t count = 0;
    for (int attr = 0; attr < ATTR_MESSAGE; attr++) {
        pairs[count].key = value_str(slice_of(record_attr_names[attr]));
        if (!attribute_of(rec, set, (record_attr)attr, &pairs[count++].val)) return false;
    }
    pairs[count].key = value_str(SLICE_LITERAL("extra"));
    if (!all_fields(k, rec, set, &pairs[count++].val)) return false;
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return true;
}

/* What the handlers' levels are compared with is levelno, as in Python. */
static int level_of(const value *attributes, int otherwise) {
    const value *v = value_get(attributes, SLICE_LITERAL("levelno"));
    bool fits = v != NULL && v->type == VALUE_INT && v->i64 >= INT32_MIN && v->i64 <= INT32_MAX;
    return fits ? (int)v->i64 : otherwise;
}

static bool store_made(kit *k, record *rec, const value *set, const capture_call *c, thread_state *t) {
    value attributes;
    return all_attributes(k, rec, set, &attributes) &&
           capture_store_made(c->to, level_of(&attributes, c->level), &attributes, t);
}

/* ---- one call ---- */

/* The call as an entry in memory, decoded. The arena of the reader is reset by it, the kit's is not. */
static bool decode(kit *k, const capture_call *c, const thread_state *t, record *out) {
    char *entry = arena_alloc(&k->memory, c->size);
    if (entry == NULL) return false;
    memset(entry, 0, c->size);
    capture_write(c, t, entry, clock_stamp());
    return record_decode(k->reader, (const ring_entry *)(const void *)entry, out) == 0;
}

static bool run_and_store(kit *k, capture_call *c, thread_state *t) {
    record rec;
    weir_record view;
    if (!decode(k, c, t, &rec) || record_view_begin(&view, &k->memory, &rec, front.set.start_ns) != 0) {
        front_count_early(EARLY_NO_RING);
        return false;
    }
    bool stored = true;
    if (at_call_run(c->to->core, c->kind != ENTRY_MADE, c->through, &view)) {
        value set = record_view_attributes(&view);
        if (set.dict.count == 0)
            stored = capture_store(c, t);
        else if (c->kind != ENTRY_MADE && only_fields(&set))
            stored = store_with_fields(k, &set, c, t);
        else
            stored = store_made(k, &rec, &set, c, t);
    }
    record_view_done(&view);
    return stored;
}

/* Without memory for the hooks the record is dropped and counted: a filter may be there to keep it back. */
bool front_at_call(capture_call *c, thread_state *t) {
    kit *k = capture_measure(c, t, t->entry_max) ? kit_take(t->epoch) : NULL;
    if (k == NULL) {
        front_count_early(EARLY_NO_RING);
        return false;
    }
    bool stored = run_and_store(k, c, t);
    kit_give(k);
    return stored;
}

/* ---- the public side ---- */

static logger *core_of(weir_logger *handle) { return handle == NULL ? NULL : logger_of_handle(handle)->core; }

int weir_add_call_filter(weir_logger *to, weir_call_filter run, void *arg) {
    const call_hook hook = {run, arg, HOOK_HOST};
    return call_hooks_add(core_of(to), &hook);
}

int weir_remove_call_filter(weir_logger *from, weir_call_filter run, void *arg) {
    const call_hook hook = {run, arg, HOOK_HOST};
    return call_hooks_remove(core_of(from), &hook);
}

int weir_set_log_record_factory(weir_record_factory factory, void *arg) {
    return call_hooks_set_factory(factory, arg);
}

weir_record_factory weir_get_log_record_factory(void **arg) { return call_hooks_get_factory(arg); }
