/* metrics.c - the figures of status in the Prometheus text format 0.0.4, names weir_…. Runs on the thread
 * that asks. */
#include "admin/control/control_internal.h"
#include "admin/control/status.h"
#include "receiver/receivers.h"

static void head(text *out, const char *name, const char *type, const char *help) {
    text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void plain(text *out, const char *name, const char *type, const char *help, uint64_t number) {
    head(out, name, type, help);
    text_addf(out, "%s %llu\n", name, (unsigned long long)number);
}

/* A label's value: backslash, quote and newline escaped, as the format wants. */
static void label(text *out, const char *key, slice of) {
    text_addf(out, "%s=\"", key);
    for (size_t i = 0; i < of.len; i++) {
        char ch = of.data[i];
        if (ch == '\\' || ch == '"') text_add_char(out, '\\');
        if (ch == '\n')
            text_add_cstr(out, "\\n");
        else
            text_add_char(out, ch);
    }
    text_add_char(out, '"');
}

static void put_law(const control *c, text *out) {
    backend_status s;
    backend_get_status(c->core->backend, &s);
    plain(out, "weir_records_accepted_total", "counter", "Log calls that returned.", s.accepted);
    plain(out, "weir_records_routed_total", "counter", "Records handed to the handlers' logic.", s.routed);
    head(out, "weir_records_dropped_early_total", "counter", "Records that never reached the backend.");
    for (int i = 0; i < EARLY_COUNT; i++)
        text_addf(out, "weir_records_dropped_early_total{reason=\"%s\"} %llu\n", early_drop_names[i],
                  (unsigned long long)s.early[i]);
    plain(out, "weir_records_in_rings", "gauge", "Records captured, not yet routed.", s.in_rings);
    plain(out, "weir_rings", "gauge", "Rings of live threads.", s.rings_live);
    plain(out, "weir_ring_bytes", "gauge", "Memory of all rings.", s.ring_bytes);
    plain(out, "weir_generation", "gauge", "The running configuration's number.", s.generation);
}

static void handler_label(text *out, const char *metric, const handler_stats *stats) {
    text_addf(out, "%s{", metric);
    label(out, "handler", slice_make(stats->name, strnlen(stats->name, sizeof stats->name)));
}

typedef struct handler_metric {
    const char *name, *type, *help;
    size_t offset; /* in handler_counts */
} handler_metric;
static const handler_metric metrics[] = {
    {"weir_handler_given_total", "counter", "Records past the handler's level and filters.",
     offsetof(handler_counts, given)},
    {"weir_handler_delivered_total", "counter", "Records that are written.",
     offsetof(handler_counts, delivered)},
    {"weir_handler_pending", "gauge", "Records given, not yet delivered or dropped.",
     offsetof(handler_counts, pending)},
};

/* Rows of the running generation only: two rows of one name would be two series of one name. */
static void each_handler(const control *c, text *out, const handler_metric *m) {
    const generation *g = c->core->generation;
    for (size_t i = 0; i < g->handler_count; i++) {
        const handler_stats *stats = g->handlers[i]->stats;
        handler_counts n;
        if (stats == NULL) continue;
        status_counts(stats, &n);
        if (m != NULL) {
            handler_label(out, m->name, stats);
            text_addf(out, "} %llu\n", (unsigned long long)*(const uint64_t *)((const char *)&n + m->offset));
        }
        for (int reason = 0; m == NULL && reason < DROP_COUNT; reason++) {
            handler_label(out, "weir_handler_dropped_total", stats);
            text_addf(out, ",reason=\"%s\"} %llu\n", handler_drop_names[reason],
                      (unsigned long long)n.dropped[reason]);
        }
    }
}

/* Doors that are open, and their counts: handled, or dropped by reason. */
static void each_receiver(text *out, const char *metric, bool drops) {
    for (int door = 0; door < DOOR_COUNT; door++) {
        const receiver_stats *n = receiver_door_stats((receiver_door)door);
        if (!receiver_door_open((receiver_door)door)) continue;
        for (int i = 0; i < (drops ? RECEIVE_DROPS : 1); i++) {
            text_addf(out, "%s{", metric);
            label(out, "receiver", slice_of(receiver_door_names[door]));
            if (drops) text_addf(out, ",reason=\"%s\"", receive_drop_names[i]);
            const uint64_t *counter = drops ? &n->dropped[i] : &n->handled;
            text_addf(out, "} %llu\n", (unsigned long long)__atomic_load_n(counter, __ATOMIC_RELAXED));
        }
    }
}

static void put_receivers(text *out) {
    head(out, "weir_receiver_handled_total", "counter", "Received records that were given to their logger.");
    each_receiver(out, "weir_receiver_handled_total", false);
    head(out, "weir_receiver_dropped_total", "counter", "Received frames and connections that were refused.");
    each_receiver(out, "weir_receiver_dropped_total", true);
}

void control_metrics(control *c, text *out) {
    pthread_mutex_lock(&c->change);
    put_law(c, out);
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        head(out, metrics[i].name, metrics[i].type, metrics[i].help);
        each_handler(c, out, &metrics[i]);
    }
    head(out, "weir_handler_dropped_total", "counter", "Records that the handler dropped.");
    each_handler(c, out, NULL);
    put_receivers(out);
    plain(out, "weir_levels_over", "gauge", "Levels that lie over the configuration.", c->over_count);
    pthread_mutex_unlock(&c->change);
    head(out, "weir_info", "gauge", "The version that runs.");
    text_add_cstr(out, "weir_info{");
    label(out, "version", SLICE_LITERAL(WEIR_VERSION));
    text_add_char(out, ',');
    label(out, "service", slice_of(c->core->service));
    text_add_cstr(out, "} 1\n");
}
