/* backend.c - makes, starts, stops and frees the backend, and says how it stands. Runs on the thread
 * that starts or stops Weir; status on any. The thread's own work is in loop.c and what it calls. */
#include "backend/backend.h"

#include <stdlib.h>
#include <unistd.h>

#include "backend/parts.h"
#include "base/futex.h"

#define OWN_LOGGER "weir"
#define OWN_THREAD "weir-backend"

static int open_readers(backend *b, weir_error *err) {
    record_source from = {.dictionary = b->set.dictionary,
                          .clock = &b->set.process->clock,
                          .start_ns = b->set.start_ns,
                          .process = (int)getpid(),
                          .process_name = SLICE_LITERAL("MainProcess")};
    if (source_init(&b->live, &from, err) != 0) return -1;
    b->notice_reader = record_reader_create(&from, err);
    if (b->notice_reader == NULL) return -1;
    b->own_logger = dictionary_add(b->set.dictionary, DICT_LOGGER, OWN_LOGGER, sizeof OWN_LOGGER - 1);
    b->own_thread = dictionary_add(b->set.dictionary, DICT_THREAD, OWN_THREAD, sizeof OWN_THREAD - 1);
    if (b->own_logger != 0 && b->own_thread != 0) return 0;
    return error_set(err, WEIR_ERR_SYSTEM, "the dictionary of names cannot grow");
}

/* An id never repeats: nanoseconds at the start, or more if somebody knows of a larger one. */
static void first_id(process_map *process) {
    uint64_t now = (uint64_t)clock_realtime_ns();
    if (process->next_id < now) process->next_id = now;
}

backend *backend_create(const backend_settings *settings, weir_error *err) {
    backend *b = NULL;
    if (posix_memalign((void **)&b, 64, sizeof *b) != 0) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for the backend");
        return NULL;
    }
    *b = (backend){.set = *settings,
                   .releases = settings->rings,
                   .from = &b->live,
                   .next_id = &settings->process->next_id};
    pthread_mutex_init(&b->mail_lock, NULL);
    text_init(&b->own_entry, 0);
    text_init(&b->notice_entry, 0);
    text_init(&b->scratch, BACKEND_SCRATCH_MAX);
    text_init(&b->held_asctime, 0);
    if (merge_init(&b->merge) != 0) error_set(err, WEIR_ERR_SYSTEM, "no memory for the backend");
    if (b->merge.heads == NULL || open_readers(b, err) != 0 ||
        (b->current = stage_create(settings->first, err)) == NULL) {
        backend_free(b);
        return NULL;
    }
    stage_owe_truncations(b->current);
    first_id(settings->process);
    b->ticks_per_ms = clock_ticks_per_ms(&settings->process->clock);
    b->published_at = clock_stamp();
    __atomic_store_n(&settings->process->generation, settings->first->number, __ATOMIC_RELAXED);
    return b;
}

int backend_start(backend *b, weir_error *err) {
    for (size_t i = 0; i < b->current->lane_count; i++) target_activate(b->current->lanes[i].target);
    return worker_start(&b->thread, "weir-backend", loop_run, b, err);
}

uint32_t *backend_asleep_word(backend *b) { return &b->words.asleep; }
uint32_t *backend_wake_word(backend *b) { return &b->words.wake; }

generation *backend_stop(backend *b, int64_t deadline_ns) {
    b->stop_deadline = deadline_ns;
    __atomic_store_n(&b->stop, 1, __ATOMIC_RELEASE);
    futex_signal(&b->words.wake);
    worker_join(&b->thread, -1); /* it never waits beyond the deadline */
    mailbox_close(b);
    generation *g = b->current->generation;
    stage_free(b->current);
    b->current = NULL;
    return g;
}

void backend_free(backend *b) {
    if (b == NULL) return;
    for (size_t i = 0; i < b->own_count; i++) free(b->own[i].message);
    stage_free(b->current);
    source_done(&b->live);
    if (b->notice_reader != NULL) record_reader_free(b->notice_reader);
    merge_done(&b->merge);
    text_done(&b->own_entry);
    text_done(&b->notice_entry);
    text_done(&b->scratch);
    text_done(&b->held_asctime);
    pthread_mutex_destroy(&b->mail_lock);
    free(b);
}

/* routed is read first: what is accepted meanwhile shows as waiting, never as lost. */
void backend_get_status(backend *b, backend_status *out) {
    const process_map *p = b->set.process;
    ring_totals totals;
    uint64_t routed = __atomic_load_n(&p->routed, __ATOMIC_ACQUIRE);
    ring_set_totals(b->set.rings, &totals);
    *out = (backend_status){.routed = routed,
                            .generation = __atomic_load_n(&p->generation, __ATOMIC_RELAXED),
                            .rings_live = totals.live,
                            .rings_total = totals.total,
                            .ring_bytes = totals.bytes};
    out->accepted = totals.accepted + __atomic_load_n(&p->accepted_signal, __ATOMIC_RELAXED);
    out->in_rings = out->accepted - routed;
    for (int i = 0; i < EARLY_COUNT; i++) {
        out->early[i] = __atomic_load_n(&p->early[i], __ATOMIC_RELAXED);
        out->accepted += out->early[i];
    }
}
