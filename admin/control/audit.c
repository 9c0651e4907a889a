/* audit.c - who changed what: the newest LIMIT_AUDIT entries in memory, and each as a record of logger
 * "weir", so that it outlives the process in the service's own log. Also the lines of status that
 * listeners keep. Any thread; the `notes` lock is held for a copy only. */
#include <stdlib.h>

#include "admin/control/control_internal.h"

void audit_add(control *c, const requester *by, const char *what) {
    audit_entry e = {.time_us = clock_realtime_ns() / 1000};
    snprintf(e.way, sizeof e.way, "%s", by->way);
    snprintf(e.who, sizeof e.who, "%s", by->who);
    snprintf(e.what, sizeof e.what, "%s", what);
    pthread_mutex_lock(&c->notes);
    c->audit[c->audit_next] = e;
    c->audit_next = (c->audit_next + 1) % LIMIT_AUDIT;
    if (c->audit_count < LIMIT_AUDIT) c->audit_count++;
    pthread_mutex_unlock(&c->notes);
    /* What the host does to its own logging is no news to it: Python's log has no such line either. */
    if (c->silent || strcmp(by->way, "api") == 0) return;
    char line[sizeof e.way + sizeof e.who + sizeof e.what + 8];
    snprintf(line, sizeof line, "%s (%s %s)", e.what, e.way, e.who);
    backend_log(c->core->backend, WEIR_LEVEL_INFO, slice_of(line));
}

void control_note(control *c, const requester *by, const char *format, ...) {
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    audit_add(c, by, what);
}

void control_audit(control *c, size_t max, void (*each)(void *arg, const audit_entry *e), void *arg) {
    if (max > LIMIT_AUDIT) max = LIMIT_AUDIT;
    audit_entry *copy = max == 0 ? NULL : malloc(max * sizeof *copy);
    if (copy == NULL) return;
    pthread_mutex_lock(&c->notes);
    if (max > c->audit_count) max = c->audit_count;
    for (size_t i = 0; i < max; i++) copy[i] = c->audit[(c->audit_next + LIMIT_AUDIT - 1 - i) % LIMIT_AUDIT];
    pthread_mutex_unlock(&c->notes);
    for (size_t i = 0; i < max; i++) each(arg, &copy[i]);
    free(copy);
}

/* An empty one, if it has none yet; NULL: there are as many as can be. */
static listener_line *find_listener(control *c, const char *name) {
    for (size_t i = 0; i < c->listener_count; i++)
        if (strcmp(c->listeners[i].name, name) == 0) return &c->listeners[i];
    if (c->listener_count == LISTENERS) return NULL;
    listener_line *made = &c->listeners[c->listener_count++];
    *made = (listener_line){.name = ""};
    return made;
}

/* state NULL: the listener is gone, and its line with it. */
void control_set_listener(control *c, const char *name, const char *address, const char *state) {
    bool news = false;
    pthread_mutex_lock(&c->notes);
    listener_line *l = find_listener(c, name);
    if (l != NULL && state == NULL) {
        *l = c->listeners[--c->listener_count];
    } else if (l != NULL) {
        news = strcmp(l->state, state) != 0;
        snprintf(l->name, sizeof l->name, "%s", name);
        snprintf(l->address, sizeof l->address, "%s", address);
        snprintf(l->state, sizeof l->state, "%s", state);
    }
    pthread_mutex_unlock(&c->notes);
    if (!news || strcmp(state, "listening") == 0) return;
    char line[sizeof l->name + sizeof l->address + sizeof l->state + 8];
    snprintf(line, sizeof line, "%s %s: %s", name, address, state);
    backend_log(c->core->backend, WEIR_LEVEL_WARNING, slice_of(line));
}

void control_listeners(control *c,
                       void (*each)(void *arg, const char *name, const char *address, const char *state),
                       void *arg) {
    pthread_mutex_lock(&c->notes);
    for (size_t i = 0; i < c->listener_count; i++)
        each(arg, c->listeners[i].name, c->listeners[i].address, c->listeners[i].state);
    pthread_mutex_unlock(&c->notes);
}

void control_tell_listener(void *arg, const char *name, const char *address, const char *state) {
    control_set_listener(arg, name, address, state);
}

void control_log(void *arg, int level, slice line) {
    control *c = arg;
    backend_log(c->core->backend, level, line);
}
