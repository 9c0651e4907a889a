/* check_paths.c - which files a configuration may write: promise 6 for pushed ones; and `weir check`'s look
 * at whether they could be written. Runs on the thread that checks, on the control thread, in the
 * command. Opens nothing and makes nothing. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "config/check.h"
#include "sink/net_options.h"

static plan_place place_of(checker *c, const ini_section *s) {
    int line;
    const char *key = check_args_key(c, s, &line);
    return (plan_place){s->name.data, key, line};
}

static void tell(checker *c, const ini_section *s, const char *why) {
    plan_place at = place_of(c, s);
    problems_add(c->p, at.line, at.section, at.key, "%s", why);
}

/* Below which log root; the deepest one, so that the least is opened. */
static slice root_of(const checker *c, slice path) {
    slice best = SLICE_NONE;
    for (size_t i = 0; i < c->rules->log_root_count; i++) {
        slice root = slice_of(c->rules->log_roots[i]);
        if (path_is_below(path, root) && root.len > best.len) best = root;
    }
    return best;
}

static bool is_allowed(const checker *c, slice path) {
    for (size_t i = 0; i < c->rules->allowed_path_count; i++)
        if (slice_is(path, c->rules->allowed_paths[i])) return true;
    return false;
}

static bool hold_to_roots(checker *c, const ini_section *s, plan_handler *h, slice path) {
    if (!check_pushed(c)) return true;
    if (check_is_own_file(c, path)) {
        tell(c, s, "a pushed configuration may not write to the configuration file");
        return false;
    }
    if (c->rules->log_roots == NULL || is_allowed(c, path)) return true;
    slice root = root_of(c, path);
    if (root.data != NULL) {
        h->args.beneath_dir = check_copy(c, root);
        return true;
    }
    text why;
    text_init(&why, 0);
    text_addf(&why, "a pushed configuration may not write %s (only below", check_show(c, path));
    for (size_t i = 0; i < c->rules->log_root_count; i++)
        text_addf(&why, "%s %s", i ? "," : "", check_show(c, slice_of(c->rules->log_roots[i])));
    text_addf(&why, "%s; [weir] log_root of the start configuration decides)",
              c->rules->log_root_count ? "" : " nothing");
    tell(c, s, text_cstr(&why));
    text_done(&why);
    return false;
}

static bool add_path(checker *c, const ini_section *s, slice path) {
    config_plan *plan = c->plan;
    for (size_t i = 0; i < plan->path_count; i++)
        if (slice_is(path, plan->paths[i])) return true;
    if (plan->path_count % 64 == 0) {
        const char **paths = check_alloc(c, (plan->path_count + 64) * sizeof *paths);
        plan_place *places = check_alloc(c, (plan->path_count + 64) * sizeof *places);
        if (paths == NULL || places == NULL) return false;
        if (plan->path_count > 0) {
            memcpy(paths, plan->paths, plan->path_count * sizeof *paths);
            memcpy(places, plan->path_places, plan->path_count * sizeof *places);
        }
        plan->paths = paths;
        plan->path_places = places;
    }
    plan_place at = place_of(c, s);
    at.section = check_copy(c, s->name).data; /* the text's index goes, the plan stays */
    if (at.section == NULL) return false;
    plan->path_places[plan->path_count] = at;
    plan->paths[plan->path_count++] = path.data;
    return true;
}

/* Cleaning must not turn a directory's name into a file's. */
static bool names_directory(slice path) {
    size_t at = path.len;
    while (at > 0 && path.data[at - 1] != '/') at--;
    slice last = slice_make(path.data + at, path.len - at);
    return last.len == 0 || slice_is(last, ".") || slice_is(last, "..");
}

static bool take_path(checker *c, const ini_section *s, plan_handler *h, const value *v) {
    const char *why = NULL;
    slice path = path_absolute(&c->plan->memory, c->base_dir, v->str);
    if (path.data == NULL) {
        c->no_memory = true;
        return false;
    }
    if (c->base_dir.len == 0 && v->str.data[0] != '/')
        why = "a relative path, and there is no working directory (write an absolute one)";
    else if (path.len >= PATH_MAX)
        why = "the path is longer than the system allows";
    else if (names_directory(v->str))
        why = "the path ends in '/' (a file's name is wanted)";
    if (why != NULL) {
        tell(c, s, why);
        return false;
    }
    return hold_to_roots(c, s, h, path) && add_path(c, s, path);
}

/* A peer to send to. From outside only what cannot be misused: no link-local address (where clouds answer
 * with secrets), no UNIX socket but the system's log; and whatever the start configuration sends to. */
static bool take_peer(checker *c, const ini_section *s, plan_handler *h, slice peer) {
    h->args.named = is_allowed(c, peer);
    if (!add_path(c, s, check_copy(c, peer))) return false;
    if (!check_pushed(c) || c->rules->log_roots == NULL || h->args.named || !net_path_is_guarded(peer))
        return true;
    text why;
    text_init(&why, 0);
    text_addf(&why, "a pushed configuration may not send to %s (the start configuration may)",
              check_show(c, peer));
    tell(c, s, text_cstr(&why));
    text_done(&why);
    return false;
}

bool check_path(checker *c, const ini_section *s, plan_handler *h) {
    sink_spec spec = {.fd = -1, .beneath_fd = -1};
    bool has_target = false;
    weir_error err;
    h->args_line = place_of(c, s).line;
    for (size_t i = 0; i < HANDLER_PARAMS && h->kind->params[i].name != NULL; i++)
        if (h->kind->params[i].type == PARAM_PATH && h->args.given[i] &&
            !take_path(c, s, h, &h->args.values[i]))
            return false;
    if (h->kind->spec(&h->args, &c->plan->memory, &spec, &has_target, &err) == 0)
        return !has_target || !net_path_is_remote(spec.path) || take_peer(c, s, h, spec.path);
    tell(c, s, err.message);
    return false;
}

size_t config_paths(const config_plan *plan, const char ***out) {
    *out = plan->paths;
    return plan->path_count;
}

/* ---- log roots ---- */

typedef struct root_list {
    arena *memory;
    const char **roots;
    size_t count, room;
} root_list;

static void add_root(root_list *l, slice dir) {
    if (dir.len == 0 || dir.data[0] != '/') return;
    slice clean = path_absolute(l->memory, SLICE_LITERAL("/"), dir);
    if (clean.data == NULL) return;
    for (size_t i = 0; i < l->count; i++)
        if (slice_is(clean, l->roots[i])) return;
    if (l->count < l->room) l->roots[l->count++] = clean.data;
}

static void add_roots(root_list *l, slice several) {
    for (size_t at = 0; at < several.len;) {
        size_t end = at;
        while (end < several.len && several.data[end] != ':') end++;
        add_root(l, slice_make(several.data + at, end - at));
        at = end + 1;
    }
}

static size_t colons(const char *s) {
    size_t n = 1;
    for (; s != NULL && *s != '\0'; s++) n += *s == ':';
    return n;
}

size_t config_log_roots(const config_plan *start, arena *a, const char *const **out) {
    const char *logs = secure_getenv("LOGS_DIRECTORY"), *state = secure_getenv("STATE_DIRECTORY");
    root_list l = {.memory = a};
    l.room = start->path_count + colons(logs) + colons(state) + colons(start->settings.log_root);
    l.roots = arena_alloc(a, l.room * sizeof *l.roots);
    static const char *const none[1] = {NULL};
    *out = l.roots ? l.roots : none;
    if (l.roots == NULL) return 0;
    if (start->settings.log_root[0] != '\0') {
        add_roots(&l, slice_of(start->settings.log_root));
        return l.count;
    }
    for (size_t i = 0; i < start->path_count; i++) {
        slice dir = path_parent(slice_of(start->paths[i]));
        /* A log to /dev/ttyS0 or /x.log must not open all of these to a push. */
        if (dir.len > 1 && !slice_is(dir, "/dev")) add_root(&l, dir);
    }
    add_roots(&l, slice_of(logs));
    add_roots(&l, slice_of(state));
    return l.count;
}

/* ---- weir check ---- */

static void probe(const char *path, const plan_place *at, problems *p) {
    struct stat st;
    if (path[0] != '/') return; /* a peer */
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            problems_add(p, at->line, at->section, at->key, "%s is a directory (a file's name is wanted)",
                         path);
        else if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
            problems_add(p, at->line, at->section, at->key, "%s cannot be written: %s", path,
                         strerror(errno));
        return;
    }
    if (errno != ENOENT) {
        problems_add(p, at->line, at->section, at->key, "%s cannot be written: %s", path, strerror(errno));
        return;
    }
    char dir[PATH_MAX];
    slice parent = path_parent(slice_of(path));
    memcpy(dir, parent.data, parent.len);
    dir[parent.len] = '\0';
    if (stat(dir, &st) != 0)
        problems_add(p, at->line, at->section, at->key,
                     "%s cannot be made: %s: %s (make the directory first)", path, dir, strerror(errno));
    else if (!S_ISDIR(st.st_mode))
        problems_add(p, at->line, at->section, at->key, "%s cannot be made: %s is no directory", path, dir);
    else if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) != 0)
        problems_add(p, at->line, at->section, at->key, "%s cannot be made in %s: %s", path, dir,
                     strerror(errno));
}

void config_probe_paths(const config_plan *plan, problems *p) {
    for (size_t i = 0; i < plan->path_count; i++) probe(plan->paths[i], &plan->path_places[i], p);
}

size_t config_restart_keys(const settings *running, const settings *next, const setting_row **out,
                           size_t max) {
    return settings_differ(running, next, SETTING_START_ONLY, out, max);
}
