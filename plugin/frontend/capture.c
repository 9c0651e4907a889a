/* capture.c - weir_log_call: the ways of a warm call with numbers and plain strings, and the door
 * to all other ways. In the caller's thread. The protocol is told in front_internal.h, the bytes in
 * queue/entry.h. */
#include "frontend/capture_call.h"
#include "frontend/capture_plain.h"

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

/* Any call, inside the epoch. */
static __attribute__((noinline)) void log_any(thread_state *t, bound_logger *to, weir_call_site *site,
                                              int level, const weir_field *fields, size_t field_count,
                                              va_list *args, const void *from) {
    capture_call c;
    capture_begin(&c, to, level, errno);
    c.logger = call_site_logger_id(to->core, t->epoch);
    c.site = call_site_id(site, t->epoch);
    if (c.logger == 0 || c.site == 0) {
        front_count_early(EARLY_NO_RING);
    } else {
        uint64_t plan = plan_at(c.site);
        c.format = site->format;
        capture_gather(&c, plan, args);
        capture_gather_fields(&c, fields, field_count);
        if ((plan & PLAN_EXCEPTION) != 0) capture_add_stack(&c, stack_text_capture(t, from));
        capture_store(&c, t);
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
static inline __attribute__((always_inline)) thread_state *enter(weir_logger *handle, int level,
                                                                 const char *format, va_list *args) {
    thread_state *t = front_thread;
    if (FRONT_UNLIKELY(t == NULL || __atomic_load_n(&t->in_call, __ATOMIC_RELAXED) != 0))
        return front_enter(handle, level, format, args);
    __atomic_store_n(&t->in_call, 1, __ATOMIC_RELAXED);
    front_compiler_barrier();
    if (FRONT_LIKELY(t->epoch == __atomic_load_n(&front.epoch, __ATOMIC_RELAXED))) return t;
    front_leave(t);
    return front_enter(handle, level, format, args);
}

void weir_log_call(weir_logger *handle, weir_call_site *site, int level, const char *format, ...) {
    va_list args;
    va_start(args, format);
    thread_state *t = enter(handle, level, format, &args);
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
        if (FRONT_UNLIKELY(!done)) log_any(t, to, site, level, NULL, 0, &args, __builtin_return_address(0));
        front_leave(t);
    }
    va_end(args);
}

void weir_log_call_fields(weir_logger *handle, weir_call_site *site, int level, const weir_field *fields,
                          size_t field_count, const char *format, ...) {
    va_list args;
    va_start(args, format);
    thread_state *t = enter(handle, level, format, &args);
    if (t != NULL) {
        log_any(t, logger_of_handle(handle), site, level, fields, field_count, &args,
                __builtin_return_address(0));
        front_leave(t);
    }
    va_end(args);
}

void weir_vlog(weir_logger *handle, int level, const char *file, int line, const char *function,
               const char *format, va_list args) {
    if (!weir_is_enabled(handle, level)) return;
    va_list copy;
    va_copy(copy, args);
    thread_state *t = enter(handle, level, format, &copy);
    if (t != NULL) {
        capture_call c;
        capture_begin(&c, logger_of_handle(handle), level, errno);
        c.logger = call_site_logger_id(c.to->core, t->epoch);
        c.site = call_site_id_of_text(file, line, function);
        c.format = format;
        if (c.logger == 0 || c.site == 0) {
            front_count_early(EARLY_NO_RING);
        } else {
            capture_gather(&c, PLAN_KNOWN | PLAN_TEXT, &copy);
            capture_store(&c, t);
        }
        errno = c.saved_errno;
        front_leave(t);
    }
    va_end(copy);
}
