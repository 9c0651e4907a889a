/* made.c - records whose attributes are given (`weir log`, receivers) and Weir's own. In the thread
 * that gives them; these may use malloc. What the attributes mean is record/made.c's. */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frontend/capture_call.h"

static bool cap_value(const value *in, size_t cap, arena *a, value *out);

static bool cap_string(slice s, size_t cap, arena *a, slice *out) {
    char *copy = arena_alloc(a, cap);
    if (copy == NULL) return false;
    size_t keep = cut_boundary(s.data, cap - CUT_MARK_MAX);
    memcpy(copy, s.data, keep);
    *out = slice_make(copy, keep + cut_mark_write(copy + keep, s.len - keep));
    return true;
}

static bool cap_list(const value *in, size_t cap, arena *a, value *out) {
    value *items = arena_alloc(a, in->list.count * sizeof *items + 1);
    if (items == NULL) return false;
    for (size_t i = 0; i < in->list.count; i++)
        if (!cap_value(&in->list.items[i], cap, a, &items[i])) return false;
    out->list.items = items;
    return true;
}

static bool cap_dict(const value *in, size_t cap, arena *a, value *out) {
    value_pair *pairs = arena_alloc(a, in->dict.count * sizeof *pairs + 1);
    if (pairs == NULL) return false;
    for (size_t i = 0; i < in->dict.count; i++) {
        pairs[i].key = in->dict.pairs[i].key;
        if (!cap_value(&in->dict.pairs[i].val, cap, a, &pairs[i].val)) return false;
    }
    out->dict.pairs = pairs;
    return true;
}

/* A copy in which no string is longer than cap. */
static bool cap_value(const value *in, size_t cap, arena *a, value *out) {
    *out = *in;
    switch (in->type) {
    case VALUE_STR: return in->str.len <= cap || cap_string(in->str, cap, a, &out->str);
    case VALUE_LIST:
    case VALUE_TUPLE: return cap_list(in, cap, a, out);
    case VALUE_DICT: return cap_dict(in, cap, a, out);
    default: return true;
    }
}

static bool encode(const value *attributes, text *out) {
    text_clear(out);
    value_encode(attributes, out);
    return !out->failed;
}

/* The attributes as at most max bytes, their longest strings cut if need be; *cut says whether. */
static bool encode_within(const value *attributes, size_t max, text *out, bool *cut) {
    *cut = false;
    if (!encode(attributes, out)) return false;
    if (out->len <= max) return true;
    *cut = true;
    arena a;
    arena_init(&a, 0);
    bool fits = false;
    for (size_t cap = max; cap > CUT_MARK_MAX && !fits; cap = cap / 8 * 7) {
        value shorter;
        arena_reset(&a);
        if (!cap_value(attributes, cap, &a, &shorter) || !encode(&shorter, out)) break;
        fits = out->len <= max;
    }
    arena_done(&a);
    return fits;
}

static bool begin(capture_call *c, bound_logger *to, int level, const value *attributes, thread_state *t,
                  text *bytes) {
    bool cut;
    size_t around = sizeof(ring_entry) + to->fields.len + t->bound.len + 2 * ENTRY_ALIGN;
    capture_begin(c, to, level, errno);
    c->kind = ENTRY_MADE;
    c->logger = call_site_logger_id(to->core, t->epoch);
    if (c->logger == 0 || around >= t->entry_max ||
        !encode_within(attributes, t->entry_max - around, bytes, &cut)) {
        front_count_early(EARLY_NO_RING);
        return false;
    }
    c->made = text_slice(bytes);
    if (cut) c->flags |= ENTRY_CUT;
    return true;
}

bool capture_store_made(bound_logger *to, int level, const value *attributes, thread_state *t) {
    capture_call c;
    text bytes;
    text_init(&bytes, 0);
    bool stored = begin(&c, to, level, attributes, t, &bytes) && capture_store(&c, t);
    text_done(&bytes);
    return stored;
}

/* wait: for room, as the overflow policy says. 0, -1: dropped and counted, 1: no room. */
static int emit(bound_logger *lg, int level, const value *attributes, bool wait) {
    int saved = errno;
    thread_state *t = front_enter_plain();
    if (t == NULL) return -1;
    capture_call c;
    text bytes;
    text_init(&bytes, 0);
    int rc = begin(&c, lg, level, attributes, t, &bytes) ? 0 : -1;
    if (rc == 0) rc = !wait ? capture_store_now(&c, t) : capture_store_hooked(&c, t) ? 0 : -1;
    text_done(&bytes);
    front_leave(t);
    errno = saved;
    return rc;
}

int front_emit_made(bound_logger *lg, int level, const value *attributes) {
    return emit(lg, level, attributes, true);
}

int front_try_made(bound_logger *lg, int level, const value *attributes) {
    return emit(lg, level, attributes, false);
}

int front_emit_to(bound_logger *lg, int level, const value *attributes, slice handler, bool filtered) {
    int saved = errno;
    thread_state *t = front_enter_plain();
    if (t == NULL) return -1;
    capture_call c;
    text bytes;
    text_init(&bytes, 0);
    bool stored = begin(&c, lg, level, attributes, t, &bytes);
    c.without_context = true;
    c.added = handler;
    c.flags = (uint16_t)(c.flags | ENTRY_TO_HANDLER | (filtered ? 0 : ENTRY_UNFILTERED));
    stored = stored && capture_store(&c, t);
    text_done(&bytes);
    front_leave(t);
    errno = saved;
    return stored ? 0 : -1;
}
