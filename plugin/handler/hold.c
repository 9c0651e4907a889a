/* hold.c - the buffer of a handler that holds records back. Backend thread, or a queue's; made and freed with
 * its handler. It decides nothing: when all of it goes, and where to, is backend/held.c's. */
#include "handler/hold.h"

#include <stdlib.h>

#include "base/limits.h"

/* A buffer that was larger than this once is not kept for the next time. */
#define KEEP_BYTES (1024 * 1024)

hold *hold_create(void) {
    hold *h = calloc(1, sizeof *h);
    if (h != NULL) text_init(&h->parcels, 0);
    return h;
}

void hold_free(hold *h) {
    if (h == NULL) return;
    text_done(&h->parcels);
    free(h);
}

bool hold_is_full(const hold *h, size_t bytes) {
    return h->count > 0 && (h->count >= LIMIT_HOLD_RECORDS || h->parcels.len + bytes > LIMIT_HOLD_BYTES);
}

bool hold_add(hold *h, const record *rec, slice asctime, uint32_t flags) {
    size_t begin = h->parcels.len;
    parcel_put(rec, asctime, flags, &h->parcels);
    if (h->parcels.failed) {
        h->parcels.failed = false;
        return false;
    }
    h->last = begin;
    h->count++;
    return true;
}

void hold_renew_last(hold *h, const record *rec, slice asctime) {
    if (h->count == 0 || h->last >= h->parcels.len) return;
    const parcel_head *p = (const parcel_head *)(const void *)(h->parcels.data + h->last);
    if (p->id != rec->id) return;
    uint32_t flags = p->flags & PARCEL_OWN;
    size_t end = h->parcels.len;
    h->parcels.len = h->last;
    if (!text_reserve(&h->parcels, end - h->last + asctime.len + 16)) { /* it stays as it was */
        h->parcels.failed = false;
        h->parcels.len = end;
        return;
    }
    parcel_put(rec, asctime, flags, &h->parcels);
}

void hold_take(hold *h, text *out, size_t *count) {
    *out = h->parcels;
    *count = h->count;
    text_init(&h->parcels, 0);
    h->count = 0;
}

void hold_put_back(hold *h, text *rest, size_t count) {
    if (h->count > 0) text_add_slice(rest, text_slice(&h->parcels));
    h->last = h->count > 0 ? rest->len - (h->parcels.len - h->last) : SIZE_MAX;
    h->count += count;
    text_done(&h->parcels);
    if (h->count == 0 && rest->cap > KEEP_BYTES) text_done(rest);
    h->parcels = *rest;
}
