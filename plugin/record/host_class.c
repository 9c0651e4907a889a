/* host_class.c - the table of classes that hosts register. Any thread; changes are under one lock, look-ups
 * read `state`. Of the host's it calls the beginning and the end of an object, in the thread that asks. */
#include "record/host_class.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "frontend/capture.h"

#define ROWS (3 * LIMIT_HOST_ROWS)

static host_class *rows[ROWS]; /* atomic pointers; a row is never freed */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *const sort_words[] = {"handler", "filter", "formatter"};

static host_class *row_at(size_t i) { return __atomic_load_n(&rows[i], __ATOMIC_ACQUIRE); }

static bool is_there(const host_class *c) {
    return __atomic_load_n(&c->state, __ATOMIC_ACQUIRE) == HOST_THERE;
}

host_class *host_class_find(host_sort sort, slice name) {
    for (size_t i = 0; i < ROWS && row_at(i) != NULL; i++)
        if (row_at(i)->sort == sort && is_there(row_at(i)) && slice_is(name, row_at(i)->name))
            return row_at(i);
    return NULL;
}

host_class *host_class_at(host_sort sort, size_t index) {
    for (size_t i = 0; i < ROWS && row_at(i) != NULL; i++)
        if (row_at(i)->sort == sort && is_there(row_at(i)) && index-- == 0) return row_at(i);
    return NULL;
}

/* ---- registering ---- */

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

static int check_name(const char *name, weir_error *err) {
    size_t len = name == NULL ? 0 : strlen(name);
    bool good = len > 0 && len < sizeof((host_class *)NULL)->name;
    for (size_t i = 0; i < len && good; i++) good = is_word(name[i]);
    if (good) return 0;
    return error_set(err, WEIR_ERR_INVALID,
                     "a class's name is letters, digits, '.', '_' and '-', at most %zu of them",
                     sizeof((host_class *)NULL)->name - 1);
}

static int check_params(const weir_class_param *params, size_t most, weir_error *err) {
    size_t count = 0;
    for (; params != NULL && params[count].name != NULL; count++) {
        if (count == most) return error_set(err, WEIR_ERR_INVALID, "more than %zu parameters", most);
        for (size_t i = 0; i < count; i++)
            if (strcmp(params[i].name, params[count].name) == 0)
                return error_set(err, WEIR_ERR_INVALID, "two parameters \"%s\"", params[i].name);
    }
    return 0;
}

/* One that is gone and was called so; else a new one. Under the lock. */
static host_class *row_for(host_sort sort, const char *name, weir_error *err) {
    size_t there = 0, i = 0;
    for (; i < ROWS && rows[i] != NULL; i++) {
        there += rows[i]->sort == sort && is_there(rows[i]);
        if (rows[i]->sort == sort && strcmp(rows[i]->name, name) == 0) return rows[i];
    }
    if (there >= WEIR_CLASSES_MAX || i == ROWS) {
        error_set(err, WEIR_ERR_INVALID, "there are %d %s classes already, which is the most",
                  WEIR_CLASSES_MAX, sort_words[sort]);
        return NULL;
    }
    host_class *c = calloc(1, sizeof *c);
    if (c == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a class");
        return NULL;
    }
    c->sort = sort;
    memcpy(c->name, name, strlen(name) + 1);
    __atomic_store_n(&rows[i], c, __ATOMIC_RELEASE);
    return c;
}

/* Strings of a row that comes back may still be read by somebody: they are left behind. */
static bool copy_params(host_class *c, const weir_class_param *params) {
    c->param_count = 0;
    for (; params != NULL && params->name != NULL; params++) {
        kind_param *p = &c->params[c->param_count++];
        *p = (kind_param){strdup(params->name), PARAM_ANY,
                          params->required != 0 ? PARAM_REQUIRED | PARAM_SETTABLE : PARAM_SETTABLE,
                          strdup(params->help != NULL ? params->help : "")};
        if (p->name == NULL || p->help == NULL) return false;
    }
    c->params[c->param_count] = (kind_param){0};
    return true;
}

host_class *host_class_begin(host_sort sort, const void *given, size_t whole, const host_head *head,
                             const weir_class_param *params, size_t param_max, bool (*taken)(slice name),
                             weir_error *err) {
    if (head->abi != WEIR_CLASSES_ABI || head->size < sizeof *head) {
        error_set(err, WEIR_ERR_INVALID,
                  "size and abi of the class must be sizeof of the struct and WEIR_CLASSES_ABI");
        return NULL;
    }
    if (check_name(head->name, err) != 0 || check_params(params, param_max, err) != 0) return NULL;
    pthread_mutex_lock(&lock);
    host_class *c = NULL;
    if (taken(slice_of(head->name)) || host_class_find(sort, slice_of(head->name)) != NULL)
        error_set(err, WEIR_ERR_INVALID, "there is a %s class \"%s\" already", sort_words[sort], head->name);
    else
        c = row_for(sort, head->name, err);
    if (c == NULL) {
        pthread_mutex_unlock(&lock);
        return NULL;
    }
    memset(&c->as, 0, sizeof c->as);
    memcpy(&c->as, given, head->size < whole ? head->size : whole);
    c->calls = c->errors = c->total_ns = c->slowest_ns = 0;
    c->help = strdup(head->help != NULL ? head->help : "a class of the host's");
    if (c->help != NULL && copy_params(c, params)) return c;
    error_set(err, WEIR_ERR_SYSTEM, "no memory for a class");
    host_class_not(c);
    return NULL;
}

void host_class_there(host_class *c) {
    __atomic_store_n(&c->state, HOST_THERE, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
}

void host_class_not(host_class *c) {
    __atomic_store_n(&c->state, HOST_GONE, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
}

int host_class_remove(host_sort sort, const char *name, weir_error *err) {
    int rc = 0;
    pthread_mutex_lock(&lock);
    host_class *c = host_class_find(sort, slice_of(name));
    uint32_t used = c == NULL ? 0 : __atomic_load_n(&c->in_use, __ATOMIC_ACQUIRE);
    if (c == NULL)
        rc = error_set(err, WEIR_ERR_INVALID, "there is no %s class \"%s\" of the host's", sort_words[sort],
                       name != NULL ? name : "");
    else if (used > 0)
        rc = error_set(
            err, WEIR_ERR_STATE,
            "%u objects of the %s class \"%s\" are in use (push a configuration without it, or stop "
            "Weir)",
            used, sort_words[sort], name);
    else
        __atomic_store_n(&c->state, HOST_GONE, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
    return rc;
}

bool host_class_hold(host_class *c) {
    pthread_mutex_lock(&lock);
    bool there = is_there(c);
    if (there) __atomic_add_fetch(&c->in_use, 1, __ATOMIC_ACQ_REL);
    pthread_mutex_unlock(&lock);
    return there;
}

void host_class_release(host_class *c) { __atomic_sub_fetch(&c->in_use, 1, __ATOMIC_ACQ_REL); }

void host_class_fork_child(void) {
    pthread_mutex_init(&lock, NULL);
    for (size_t i = 0; i < ROWS && row_at(i) != NULL; i++)
        __atomic_store_n(&row_at(i)->in_use, 0, __ATOMIC_RELAXED);
}

/* ---- calls ---- */

host_call host_call_begin(host_class *c) { return (host_call){c, clock_monotonic_ns(), front_deafen(true)}; }

int host_call_end(const host_call *call, int rc) {
    host_class *c = call->c;
    uint64_t took = (uint64_t)(clock_monotonic_ns() - call->begun_ns);
    if (!call->deaf) front_deafen(false);
    __atomic_add_fetch(&c->calls, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&c->total_ns, took, __ATOMIC_RELAXED);
    if (rc < 0) __atomic_add_fetch(&c->errors, 1, __ATOMIC_RELAXED);
    uint64_t most = __atomic_load_n(&c->slowest_ns, __ATOMIC_RELAXED);
    while (took > most && !__atomic_compare_exchange_n(&c->slowest_ns, &most, took, true, __ATOMIC_RELAXED,
                                                       __ATOMIC_RELAXED)) {
    }
    return rc;
}

int host_class_create(host_class *c, host_create create, void *user, const weir_args *given, void **self,
                      weir_error *err) {
    arena memory;
    weir_args args = *given;
    weir_error own = {.code = WEIR_ERR_INVALID};
    *self = user;
    if (create == NULL) return 0;
    arena_init(&memory, 0);
    args.memory = &memory;
    host_call call = host_call_begin(c);
    int rc = host_call_end(&call, create(user, &args, self, &own));
    arena_done(&memory);
    if (rc == 0) return 0;
    return error_set(err, WEIR_ERR_INVALID, "%s: %s", c->name,
                     own.message[0] ? own.message : "its create failed");
}

void host_class_destroy(host_class *c, void (*destroy)(void *self), void *self) {
    if (destroy == NULL) return;
    host_call call = host_call_begin(c);
    destroy(self);
    host_call_end(&call, 0);
}

bool host_class_is_slow(const host_class *c) {
    uint64_t calls = __atomic_load_n(&c->calls, __ATOMIC_RELAXED);
    return __atomic_load_n(&c->slowest_ns, __ATOMIC_RELAXED) > HOST_SLOW_ONCE_NS ||
           (calls > 0 && __atomic_load_n(&c->total_ns, __ATOMIC_RELAXED) / calls > HOST_SLOW_MEAN_NS);
}
