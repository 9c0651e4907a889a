/* deliver.c - one record into the queues of its handlers: encoded directly into the queue, by way of
 * a buffer only when it is longer than was guessed. Backend thread. Levels and filters were looked at
 * before (route.c). */
#include <string.h>

#include "backend/parts.h"
#include "frontend/module_state.h"
#include "record/record_view.h"

/* What date, level, names and a JSON frame take, beyond the arguments themselves. */
#define GUESS_FRAME 512
/* Larger entries go through the buffer: their size is then known exactly. */
#define GUESS_MAX (8 * 1024)
/* Room for "…[N bytes cut]" and the terminator. */
#define CUT_MARK 64

static size_t guess(const delivery *d, const lane *l) {
    size_t bytes = (size_t)d->entry->size * 2 + GUESS_FRAME;
    return bytes < l->record_max ? bytes : l->record_max;
}

static void finish(backend *b, handler *h, const delivery *d, size_t bytes) {
    lane_commit(b, h, bytes, d->own ? 0 : 1);
    h->lane->holds = d->id;
    count_row(h, d->own ? &h->stats->notices : &h->stats->given);
}

static void tell_host(const handler *h, const delivery *d, const char *why) {
    weir_record view;
    if (!module_handles_errors()) return;
    if (d->rec != NULL) record_view_of(&view, d->rec, SLICE_NONE);
    module_handle_error(h->name, why, d->rec != NULL ? &view : NULL);
}

static void drop_for_error(backend *b, handler *h, const delivery *d, const char *why) {
    lane *l = h->lane;
    tell_host(h, d, why);
    if (b->set.python_errors && d->rec != NULL) {
        logging_error_write(b, d->rec, why);
        count_one(&h->stats->given);
        __atomic_add_fetch(&h->stats->dropped[DROP_ERROR], 1, __ATOMIC_RELAXED); /* as overflow_drop */
        return;
    }
    if (l != NULL) {
        size_t len = strlen(why);
        if (len >= sizeof l->trouble) len = sizeof l->trouble - 1;
        memcpy(l->trouble, why, len);
        l->trouble[len] = '\0';
    }
    overflow_drop(b, h, d, DROP_ERROR);
}

/* Shortens the line in the buffer to what the queue can ever hold; not in the middle of a character. */
static void cut_line(text *line, size_t most, slice terminator) {
    size_t keep = most - CUT_MARK - terminator.len, before = line->len;
    while (keep > 0 && ((unsigned char)line->data[keep] & 0xC0) == 0x80) keep--;
    line->len = keep;
    text_addf(line, "\xE2\x80\xA6[%zu bytes cut]", before - terminator.len - keep);
    text_add_slice(line, terminator);
}

static bool encode_aside(backend *b, handler *h, const delivery *d) {
    text_clear(&b->scratch);
    b->err.message[0] = '\0';
    int rc = h->kind->encode(h, d->rec, &b->scratch, &b->err);
    if (rc != 0 || b->scratch.failed) {
        drop_for_error(b, h, d, b->scratch.failed ? "too long, or no memory" : b->err.message);
        return false;
    }
    if (b->scratch.len <= h->lane->record_max) return true;
    if (h->kind->encode != handler_encode_text || h->codec != NULL) {
        drop_for_error(b, h, d, "longer than half of the queue");
        return false;
    }
    cut_line(&b->scratch, h->lane->record_max, h->terminator);
    count_one(&h->stats->cut);
    return true;
}

/* false: abandoned. */
static bool deliver_aside(backend *b, handler *h, const delivery *d) {
    if (!encode_aside(b, h, d) || b->scratch.len == 0) return true;
    char *to;
    lane_room got = overflow_reserve(b, h, d, b->scratch.len, &to);
    if (got != ROOM_OK) return got != ROOM_ABANDON;
    memcpy(to, b->scratch.data, b->scratch.len);
    finish(b, h, d, b->scratch.len);
    return true;
}

static bool deliver_in_place(backend *b, handler *h, const delivery *d) {
    size_t size = guess(d, h->lane);
    char *to = lane_try(b, h, size);
    /* Where room is short only what it takes is asked for, as prepare did. */
    if (to == NULL && !h->lane->stalled) return deliver_aside(b, h, d);
    if (to == NULL) {
        lane_room got = overflow_reserve(b, h, d, size, &to);
        if (got != ROOM_OK) return got != ROOM_ABANDON;
    }
    text out = {.data = to, .cap = size, .limit = size - 1};
    b->err.message[0] = '\0';
    int rc = h->kind->encode(h, d->rec, &out, &b->err);
    if (__builtin_expect(rc == 0 && !out.failed, 1)) {
        finish(b, h, d, out.len);
        return true;
    }
    lane_commit(b, h, 0, 0);
    if (out.failed) return deliver_aside(b, h, d);
    drop_for_error(b, h, d, b->err.message);
    return true;
}

/* A run of drops ends with the first record that finds room again, and with room for what tells of it. */
static lane_room tell_one(backend *b, handler *h, const delivery *d) {
    char *to;
    size_t size = guess(d, h->lane) + NOTICE_ROOM;
    lane_room got = overflow_reserve(b, h, d, size < h->lane->record_max ? size : h->lane->record_max, &to);
    if (got != ROOM_OK) return got;
    lane_commit(b, h, 0, 0);
    notice_emit(b, h);
    return ROOM_OK;
}

/* Before any handler has the record: it may wait. false: abandoned. */
static bool tell_first(backend *b, const delivery *d, handler **picked, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (picked[i]->lane == NULL || !notice_owed(picked[i])) continue;
        lane_room got = tell_one(b, picked[i], d);
        if (got == ROOM_ABANDON) return false;
        if (got == ROOM_DROPPED) picked[i] = NULL; /* counted already */
    }
    return true;
}

static bool deliver_one(backend *b, handler *h, const delivery *d) {
    if (h->held != NULL) {
        if (d->rec != NULL) return held_take(b, h, d);
        drop_for_error(b, h, d, "the record is damaged");
        return true;
    }
    if (h->lane == NULL) { /* a handler without a target has delivered what it was given */
        count_row(h, d->own ? &h->stats->notices : &h->stats->given);
        if (!d->own) count_row(h, &h->stats->delivered);
        return true;
    }
    if (d->rec == NULL) {
        drop_for_error(b, h, d, "the record is damaged");
        return true;
    }
    if (d->entry->size > GUESS_MAX || d->room_is_short) return deliver_aside(b, h, d);
    return deliver_in_place(b, h, d);
}

/* Escaped, a byte of the arguments is six at most. */
static size_t generous(const delivery *d, const lane *l) {
    size_t bytes = (size_t)d->entry->size * 6 + GUESS_FRAME;
    return bytes < l->record_max ? bytes : l->record_max;
}

/* What the record really takes; 0: it will be dropped. */
static size_t measure(backend *b, const delivery *d, handler *h) {
    text_clear(&b->scratch);
    int rc = h->kind->encode(h, d->rec, &b->scratch, NULL);
    if (rc != 0 || b->scratch.failed) return 0;
    return b->scratch.len < h->lane->record_max ? b->scratch.len : h->lane->record_max;
}

/* The room of all parts that go to the queue of picked[at]. Each handler's part is a chunk of its own; and
 * the one that is open now will be closed. */
static size_t parts_room(backend *b, const delivery *d, handler **picked, size_t at, bool exactly) {
    const lane *l = picked[at]->lane;
    size_t bytes = chunk_queue_room(0);
    for (size_t i = 0; i <= at; i++)
        if (picked[i] != NULL && picked[i]->lane == l)
            bytes += chunk_queue_room(exactly ? measure(b, d, picked[i]) : generous(d, l));
    return bytes < l->record_max ? bytes : l->record_max;
}

/* Waits for the room of all handlers before the first of them gets the record: while it waits, no
 * queue holds a part of a record that another handler of the same queue does not have yet, so all of
 * them can be published with a true mark. What a record takes is found out only where room is short.
 * Not covered are parts that take more together than half of their queue. */
static lane_room prepare(backend *b, delivery *d, handler **picked, size_t at) {
    handler *h = picked[at];
    char *to = lane_try(b, h, parts_room(b, d, picked, at, false));
    lane_room got = ROOM_OK;
    if (to == NULL) {
        d->room_is_short = true; /* then no part may take more than it was measured to */
        got = overflow_reserve(b, h, d, parts_room(b, d, picked, at, !h->lane->stalled), &to);
    }
    if (got == ROOM_OK) lane_commit(b, h, 0, 0);
    return got;
}

/* A wait publishes, which closes the chunks that were found to have room: then all are asked again. */
static bool prepare_all(backend *b, delivery *d, handler **picked, size_t count) {
    uint64_t waits;
    do {
        waits = b->waits;
        for (size_t i = 0; i < count; i++) {
            if (picked[i] == NULL || picked[i]->lane == NULL) continue;
            lane_room got = prepare(b, d, picked, i);
            if (got == ROOM_ABANDON) return false;
            if (got == ROOM_DROPPED) picked[i] = NULL; /* counted already */
        }
    } while (b->waits != waits);
    return true;
}

bool deliver_group(backend *b, delivery *d, handler **picked, size_t count) {
    if (__builtin_expect(b->owing, 0) && d->rec != NULL && !tell_first(b, d, picked, count)) return false;
    if (count > 1 && d->rec != NULL && !prepare_all(b, d, picked, count)) return false;
    for (size_t i = 0; i < count; i++)
        if (picked[i] != NULL && !deliver_one(b, picked[i], d)) return false;
    return true;
}
