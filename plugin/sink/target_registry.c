/* target_registry.c - all targets of the process, by key: made at the first reference, shared by later
 * ones, ended in the background after the last. Runs on the threads that build and retire
 * configurations; how everything ends at weir_stop is in target_stop.c. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "sink/file_open.h"
#include "sink/target_private.h"

target_registry *target_registry_create(const target_registry_settings *settings, weir_error *err) {
    target_registry *r = calloc(1, sizeof *r);
    if (r == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        return NULL;
    }
    r->set = *settings;
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

/* A configuration that is pushed often makes and ends a target each time. One queue is kept for that. */
static void keep_or_remove_queue(target_registry *r, target *t) {
    if (r->spare == NULL && chunk_queue_read_pos(t->queue) == chunk_queue_write_pos(t->queue)) {
        chunk_queue_set_aside(t->queue);
        r->spare = t->queue;
        t->queue = NULL;
    } else {
        chunk_queue_remove(r->set.dir, t->queue);
    }
}

/* Removes what ended by itself. Under the lock. A stop goes over the list without it. */
static void reap(target_registry *r) {
    if (r->stopped) return;
    for (target **at = &r->first; *at != NULL;) {
        target *t = *at;
        if (!t->ending || !worker_join(&t->thread, 0)) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        r->count--;
        keep_or_remove_queue(r, t);
        target_free(t);
    }
}

static bool has_key(target *t, const char *key) {
    pthread_mutex_lock(&t->lock);
    bool equal = strcmp(t->key, key) == 0;
    pthread_mutex_unlock(&t->lock);
    return equal;
}

static target *find(const target_registry *r, const char *key) {
    for (target *t = r->first; t != NULL; t = t->next) {
        if (!t->ending && has_key(t, key)) return t;
    }
    return NULL;
}

/* ---- a new one ---- */

static char *name_of(const sink_spec *spec) {
    if (spec->path.len > 0) return strndup(spec->path.data, spec->path.len);
    return strdup(spec->fd == 1 ? "stdout" : "stderr");
}

/* "weir-w-app.log": the last part of its name. */
static void thread_name(const target *t, char out[16]) {
    const char *slash = strrchr(t->name, '/');
    snprintf(out, 16, "weir-w-%.8s", slash != NULL ? slash + 1 : t->name);
}

static chunk_queue *take_queue(target_registry *r, slice description, weir_error *err) {
    chunk_queue *q = r->spare;
    if (q == NULL)
        return chunk_queue_create(r->set.dir, r->next_number++, r->set.queue_size, description, err);
    if (chunk_queue_renew(q, description, err) != 0) return NULL;
    r->spare = NULL;
    return q;
}

static chunk_queue *make_queue(target_registry *r, const sink_spec *spec, weir_error *err) {
    text description;
    chunk_queue *q = NULL;
    text_init(&description, 0);
    sink_spec_json(spec, &description);
    if (description.failed)
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
    else if (description.len > CHUNK_TARGET_SIZE)
        error_set(err, WEIR_ERR_INVALID,
                  "the path is too long for a target (with its options at most %d bytes)", CHUNK_TARGET_SIZE);
    else
        q = take_queue(r, text_slice(&description), err);
    text_done(&description);
    return q;
}

/* Takes s over, in any case. */
static target *make(target_registry *r, const sink_spec *spec, sink *s, const char *key, weir_error *err) {
    char name[16];
    target *t = calloc(1, sizeof *t);
    if (t == NULL) {
        s->close(s);
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        return NULL;
    }
    t->registry = r;
    t->sink = s;
    t->refs = 1;
    memcpy(t->key, key, sizeof t->key);
    pthread_mutex_init(&t->gate, NULL);
    pthread_mutex_init(&t->lock, NULL);
    if ((t->name = name_of(spec)) == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        goto fail;
    }
    if ((t->definition = target_update_create(spec, err)) == NULL) goto fail;
    if ((t->queue = make_queue(r, spec, err)) == NULL) goto fail;
    thread_name(t, name);
    if (worker_start(&t->thread, name, writer_run, t, err) == 0) return t;

fail:
    if (t->queue != NULL) chunk_queue_remove(r->set.dir, t->queue);
    target_free(t);
    return NULL;
}

static int check_room(const target_registry *r, weir_error *err) {
    if (r->stopped) return error_set(err, WEIR_ERR_STATE, "stopping");
    if (r->count >= LIMIT_TARGETS)
        return error_set(err, WEIR_ERR_SYSTEM, "there are %d targets already, which is the most",
                         LIMIT_TARGETS);
    return 0;
}

static target *add(target_registry *r, const sink_spec *spec, sink *s, const char *key, weir_error *err) {
    if (check_room(r, err) != 0) {
        s->close(s);
        return NULL;
    }
    target *t = make(r, spec, s, key, err);
    if (t == NULL) return NULL;
    t->next = r->first;
    r->first = t;
    r->count++;
    return t;
}

/* ---- one more reference ---- */

/* The sink that was opened to learn the key is closed again; the definition is kept until the
 * configuration that it belongs to is applied. */
static target *share(target *t, const sink_spec *spec, sink *s, weir_error *err) {
    s->close(s);
    target_update *u = target_update_create(spec, err);
    if (u == NULL) return NULL;
    pthread_mutex_lock(&t->lock);
    target_update_free(t->offered);
    t->offered = u;
    pthread_mutex_unlock(&t->lock);
    t->refs++;
    __atomic_store_n(&t->unused, 0, __ATOMIC_RELEASE);
    return t;
}

void target_retain(target *t) {
    pthread_mutex_lock(&t->registry->lock);
    t->refs++;
    __atomic_store_n(&t->unused, 0, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&t->registry->lock);
}

/* Without malloc: it may be for want of memory that the file is not used. */
static void unmake(const sink_spec *spec) {
    char path[PATH_MAX], below[PATH_MAX];
    if (spec->path.len >= sizeof path || spec->beneath_path.len >= sizeof below) return; /* open refused it */
    memcpy(path, spec->path.data, spec->path.len);
    path[spec->path.len] = '\0';
    if (spec->beneath_path.len > 0) memcpy(below, spec->beneath_path.data, spec->beneath_path.len);
    below[spec->beneath_path.len] = '\0';
    file_place place = {path, below, spec->beneath_fd, 0};
    file_unmake(&place);
}

int target_acquire(target_registry *r, const sink_spec *spec, target **out, bool *created, weir_error *err) {
    const sink_kind *kind = sink_kind_find(spec->kind);
    char key[128] = "";
    sink *s;
    bool made = false;
    if (kind == NULL)
        return error_set(err, WEIR_ERR_INVALID, "no such kind of target: %.*s", (int)spec->kind.len,
                         spec->kind.data);
    if (kind->open(spec, false, &s, key, &made, err) != 0) return -1;
    pthread_mutex_lock(&r->lock);
    reap(r);
    target *t = find(r, key);
    t = t != NULL ? share(t, spec, s, err) : add(r, spec, s, key, err);
    pthread_mutex_unlock(&r->lock);
    if (t == NULL) {
        if (made) unmake(spec);
        return -1;
    }
    *out = t;
    *created = made;
    return 0;
}

void target_release(target *t) {
    target_registry *r = t->registry;
    pthread_mutex_lock(&r->lock);
    if (--t->refs == 0 && !r->stopped) {
        __atomic_store_n(&t->unused, 1, __ATOMIC_RELEASE);
        target_wake(t);
    }
    reap(r);
    pthread_mutex_unlock(&r->lock);
}

void target_registry_each(target_registry *r, void (*each)(void *arg, target *t), void *arg) {
    pthread_mutex_lock(&r->lock);
    reap(r);
    for (target *t = r->first; t != NULL; t = t->next) {
        if (!t->ending || r->stopped) each(arg, t);
    }
    pthread_mutex_unlock(&r->lock);
}
