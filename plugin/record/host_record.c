/* host_record.c - records that the host makes and hands to a logger: Python's makeRecord, makeLogRecord and
 * Logger.handle. In the host's thread; malloc. How a record is read and changed is record_view.c's. */

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frontend/capture.h"
#include "record/at_call.h"
#include "record/attribute.h"
#include "record/host_record.h"
#include "record/made.h"
#include "record/record_view.h"
#include "record/site_cache.h"

#pragma weak lastresort_record

/* The kernel's name of a thread, NUL included. */
#define THREAD_NAME_SIZE 16

typedef struct host_record {
    weir_record view; /* first: the handle points at it */
    arena memory;
} host_record;

/* For relativeCreated of a record that is read before it is handled; handlers count from weir_start. */
static int64_t start_ns(void) {
    static int64_t first; /* atomic */
    int64_t none = 0, now = clock_realtime_ns();
    if (__atomic_compare_exchange_n(&first, &none, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return now;
    return none;
}

static bool set(host_record *r, const char *attribute, value v) {
    return record_view_set(&r->view, slice_of(attribute), &v) == 0;
}

static bool set_text(host_record *r, const char *attribute, const char *s) {
    return set(r, attribute, s == NULL ? value_none() : value_str(slice_of(s)));
}

/* What LogRecord's constructor takes from where it runs. relativeCreated is the handlers': they count from
 * the start of the Weir that they belong to. */
static bool set_surroundings(host_record *r) {
    char name[THREAD_NAME_SIZE] = "";
    double created = r->view.base.created;
    pthread_getname_np(pthread_self(), name, sizeof name);
    return set(r, "created", value_float(created)) && set(r, "msecs", value_float(record_msecs(created))) &&
           set(r, "thread", value_int(syscall(SYS_gettid))) && set_text(r, "threadName", name) &&
           set_text(r, "processName", "MainProcess") && set(r, "process", value_int(getpid()));
}

static host_record *record_new(void) {
    host_record *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    arena_init(&r->memory, 0);
    int64_t now = clock_realtime_ns(), since = start_ns();
    record base = {.memory = &r->memory,
                   .created_ns = now,
                   .created = (double)now / 1e9,
                   .relative_created = (double)(now - since) / 1e6};
    if (record_view_begin(&r->view, &r->memory, &base, since) == 0 && set_surroundings(r)) return r;
    weir_record_free(&r->view);
    return NULL;
}

void weir_record_free(weir_record *made) {
    host_record *r = (host_record *)(void *)made;
    if (r == NULL) return;
    record_view_done(&r->view);
    arena_done(&r->memory);
    free(r);
}

static void run_factory(host_record *r) {
    hooks_at_call hooks;
    call_hooks_enter(NULL, &hooks);
    if (hooks.factory != NULL) hooks.factory(hooks.factory_arg, &r->view);
    call_hooks_leave(&hooks);
}

/* ---- fields ---- */

static bool set_unsigned(host_record *r, const char *key, uint64_t number) {
    char digits[24];
    if (number <= INT64_MAX) return set(r, key, value_int((int64_t)number));
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    return set(r, key, (value){.type = VALUE_BIGINT, .str = slice_make(digits, (size_t)len)});
}

static bool set_field(host_record *r, const weir_field *f) {
    switch (f->type) {
    case WEIR_FIELD_STR: return set_text(r, f->key, f->value.str);
    case WEIR_FIELD_INT: return set(r, f->key, value_int(f->value.i64));
    case WEIR_FIELD_UINT: return set_unsigned(r, f->key, f->value.u64);
    case WEIR_FIELD_DOUBLE: return set(r, f->key, value_float(f->value.f64));
    default: return set(r, f->key, value_bool(f->value.boolean != 0));
    }
}

/* Python's words for an extra that is an attribute already. */
static bool is_taken(const host_record *r, const char *key) {
    value v;
    return record_attr_find(slice_of(key)) != ATTR_OTHER || record_view_get(&r->view, slice_of(key), &v);
}

static int add_extra(host_record *r, const weir_field *extra, size_t count, weir_error *err) {
    for (size_t i = 0; i < count; i++) {
        const char *key = extra[i].key != NULL ? extra[i].key : "";
        if (is_taken(r, key))
            return error_set(err, WEIR_ERR_INVALID, "Attempt to overwrite '%s' in LogRecord", key);
        if (!set_field(r, &extra[i]))
            return error_set(err, WEIR_ERR_INVALID, "the field '%s' has no name, or there are too many", key);
    }
    return 0;
}

/* ---- making ---- */

typedef struct code_place {
    const char *file, *function;
    int line;
} code_place;

static bool set_call(host_record *r, const weir_logger *from, int level, const code_place *place,
                     slice message) {
    char unknown[32];
    slice path = slice_of(place->file != NULL ? place->file : ""), file = path_filename(path);
    return set_text(r, "name", weir_logger_name(from)) && set(r, "msg", value_str(message)) &&
           set(r, "levelname", value_str(level_name(level, unknown))) &&
           set(r, "levelno", value_int(level)) && set(r, "pathname", value_str(path)) &&
           set(r, "filename", value_str(file)) && set(r, "module", value_str(path_module(file))) &&
           set(r, "lineno", value_int(place->line)) && set_text(r, "funcName", place->function);
}

/* As the factory leaves it. */
static host_record *make(const weir_logger *from, int level, const code_place *place, const char *format,
                         va_list args) __attribute__((format(printf, 4, 0)));
static host_record *make(const weir_logger *from, int level, const code_place *place, const char *format,
                         va_list args) {
    text message;
    text_init(&message, 0);
    text_vaddf(&message, format, args);
    host_record *r = message.failed ? NULL : record_new();
    if (r != NULL && !set_call(r, from, level, place, text_slice(&message))) {
        weir_record_free(&r->view);
        r = NULL;
    }
    text_done(&message);
    if (r != NULL) run_factory(r);
    return r;
}

weir_record *weir_make_record(const weir_logger *from, int level, const char *file, int line,
                              const char *function, const weir_field *extra, size_t extra_count,
                              weir_error *err, const char *format, ...) {
    int saved = errno;
    const code_place place = {file, function, line};
    va_list args;
    va_start(args, format);
    host_record *r = make(from, level, &place, format, args);
    va_end(args);
    if (r == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
    } else if (add_extra(r, extra, extra_count, err) != 0) {
        weir_record_free(&r->view);
        r = NULL;
    }
    errno = saved;
    return r != NULL ? &r->view : NULL;
}

weir_record *host_record_make(const weir_logger *from, int level, const char *format, va_list args) {
    const code_place place = {"", NULL, 0};
    host_record *r = make(from, level, &place, format, args);
    return r != NULL ? &r->view : NULL;
}

/* Python's makeLogRecord makes a record of nothing, then sets what is given: nothing follows from it. */
static bool set_nothing(host_record *r) {
    return set_text(r, "name", NULL) && set_text(r, "msg", "") && set_text(r, "levelname", "Level None") &&
           set_text(r, "levelno", NULL) && set_text(r, "pathname", "") && set_text(r, "filename", "") &&
           set_text(r, "module", "") && set(r, "lineno", value_int(0)) && set_text(r, "funcName", NULL);
}

weir_record *weir_make_log_record(const weir_field *attributes, size_t count, weir_error *err) {
    int saved = errno;
    host_record *r = record_new();
    bool good = r != NULL && set_nothing(r);
    if (good) run_factory(r);
    for (size_t i = 0; good && i < count; i++) good = set_field(r, &attributes[i]);
    if (!good) {
        error_set(err, WEIR_ERR_INVALID, "no memory for a record, a field without a name, or too many");
        weir_record_free(r != NULL ? &r->view : NULL);
    }
    errno = saved;
    return good ? &r->view : NULL;
}

/* ---- handling ---- */

static int level_of(const weir_record *r) {
    int64_t level;
    bool fits = weir_record_int(r, "levelno", &level) == 0 && level >= INT32_MIN && level <= INT32_MAX;
    return fits ? (int)level : 0;
}

int weir_handle(weir_logger *to, weir_record *r) {
    const logger *l = logger_of_handle(to)->core;
    int level = level_of(r), saved = errno, rc = 0;
    if (logger_is_disabled(l)) return 0;
    value attributes = record_view_attributes(r);
    if (front_get_state() != FRONT_UNSTARTED)
        rc = front_emit_made(logger_of_handle(to), level, &attributes);
    else if (at_call_run(l, false, NULL, r) && lastresort_record != NULL)
        lastresort_record(to, level, r);
    errno = saved;
    return rc;
}
