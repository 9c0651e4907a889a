/* parcel.c - packs a record to be kept, and takes it out again. Runs where records are kept (backend) and
 * where they are taken (backend, a writer). It renders nothing. */
#include "record/parcel.h"

static void pad(text *out) { text_add_repeat(out, '\0', (8 - out->len % 8) % 8); }

void parcel_put(const record *rec, slice asctime, uint32_t flags, text *out) {
    size_t begin = out->len;
    parcel_head head = {.flags = flags | (rec->formatted ? PARCEL_FORMATTED : 0u) |
                                 (asctime.data != NULL ? PARCEL_DATED : 0u),
                        .id = rec->id,
                        .created_ns = rec->captured_ns,
                        .level_len = (uint32_t)rec->level_name.len,
                        .asctime_len = (uint32_t)asctime.len};
    text_add(out, (const char *)&head, sizeof head);
    text_add(out, (const char *)rec->entry, rec->entry->size);
    text_add_slice(out, rec->level_name);
    text_add_slice(out, asctime);
    pad(out);
    if (out->failed) {
        out->len = begin;
        return;
    }
    head.size = (uint32_t)(out->len - begin);
    memcpy(out->data + begin, &head, sizeof head);
}

const parcel_head *parcel_next(slice all, size_t *at) {
    if (*at > all.len || all.len - *at < sizeof(parcel_head)) return NULL;
    const parcel_head *p = (const parcel_head *)(const void *)(all.data + *at);
    if (p->size < sizeof *p || p->size > all.len - *at || p->size % 8 != 0) return NULL;
    *at += p->size;
    return p;
}

int parcel_open(record_reader *r, const parcel_head *p, record *out) {
    const ring_entry *e = (const ring_entry *)(const void *)(p + 1);
    size_t room = p->size - sizeof *p;
    if (!entry_valid(e, room) || (uint64_t)p->level_len + p->asctime_len > room - e->size) return -1;
    const char *behind = (const char *)e + e->size;
    const slice level = slice_make(behind, p->level_len);
    if (record_decode_kept(r, e, p->created_ns, out) != 0) return -1;
    out->level_name = level;
    if (p->flags & PARCEL_DATED) out->asctime = slice_make(behind + p->level_len, p->asctime_len);
    out->formatted = (p->flags & PARCEL_FORMATTED) != 0;
    out->id = p->id;
    return 0;
}
