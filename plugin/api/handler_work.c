/* handler_work.c - what a handler does when the host tells it to: flush, roll over, filter, format. In the
 * host's threads; what is written is its writer's. */
#include <stdlib.h>

#include "admin/control/control.h"
#include "api/records.h"
#include "base/worker.h"

/* How long weir_stop may have to wait for a thread that waits for a target. */
#define WAIT_SLICE_NS (50 * (int64_t)1000000)

static int64_t deadline_of(int timeout_ms) {
    return timeout_ms < 0 ? INT64_MAX : clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
}

/* ---- what is open of it ---- */

/* Its target, with one more reference, after all that was logged before is in its queue. NULL with code
 * WEIR_OK: it is not open, or has none. */
static target *settled_target(weir_handler *h, int64_t deadline_ns, weir_error *err) {
    target *found = NULL;
    control *c = control_current();
    char *name = NULL;
    objects_lock();
    if (h->head.bound) name = strdup(h->head.name);
    objects_unlock();
    err->code = WEIR_OK;
    if (name == NULL || c == NULL) return NULL;
    if (control_flush_routed(c, deadline_ns) != 0)
        error_set(err, WEIR_ERR_TIMEOUT, "handler %s: what was logged is not through in time", name);
    else
        found = control_handler_target(c, slice_of(name));
    free(name);
    return found;
}

/* In slices: whoever stops Weir waits for this thread. */
static bool drain(target *t, int64_t deadline_ns) {
    for (;;) {
        int64_t slice_end = clock_monotonic_ns() + WAIT_SLICE_NS;
        if (target_drain(t, slice_end < deadline_ns ? slice_end : deadline_ns)) return true;
        if (clock_monotonic_ns() >= deadline_ns || __atomic_load_n(host_stops(), __ATOMIC_ACQUIRE) != 0)
            return false;
    }
}

static int may_wait(weir_error *err) {
    if (worker_is_self() || api_in_edit())
        return error_set(err, WEIR_ERR_STATE, "not from weir_edit, nor a handler, filter or formatter");
    return 0;
}

/* 0, or -1: Weir does not run, or this thread may not wait for it. */
static int begin(weir_error *err) { return may_wait(err) != 0 ? -1 : host_enter(false, err); }

/* The name of what is open of it. false: nothing is. */
static bool key_of(weir_handler *h, char key[HANDLER_STATS_NAME]) {
    control *c = control_current();
    objects_lock();
    char *name = h->head.bound ? strdup(h->head.name) : NULL;
    objects_unlock();
    bool open = name != NULL && c != NULL && control_handler_key(c, slice_of(name), key);
    free(name);
    return open;
}

/* A MemoryHandler hands over what it keeps; with it all others do. */
static bool keeps_records(weir_handler *h) {
    char key[HANDLER_STATS_NAME];
    return key_of(h, key);
}

int weir_handler_flush(weir_handler *h, int timeout_ms) {
    weir_error err;
    int64_t deadline = deadline_of(timeout_ms);
    if (h == NULL || begin(&err) != 0) return -1;
    target *t = settled_target(h, deadline, &err);
    int rc = err.code == WEIR_OK ? 0 : -1;
    if (t != NULL) {
        rc = drain(t, deadline) ? 0 : -1;
        target_release(t);
    } else if (rc == 0 && keeps_records(h)) {
        rc = control_flush(control_current(), deadline);
    }
    host_leave();
    return rc;
}

int weir_handler_do_rollover(weir_handler *h, int timeout_ms, weir_error *err) {
    weir_error own;
    int64_t deadline = deadline_of(timeout_ms);
    if (err == NULL) err = &own;
    if (h == NULL) return api_missing("handler", err);
    if (begin(err) != 0) return -1;
    target *t = settled_target(h, deadline, err);
    int rc = -1;
    if (t != NULL) {
        rc = drain(t, deadline)
                 ? target_roll(t, deadline, host_stops(), err)
                 : error_set(err, WEIR_ERR_TIMEOUT, "what it was given is not written in time");
        target_release(t);
    } else if (err->code == WEIR_OK) {
        error_set(err, WEIR_ERR_STATE,
                  "the handler is not open (attach it to a logger), or does not roll over");
    }
    host_leave();
    return rc;
}

/* ---- a record of the host ---- */

/* Its filters as they are now, each with one more owner. NULL and count 0: none. */
static weir_filter **filters_of(const weir_handler *h, size_t *count) {
    objects_lock();
    *count = h->state->filter_count;
    weir_filter **copy = malloc((*count + 1) * sizeof(weir_filter *));
    for (size_t i = 0; copy != NULL && i < *count; i++) {
        copy[i] = h->state->filters[i];
        object_ref_locked(&copy[i]->head);
    }
    objects_unlock();
    return copy;
}

int weir_handler_filter(weir_handler *h, weir_record *r, weir_error *err) {
    size_t count;
    int passes = 1;
    if (h == NULL) return api_missing("handler", err);
    weir_filter **filters = filters_of(h, &count);
    if (filters == NULL) return api_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        if (passes == 1) passes = weir_filter_filter(filters[i], r, err);
        object_free(&filters[i]->head);
    }
    free(filters);
    return passes;
}

long weir_handler_format(weir_handler *h, weir_record *r, char *buffer, size_t size, weir_error *err) {
    text out;
    if (h == NULL) return api_missing("handler", err);
    weir_formatter *f = weir_handler_get_formatter(h);
    text_init(&out, 0);
    int rc = api_format(f, r, &out, err);
    weir_formatter_free(f);
    return api_give(&out, rc, buffer, size, err);
}

/* ---- a record for it alone ---- */

static int open_it(draft *d, void *arg, weir_error *err) { return draft_put_handler(d, arg, err); }

/* A record that was made has its attributes as they were set; any other, all that it has. */
static int attributes_of(weir_record *r, value *out, int *level, weir_error *err) {
    int64_t number = WEIR_LEVEL_NOTSET;
    record *rec = api_record(r, err);
    if (rec == NULL) return -1;
    weir_record_int(r, "levelno", &number);
    *level = number >= INT32_MIN && number <= INT32_MAX ? (int)number : WEIR_LEVEL_NOTSET;
    *out = record_view_attributes(r);
    return r->changeable || record_dict(rec, out) ? 0 : api_no_memory(err);
}

/* The same with Weir kept from stopping; what asks for an edit afterwards must not keep it. */
static bool find_key(weir_handler *h, char key[HANDLER_STATS_NAME]) {
    if (host_enter(false, NULL) != 0) return false;
    bool open = key_of(h, key);
    host_leave();
    return open;
}

static int open_if_needed(const char *function, weir_handler *h, char key[HANDLER_STATS_NAME],
                          weir_error *err) {
    if (find_key(h, key)) return 0;
    if (api_edit(function, open_it, h, err) != 0) return -1;
    return find_key(h, key) ? 0
                            : error_set(err, WEIR_ERR_CONFLICT, "the configuration was replaced meanwhile");
}

static int give(const char *function, weir_handler *h, weir_record *r, bool filtered, weir_error *err) {
    char key[HANDLER_STATS_NAME];
    value attributes;
    weir_error own;
    int level;
    if (err == NULL) err = &own;
    err->code = WEIR_OK;
    if (h == NULL) return api_missing("handler", err);
    if (may_wait(err) != 0 || attributes_of(r, &attributes, &level, err) != 0) return -1;
    if (open_if_needed(function, h, key, err) != 0) return -1;
    bound_logger *from = logger_of_handle(weir_get_logger(weir_record_str(r, "name", NULL)));
    if (front_emit_to(from, level, &attributes, slice_of(key), filtered) == 0) return 0;
    return error_set(err, WEIR_ERR_SYSTEM, "there is no room for the record: it is counted as dropped");
}

int weir_handler_handle(weir_handler *h, weir_record *r, weir_error *err) {
    return give("weir_handler_handle", h, r, true, err);
}

int weir_handler_emit(weir_handler *h, weir_record *r, weir_error *err) {
    return give("weir_handler_emit", h, r, false, err);
}
