/* recovered.c - routes what the rings of a dead process hold, as if the backend had gone on. Runs on the
 * thread that recovers, before the backend's own starts, with the backend's own means. Only another
 * source stands behind them: that process's dictionary, clock and ids. */
#include "backend/parts.h"

/* A counter of ids is believed up to that far in the future. */
#define ID_AHEAD_NS (10LL * 365 * 86400 * 1000000000)

static bool visit(void *arg, ring *r, ring_entry *e) {
    backend *b = arg;
    (void)r;
    if (b->unpublished >= PUBLISH_BYTES) publish_and_release(b, 0);
    uint32_t size = e->size;
    if (!route_entry(b, e)) {
        b->abandoned = true;
        return false;
    }
    b->unpublished += size;
    return true;
}

/* Records of signal handlers, often the last words. Their slots are freed when they are published. */
static void route_signals(backend *b, process_map *process) {
    uint64_t taken = 0;
    for (int i = 0; i < SIGNAL_SLOTS; i++) {
        const signal_slot *s = &process->signals[i];
        if (s->state != 1 || s->len > SIGNAL_TEXT) continue;
        ring_entry *e =
            notice_encode(b, &b->own_entry, s->logger, s->level, s->stamp, slice_make(s->text, s->len));
        if (e == NULL) continue;
        e->tid = s->tid;
        e->thread_name = 0;
        e->check = entry_check(e);
        if (!route_entry(b, e)) {
            b->abandoned = true;
            break;
        }
        taken |= (uint64_t)1 << i;
    }
    publish_and_release(b, 0);
    for (int i = 0; i < SIGNAL_SLOTS; i++)
        if ((taken & (uint64_t)1 << i) != 0)
            __atomic_store_n(&process->signals[i].state, 0, __ATOMIC_RELEASE);
}

static uint64_t *ids_of(backend *b, process_map *dead) {
    bool sound = dead->next_id > 1 && dead->next_id < (uint64_t)clock_realtime_ns() + ID_AHEAD_NS;
    return sound ? &dead->next_id : &b->set.process->next_id;
}

int backend_route_recovered(backend *b, const recovered_rings *from, recovered_counts *counts,
                            weir_error *err) {
    source dead;
    record_source described = {.dictionary = from->dictionary,
                               .clock = &from->process->clock,
                               .start_ns = from->process->clock.entries[0].realtime,
                               .process = from->process->key.pid,
                               .process_name = SLICE_LITERAL("MainProcess")};
    if (source_init(&dead, &described, err) != 0) {
        source_done(&dead);
        return -1;
    }
    uint64_t unreadable = b->unreadable, taken = b->taken;
    b->from = &dead;
    b->releases = from->rings;
    b->next_id = ids_of(b, from->process);
    b->had = from->had;
    b->had_arg = from->arg;
    b->abandoned = false;
    merge_run(&b->merge, from->rings, MERGE_BY_ID, UINT64_MAX, visit, b);
    publish_and_release(b, 0);
    if (!b->abandoned) route_signals(b, from->process);
    /* What is kept can be read by the dead process's names only. */
    held_flush_all(b, b->current->generation);
    held_drop_rest(b, b->current->generation);
    publish_and_release(b, 0);
    if (b->next_id != &b->set.process->next_id && *b->next_id > b->set.process->next_id)
        b->set.process->next_id = *b->next_id;
    b->next_id = &b->set.process->next_id;
    b->had = NULL;
    b->from = &b->live;
    b->releases = b->set.rings;
    source_done(&dead);
    *counts = (recovered_counts){
        .routed = b->taken - taken, .unreadable = b->unreadable - unreadable, .abandoned = b->abandoned};
    return 0;
}
