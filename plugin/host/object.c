/* object.c - the life of the host's handlers, filters and formatters: made, counted, found, unbound, freed.
 * Any thread; one lock, held for short. What is in them is checked in object_check.c. */
#include "host/object.h"

#include <stdlib.h>

#include "base/value_dict.h"

const char *const object_groups[3] = {"formatters", "filters", "handlers"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static object *first;
static uint64_t names_given; /* atomic */

void objects_lock(void) { pthread_mutex_lock(&lock); }
void objects_unlock(void) { pthread_mutex_unlock(&lock); }
void objects_fork_prepare(void) { objects_lock(); }
void objects_fork_release(void) { objects_unlock(); }

object *object_first_locked(void) { return first; }

char *object_new_name(void) {
    text name;
    text_init(&name, 0);
    text_addf(&name, "api-%llu", (unsigned long long)__atomic_add_fetch(&names_given, 1, __ATOMIC_RELAXED));
    return text_take(&name);
}

object *object_find_locked(object_kind kind, slice name) {
    for (object *o = first; o != NULL; o = o->next)
        if (o->bound && o->kind == kind && slice_is(name, o->name)) return o;
    return NULL;
}

/* ---- definitions and states ---- */

definition *definition_create(const value *dict) {
    definition *d = calloc(1, sizeof *d);
    if (d == NULL) return NULL;
    arena_init(&d->memory, 0);
    d->refs = 1;
    if (value_copy(&d->memory, dict, &d->dict)) return d;
    arena_done(&d->memory);
    free(d);
    return NULL;
}

void definition_drop_locked(definition *d) {
    if (d == NULL || --d->refs > 0) return;
    arena_done(&d->memory);
    free(d);
}

handler_state *handler_state_copy(const handler_state *from) {
    handler_state *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    *s = *from;
    s->filters = calloc(from->filter_count + 1, sizeof(weir_filter *)); /* one more may be added */
    if (s->filters == NULL) {
        free(s);
        return NULL;
    }
    objects_lock();
    if (s->formatter != NULL) object_ref_locked(&s->formatter->head);
    if (s->target != NULL) object_ref_locked(&s->target->head);
    for (size_t i = 0; i < s->filter_count; i++) {
        s->filters[i] = from->filters[i];
        object_ref_locked(&s->filters[i]->head);
    }
    objects_unlock();
    return s;
}

void handler_state_drop_locked(handler_state *s, object **dead) {
    if (s == NULL) return;
    if (s->formatter != NULL) object_drop_locked(&s->formatter->head, dead);
    if (s->target != NULL) object_drop_locked(&s->target->head, dead);
    for (size_t i = 0; i < s->filter_count; i++) object_drop_locked(&s->filters[i]->head, dead);
    free(s->filters);
    free(s);
}

/* ---- owners ---- */

void object_ref_locked(object *o) { o->refs++; }

void object_list_locked(object *o) {
    o->next = first;
    if (first != NULL) first->previous = o;
    first = o;
}

static void unlist(object *o) {
    if (o->previous != NULL) o->previous->next = o->next;
    if (o->next != NULL) o->next->previous = o->previous;
    if (first == o) first = o->next;
}

/* As deep as handlers that have each other as target, which the configuration bounds. */
void object_drop_locked(object *o, object **dead) {
    if (--o->refs > 0) return;
    unlist(o);
    if (o->kind == OBJECT_HANDLER) handler_state_drop_locked(((weir_handler *)o)->state, dead);
    definition_drop_locked(o->def);
    o->next = *dead;
    *dead = o;
}

static void bury_formatter(weir_formatter *f) {
    if (f->made != NULL) f->made->free(f->made);
    pthread_mutex_destroy(&f->use);
}

static void bury_filter(weir_filter *f) {
    if (f->made != NULL) f->made->free(f->made);
    pthread_mutex_destroy(&f->use);
}

/* What a class of the host's own does when it ends is done here, without the lock. */
void objects_bury(object *dead) {
    while (dead != NULL) {
        object *next = dead->next;
        if (dead->kind == OBJECT_FORMATTER) bury_formatter((weir_formatter *)dead);
        if (dead->kind == OBJECT_FILTER) bury_filter((weir_filter *)dead);
        free(dead->name);
        free(dead);
        dead = next;
    }
}

void object_ref(object *o) {
    objects_lock();
    object_ref_locked(o);
    objects_unlock();
}

void object_free(object *o) {
    object *dead = NULL;
    objects_lock();
    object_drop_locked(o, &dead);
    objects_unlock();
    objects_bury(dead);
}

static object *first_bound(void) {
    for (object *o = first; o != NULL; o = o->next)
        if (o->bound) return o;
    return NULL;
}

void objects_unbind_all(void) {
    object *dead = NULL, *at = NULL;
    objects_lock();
    for (at = first_bound(); at != NULL;) {
        object *next = at->refs > 1 ? at->next : NULL; /* one that ends may end others */
        bool was = at->bound;
        at->bound = false;
        if (was) object_drop_locked(at, &dead);
        at = next != NULL ? next : first_bound();
    }
    objects_unlock();
    objects_bury(dead);
}
