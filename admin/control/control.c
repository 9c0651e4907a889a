/* control.c - the one door: made, started, ended; and its two threads. "weir-control" keeps time (levels
 * that end), watches the file; "weir-reaper" frees generations that the backend has retired, which may
 * wait for a target's last writes and must hold up nobody. */
#include "admin/control/control_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/futex.h"

/* What failed for want of memory or threads is tried again as often as a taken port. */
#define AGAIN_NS 1000000000LL

static control *current;   /* atomic */
static control *inherited; /* of the parent, in a forked child that has none of its own yet */

control *control_current(void) { return __atomic_load_n(&current, __ATOMIC_ACQUIRE); }
const char *control_service(const control *c) { return c->core->service; }
bool control_stopping(const control *c) { return __atomic_load_n(&c->stopping, __ATOMIC_ACQUIRE) != 0; }
void control_on_first_file(control *c, void (*open_doors)(const settings *s)) { c->first_file = open_doors; }

void control_retry(control *c, bool (*again)(const settings *s)) {
    __atomic_store_n(&c->again, again, __ATOMIC_RELEASE);
    control_wake(c);
}

void control_wake(control *c) {
    uint64_t one = 1;
    ssize_t ignored = write(c->wake, &one, sizeof one); /* full: it is awake anyway */
    (void)ignored;
}

/* ---- made and ended ---- */

/* What the parent's control knew and the child's tree still obeys: levels over the configuration. */
static void inherit(control *c) {
    control *parent = inherited;
    inherited = NULL;
    if (parent == NULL) return;
    c->over = parent->over;
    c->over_count = parent->over_count;
    c->over_cap = parent->over_cap;
    parent->over = NULL;
    parent->over_count = parent->over_cap = 0;
    if (parent->file_text != NULL) file_seen(c, slice_make(parent->file_text, parent->file_len), NULL);
    c->file_dump = parent->file_dump;
    parent->file_dump = NULL;
}

static int take_start(control *c) {
    const config_plan *plan = c->core->plan;
    c->silent = plan->origin == CONFIG_COMMAND;
    if (rules_take(c, plan, true) != 0) return -1;
    inherit(c);
    if (plan->origin == CONFIG_START || plan->origin == CONFIG_FILE)
        file_seen(c, slice_make(plan->text, plan->text_len), plan);
    running_changed(c);
    rules_index(c);
    const char *by = c->core->config_path != NULL ? c->core->config_path : "the default setup";
    kept_add(c, plan, c->core->generation->number, false, &(requester){"start", by});
    return 0;
}

static int init_locks(control *c) {
    if (gate_init(&c->gate) != 0) return -1;
    if (pthread_mutex_init(&c->change, NULL) == 0) {
        if (pthread_mutex_init(&c->notes, NULL) == 0) return 0;
        pthread_mutex_destroy(&c->change);
    }
    gate_done(&c->gate);
    return -1;
}

control *control_create(weir_core *core, weir_error *err) {
    control *c = calloc(1, sizeof *c);
    if (c == NULL || init_locks(c) != 0) {
        free(c);
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        return NULL;
    }
    c->core = core;
    c->watch.inotify = -1;
    c->wake = descriptor_above(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    c->audit = calloc(LIMIT_AUDIT, sizeof *c->audit);
    if (c->wake < 0)
        error_system(err, errno, "cannot make an eventfd");
    else if (c->audit == NULL || take_start(c) != 0)
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
    else
        return c;
    control_free(c);
    return NULL;
}

void control_free(control *c) {
    if (c == NULL) return;
    if (c->wake >= 0) close(c->wake);
    kept_done(c);
    rules_done(c);
    name_list_done(&c->file_restart);
    free(c->over);
    free(c->rules_by_logger);
    free(c->file_text);
    free(c->file_dump);
    free(c->running_dump);
    free(c->file_trouble);
    free(c->audit);
    pthread_mutex_destroy(&c->notes);
    pthread_mutex_destroy(&c->change);
    gate_done(&c->gate);
    free(c);
}

/* ---- the threads ---- */

static int64_t sooner(int64_t a, int64_t b) { return a == 0 ? b : b == 0 || a < b ? a : b; }

static int wait_ms(int64_t until_ns) {
    if (until_ns == 0) return -1;
    int64_t left = until_ns - clock_monotonic_ns();
    if (left <= 0) return 0;
    return left > 3600 * 1000000000LL ? 3600 * 1000 : (int)((left + 999999) / 1000000);
}

/* When to be called next; 0: never. */
static int64_t retry_step(control *c, int64_t now) {
    bool (*again)(const settings *) = __atomic_load_n(&c->again, __ATOMIC_ACQUIRE);
    if (again == NULL) return 0;
    if (c->again_ns > now) return c->again_ns;
    bool done = c->again_ns != 0 && again(&c->start);
    if (done) __atomic_store_n(&c->again, NULL, __ATOMIC_RELEASE);
    c->again_ns = done ? 0 : now + AGAIN_NS;
    return c->again_ns;
}

static void keep(void *arg) {
    control *c = arg;
    struct pollfd fds[2] = {{.fd = c->wake, .events = POLLIN}, {.fd = c->watch.inotify, .events = POLLIN}};
    while (!control_stopping(c)) {
        uint64_t count;
        ssize_t ignored = read(c->wake, &count, sizeof count);
        (void)ignored;
        int64_t now = clock_monotonic_ns();
        pthread_mutex_lock(&c->change);
        int64_t next = over_expire(c, now);
        pthread_mutex_unlock(&c->change);
        next = sooner(next, file_watch_step(c, now));
        next = sooner(next, retry_step(c, now));
        next = sooner(next, logger_tree_unlower(now));
        poll(fds, 2, wait_ms(next));
    }
}

static void reap(void *arg) {
    control *c = arg;
    weir_core *core = c->core;
    while (!control_stopping(c)) {
        uint32_t seen = __atomic_load_n(&core->retired_word, __ATOMIC_ACQUIRE);
        core_reap(core);
        if (!control_stopping(c)) futex_wait(&core->retired_word, seen, -1);
    }
}

int control_start(control *c, weir_error *err) {
    pthread_mutex_lock(&c->change);
    over_from_environment(c);
    pthread_mutex_unlock(&c->change);
    file_watch_open(c);
    if (worker_start(&c->reaper, "weir-reaper", reap, c, err) != 0) goto fail;
    if (worker_start(&c->keeper, "weir-control", keep, c, err) != 0) goto fail;
    __atomic_store_n(&current, c, __ATOMIC_RELEASE);
    return 0;
fail:
    control_stop(c);
    return -1;
}

void control_stop(control *c) {
    __atomic_store_n(&c->stopping, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&current, NULL, __ATOMIC_RELEASE);
    control_wake(c);
    futex_signal(&c->core->retired_word);
    recent_interrupt(c->core->recents); /* live tails end */
    worker_join(&c->keeper, -1);
    worker_join(&c->reaper, -1);
    file_watch_close(c);
    pthread_mutex_lock(&c->change);
    while (c->over_count > 0) over_remove(c, c->over_count - 1);
    pthread_mutex_unlock(&c->change);
}

void control_forked(control *c) {
    inherited = c;
    __atomic_store_n(&current, NULL, __ATOMIC_RELEASE);
    if (c->watch.inotify >= 0) close(c->watch.inotify);
    if (c->wake >= 0) close(c->wake);
    c->watch.inotify = c->wake = -1;
}
