/* capture.c - weir_log_call: the ways of a warm call with numbers and plain strings, and the door
 * to all other ways. In the caller's thread. The protocol is told in front_internal.h, the bytes in
 * queue/entry.h. */
#include "frontend/adapter.h"
#include "frontend/capture_call.h"
#include "frontend/capture_plain.h"
#include "frontend/level_rule.h"

static inline void put_fields(char *out, const bound_logger *to, const thread_state *t) {
    if (to->fields.len > 0) memcpy(out, to->fields.data, to->fields.len);
    if (t->bound.len > 0) memcpy(out + to->fields.len, t->bound.bytes, t->bound.len);
}

/* true: done. false: this call needs the longer way (and nothing has happened). */
static inline __attribute__((always_inline)) bool log_plain(thread_state *t, bound_logger *to, uint64_t ids,
                                                            int level, uint64_t plan, uint32_t args_size,
                                                            const plain_args *taken, va_list *args) {
    ring *r = t->ring;
    uint32_t fields_size = (uint32_t)to->fields.len + t->bound.len;
    uint32_t size = padded((uint32_t)sizeof(ring_entry) + args_size + fields_size);
    if (FRONT_UNLIKELY(r == NULL || size > t->entry_max)) return false;
    ring_entry *e = (ring_entry *)(void *)ring_reserve(front.set.rings, r, size);
    if (FRONT_UNLIKELY(e == NULL)) return false;
    e->size = size;
    e->kind = ENTRY_CALL;
    e->flags = 0;
    e->stamp = front_stamp(r);
    e->id = 0;
    e->site = (uint32_t)ids;
    e->logger = (uint32_t)(ids >> 32);
    e->thread_name = t->thread_name;
    e->tid = t->tid;
    e->level = level;
    e->args_size = args_size;
    e->fields_size = fields_size;
    e->check = entry_check(e);
    if (taken != NULL)
        put_plain((char *)(e + 1), taken);
    else
        put_numbers((char *)(e + 1), plan, args);
    if (FRONT_UNLIKELY(fields_size > 0)) put_fields((char *)(e + 1) + args_size, to, t);
    ring_publish(r, size);
    if (FRONT_UNLIKELY(ring_half_full(r))) room_wake_backend(r);
    return true;
}

static inline __attribute__((always_inline)) bool log_numbers(thread_state *t, bound_logger *to, uint64_t ids,
                                                              int level, uint64_t plan, va_list *args) {
    uint32_t args_size = (uint32_t)(plan >> PLAN_WORDS_SHIFT & 0xFF) * 8;
    return log_plain(t, to, ids, level, plan, args_size, NULL, args);
}

static inline __attribute__((always_inline)) bool log_strings(thread_state *t, bound_logger *to, uint64_t ids,
                                                              int level, uint64_t plan, va_list *args) {
    plain_args taken;
    uint32_t args_size = take_plain(plan, t->entry_max, &taken, args);
    return args_size != 0 && log_plain(t, to, ids, level, plan, args_size, &taken, args);
}

/* What a call has beyond its format and arguments. */
typedef struct call_more {
    rule_fields given;
    const weir_adapter *through; /* with a process hook; else NULL */
    const void *from;            /* where the call returns to */
} call_more;

/* Any call, inside the epoch. */
static __attribute__((noinline)) void log_any(thread_state *t, bound_logger *to, weir_call_site *site,
                                              int level, const call_more *more, va_list *args) {
    if (!level_passes(to, level, &more->given)) return;
    capture_call c;
    capture_begin(&c, to, level, errno);
    c.logger = call_site_logger_id(to->core, t->epoch);
    c.site = call_site_id(site, t->epoch);
    if (c.logger == 0 || c.site == 0) {
        front_count_early(EARLY_NO_RING);
    } else {
        uint64_t plan = plan_at(c.site);
        c.format = site->format;
        c.through = more->through;
        capture_gather(&c, plan, args);
        capture_gather_fields(&c, more->given.fields, more->given.field_count);
        if ((plan & (PLAN_EXCEPTION | PLAN_STACK)) != 0)
            capture_add_stack(&c, stack_text_capture(t, more->from), (plan & PLAN_STACK) != 0);
        capture_store_hooked(&c, t);
    }
    errno = c.saved_errno;
}

/* The number of site and logger, if both have one of this epoch; else 0. */
static inline uint64_t numbers_of(const bound_logger *to, const weir_call_site *site, uint32_t epoch) {
    uint64_t of_logger = __atomic_load_n(&to->core->token, __ATOMIC_RELAXED);
    uint64_t of_site = __atomic_load_n(&site->token, __ATOMIC_ACQUIRE);
    if (FRONT_UNLIKELY(token_epoch(of_logger) != epoch || token_epoch(of_site) != epoch)) return 0;
    return of_logger << 32 | (uint32_t)of_site;
}

/* In the call, or NULL: dealt with. */
static inline __attribute__((always_inline)) thread_state *
enter(weir_logger *handle, int level, const rule_fields *where, const char *format, va_list *args) {
    thread_state *t = front_thread;
    if (FRONT_UNLIKELY(t == NULL || __atomic_load_n(&t->in_call, __ATOMIC_RELAXED) != 0))
        return front_enter(handle, level, where, format, args);
    __atomic_store_n(&t->in_call, 1, __ATOMIC_RELAXED);
    front_compiler_barrier();
    if (FRONT_LIKELY(t->epoch == __atomic_load_n(&front.epoch, __ATOMIC_RELAXED))) return t;
    front_leave(t);
    return front_enter(handle, level, where, format, args);
}

static const rule_fields no_fields;

void weir_log_call(weir_logger *handle, weir_call_site *site, int level, const char *format, ...) {
    va_list args;
    va_start(args, format);
    thread_state *t = enter(handle, level, &no_fields, format, &args);
    if (FRONT_LIKELY(t != NULL)) {
        bound_logger *to = logger_of_handle(handle);
        uint64_t ids = numbers_of(to, site, t->epoch);
        uint64_t plan = FRONT_LIKELY(ids != 0) ? plan_at((uint32_t)ids) : 0;
        bool done = false;
        if (FRONT_LIKELY((plan & PLAN_FIXED) != 0)) {
            done = log_numbers(t, to, ids, level, plan, &args);
        } else if ((plan & PLAN_PLAIN) != 0) {
            done = log_strings(t, to, ids, level, plan, &args);
            if (FRONT_UNLIKELY(!done)) { /* the longer way begins anew */
                va_end(args);
                va_start(args, format);
            }
        }
        if (FRONT_UNLIKELY(!done)) {
            const call_more more = {.from = __builtin_return_address(0)};
            log_any(t, to, site, level, &more, &args);
        }
        front_leave(t);
    }
    va_end(args);
}

void weir_log_call_fields(weir_logger *handle, weir_call_site *site, int level, const weir_field *fields,
                          size_t field_count, const char *format, ...) {
    va_list args;
    const call_more more = {{fields, field_count, NULL}, NULL, __builtin_return_address(0)};
    va_start(args, format);
    thread_state *t = enter(handle, level, &more.given, format, &args);
    if (t != NULL) {
        log_any(t, logger_of_handle(handle), site, level, &more, &args);
        front_leave(t);
    }
    va_end(args);
}

void weir_adapter_log_call(const weir_adapter *a, weir_call_site *site, int level, const weir_field *fields,
                           size_t field_count, const char *format, ...) {
    va_list args;
    weir_field both[LIMIT_CALL_FIELDS + 1];
    const call_more more = {{both, adapter_fields(a, fields, field_count, both), NULL},
                            adapter_has_process(a) ? a : NULL,
                            __builtin_return_address(0)};
    va_start(args, format);
    thread_state *t = enter(a->logger, level, &more.given, format, &args);
    if (t != NULL) {
        log_any(t, logger_of_handle(a->logger), site, level, &more, &args);
        front_leave(t);
    }
    va_end(args);
}

typedef struct code_place {
    const char *file, *function;
    int line;
} code_place;

/* Formatted at the call; its place is no static site. */
static void log_text(thread_state *t, weir_logger *handle, int level, const code_place *place,
                     const char *format, va_list *args) {
    capture_call c;
    if (!level_passes(logger_of_handle(handle), level, &no_fields)) return;
    capture_begin(&c, logger_of_handle(handle), level, errno);
    c.logger = call_site_logger_id(c.to->core, t->epoch);
    c.site = call_site_id_of_text(place->file, place->line, place->function);
    c.format = format;
    if (c.logger == 0 || c.site == 0) {
        front_count_early(EARLY_NO_RING);
    } else {
        capture_gather(&c, PLAN_KNOWN | PLAN_TEXT, args);
        capture_store_hooked(&c, t);
    }
    errno = c.saved_errno;
}

void weir_vlog(weir_logger *handle, int level, const char *file, int line, const char *function,
               const char *format, va_list args) {
    if (!weir_may_pass_(handle, level)) return;
    va_list copy;
    va_copy(copy, args);
    thread_state *t = enter(handle, level, &no_fields, format, &copy);
    if (t != NULL) {
        const code_place place = {file, function, line};
        log_text(t, handle, level, &place, format, &copy);
        front_leave(t);
    }
    va_end(copy);
}

void weir_log_stacklevel(weir_logger *handle, const weir_call_site *site, int level, int stacklevel,
                         const char *format, ...) {
    va_list args;
    va_start(args, format);
    thread_state *t = enter(handle, level, &no_fields, format, &args);
    if (t != NULL) {
        int saved = errno;
        symbol outer;
        code_place place = {site->file, site->function, site->line};
        if (stacklevel > 1) {
            stack_place(__builtin_return_address(0), stacklevel - 1, &outer);
            place = (code_place){outer.file, outer.function, outer.line};
        }
        errno = saved;
        log_text(t, handle, level, &place, format, &args);
        front_leave(t);
    }
    va_end(args);
}
