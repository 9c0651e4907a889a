/* capture_call.c - gathers a call's arguments and fields, by the site's plan. In the caller's thread,
 * inside a call; no malloc, no system call. Sizes and bytes are capture_entry.c's. */
#include "frontend/capture_call.h"
#include "frontend/wire.h"

void capture_begin(capture_call *c, bound_logger *to, int level, int saved_errno) {
    c->to = to;
    c->level = level;
    c->saved_errno = saved_errno;
    c->kind = ENTRY_CALL;
    c->flags = 0;
    c->site = c->logger = 0;
    c->fields = NULL;
    c->field_count = 0;
    c->arg_count = c->long_double_count = 0;
    c->arg_parts = c->part_count = 0;
    c->has_stack = c->without_context = false;
    c->made = c->added = SLICE_NONE;
    c->through = NULL;
}

static void add_part(capture_call *c, const char *data, size_t len) {
    uint32_t whole = len <= UINT32_MAX ? (uint32_t)len : UINT32_MAX;
    c->parts[c->part_count++] = (text_part){data, len, whole, whole};
}

/* limit negative: none. */
static void add_string(capture_call *c, const char *s, int64_t limit) {
    size_t len = s == NULL ? 0 : limit < 0 ? strlen(s) : strnlen(s, (size_t)limit);
    add_part(c, s, len);
}

static void gather_one(capture_call *c, uint8_t code, int32_t limit, va_list *args) {
    size_t i = c->arg_count++;
    c->codes[i] = code;
    switch (code) {
    case CODE_INT: c->words[i] = (uint64_t)(int64_t)va_arg(*args, int); break;
    case CODE_UINT: c->words[i] = va_arg(*args, unsigned); break;
    case CODE_WORD: c->words[i] = va_arg(*args, uint64_t); break;
    case CODE_DOUBLE: {
        double d = va_arg(*args, double);
        memcpy(&c->words[i], &d, sizeof d);
        break;
    }
    case CODE_LONG_DOUBLE: c->long_doubles[c->long_double_count++] = va_arg(*args, long double); break;
    case CODE_STRING: add_string(c, va_arg(*args, const char *), -1); break;
    case CODE_STRING_STAR: add_string(c, va_arg(*args, const char *), (int64_t)c->words[i - 1]); break;
    case CODE_STRING_LIMIT: add_string(c, va_arg(*args, const char *), limit); break;
    default: c->words[i] = (uint64_t)(int64_t)c->saved_errno; break; /* CODE_ERRNO */
    }
}

void capture_gather(capture_call *c, uint64_t plan, va_list *args) {
    if ((plan & PLAN_TEXT) != 0) {
        c->kind = ENTRY_TEXT;
        c->args = args;
        add_part(c, "", capture_text_length(c));
    } else if ((plan & PLAN_LONG) != 0) {
        const long_plan *p = plan_long(plan);
        for (uint32_t i = 0; i < p->count; i++) gather_one(c, p->codes[i], p->limits[i], args);
    } else {
        int left = PLAN_CODES;
        for (; left > 0 && (plan & 15) != CODE_END; plan >>= 4, left--)
            gather_one(c, (uint8_t)(plan & 15), -1, args);
    }
    c->arg_parts = c->part_count;
}

void capture_gather_fields(capture_call *c, const weir_field *fields, size_t count) {
    if (count > LIMIT_CALL_FIELDS) {
        count = LIMIT_CALL_FIELDS;
        c->flags |= ENTRY_CUT;
    }
    c->fields = fields;
    c->field_count = count;
    for (size_t i = 0; i < count; i++) {
        const weir_field *f = &fields[i];
        add_string(c, f->key == NULL ? "" : f->key, -1);
        if (f->type == WEIR_FIELD_STR) add_string(c, f->value.str, -1);
    }
}

void capture_add_stack(capture_call *c, slice stack, bool as_info) {
    c->has_stack = true;
    c->flags |= as_info ? ENTRY_HAS_EXC | ENTRY_IS_STACK : ENTRY_HAS_EXC;
    add_part(c, stack.data, stack.len);
}
