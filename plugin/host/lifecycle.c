/* lifecycle.c - makes and ends, in one order, what a process with Weir in it consists of.
 * Runs on the thread that starts or stops Weir, under weir_plugin.c's lock. It knows nothing of the
 * admin side, which stands above it, and nothing of forks. */
#include "host/lifecycle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/futex.h"
#include "frontend/module_state.h"
#include "host/object.h"
#include "host/service_name.h"

/* ---- what parts tell us from their own threads ---- */

static void on_retired(void *arg, generation *old) {
    weir_core *core = arg;
    pthread_mutex_lock(&core->retired_lock);
    if (core->retired_count < sizeof core->retired / sizeof core->retired[0])
        core->retired[core->retired_count++] = old;
    pthread_mutex_unlock(&core->retired_lock);
    futex_signal(&core->retired_word);
}

void core_reap(weir_core *core) {
    for (;;) {
        pthread_mutex_lock(&core->retired_lock);
        generation *old = core->retired_count > 0 ? core->retired[--core->retired_count] : NULL;
        pthread_mutex_unlock(&core->retired_lock);
        if (old == NULL) return;
        generation_free(old);
    }
}

/* The backend takes nothing any more: Weir stops. */
static void notice_at_end(text *line) {
    text whole;
    text_init(&whole, 0);
    text_addf(&whole, "weir: %s\n", text_cstr(line));
    if (!whole.failed) lastresort_notice(text_slice(&whole));
    text_done(&whole);
}

static void on_notice(void *arg, const char *where, int level, const char *message) {
    weir_core *core = arg;
    backend *b = __atomic_load_n(&core->backend, __ATOMIC_ACQUIRE);
    if (level >= WEIR_LEVEL_WARNING) module_handle_error(where, message, NULL);
    /* Where Python's words are asked for: its SocketHandler drops in silence. */
    bool silent = core->python_errors && (strncmp(where, "tcp:", 4) == 0 || strncmp(where, "unix:", 5) == 0);
    if (b == NULL || silent || !module_raises_exceptions()) return;
    text line;
    text_init(&line, 0);
    text_add_cstr(&line, where);
    text_add_cstr(&line, ": ");
    text_add_cstr(&line, message);
    if (!line.failed && !backend_log(b, level, text_slice(&line)) && level >= WEIR_LEVEL_ERROR)
        notice_at_end(&line);
    text_done(&line);
}

static bool root_has_handlers; /* atomic */

void core_note_root(const config_plan *plan) {
    bool has = plan != NULL && plan->origin != CONFIG_DEFAULT && plan->logger_count > 0 &&
               plan->loggers[0].handler_count > 0;
    __atomic_store_n(&root_has_handlers, has, __ATOMIC_RELAXED);
}

bool core_root_has_handlers(void) { return __atomic_load_n(&root_has_handlers, __ATOMIC_RELAXED); }

/* ---- start, step by step ---- */

static int open_dir(weir_core *core, const settings *set, weir_error *err) {
    text why;
    if (core->no_tmpfs != NULL) return 0; /* tried before, in vain */
    text_init(&why, 0);
    int rc = run_dir_create(&core->dir, set->run_dir[0] ? set->run_dir : NULL, core->service, &why, err);
    if (rc == 0 && core->dir.fd < 0) core->no_tmpfs = text_take(&why);
    text_done(&why);
    return rc;
}

static int open_mappings(weir_core *core, const settings *set, weir_error *err) {
    if (open_dir(core, set, err) != 0) return -1;
    if ((core->process = process_map_create(&core->dir, core->service, err)) == NULL) return -1;
    clock_table_init(&core->process->clock);
    if ((core->dictionary = dictionary_create(&core->dir, err)) == NULL) return -1;
    ring_limits limits = {.ring_size = (size_t)set->queue, .total_size = (size_t)set->queue_total};
    if ((core->rings = ring_set_create(&core->dir, &limits, err)) == NULL) return -1;
    core->recents = recent_create((size_t)set->recent, (size_t)set->recent_bytes, err);
    if (core->recents == NULL) return -1;
    target_registry_settings targets = {.dir = &core->dir,
                                        .process = core->process,
                                        .queue_size = (size_t)set->queue * CHUNK_QUEUE_FACTOR,
                                        .notice = on_notice,
                                        .arg = core};
    core->targets = target_registry_create(&targets, err);
    return core->targets == NULL ? -1 : 0;
}

/* Mode 'w' at the start: ordered here and not at a swap, so that recovery finds it done. Where nothing is
 * recovered a delayed file waits for its first record. */
static void truncate_first(generation *g, const core_options *options) {
    for (size_t i = 0; i < g->handler_count; i++) {
        handler *h = g->handlers[i];
        bool later = h->truncate && h->delay && options->no_recovery && !options->keep_contents;
        if (h->truncate && !later && !options->keep_contents &&
            chunk_queue_add_truncate(target_queue(h->target))) {
            chunk_queue_publish(target_queue(h->target));
            chunk_queue_wake(target_queue(h->target));
        }
        h->truncate = later;
        if (h->target != NULL) target_activate(h->target);
    }
}

static int open_backend(weir_core *core, generation *first, weir_error *err) {
    backend_settings given = {.rings = core->rings,
                              .dictionary = core->dictionary,
                              .process = core->process,
                              .targets = core->targets,
                              .recents = core->recents,
                              .first = first,
                              .start_ns = core->start_ns,
                              .python_errors = core->python_errors,
                              .retired = on_retired,
                              .arg = core};
    backend *b = backend_create(&given, err);
    if (b == NULL) return -1;
    __atomic_store_n(&core->backend, b, __ATOMIC_RELEASE);
    return 0;
}

static void drain_one(void *arg, target *t) { target_drain(t, *(int64_t *)arg); }

/* Before a record of this process can be captured: what the dead left behind comes first. */
static void recover_dead(weir_core *core, const settings *set) {
    weir_error err;
    int64_t deadline = clock_monotonic_ns() + set->stop_timeout_ms * 1000000;
    target_registry_each(core->targets, drain_one, &deadline);
    const char *dir = set->run_dir[0] ? set->run_dir : NULL;
    if (recovery_run(core->backend, dir, core->service, &core->recovery, &err) != 0)
        backend_log(core->backend, WEIR_LEVEL_ERROR, slice_of(err.message));
}

static void open_front(weir_core *core, const settings *set) {
    front_settings front = {.rings = core->rings,
                            .dictionary = core->dictionary,
                            .process = core->process,
                            .start_ns = core->start_ns,
                            .overflow = set->overflow,
                            .stall_timeout_ms = (int)set->stall_timeout_ms,
                            .backend_asleep = backend_asleep_word(core->backend),
                            .backend_wake = backend_wake_word(core->backend)};
    front_open(&front);
}

static void core_free(weir_core *core) {
    backend_free(core->backend);
    if (core->targets != NULL) target_registry_free(core->targets);
    recent_free(core->recents);
    if (core->rings != NULL) ring_set_free(core->rings);
    if (core->dictionary != NULL) dictionary_free(core->dictionary);
    if (core->process != NULL) process_map_free(core->process);
    recovery_report_done(&core->recovery);
    config_plan_free(core->plan);
    free(core->no_tmpfs);
    free(core->config_path);
    pthread_mutex_destroy(&core->retired_lock);
}

static int build_first(weir_core *core, const config_plan *plan, const core_options *options,
                       built_config *built, problems *p) {
    config_rules rules = {.origin = plan->origin, .python_defaults = options->python_defaults};
    if (config_build(plan, 1, core->targets, core->process, NULL, &rules, built, p) != 0) return -1;
    core->generations = 1;
    core->generation = built->generation;
    built->tree.edit = options->keep_levels;
    for (size_t i = 0; options->keep_levels && i < built->tree.count; i++) built->rows[i].level = LEVEL_UNSET;
    truncate_first(built->generation, options);
    return 0;
}

/* The file is read again later, when the host may have changed its directory. malloc'd. */
static char *absolute_path(const char *path) {
    char *directory = path[0] == '/' ? NULL : getcwd(NULL, 0);
    if (directory == NULL) return strdup(path);
    text joined;
    text_init(&joined, 0);
    text_addf(&joined, "%s/%s", directory, path);
    free(directory);
    return text_take(&joined);
}

/* Is that why the start failed: the run directory's file system is full, or a file may not be so large?
 * NULL, or the reason. */
static char *no_room(const weir_core *core, const settings *set) {
    weir_error why;
    size_t size = (size_t)set->queue * CHUNK_QUEUE_FACTOR * 2;
    if (core->dir.fd < 0) return NULL;
    void *base = mapping_create(&core->dir, "room", size, MAPPING_ON_DEMAND, &why);
    if (base == NULL) return strdup(why.message);
    mapping_close(base, size);
    mapping_remove(&core->dir, "room");
    return NULL;
}

/* in_memory: why the run directory cannot be used; NULL: try it. *cramped: it was tried and has no room. */
static int start_once(weir_core *core, config_plan *plan, const char *config_path,
                      const core_options *options, const char *in_memory, char **cramped, problems *p,
                      weir_error *err) {
    built_config built = {0};
    memset(core, 0, sizeof *core);
    core->dir.fd = -1;
    core->is_child = options->is_child;
    core->python_errors = options->python_errors;
    pthread_mutex_init(&core->retired_lock, NULL);
    clock_setup();
    core->start_ns = clock_realtime_ns();
    service_name(options->service ? options->service : plan->settings.service, core->service);
    if (config_path != NULL && (core->config_path = absolute_path(config_path)) == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        goto fail;
    }
    if (in_memory != NULL && (core->no_tmpfs = strdup(in_memory)) == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        goto fail;
    }
    if (open_mappings(core, &plan->settings, err) != 0) goto fail;
    if (build_first(core, plan, options, &built, p) != 0) {
        problems_to_error(p, err);
        goto fail;
    }
    if (open_backend(core, built.generation, err) != 0) goto discard;
    logger_tree_open(true);
    logger_tree_prepare(&built.tree);
    logger_tree_commit(&built.tree, NULL, NULL);
    if (core->generation->hook_count > 0 &&
        call_hooks_configure(core->generation->hooks, core->generation->hook_count) != 0)
        backend_log(core->backend, WEIR_LEVEL_ERROR,
                    SLICE_LITERAL("no memory for the filters that run at the call"));
    config_built_done(&built);
    core->plan = plan;
    if (!options->no_recovery) recover_dead(core, &plan->settings);
    if (backend_start(core->backend, err) != 0) {
        core->plan = NULL; /* still the caller's */
        call_hooks_configure(NULL, 0);
        logger_tree_drop_rules();
        generation_free(backend_stop(core->backend, 0));
        goto fail;
    }
    open_front(core, &plan->settings);
    core_note_root(plan);
    return 0;

discard:
    config_discard(&built);
fail:
    if (core->targets != NULL) target_registry_stop(core->targets, 0, NULL);
    *cramped = no_room(core, &plan->settings);
    if (core->dir.fd >= 0) run_dir_remove(&core->dir);
    core_free(core);
    return -1;
}

int core_start(weir_core *core, config_plan *plan, const char *config_path, const core_options *options,
               problems *p, weir_error *err) {
    char *cramped = NULL;
    size_t known = p->count;
    int rc = start_once(core, plan, config_path, options, NULL, &cramped, p, err);
    if (cramped == NULL) return rc;
    /* Better without what survives a kill than not at all; status says so. */
    problems_cut(p, known);
    char *again = NULL;
    rc = start_once(core, plan, config_path, options, cramped, &again, p, err);
    if (rc == 0 && err != NULL) *err = (weir_error){.code = WEIR_OK};
    free(again);
    free(cramped);
    return rc;
}

/* ---- stop ---- */

static void see_pending(void *arg, target *t) {
    chunk_queue *q = target_queue(t);
    if (chunk_queue_read_pos(q) != chunk_queue_write_pos(q)) *(bool *)arg = true;
}

static void tell_of_stuck(const text *names) {
    text line;
    text_init(&line, 0);
    text_addf(
        &line,
        "weir: stopped, but the system still hangs in a write to %s; what waits there is kept for recovery\n",
        text_cstr(names));
    if (!line.failed) lastresort_notice(text_slice(&line));
    text_done(&line);
}

void core_stop(weir_core *core, int64_t stop_timeout_ms) {
    int64_t deadline = clock_monotonic_ns() + stop_timeout_ms * 1000000;
    core_note_root(NULL);
    objects_unbind_all();
    logger_tree_drop_rules(); /* before: a call that no rule lets pass any more is no drop */
    bool closed = front_close(FRONT_STOPPED);
    call_hooks_configure(NULL, 0);
    generation *last = backend_stop(core->backend, deadline);
    text left;
    text_init(&left, 0);
    size_t stuck = target_registry_stop(core->targets, deadline, &left);
    if (stuck > 0) tell_of_stuck(&left);
    text_done(&left);
    bool pending = false;
    ring_totals totals;
    ring_set_totals(core->rings, &totals);
    target_registry_each(core->targets, see_pending, &pending);
    pending = pending || totals.accepted != totals.consumed;
    if (core->dir.fd >= 0 && (stuck > 0 || !closed))
        run_dir_keep(&core->dir); /* that thread may go on at any time: nobody else may work on what it has */
    else if (core->dir.fd >= 0 && !pending)
        run_dir_remove(&core->dir);
    else if (core->dir.fd >= 0)
        run_dir_close(&core->dir);
    /* A thread still stands in a disk call, or in a log call: what it may touch stays, for good. */
    if (stuck > 0 || !closed) return;
    core_reap(core);
    generation_free(last);
    core_free(core);
}
