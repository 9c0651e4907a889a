/* stage.c - a generation made ready for routing (its lanes, one a target), and the change from one
 * to the next. Lanes are made by whoever asks for the swap, so that nothing can fail on the backend
 * thread. It frees no generation: `retired` does, elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "backend/parts.h"

static lane *find_lane(const stage *s, const target *t) {
    for (size_t i = 0; i < s->lane_count; i++)
        if (s->lanes[i].target == t) return &s->lanes[i];
    return NULL;
}

static lane *add_lane(stage *s, target *t) {
    lane *l = &s->lanes[s->lane_count++];
    *l = (lane){.target = t, .queue = target_queue(t), .trusted = true};
    l->record_max = chunk_queue_record_max(l->queue);
    l->seen_read = chunk_queue_read_pos(l->queue);
    return l;
}

stage *stage_create(generation *g, weir_error *err) {
    stage *s = calloc(1, sizeof *s);
    lane *lanes = calloc(g->handler_count + 1, sizeof *lanes);
    if (s == NULL || lanes == NULL) {
        free(s);
        free(lanes);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for the routes of %zu handlers", g->handler_count);
        return NULL;
    }
    s->generation = g;
    s->lanes = lanes;
    /* The root's route takes what finds no memory for its own. */
    if (generation_route(g, logger_root()) == NULL) {
        stage_free(s);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for the routes of %zu handlers", g->handler_count);
        return NULL;
    }
    for (size_t i = 0; i < g->handler_count; i++) {
        handler *h = g->handlers[i];
        h->lane = h->target == NULL ? NULL : find_lane(s, h->target);
        if (h->target != NULL && h->lane == NULL) h->lane = add_lane(s, h->target);
        if (h->target != NULL && h->kind->queues) target_set_rank(h->target, h->rank);
    }
    return s;
}

void stage_free(stage *s) {
    if (s == NULL) return;
    free(s->lanes);
    free(s);
}

/* Is a delayed handler of that target the same as before? */
static bool goes_on(const stage *to, const stage *from, const lane *l) {
    for (size_t i = 0; i < to->generation->handler_count; i++) {
        const handler *h = to->generation->handlers[i];
        if (h->lane != l || !h->delay) continue;
        for (size_t n = 0; n < from->generation->handler_count; n++)
            if (from->generation->handlers[n]->definition == h->definition) return true;
    }
    return false;
}

/* What is known of a target goes on with it; what a delayed handler that got no record owed ends with it. */
static void take_over_lanes(stage *to, const stage *from) {
    for (size_t i = 0; i < from->lane_count; i++) {
        const lane *before = &from->lanes[i];
        lane *l = find_lane(to, before->target);
        if (l == NULL) continue;
        *l = *before;
        if (l->delayed && !goes_on(to, from, l)) l->truncate = l->delayed = false;
    }
}

static handler *same_counters(const generation *g, const handler_stats *stats) {
    for (size_t i = 0; i < g->handler_count; i++)
        if (g->handlers[i]->stats == stats) return g->handlers[i];
    return NULL;
}

/* A run of drops that the old handler could not tell of any more: its successor does, or the log. */
static void take_over_drops(backend *b, generation *to, handler *from) {
    if (!notice_owed(from)) return;
    notice_emit(b, from);
    if (!notice_owed(from)) return;
    handler *h = same_counters(to, from->stats);
    if (h == NULL) {
        uint64_t total = 0;
        for (int i = 0; i < DROP_COUNT; i++) total += from->drop_run[i];
        char line[HANDLER_STATS_NAME + 80];
        int n = snprintf(line, sizeof line, "handler %s: %llu records dropped before it was replaced",
                         from->name, (unsigned long long)total);
        if (n > 0) backend_log(b, WEIR_LEVEL_WARNING, slice_make(line, (size_t)n));
        return;
    }
    for (int i = 0; i < DROP_COUNT; i++) h->drop_run[i] += from->drop_run[i];
}

/* Mode 'w': at once, also without a record; a delayed file's with its first. What finds no room now comes
 * before the next bytes. */
static void order_truncations(generation *g) {
    for (size_t i = 0; i < g->handler_count; i++) {
        lane *l = g->handlers[i]->lane;
        if (!g->handlers[i]->truncate || l == NULL) continue;
        l->delayed = g->handlers[i]->delay;
        l->truncate = l->delayed || !chunk_queue_add_truncate(l->queue);
        l->dirty = l->dirty || !l->truncate;
    }
}

void stage_owe_truncations(stage *s) {
    for (size_t i = 0; i < s->generation->handler_count; i++) {
        const handler *h = s->generation->handlers[i];
        if (h->truncate && h->lane != NULL) h->lane->truncate = true;
    }
}

void stage_switch(backend *b) {
    stage *from = b->current, *to = b->next;
    suppressed_switch(b, from->generation, to->generation);
    held_switch(b, from->generation, to->generation);
    publish_lanes(b, 0);
    for (size_t i = 0; i < from->generation->handler_count; i++)
        take_over_drops(b, to->generation, from->generation->handlers[i]);
    publish_lanes(b, 0);
    take_over_lanes(to, from);
    order_truncations(to->generation);
    b->old = from;
    b->current = to;
    b->next = NULL;
    publish_lanes(b, 0);
    __atomic_store_n(&b->set.process->generation, to->generation->number, __ATOMIC_RELAXED);
}

void stage_retire(backend *b) {
    if (b->old == NULL) return;
    generation *g = b->old->generation;
    stage_free(b->old);
    b->old = NULL;
    if (b->set.retired != NULL) b->set.retired(b->set.arg, g);
}
