/* writer.c - the thread of one target: takes chunks out of the queue, gives them to the sink, counts what is
 * delivered. It blocks where the sink blocks, and nowhere else; it never formats and never drops what
 * may still be delivered. One loop for all sinks: what differs between them is behind sink.h. */
#include <stdio.h>

#include "base/futex.h"
#include "sink/intent.h"
#include "sink/target_private.h"

/* An empty queue is looked at again this often, in case a wake was missed; a wake costs 20 us. */
#define WRITER_IDLE_MS 500
/* After SINK_AGAIN: soon at first, then twice as long each time; the disk's owner is promised a second. */
#define WRITER_PAUSE_MIN_MS 10
#define WRITER_PAUSE_MAX_MS 500
#define WRITER_NOTICE_NS (60 * (int64_t)1000000000)

typedef struct writer {
    target *t;
    chunk_queue_map *map;
    int pause_ms;
    /* trouble, told at most once a minute */
    int64_t told_at, trouble_since;
    bool told, in_trouble;
    bool passing;      /* it was told of what was over with the next write */
    uint64_t lost;     /* records, since it was told */
    uint32_t given_up; /* of the first chunk's records, so far */
    bool elsewhere;    /* the last write said SINK_ELSEWHERE: an end does not wait for what is left */
} writer;

/* ---- the gate ---- */

static void leave(writer *w) { pthread_mutex_unlock(&w->t->gate); }
/* False: nobody waits for this thread any more, and nothing may be touched. */
static bool enter(writer *w) {
    pthread_mutex_lock(&w->t->gate);
    return !w->t->abandoned;
}

static bool is_set(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE) != 0; }

/* ---- counting ---- */

typedef struct tally {
    process_map *process;
    uint64_t records;
    int drop;           /* enum handler_drop, or -1: delivered */
    uint32_t *given_up; /* of these, in the first chunk; NULL: none */
} tally;

static void count_chunk(void *arg, const chunk_head *head) {
    tally *c = arg;
    c->records += head->records;
    if (c->process == NULL || head->stats_row >= LIMIT_HANDLERS) {
        if (c->given_up != NULL) *c->given_up = 0;
        return;
    }
    handler_stats *row = &c->process->handlers[head->stats_row];
    uint32_t records = head->records, lost = 0;
    if (c->given_up != NULL) { /* notices are not counted, so there may be more of these than records */
        lost = *c->given_up < records ? *c->given_up : records;
        *c->given_up = 0;
    }
    if (lost > 0) __atomic_fetch_add(&row->dropped[DROP_ERROR], lost, __ATOMIC_RELAXED);
    records -= lost;
    uint64_t *counter = c->drop < 0 ? &row->delivered : &row->dropped[c->drop];
    __atomic_fetch_add(counter, records, __ATOMIC_RELAXED);
}

/* bytes of the queue's beginning are done with; returns how many records that finished. */
static uint64_t consume(target *t, size_t bytes, int drop, uint32_t *given_up) {
    tally c = {t->registry->set.process, 0, drop, given_up};
    if (bytes > 0) chunk_queue_consume(t->queue, bytes, count_chunk, &c);
    __atomic_add_fetch(&t->records_out, c.records, __ATOMIC_RELEASE);
    return c.records;
}

void writer_drop_rest(target *t, enum handler_drop why) {
    chunk_view view;
    while (chunk_queue_peek(t->queue, &view, 1, SIZE_MAX) == 1) {
        if (view.head->kind == CHUNK_BYTES)
            consume(t, view.bytes.len, (int)why, NULL);
        else
            chunk_queue_skip_control(t->queue);
    }
}

/* ---- trouble ---- */

static void set_health(target *t, bool troubled, const char *why) {
    pthread_mutex_lock(&t->lock);
    t->troubled = troubled;
    snprintf(t->trouble, sizeof t->trouble, "%s", why);
    pthread_mutex_unlock(&t->lock);
}

static void tell(writer *w, int level, const char *what) {
    const target_registry_settings *set = &w->t->registry->set;
    if (set->notice != NULL) set->notice(set->arg, w->t->name, level, what);
    w->told_at = clock_monotonic_ns();
}

static void troubled(writer *w, const char *why, const char *what_follows) {
    int64_t now = clock_monotonic_ns();
    char line[WEIR_ERROR_MESSAGE_SIZE + 64];
    set_health(w->t, true, why);
    if (!w->in_trouble) w->trouble_since = now;
    w->in_trouble = true;
    if (w->told_at != 0 && now - w->told_at < WRITER_NOTICE_NS) return;
    if (w->lost > 0)
        snprintf(line, sizeof line, "%s: %llu records lost", why, (unsigned long long)w->lost);
    else
        snprintf(line, sizeof line, "%s%s", why, what_follows);
    w->lost = 0;
    w->told = true;
    tell(w, WEIR_LEVEL_ERROR, line);
}

static void recovered(writer *w) {
    if (!w->in_trouble) return;
    w->in_trouble = false;
    set_health(w->t, false, "");
    if (w->passing) w->told = false;
    if (!w->told) return;
    char line[128];
    int64_t seconds = (clock_monotonic_ns() - w->trouble_since) / 1000000000;
    if (w->lost > 0)
        snprintf(line, sizeof line, "writes again after %lld s; %llu more records were lost",
                 (long long)seconds, (unsigned long long)w->lost);
    else
        snprintf(line, sizeof line, "writes again after %lld s", (long long)seconds);
    w->told = false;
    w->lost = 0;
    tell(w, WEIR_LEVEL_WARNING, line);
}

/* Sleeps, but not over a stop. */
static void pause_writer(writer *w, int ms) {
    uint32_t seen = __atomic_load_n(&w->t->signal, __ATOMIC_ACQUIRE);
    if (!is_set(&w->t->stop)) futex_wait(&w->t->signal, seen, ms);
}

static void pause_longer(writer *w) {
    pause_writer(w, w->pause_ms);
    w->pause_ms = w->pause_ms * 2 < WRITER_PAUSE_MAX_MS ? w->pause_ms * 2 : WRITER_PAUSE_MAX_MS;
}

/* ---- one step ---- */

/* It went well. */
static void progressed(writer *w, size_t bytes, const weir_error *remark) {
    if (remark->code != 0) {
        w->passing = !w->in_trouble;
        troubled(w, remark->message, "");
    } else if (bytes > 0) {
        recovered(w);
    }
    w->pause_ms = WRITER_PAUSE_MIN_MS;
    w->elsewhere = false;
    if (bytes == 0) pause_writer(w, WRITER_PAUSE_MIN_MS);
}

/* Records that the sink did not deliver; the chunk that they are in may hold others. */
static void give_up(writer *w, uint16_t stats_row, uint32_t records) {
    process_map *process = w->t->registry->set.process;
    if (process != NULL && stats_row < LIMIT_HANDLERS)
        __atomic_fetch_add(&process->handlers[stats_row].errors, records, __ATOMIC_RELAXED);
    w->given_up += records;
    w->lost += records;
}

static void failed(writer *w, sink_status status, size_t first_bytes, uint16_t stats_row,
                   const weir_error *err) {
    process_map *process = w->t->registry->set.process;
    if (process != NULL && stats_row < LIMIT_HANDLERS)
        __atomic_fetch_add(&process->handlers[stats_row].errors, 1, __ATOMIC_RELAXED);
    w->passing = false;
    if (status == SINK_LOST) {
        w->lost += consume(w->t, first_bytes, DROP_ERROR, &w->given_up);
        troubled(w, err->message, "");
    } else {
        w->elsewhere = status == SINK_ELSEWHERE;
        troubled(w, err->message,
                 w->elsewhere ? "; what waits is kept for a recovery"
                              : "; what waits is kept and tried again");
        pause_longer(w);
    }
}

/* A key that changed: handlers of the new file share this target, those of the old one do not. */
static void follow_sink(target *t) {
    char key[sizeof t->key] = "";
    if (t->sink->moved == NULL || !t->sink->moved(t->sink, key)) return;
    pthread_mutex_lock(&t->lock);
    memcpy(t->key, key, sizeof t->key);
    pthread_mutex_unlock(&t->lock);
}

static bool write_batch(writer *w, chunk_view *views, size_t count) {
    target *t = w->t;
    weir_error err = {.code = 0};
    size_t bytes = 0, first_bytes = views[0].bytes.len;
    uint16_t stats_row = views[0].head->stats_row;
    uint32_t given_up = 0;
    sink_batch batch = {.chunks = views, .count = 1, .map = w->map, .stop = &t->stop, .given_up = &given_up};
    while (batch.count < count && views[batch.count].head->kind == CHUNK_BYTES) batch.count++;
    leave(w);
    sink_status status = t->sink->write(t->sink, &batch, &bytes, &err);
    if (!enter(w)) return false;
    if (given_up > 0) give_up(w, stats_row, given_up);
    consume(t, bytes, -1, &w->given_up);
    intent_clear(w->map);
    follow_sink(t);
    /* Bytes that were done before a failure: the chunk that is first now is asked for next. */
    if (status == SINK_OK || bytes > 0)
        progressed(w, bytes, &err);
    else
        failed(w, status, first_bytes, stats_row, &err);
    return true;
}

static bool empty_file(writer *w) {
    target *t = w->t;
    weir_error err = {.code = 0};
    leave(w);
    sink_status status = t->sink->truncate(t->sink, &err);
    if (!enter(w)) return false;
    if (status == SINK_AGAIN) {
        troubled(w, err.message, "; what waits is kept and tried again");
        pause_longer(w);
        return true;
    }
    if (status == SINK_LOST) troubled(w, err.message, "");
    chunk_queue_skip_control(t->queue);
    return true;
}

static bool take_update(writer *w) {
    target *t = w->t;
    pthread_mutex_lock(&t->lock);
    target_update *u = t->update;
    t->update = NULL;
    pthread_mutex_unlock(&t->lock);
    if (u == NULL) return true;
    leave(w);
    if (t->sink->update != NULL) t->sink->update(t->sink, &u->spec);
    target_update_free(u);
    return enter(w);
}

/* Asked by target_roll. False: abandoned. */
static bool roll_over(writer *w, chunk_view *views, size_t count) {
    target *t = w->t;
    uint32_t asked = __atomic_load_n(&t->roll_asked, __ATOMIC_ACQUIRE), given_up = 0;
    if (__builtin_expect(asked == __atomic_load_n(&t->roll_done, __ATOMIC_RELAXED), 1)) return true;
    weir_error err = {.code = 0};
    sink_batch batch = {
        .chunks = views, .count = count, .map = w->map, .stop = &t->stop, .given_up = &given_up};
    leave(w);
    sink_status status = t->sink->roll != NULL ? t->sink->roll(t->sink, &batch, &err) : SINK_OK;
    if (!enter(w)) return false;
    if (status == SINK_AGAIN) return true; /* the next write ends that line */
    follow_sink(t);
    pthread_mutex_lock(&t->lock);
    t->rolled = err;
    pthread_mutex_unlock(&t->lock);
    __atomic_store_n(&t->roll_done, asked, __ATOMIC_RELEASE);
    futex_wake_all(&t->roll_done);
    return true;
}

/* The queue is empty. False: and nobody will fill it again. */
static bool rest(writer *w) {
    target *t = w->t;
    if (is_set(&t->finish)) return false;
    if (is_set(&t->unused)) {
        pthread_mutex_lock(&t->registry->lock);
        t->ending = t->refs == 0 && chunk_queue_read_pos(t->queue) == chunk_queue_write_pos(t->queue);
        bool ending = t->ending;
        pthread_mutex_unlock(&t->registry->lock);
        if (ending) return false;
    }
    if (t->sink->idle != NULL && chunk_queue_is_drained(t->queue)) {
        leave(w);
        t->sink->idle(t->sink);
        if (!enter(w)) return false;
    }
    chunk_queue_wait_data(t->queue, WRITER_IDLE_MS);
    return true;
}

static bool step(writer *w) {
    chunk_view views[SINK_BATCH_CHUNKS];
    if (is_set(&w->t->stop) || (w->elsewhere && is_set(&w->t->finish)) || !take_update(w)) return false;
    size_t count = chunk_queue_peek(w->t->queue, views, SINK_BATCH_CHUNKS, SINK_BATCH_BYTES);
    if (!roll_over(w, views, count)) return false;
    if (count == 0) return rest(w);
    return views[0].head->kind == CHUNK_TRUNCATE ? empty_file(w) : write_batch(w, views, count);
}

/* May block as a write may; what it says is told unless nobody waits for this thread any more. */
static void end_sink(writer *w) {
    target *t = w->t;
    sink *closing = t->sink;
    weir_error err = {.code = 0};
    t->sink = NULL;
    leave(w);
    bool bad = closing->finish != NULL && closing->finish(closing, &err) != 0;
    closing->close(closing);
    if (!bad) return;
    if (enter(w)) tell(w, WEIR_LEVEL_ERROR, err.message);
    leave(w);
}

/* ---- the thread ---- */

/* Until its generation is current, or given up. */
static void wait_until_active(target *t) {
    for (;;) {
        uint32_t seen = __atomic_load_n(&t->signal, __ATOMIC_ACQUIRE);
        if (is_set(&t->active) || is_set(&t->unused) || is_set(&t->finish) || is_set(&t->stop)) return;
        pthread_mutex_unlock(&t->gate);
        futex_wait(&t->signal, seen, -1);
        pthread_mutex_lock(&t->gate);
    }
}

void writer_run(void *arg) {
    target *t = arg;
    writer w = {.t = t, .map = chunk_queue_mapping(t->queue), .pause_ms = WRITER_PAUSE_MIN_MS};
    pthread_mutex_lock(&t->gate);
    wait_until_active(t);
    while (step(&w)) {
    }
    end_sink(&w);
}
