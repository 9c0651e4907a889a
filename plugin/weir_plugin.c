/* weir_plugin.c - the entry points that start, stop and fork the whole library, and the table that a
 * host finds by dlopen. Any thread; one lock serialises them. It does nothing itself: host/lifecycle
 * makes the parts, admin/ the doors to them. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "api/api.h"
#include "base/futex.h"
#include "base/worker.h"
#include "base/write_signals.h"
#include "host/lifecycle.h"
#include "record/host_class.h"
#include "sink/feed.h"
#include "store/fork_gate.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t registered = PTHREAD_ONCE_INIT;
static weir_core *core;    /* under lock */
static uint32_t flushers;  /* atomic: threads in weir_flush, which use the core without the lock */
static uint32_t stops;     /* atomic: see host_stops */
static uint32_t editors;   /* atomic: threads between host_enter and host_leave */
static weir_core *parents; /* in a forked child: the parent's, of which only the plan may be read */

/* Around all that runs here on a thread of the host: one at a time, never cancelled in the middle, and no
 * signal for what is written (a recovery writes to targets here). */
typedef struct visit {
    int cancel;
    write_signals held;
} visit;

static void visit_begin(visit *v) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &v->cancel);
    write_signals_hold(&v->held);
    pthread_mutex_lock(&lock);
}

static void visit_restore(const visit *v) {
    write_signals_release(&v->held);
    pthread_setcancelstate(v->cancel, NULL);
}

static void visit_end(const visit *v) {
    pthread_mutex_unlock(&lock);
    visit_restore(v);
}

const char *weir_version(void) { return WEIR_VERSION; }

/* ---- starting ---- */

/* It logs, but nobody can look in or change anything: the caller is told, and the log; without memory for
 * that, standard error. */
static void tell_no_admin(backend *b, const weir_error *why, weir_error *err) {
    char line[1024];
    int n = snprintf(line, sizeof line,
                     "weir: started without its admin side (no page, port or command reaches it): %.512s\n",
                     why->message);
    size_t len = n > 0 ? (size_t)n - 1 : 0;
    if (!backend_log(b, WEIR_LEVEL_ERROR, slice_make(line, len)))
        lastresort_notice(slice_make(line, len + 1));
    if (err != NULL) snprintf(err->message, sizeof err->message, "%.*s", (int)len, line);
}

/* What is not as Python's documentation leads one to expect, once a kind. `weir log` says what its handlers
 * get. */
static void tell_remarks(const weir_core *made) {
    for (size_t i = 0; i < made->plan->handler_count; i++) {
        const handler_kind *kind = made->plan->handlers[i].kind;
        bool told = kind->remark == NULL;
        for (size_t k = 0; k < i && !told; k++) told = made->plan->handlers[k].kind == kind;
        if (!told) backend_log(made->backend, WEIR_LEVEL_INFO, slice_of(kind->remark));
    }
}

/* A Weir by that plan, admin side included. The plan is taken over on success. */
static int start_core(config_plan *plan, const char *path, const core_options *options, problems *p,
                      weir_error *err) {
    weir_core *made = malloc(sizeof *made);
    if (made == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (core_start(made, plan, path, options, p, err) != 0) {
        free(made);
        return -1;
    }
    weir_error admin_err;
    if (!options->python_errors) tell_remarks(made); /* before anybody can replace the plan */
    if (!options->no_admin && admin_start(made, &admin_err) != 0)
        tell_no_admin(made->backend, &admin_err, err);
    core = made;
    return 0;
}

/* After a bad file: no record may vanish, so run by the default; the file stays watched. */
static int start_default(const char *path, const core_options *options, weir_error *err) {
    problems p;
    weir_error ignored;
    config_plan *plan = config_default(err != NULL ? err : &ignored);
    if (plan == NULL) return -1;
    if (problems_init(&p, "<default>") != 0) {
        config_plan_free(plan);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    }
    int rc = start_core(plan, path, options, &p, err);
    if (rc != 0) config_plan_free(plan);
    problems_done(&p);
    return rc;
}

/* A checked start configuration runs, or the default setup with the file watched (path NULL: none). */
static int start_plan(config_plan *plan, const char *path, const core_options *options, problems *p,
                      weir_error *err) {
    int rc = -1;
    if (plan == NULL && p->errors > 0) problems_to_error(p, err);
    if (plan != NULL && (rc = start_core(plan, path, options, p, err)) != 0) config_plan_free(plan);
    if (rc != 0) start_default(path, options, NULL);
    return rc;
}

static int start_file(const char *path, const config_rules *rules, const core_options *options,
                      weir_error *err) {
    problems p;
    if (problems_init(&p, path) != 0) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    config_plan *plan = config_check_file(path, rules, &p, err);
    int rc = start_plan(plan, path, options, &p, err);
    problems_done(&p);
    return rc;
}

static int start_text(slice content, const char *name, const config_rules *rules, weir_error *err) {
    problems p;
    core_options options = {0};
    if (problems_init(&p, name) != 0) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    config_plan *plan = config_check(content, name, rules, &p, err);
    int rc = start_plan(plan, NULL, &options, &p, err);
    problems_done(&p);
    return rc;
}

static void at_exit(void) { weir_stop(); }
static void fork_prepare(void);
static void fork_parent(void);
static void fork_child(void);

static void register_once(void) {
    pthread_atfork(fork_prepare, fork_parent, fork_child);
    /* Without room for a handler the rest is recovered after the exit instead of flushed at it. */
    (void)!atexit(at_exit);
    (void)!at_quick_exit(at_exit);
}

static void begin_default(const core_options *options) {
    pthread_once(&registered, register_once);
    start_default(NULL, options, NULL);
}

static int start_locked(const char *path, weir_error *err) {
    core_options options = {0};
    config_rules rules = {.origin = CONFIG_START};
    if (core != NULL)
        return error_set(err, WEIR_ERR_STATE, "Weir is started already (push a configuration to change it)");
    pthread_once(&registered, register_once);
    if (path != NULL && path[0] == '\0') { /* a host's setting that was lost on the way */
        start_default(NULL, &options, NULL);
        return error_set(err, WEIR_ERR_INVALID, "the path of the configuration is empty");
    }
    if (path == NULL) path = secure_getenv("WEIR_CONFIG");
    if (path != NULL && path[0] != '\0') return start_file(path, &rules, &options, err);
    return start_default(NULL, &options, err);
}

int weir_start(const char *config_path, weir_error *err) {
    visit v;
    if (err != NULL) err->code = WEIR_OK, err->message[0] = '\0';
    if (api_in_edit()) return error_set(err, WEIR_ERR_STATE, "not inside weir_edit");
    visit_begin(&v);
    int rc = start_locked(config_path, err);
    visit_end(&v);
    return rc;
}

/* ---- stopping ---- */

static void end_flushes(void) {
    uint32_t inside;
    backend_end_flushes(core->backend);
    while ((inside = __atomic_load_n(&flushers, __ATOMIC_ACQUIRE)) != 0) futex_wait(&flushers, inside, 1);
}

/* An edit takes milliseconds; one more does not begin, since that takes the lock. */
static void end_edits(void) {
    uint32_t inside;
    __atomic_store_n(&stops, 1, __ATOMIC_RELEASE);
    while ((inside = __atomic_load_n(&editors, __ATOMIC_ACQUIRE)) != 0) futex_wait(&editors, inside, 1);
    __atomic_store_n(&stops, 0, __ATOMIC_RELEASE);
}

static void stop_locked(void) {
    if (core == NULL) return;
    end_flushes();
    end_edits();
    admin_stop();
    /* Only now is the plan nobody else's: until then a push may replace it. */
    core_stop(core, core->plan->settings.stop_timeout_ms);
    free(core);
    core = NULL;
}

void weir_stop(void) {
    visit v;
    if (worker_is_self() || api_in_edit()) return; /* a host's handler: it would wait for itself */
    visit_begin(&v);
    stop_locked();
    visit_end(&v);
}

/* A target may hang for as long as the caller is ready to wait: the lock is not held meanwhile, or an exit
 * and a fork would hang with it. */
int weir_flush(int timeout_ms) {
    visit v;
    int rc = -1;
    int64_t deadline = timeout_ms < 0 ? INT64_MAX : clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    if (api_in_edit()) return rc;
    visit_begin(&v);
    backend *b = core != NULL ? core->backend : NULL;
    if (b != NULL) __atomic_add_fetch(&flushers, 1, __ATOMIC_ACQ_REL);
    pthread_mutex_unlock(&lock);
    if (b != NULL) {
        rc = backend_flush(b, deadline);
        __atomic_sub_fetch(&flushers, 1, __ATOMIC_ACQ_REL);
    }
    visit_restore(&v);
    return rc;
}

int weir_listen(int port, weir_verify verify) { return admin_listen(port, verify); }
void weir_stop_listening(void) { admin_stop_listening(); }

/* ---- fork ---- */

static void fork_prepare(void) {
    pthread_mutex_lock(&lock);
    objects_fork_prepare();
    front_fork_prepare();
    history_fork_prepare();
}

static void fork_parent(void) {
    history_fork_parent();
    front_fork_parent();
    objects_fork_release();
    pthread_mutex_unlock(&lock);
}

/* Only forgets: no memory is taken, no file closed but the listeners that would keep ports taken. */
static void fork_child(void) {
    __atomic_store_n(&flushers, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&editors, api_in_edit() ? 1 : 0, __ATOMIC_RELAXED);
    history_fork_child();
    if (core != NULL) {
        admin_forked();
        parents = core;
        core = NULL;
    }
    front_fork_child();
    feed_fork_child();
    host_class_fork_child();
    objects_fork_release();
    api_forked();
    pthread_mutex_unlock(&lock);
}

/* The first record of a forked child: the parent's configuration, checked anew, truncating nothing. */
static void start_child(void) {
    problems p;
    weir_error err;
    const config_plan *old = parents->plan;
    core_options options = {
        .is_child = true, .no_recovery = true, .keep_contents = true, .service = parents->service};
    config_rules rules = {.origin = old->origin};
    if (problems_init(&p, old->file) != 0) return;
    config_plan *plan = config_check(slice_make(old->text, old->text_len), old->file, &rules, &p, &err);
    if (plan != NULL && start_core(plan, parents->config_path, &options, &p, &err) != 0)
        config_plan_free(plan);
    problems_done(&p);
    if (core == NULL) start_default(parents->config_path, &options, NULL);
    parents = NULL; /* its memory stays: other threads' locks in it cannot be ended here */
}

/* What the front end calls when there is no Weir yet: in a forked child, or in a host that never
 * calls weir_start but has WEIR_CONFIG set (see frontend/capture.h). */
void front_start_on_demand(void) {
    const char *path = secure_getenv("WEIR_CONFIG");
    visit v;
    visit_begin(&v);
    if (core == NULL && parents != NULL)
        start_child();
    else if (core == NULL && front_get_state() == FRONT_UNSTARTED && path != NULL && path[0] != '\0')
        start_locked(path, NULL);
    visit_end(&v);
}

/* ---- edits by the host ---- */

/* With no configuration but WEIR_CONFIG's, whose faults the records tell; loggers keep what the host has set.
 */
static void start_for_edit(void) {
    core_options options = {.keep_levels = true};
    const char *path = secure_getenv("WEIR_CONFIG");
    if (parents != NULL)
        start_child();
    else if (path != NULL && path[0] != '\0')
        start_locked(path, NULL);
    else if (front_get_state() == FRONT_UNSTARTED)
        begin_default(&options);
}

int host_start_by(const char *path, slice content, const char *name, bool disable_existing, weir_error *err) {
    visit v;
    int rc = 1;
    core_options options = {0};
    config_rules rules = {.origin = CONFIG_START, .disable_existing = disable_existing};
    visit_begin(&v);
    if (core == NULL && parents == NULL && front_get_state() != FRONT_STOPPED) {
        pthread_once(&registered, register_once);
        rc = path != NULL ? start_file(path, &rules, &options, err) : start_text(content, name, &rules, err);
    }
    visit_end(&v);
    return rc;
}

int host_enter(bool start, weir_error *err) {
    visit v;
    visit_begin(&v);
    if (core == NULL && start && front_get_state() != FRONT_STOPPED) start_for_edit();
    bool runs = core != NULL;
    if (runs) __atomic_add_fetch(&editors, 1, __ATOMIC_ACQ_REL);
    visit_end(&v);
    return runs ? 0 : error_set(err, WEIR_ERR_STATE, "Weir does not run (weir_start)");
}

const uint32_t *host_stops(void) { return &stops; }

void host_leave(void) {
    __atomic_sub_fetch(&editors, 1, __ATOMIC_ACQ_REL);
    futex_wake_all(&editors);
}

const weir_plugin weir_plugin_v1 = {
    .abi = WEIR_PLUGIN_ABI,
    .name = "weir",
    .load = weir_start,
    .unload = weir_stop,
    .get_logger = weir_get_logger,
    .flush = weir_flush,
    .log_call = weir_log_call,
    .log_call_fields = weir_log_call_fields,
    .context_push = weir_context_push,
    .context_pop = weir_context_pop,
    .is_enabled_by_rule = weir_is_enabled_by_rule,
};
