/* zone_tzif.c - TZif files (RFC 9636): the 64-bit block and the footer of version 2 and later, the
 * 32-bit block of version 1. Runs once, where the zone is loaded. Trusts no count in the file. Leap
 * seconds (the "right/" zones) are not applied: time stamps of a log are POSIX time. */
#include <stdlib.h>

#include "base/zone_parts.h"

#define HEADER_SIZE 44
#define KIND_SIZE 6
/* RFC 9636: between -25 and 26 hours. A week is far beyond, and keeps all sums small. */
#define OFFSET_MAX (7 * 24 * 3600)

typedef struct header {
    char version;
    uint32_t utc_count, standard_count, leap_count, change_count, kind_count, name_bytes;
} header;

static uint32_t read_u32(const char *p) {
    const unsigned char *b = (const unsigned char *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t read_i64(const char *p) { return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4)); }

static bool read_header(slice in, header *h) {
    if (in.len < HEADER_SIZE || memcmp(in.data, "TZif", 4) != 0) return false;
    *h = (header){in.data[4],
                  read_u32(in.data + 20),
                  read_u32(in.data + 24),
                  read_u32(in.data + 28),
                  read_u32(in.data + 32),
                  read_u32(in.data + 36),
                  read_u32(in.data + 40)};
    return true;
}

/* Bytes of the block behind its header. The counts are 32 bits wide: no overflow in 64. */
static uint64_t block_size(const header *h, unsigned time_size) {
    return (uint64_t)h->change_count * (time_size + 1) + (uint64_t)h->kind_count * KIND_SIZE + h->name_bytes +
           (uint64_t)h->leap_count * (time_size + 4) + h->standard_count + h->utc_count;
}

static bool read_kind(const char *p, slice names, zone_kind *out) {
    uint32_t name_at = (unsigned char)p[5];
    int32_t offset = (int32_t)read_u32(p);
    if (offset > OFFSET_MAX || offset < -OFFSET_MAX || name_at >= names.len) return false;
    const char *name = names.data + name_at;
    size_t len = strnlen(name, names.len - name_at);
    if (len == names.len - name_at || len >= ZONE_NAME_SIZE) return false;
    *out = (zone_kind){.offset = offset, .dst = p[4] != 0};
    memcpy(out->name, name, len);
    return true;
}

static bool read_changes(const char *times, unsigned time_size, const header *h, zone *z) {
    const char *kinds = times + (size_t)h->change_count * time_size;
    for (uint32_t i = 0; i < h->change_count; i++) {
        const char *p = times + (size_t)i * time_size;
        zone_change change = {time_size == 8 ? read_i64(p) : (int32_t)read_u32(p), (unsigned char)kinds[i]};
        bool ascending = i == 0 || change.at > z->changes[i - 1].at;
        if (!ascending || change.kind >= h->kind_count) return false;
        z->changes[i] = change;
    }
    z->change_count = h->change_count;
    return true;
}

static bool read_block(slice in, unsigned time_size, const header *h, zone *z) {
    if (h->kind_count == 0 || block_size(h, time_size) > in.len) return false;
    const char *kinds = in.data + (size_t)h->change_count * (time_size + 1);
    slice names = slice_make(kinds + (size_t)h->kind_count * KIND_SIZE, h->name_bytes);
    z->kinds = calloc(h->kind_count, sizeof(*z->kinds));
    z->changes = calloc((size_t)h->change_count + 1, sizeof(*z->changes));
    if (z->kinds == NULL || z->changes == NULL) return false;
    for (uint32_t i = 0; i < h->kind_count; i++) {
        if (!read_kind(kinds + (size_t)i * KIND_SIZE, names, &z->kinds[i])) return false;
    }
    z->kind_count = h->kind_count;
    return read_changes(in.data, time_size, h, z);
}

/* "\n" TZ "\n"; an empty TZ means that the last kind holds for ever. */
static bool read_footer(slice in, zone *z) {
    if (in.len < 2 || in.data[0] != '\n') return false;
    const char *end = memchr(in.data + 1, '\n', in.len - 1);
    if (end == NULL) return false;
    slice rule = slice_make(in.data + 1, (size_t)(end - in.data) - 1);
    z->has_rule = rule.len > 0 && zone_posix_parse(rule, &z->rule);
    return rule.len == 0 || z->has_rule;
}

bool zone_tzif_parse(slice in, zone *z) {
    header h;
    if (!read_header(in, &h)) return false;
    slice block = slice_make(in.data + HEADER_SIZE, in.len - HEADER_SIZE);
    if (h.version < '2') return read_block(block, 4, &h, z);
    uint64_t old_size = block_size(&h, 4);
    if (old_size > block.len) return false;
    in = slice_make(block.data + old_size, block.len - (size_t)old_size);
    if (!read_header(in, &h)) return false;
    block = slice_make(in.data + HEADER_SIZE, in.len - HEADER_SIZE);
    if (!read_block(block, 8, &h, z)) return false;
    size_t size = (size_t)block_size(&h, 8);
    return read_footer(slice_make(block.data + size, block.len - size), z);
}
