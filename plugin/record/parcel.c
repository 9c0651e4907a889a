/* parcel.c - packs a record to be kept, and takes it out again. Runs where records are kept (backend) and
 * where they are taken (backend, a writer). It renders nothing. */
#include "record/parcel.h"

#include "record/attribute.h"

static void pad(text *out) { text_add_repeat(out, '\0', (8 - out->len % 8) % 8); }

static void put(const record *rec, slice asctime, slice message, uint32_t flags, text *out) {
    size_t begin = out->len;
    parcel_head head = {.flags = flags | (rec->formatted ? PARCEL_FORMATTED : 0u) |
                                 (asctime.data != NULL ? PARCEL_DATED : 0u) |
                                 (message.data != NULL ? PARCEL_MERGED : 0u),
                        .id = rec->id,
                        .created_ns = rec->captured_ns,
                        .level_len = (uint32_t)rec->level_name.len,
                        .asctime_len = (uint32_t)asctime.len,
                        .message_len = (uint32_t)message.len};
    text_add(out, (const char *)&head, sizeof head);
    text_add(out, (const char *)rec->entry, rec->entry->size);
    text_add_slice(out, rec->level_name);
    text_add_slice(out, asctime);
    text_add_slice(out, message);
    pad(out);
    if (out->failed) {
        out->len = begin;
        return;
    }
    head.size = (uint32_t)(out->len - begin);
    memcpy(out->data + begin, &head, sizeof head);
}

void parcel_put(const record *rec, slice asctime, uint32_t flags, text *out) {
    put(rec, asctime, SLICE_NONE, flags, out);
}

/* Extras apart, so that none is taken for something else, whatever its name. */
static bool all_attributes(record *rec, value *out) {
    value_pair *pairs = arena_alloc(rec->memory, (ATTR_MESSAGE + 1) * sizeof *pairs);
    value_pair *extras = arena_alloc(rec->memory, (rec->field_count + 1) * sizeof *extras);
    if (pairs == NULL || extras == NULL) return false;
    for (int attr = 0; attr < ATTR_MESSAGE; attr++) {
        pairs[attr].key = value_str(slice_of(record_attr_names[attr]));
        if (!record_attr_get(rec, (record_attr)attr, SLICE_NONE, &pairs[attr].val)) return false;
    }
    for (size_t i = 0; i < rec->field_count; i++)
        extras[i] = (value_pair){value_str(rec->fields[i].key), rec->fields[i].val};
    pairs[ATTR_MESSAGE] = (value_pair){value_str(SLICE_LITERAL("extra")),
                                       {.type = VALUE_DICT, .dict = {extras, rec->field_count}}};
    *out = (value){.type = VALUE_DICT, .dict = {pairs, ATTR_MESSAGE + 1}};
    return true;
}

bool parcel_put_whole(record *rec, slice asctime, uint32_t flags, text *out) {
    value attributes;
    text entry;
    ring_entry head = {.kind = ENTRY_MADE, .id = rec->id, .stamp = rec->stamp, .level = rec->level};
    if (!all_attributes(rec, &attributes)) return false;
    text_init(&entry, 0);
    text_add(&entry, (const char *)&head, sizeof head);
    value_encode(&attributes, &entry);
    head.args_size = (uint32_t)(entry.len - sizeof head);
    pad(&entry);
    bool made = rec->entry->kind == ENTRY_MADE;
    slice message = made ? SLICE_NONE : record_message(rec, ESCAPE_NONE);
    bool good = !entry.failed && entry.len < UINT32_MAX && (made || message.data != NULL);
    if (good) {
        record whole = *rec;
        head.size = (uint32_t)entry.len;
        head.check = entry_check(&head);
        memcpy(entry.data, &head, sizeof head);
        whole.entry = (const ring_entry *)(const void *)entry.data;
        put(&whole, asctime, message, flags, out);
    }
    text_done(&entry);
    return good && !out->failed;
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
    if (!entry_valid(e, room)) return -1;
    if ((uint64_t)p->level_len + p->asctime_len + p->message_len > room - e->size) return -1;
    const char *behind = (const char *)e + e->size;
    const slice level = slice_make(behind, p->level_len);
    if (record_decode_kept(r, e, p->created_ns, out) != 0) return -1;
    out->level_name = level;
    if (p->flags & PARCEL_DATED) out->asctime = slice_make(behind + p->level_len, p->asctime_len);
    if (p->flags & PARCEL_MERGED) {
        out->message_raw = slice_make(behind + p->level_len + p->asctime_len, p->message_len);
        out->rendered = true;
    }
    out->formatted = (p->flags & PARCEL_FORMATTED) != 0;
    out->id = p->id;
    return 0;
}
