/* edit.c - from a call of the host to a swap: the turn, the draft, the answer. Runs on the host's threads;
 * one edit at a time, by control's gate. What is changed, the other files of this folder say. */
#include "admin/control/control.h"
#include "api/api.h"
#include "base/worker.h"

typedef struct edit_call {
    api_change change;
    void *arg;
    bool reads;
    draft d;
    weir_error first; /* of a step of weir_edit that failed, whatever its caller made of it */
} edit_call;

static __thread edit_call *current;
/* Held by whoever changes objects, with or without a running configuration. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool api_in_edit(void) { return current != NULL; }
void api_forked(void) {
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; /* of a thread that is not here, perhaps */
    if (current != NULL) error_set(&current->first, WEIR_ERR_STATE, "forked inside an edit");
}

int api_missing(const char *what, weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID, "no %s is given (NULL)", what);
}

int api_no_memory(weir_error *err) { return error_set(err, WEIR_ERR_SYSTEM, "no memory"); }

/* ---- with the turn ---- */

static int on_turn(void *arg, config_edit *edit, weir_error *err) {
    edit_call *e = arg;
    draft_begin(&e->d, edit->memory, edit->dict);
    current = e;
    int rc = e->change(&e->d, e->arg, err);
    current = NULL;
    if (rc == 0 && e->first.code != WEIR_OK) {
        *err = e->first;
        rc = -1;
    }
    if (rc == 0 && !e->reads) rc = draft_tidy(&e->d, err);
    if (rc != 0) return -1;
    edit->logger = e->d.logger;
    edit->level = e->d.level;
    e->d.kept = !e->d.changed;
    return e->d.changed && !e->reads ? EDIT_APPLY : EDIT_NOTHING;
}

static void on_end(void *arg, bool applied) {
    edit_call *e = arg;
    draft_end(&e->d, applied || e->d.kept);
}

/* ---- the call ---- */

/* A step of weir_edit: one that fails spoils the whole. */
static int step(api_change change, void *arg, weir_error *err) {
    weir_error own;
    edit_call *e = current;
    if (err == NULL) err = &own;
    int rc = change(&e->d, arg, err);
    if (rc != 0 && e->first.code == WEIR_OK) e->first = *err;
    return rc;
}

static int call(const char *function, edit_call *e, weir_error *err) {
    weir_error own;
    requester by = {"api", function};
    if (err == NULL) err = &own;
    err->code = WEIR_OK;
    err->message[0] = '\0';
    if (worker_is_self())
        return error_set(err, WEIR_ERR_STATE, "not from a handler, filter or formatter of the host's own");
    if (host_enter(!e->reads, err) != 0) return -1;
    control *c = control_current();
    int rc = c != NULL ? control_edit(c, on_turn, on_end, e, &by, err)
                       : error_set(err, WEIR_ERR_STATE, "Weir runs without its control");
    host_leave();
    return rc;
}

int api_edit(const char *function, api_change change, void *arg, weir_error *err) {
    edit_call e = {.change = change, .arg = arg};
    if (current != NULL) return step(change, arg, err);
    pthread_mutex_lock(&lock);
    int rc = call(function, &e, err);
    pthread_mutex_unlock(&lock);
    return rc;
}

/* Nothing of the configuration is touched, so none has to run. */
static int change_alone(api_change change, void *arg, weir_error *err) {
    draft d;
    weir_error own;
    draft_begin(&d, NULL, NULL);
    int rc = change(&d, arg, err != NULL ? err : &own);
    draft_end(&d, rc == 0);
    return rc;
}

static bool is_bound(const weir_handler *h) {
    objects_lock();
    bool bound = h->head.bound;
    objects_unlock();
    return bound;
}

int api_edit_handler(const char *function, weir_handler *h, api_change change, void *arg, weir_error *err) {
    edit_call e = {.change = change, .arg = arg};
    if (current != NULL) return step(change, arg, err);
    pthread_mutex_lock(&lock);
    int rc = is_bound(h) ? call(function, &e, err) : change_alone(change, arg, err);
    pthread_mutex_unlock(&lock);
    return rc;
}

int api_read(api_change look, void *arg, weir_error *err) {
    edit_call e = {.change = look, .arg = arg, .reads = true};
    weir_error own;
    if (current != NULL) return look(&current->d, arg, err != NULL ? err : &own);
    pthread_mutex_lock(&lock);
    int rc = call("", &e, err);
    pthread_mutex_unlock(&lock);
    return rc;
}

/* ---- several as one ---- */

typedef struct host_change {
    int (*change)(void *arg, weir_error *err);
    void *arg;
} host_change;

static int run_change(draft *d, void *arg, weir_error *err) {
    const host_change *h = arg;
    (void)d;
    if (h->change(h->arg, err) == 0) return 0;
    if (err->code == WEIR_OK) error_set(err, WEIR_ERR_INVALID, "the change was given up by its own function");
    return -1;
}

int weir_edit(int (*change)(void *arg, weir_error *err), void *arg, weir_error *err) {
    host_change h = {change, arg};
    if (change == NULL) return api_missing("function", err);
    return api_edit("weir_edit", run_change, &h, err);
}
