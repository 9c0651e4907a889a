/* capture_entry.c - a gathered call becomes an entry: its size, what is cut if that is too large, its
 * bytes. In the caller's thread, inside a call; no malloc, no system call but for room. */
#include "frontend/call_hooks.h"
#include "frontend/capture_call.h"
#include "frontend/wire.h"

#pragma weak front_at_call

static uint32_t padded(size_t bytes) {
    return (uint32_t)((bytes + ENTRY_ALIGN - 1) & ~(size_t)(ENTRY_ALIGN - 1));
}

/* ---- sizes ---- */

static size_t size_of_args(const capture_call *c) {
    if (c->kind == ENTRY_MADE) return padded(c->made.len);
    /* vsnprintf wants one byte more, for its NUL. */
    if (c->kind == ENTRY_TEXT) return padded(sizeof(uint32_t) + (size_t)c->parts[0].size + 1);
    size_t size = (c->arg_count - c->arg_parts) * 8 + c->long_double_count * 8;
    for (size_t i = 0; i < c->arg_parts; i++) size += padded(sizeof(uint32_t) + (size_t)c->parts[i].size);
    return size;
}

/* Decimal digits of a number that int64 does not hold. */
static size_t big_digits(uint64_t n, char out[20]) {
    size_t len = 0;
    for (; n > 0; n /= 10) out[19 - len++] = (char)('0' + n % 10);
    memmove(out, out + 20 - len, len);
    return len;
}

static size_t size_of_number(const weir_field *f) {
    char digits[20];
    if (f->type == WEIR_FIELD_BOOL) return 1;
    if (f->type == WEIR_FIELD_UINT && f->value.u64 > INT64_MAX)
        return wire_string_size(big_digits(f->value.u64, digits));
    return WIRE_NUMBER;
}

static size_t size_of_fields(const capture_call *c, const thread_state *t) {
    size_t size = c->added.len + (c->without_context ? 0 : c->to->fields.len + t->bound.len);
    const text_part *part = c->parts + c->arg_parts;
    for (size_t i = 0; i < c->field_count; i++) {
        size += wire_string_size((part++)->size);
        if (c->fields[i].type != WEIR_FIELD_STR)
            size += size_of_number(&c->fields[i]);
        else if (part->data == NULL)
            size += 1, part++; /* None */
        else
            size += wire_string_size((part++)->size);
    }
    return size;
}

static size_t measure(capture_call *c, const thread_state *t) {
    size_t args = size_of_args(c), fields = size_of_fields(c, t);
    size_t size = sizeof(ring_entry) + args + fields;
    if (c->has_stack) size += sizeof(uint32_t) + c->parts[c->part_count - 1].size;
    c->args_size = (uint32_t)args;
    c->fields_size = (uint32_t)fields;
    c->size = padded(size);
    return size;
}

/* ---- cutting ---- */

/* Every text that is longer than cap is cut to at most cap bytes, mark included. A message that is
 * formatted as it is written (ENTRY_TEXT) finds its character's front then. */
static void cap_parts(capture_call *c, uint32_t cap) {
    for (size_t i = 0; i < c->part_count; i++) {
        text_part *p = &c->parts[i];
        if (p->len <= cap) {
            p->keep = p->size = (uint32_t)p->len;
        } else if (c->kind == ENTRY_TEXT && i == 0) {
            p->keep = cap - CUT_MARK_MAX;
            p->size = cap;
        } else {
            p->keep = (uint32_t)cut_boundary(p->data, cap - CUT_MARK_MAX);
            p->size = p->keep + (uint32_t)cut_mark_size(p->len - p->keep);
        }
    }
}

static FRONT_COLD bool cut(capture_call *c, const thread_state *t, uint32_t max) {
    c->flags |= ENTRY_CUT;
    uint32_t low = CUT_MARK_MAX, high = max;
    cap_parts(c, low);
    if (measure(c, t) > max) {
        c->without_context = true;
        if (measure(c, t) > max) return false;
    }
    while (high - low > 8) { /* the largest cap that fits, to a few bytes */
        uint32_t cap = low + (high - low) / 2;
        cap_parts(c, cap);
        if (measure(c, t) <= max)
            low = cap;
        else
            high = cap;
    }
    cap_parts(c, low);
    measure(c, t);
    return true;
}

bool capture_measure(capture_call *c, const thread_state *t, uint32_t max) {
    /* What is made has been fitted already; see made.c. */
    return FRONT_LIKELY(measure(c, t) <= max) || (c->kind != ENTRY_MADE && cut(c, t, max));
}

/* ---- bytes ---- */

static char *put_part(char *out, const text_part *p) {
    if (p->keep > 0) memcpy(out, p->data, p->keep);
    if (FRONT_UNLIKELY(p->keep < p->len)) cut_mark_write(out + p->keep, p->len - p->keep);
    return out + p->size;
}

static char *put_u32(char *out, uint32_t n) {
    memcpy(out, &n, sizeof n);
    return out + sizeof n;
}

static char *put_string(char *out, const text_part *p) {
    if (p->data == NULL) {
        put_u32(out, ENTRY_NULL_STRING);
        return out + 8;
    }
    put_part(put_u32(out, p->size), p);
    return out + padded(sizeof(uint32_t) + (size_t)p->size);
}

static char *put_args(char *out, const capture_call *c) {
    const text_part *part = c->parts;
    const long double *large = c->long_doubles;
    for (size_t i = 0; i < c->arg_count; i++) {
        switch (c->codes[i]) {
        case CODE_STRING:
        case CODE_STRING_STAR:
        case CODE_STRING_LIMIT: out = put_string(out, part++); break;
        case CODE_LONG_DOUBLE:
            memset(out, 0, 16);
            memcpy(out, large++, sizeof *large);
            out += 16;
            break;
        default: memcpy(out, &c->words[i], 8); out += 8;
        }
    }
    return out;
}

static char *put_message(char *out, const capture_call *c) {
    size_t len = capture_text_write(c, out + sizeof(uint32_t), c->parts[0].size);
    put_u32(out, (uint32_t)len);
    return out + c->args_size;
}

static char *put_number(char *out, const weir_field *f) {
    char digits[20];
    switch (f->type) {
    case WEIR_FIELD_BOOL: *out = f->value.boolean ? 'T' : 'F'; return out + 1;
    case WEIR_FIELD_DOUBLE: return wire_tagged(out, 'f', &f->value.f64, 8);
    case WEIR_FIELD_UINT:
        if (f->value.u64 > INT64_MAX) {
            slice big = slice_make(digits, big_digits(f->value.u64, digits));
            char *end = wire_string(out, big);
            *out = 'b';
            return end;
        }
        return wire_tagged(out, 'i', &f->value.u64, 8);
    default: return wire_tagged(out, 'i', &f->value.i64, 8);
    }
}

static char *put_call_fields(char *out, const capture_call *c) {
    const text_part *part = c->parts + c->arg_parts;
    for (size_t i = 0; i < c->field_count; i++) {
        out = put_part(wire_string_head(out, part->size), part);
        part++;
        if (c->fields[i].type != WEIR_FIELD_STR) {
            out = put_number(out, &c->fields[i]);
        } else if (part->data == NULL) {
            *out++ = 'N';
            part++;
        } else {
            out = put_part(wire_string_head(out, part->size), part);
            part++;
        }
    }
    return out;
}

static char *put_bytes(char *out, const char *data, size_t len) {
    if (len > 0) memcpy(out, data, len);
    return out + len;
}

static void put_header(ring_entry *e, const capture_call *c, const thread_state *t, uint64_t stamp) {
    e->size = c->size;
    e->kind = c->kind;
    e->flags = c->flags;
    e->stamp = stamp;
    e->id = 0;
    e->site = c->site;
    e->logger = c->logger;
    e->thread_name = t->thread_name;
    e->tid = t->tid;
    e->level = c->level;
    e->args_size = c->args_size;
    e->fields_size = c->fields_size;
    e->check = entry_check(e);
}

void capture_write(const capture_call *c, const thread_state *t, char *at, uint64_t stamp) {
    put_header((ring_entry *)(void *)at, c, t, stamp);
    char *out = at + sizeof(ring_entry);
    if (c->kind == ENTRY_MADE) {
        put_bytes(out, c->made.data, c->made.len);
        out += c->args_size;
    } else {
        out = c->kind == ENTRY_TEXT ? put_message(out, c) : put_args(out, c);
    }
    if (!c->without_context) {
        out = put_bytes(out, c->to->fields.data, c->to->fields.len);
        out = put_bytes(out, t->bound.bytes, t->bound.len);
    }
    out = put_call_fields(out, c);
    out = put_bytes(out, c->added.data, c->added.len);
    if (c->has_stack) {
        const text_part *stack = &c->parts[c->part_count - 1];
        put_part(put_u32(out, stack->size), stack);
    }
}

bool capture_store(capture_call *c, thread_state *t) {
    room place;
    if (!capture_measure(c, t, t->entry_max)) {
        front_count_early(EARLY_NO_RING);
        return false;
    }
    if (!room_reserve(t, c->size, c->level, &place)) return false;
    capture_write(c, t, place.at, front_stamp(place.r));
    room_publish(&place, c->size);
    return true;
}

bool capture_store_hooked(capture_call *c, thread_state *t) {
    bool hooked = c->through != NULL || call_hooks_concern(c->to->core);
    return FRONT_UNLIKELY(hooked) && front_at_call != NULL ? front_at_call(c, t) : capture_store(c, t);
}

int capture_store_now(capture_call *c, thread_state *t) {
    room place;
    if (FRONT_UNLIKELY(call_hooks_concern(c->to->core))) return capture_store_hooked(c, t) ? 0 : -1;
    if (!capture_measure(c, t, t->entry_max)) {
        front_count_early(EARLY_NO_RING);
        return -1;
    }
    if (!room_try(t, c->size, &place)) return 1;
    capture_write(c, t, place.at, front_stamp(place.r));
    room_publish(&place, c->size);
    return 0;
}
