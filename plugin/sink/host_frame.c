/* host_frame.c - see host_frame.h. It believes no length that it reads: a mapping may be damaged. */
#include "sink/host_frame.h"

static void add_part(text *out, slice s) {
    uint32_t len = (uint32_t)s.len;
    text_add(out, (const char *)&len, sizeof len);
    text_add_slice(out, s);
}

int host_frame_add(record *rec, slice asctime, slice shown, slice raw, text *out, weir_error *err) {
    text parcel;
    text_init(&parcel, 0);
    bool good = shown.len < UINT32_MAX && raw.len < UINT32_MAX && parcel_put_whole(rec, asctime, 0, &parcel);
    if (good) {
        add_part(out, shown);
        add_part(out, raw);
        text_add_slice(out, text_slice(&parcel));
    }
    text_done(&parcel);
    if (good && !out->failed) return 0;
    return error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
}

void host_frame_put(const parcel_head *parcel, slice shown, slice raw, text *out) {
    add_part(out, shown);
    add_part(out, raw);
    text_add(out, (const char *)parcel, parcel->size);
}

static bool read_part(slice *left, slice *part) {
    uint32_t len;
    if (left->len < sizeof len) return false;
    memcpy(&len, left->data, sizeof len);
    if (len > left->len - sizeof len) return false;
    *part = slice_make(left->data + sizeof len, len);
    *left = slice_make(left->data + sizeof len + len, left->len - sizeof len - len);
    return true;
}

bool host_frame_read(slice payload, text *aligned, slice *shown, slice *raw, const parcel_head **parcel) {
    size_t at = 0;
    if (!read_part(&payload, shown) || !read_part(&payload, raw)) return false;
    text_clear(aligned);
    text_add_slice(aligned, payload);
    if (aligned->failed) return false;
    *parcel = parcel_next(text_slice(aligned), &at);
    return *parcel != NULL;
}

record_reader *host_frame_reader(weir_error *err) {
    const record_source nowhere = {.process_name = SLICE_LITERAL("")};
    return record_reader_create(&nowhere, err);
}
