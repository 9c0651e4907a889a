/* status.c - the object of /api/status (schema/api.yaml, Status), and the audit in it. Runs on the thread
 * that asks; the counters are read one by one while everything runs. */
#include <stdlib.h>
#include <unistd.h>

#include "admin/control/control_internal.h"
#include "admin/control/status.h"
#include "admin/control/when.h"
#include "receiver/receivers.h"
#include "record/host_class.h"

void status_time(json_writer *w, const char *key, int64_t us) {
    char when[WHEN_SIZE];
    json_key(w, key);
    json_cstr(w, us == 0 ? NULL : when_utc(us, when));
}

void status_names(json_writer *w, const char *key, const name_list *names) {
    json_key(w, key);
    json_begin_array(w);
    for (size_t i = 0; i < names->count; i++) json_cstr(w, names->names[i]);
    json_end(w);
}

static void key_uint(json_writer *w, const char *key, uint64_t u) {
    json_key(w, key);
    json_uint(w, u);
}

static void key_cstr(json_writer *w, const char *key, const char *s) {
    json_key(w, key);
    json_cstr(w, s);
}

static void key_bool(json_writer *w, const char *key, bool b) {
    json_key(w, key);
    json_bool(w, b);
}

static void put_process(const control *c, json_writer *w) {
    const weir_core *core = c->core;
    key_cstr(w, "version", WEIR_VERSION);
    key_cstr(w, "service", core->service);
    key_uint(w, "pid", (uint64_t)getpid());
    key_uint(w, "uid", (uint64_t)geteuid());
    status_time(w, "started", core->start_ns / 1000);
    status_time(w, "now", clock_realtime_ns() / 1000);
    key_uint(w, "generation", core->generation->number);
    key_cstr(w, "run_dir", core->dir.fd >= 0 ? core->dir.path : NULL);
    key_cstr(w, "no_tmpfs", core->no_tmpfs);
}

static void put_config(const control *c, json_writer *w) {
    json_key(w, "config");
    json_begin_object(w);
    key_cstr(w, "file", c->core->config_path);
    key_bool(w, "differs_from_file", file_differs(c));
    key_cstr(w, "trouble", c->file_trouble);
    status_names(w, "restart", &c->file_restart);
    json_end(w);
}

static void put_law(const control *c, json_writer *w) {
    backend_status s;
    backend_get_status(c->core->backend, &s);
    json_key(w, "law");
    json_begin_object(w);
    key_uint(w, "accepted", s.accepted);
    key_uint(w, "routed", s.routed);
    json_key(w, "dropped");
    json_begin_object(w);
    for (int i = 0; i < EARLY_COUNT; i++) key_uint(w, early_drop_names[i], s.early[i]);
    json_end(w);
    key_uint(w, "in_rings", s.in_rings);
    json_end(w);
    json_key(w, "rings");
    json_begin_object(w);
    key_uint(w, "live", s.rings_live);
    key_uint(w, "total", s.rings_total);
    key_uint(w, "bytes", s.ring_bytes);
    json_end(w);
}

/* ---- handlers and targets ---- */

const handler *status_handler_of(const control *c, const handler_stats *stats) {
    const generation *g = c->core->generation;
    for (size_t i = 0; i < g->handler_count; i++)
        if (g->handlers[i]->stats == stats) return g->handlers[i];
    return NULL;
}

void status_counts(const handler_stats *stats, handler_counts *out) {
    *out = (handler_counts){.delivered = __atomic_load_n(&stats->delivered, __ATOMIC_ACQUIRE)};
    uint64_t settled = out->delivered;
    for (int i = 0; i < DROP_COUNT; i++) {
        out->dropped[i] = __atomic_load_n(&stats->dropped[i], __ATOMIC_RELAXED);
        settled += out->dropped[i];
    }
    out->given = __atomic_load_n(&stats->given, __ATOMIC_RELAXED); /* last: it is never less than the rest */
    out->pending = out->given > settled ? out->given - settled : 0;
}

static void put_definition(const handler *h, json_writer *w) {
    char buffer[32];
    key_cstr(w, "class", h != NULL ? h->kind->name : NULL);
    json_key(w, "level");
    if (h != NULL)
        json_string(w, level_name(h->level, buffer));
    else
        json_null(w);
    json_key(w, "levelno");
    if (h != NULL)
        json_int(w, h->level);
    else
        json_null(w);
    json_key(w, "line");
    if (h != NULL && h->line > 0)
        json_int(w, h->line);
    else
        json_null(w);
    key_cstr(w, "target", h != NULL && h->target != NULL ? target_name(h->target) : NULL);
    json_key(w, "feeds");
    json_begin_array(w);
    for (size_t i = 0; h != NULL && i < h->feed_count; i++) json_cstr(w, h->feeds[i]->name);
    json_end(w);
}

static void put_handler(const control *c, const handler_stats *stats, json_writer *w) {
    handler_counts n;
    const handler *h = status_handler_of(c, stats);
    status_counts(stats, &n);
    json_begin_object(w);
    json_key(w, "name");
    json_string(w, slice_make(stats->name, strnlen(stats->name, sizeof stats->name)));
    put_definition(h, w);
    key_uint(w, "generation", stats->generation);
    key_bool(w, "current", h != NULL);
    key_uint(w, "given", n.given);
    key_uint(w, "delivered", n.delivered);
    json_key(w, "dropped");
    json_begin_object(w);
    for (int i = 0; i < DROP_COUNT; i++) key_uint(w, handler_drop_names[i], n.dropped[i]);
    json_end(w);
    key_uint(w, "pending", n.pending);
    key_uint(w, "cut", __atomic_load_n(&stats->cut, __ATOMIC_RELAXED));
    key_uint(w, "notices", __atomic_load_n(&stats->notices, __ATOMIC_RELAXED));
    key_uint(w, "errors", __atomic_load_n(&stats->errors, __ATOMIC_RELAXED));
    json_end(w);
}

static void put_target(void *arg, target *t) {
    json_writer *w = arg;
    target_health health;
    target_get_health(t, &health);
    json_begin_object(w);
    key_cstr(w, "name", target_name(t));
    key_bool(w, "stalled", health.stalled);
    key_cstr(w, "trouble", health.troubled ? health.trouble : NULL);
    key_uint(w, "pending_bytes", health.pending_bytes);
    json_end(w);
}

static void put_handlers(const control *c, json_writer *w) {
    json_key(w, "handlers");
    json_begin_array(w);
    for (size_t i = 0; i < LIMIT_HANDLERS; i++) {
        const handler_stats *stats = &c->core->process->handlers[i];
        if (__atomic_load_n(&stats->used, __ATOMIC_ACQUIRE) != 0) put_handler(c, stats, w);
    }
    json_end(w);
    json_key(w, "targets");
    json_begin_array(w);
    target_registry_each(c->core->targets, put_target, w);
    json_end(w);
    const char *history_file = NULL;
    const generation *g = c->core->generation;
    for (size_t i = 0; i < g->handler_count && history_file == NULL; i++)
        if (strcmp(g->handlers[i]->kind->name, "weir.HistoryHandler") == 0 && g->handlers[i]->target != NULL)
            history_file = target_name(g->handlers[i]->target);
    key_cstr(w, "history", history_file);
}

/* ---- classes of the host's ---- */

static void put_class(const host_class *class, const char *sort, json_writer *w) {
    uint64_t calls = __atomic_load_n(&class->calls, __ATOMIC_RELAXED);
    uint64_t total = __atomic_load_n(&class->total_ns, __ATOMIC_RELAXED);
    json_begin_object(w);
    key_cstr(w, "name", class->name);
    key_cstr(w, "sort", sort);
    key_uint(w, "objects", __atomic_load_n(&class->in_use, __ATOMIC_RELAXED));
    key_uint(w, "calls", calls);
    key_uint(w, "errors", __atomic_load_n(&class->errors, __ATOMIC_RELAXED));
    key_uint(w, "mean_us", calls > 0 ? total / calls / 1000 : 0);
    key_uint(w, "slowest_us", __atomic_load_n(&class->slowest_ns, __ATOMIC_RELAXED) / 1000);
    key_bool(w, "slow", host_class_is_slow(class));
    json_end(w);
}

static void put_classes(json_writer *w) {
    static const char *const sorts[] = {"handler", "filter", "formatter"};
    json_key(w, "classes");
    json_begin_array(w);
    for (int sort = HOST_HANDLER; sort <= HOST_FORMATTER; sort++)
        for (size_t i = 0; host_class_at((host_sort)sort, i) != NULL; i++)
            put_class(host_class_at((host_sort)sort, i), sorts[sort], w);
    json_end(w);
}

/* ---- the rest ---- */

static void put_recovery(const control *c, json_writer *w) {
    const recovery_report *r = &c->core->recovery;
    json_key(w, "recovery");
    if (r->processes == 0) {
        json_null(w);
        return;
    }
    json_begin_object(w);
    key_uint(w, "processes", r->processes);
    key_uint(w, "from_queues", r->from_queues);
    key_uint(w, "from_rings", r->from_rings);
    key_uint(w, "dropped", r->dropped);
    key_uint(w, "unreadable", r->unreadable);
    key_uint(w, "doubtful", r->doubtful);
    key_uint(w, "buffered", r->buffered);
    json_key(w, "lines");
    json_begin_array(w);
    for (const char *at = text_cstr(&r->lines); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (len > 0) json_string(w, slice_make(at, len));
        at += len + (at[len] == '\n');
    }
    json_end(w);
    json_end(w);
}

static void put_listeners(control *c, json_writer *w) {
    json_key(w, "listeners");
    json_begin_array(w);
    pthread_mutex_lock(&c->notes);
    for (size_t i = 0; i < c->listener_count; i++) {
        json_begin_object(w);
        key_cstr(w, "name", c->listeners[i].name);
        key_cstr(w, "address", c->listeners[i].address);
        key_cstr(w, "state", c->listeners[i].state);
        json_end(w);
    }
    pthread_mutex_unlock(&c->notes);
    json_end(w);
}

static void put_receiver(receiver_door door, json_writer *w) {
    const receiver_stats *n = receiver_door_stats(door);
    json_begin_object(w);
    key_cstr(w, "name", receiver_door_names[door]);
    key_uint(w, "frames", __atomic_load_n(&n->frames, __ATOMIC_RELAXED));
    key_uint(w, "handled", __atomic_load_n(&n->handled, __ATOMIC_RELAXED));
    key_uint(w, "placeholders", __atomic_load_n(&n->placeholders, __ATOMIC_RELAXED));
    key_uint(w, "other_names", __atomic_load_n(&n->other_names, __ATOMIC_RELAXED));
    key_uint(w, "connections", __atomic_load_n(&n->connections, __ATOMIC_RELAXED));
    key_uint(w, "connections_total", __atomic_load_n(&n->connections_total, __ATOMIC_RELAXED));
    json_key(w, "dropped");
    json_begin_object(w);
    for (int i = 0; i < RECEIVE_DROPS; i++)
        key_uint(w, receive_drop_names[i], __atomic_load_n(&n->dropped[i], __ATOMIC_RELAXED));
    json_end(w);
    json_end(w);
}

static void put_receivers(json_writer *w) {
    json_key(w, "receivers");
    json_begin_array(w);
    for (int i = 0; i < DOOR_COUNT; i++)
        if (receiver_door_open((receiver_door)i)) put_receiver((receiver_door)i, w);
    json_end(w);
}

static void put_audit(void *arg, const audit_entry *e) {
    json_writer *w = arg;
    json_begin_object(w);
    status_time(w, "time", e->time_us);
    key_cstr(w, "way", e->way);
    key_cstr(w, "who", e->who);
    key_cstr(w, "what", e->what);
    json_end(w);
}

void status_audit(control *c, size_t max, json_writer *w) {
    json_key(w, "audit");
    json_begin_array(w);
    control_audit(c, max, put_audit, w);
    json_end(w);
}

void control_status_json(control *c, json_writer *w) {
    name_list over = {0};
    json_begin_object(w);
    pthread_mutex_lock(&c->change);
    put_process(c, w);
    put_config(c, w);
    put_law(c, w);
    put_handlers(c, w);
    put_classes(w);
    over_list(c, &over);
    pthread_mutex_unlock(&c->change);
    put_recovery(c, w);
    put_listeners(c, w);
    put_receivers(w);
    status_names(w, "over", &over);
    status_audit(c, 20, w);
    json_end(w);
    name_list_done(&over);
}
