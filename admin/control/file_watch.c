/* file_watch.c - the configuration file: notices that it changed, waits until it has been quiet for a
 * moment (half-written files), reads it and applies it. What is not valid changes nothing: status
 * and one record of logger "weir" say what is wrong. Control thread.
 *
 * The directory is watched, not the file: editors and configuration systems rename. Of a link the
 * target's directory is watched too. Where nothing can be watched the file is looked at once a second. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/control/control_internal.h"
#include "base/descriptor.h"

#define QUIET_NS (60 * 1000000LL)        /* no event for so long: the writer is done */
#define QUIET_MAX_NS (1000 * 1000000LL)  /* but not later than this after the first one */
#define LOOK_EVERY_NS (1000 * 1000000LL) /* without inotify */
#define WATCHED                                                                                              \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB)

static int watch_directory(const file_watch *w, const char *path) {
    char *copy = strdup(path);
    if (copy == NULL) return -1;
    char *slash = strrchr(copy, '/');
    if (slash != NULL) slash[slash == copy] = '\0';
    int wd = inotify_add_watch(w->inotify, slash != NULL ? copy : ".", WATCHED | IN_ONLYDIR);
    free(copy);
    return wd;
}

static void add_watches(control *c) {
    file_watch *w = &c->watch;
    char *real = realpath(c->core->config_path, NULL);
    int old[2] = {w->watches[0], w->watches[1]};
    w->watches[0] = watch_directory(w, c->core->config_path);
    w->watches[1] = real != NULL ? watch_directory(w, real) : -1;
    w->lost = w->watches[0] < 0;
    for (int i = 0; i < 2; i++)
        if (old[i] >= 0 && old[i] != w->watches[0] && old[i] != w->watches[1])
            inotify_rm_watch(w->inotify, old[i]);
    free(real);
}

void file_watch_close(control *c) {
    if (c->watch.inotify >= 0) close(c->watch.inotify);
    c->watch.inotify = -1;
}

/* A new file of one name, still being written: its close tells when it is whole. */
static bool is_just_begun(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

static bool was_unreadable(control *c) {
    pthread_mutex_lock(&c->change);
    bool unreadable = c->file_text == NULL;
    pthread_mutex_unlock(&c->change);
    return unreadable;
}

/* Of a plain file only its own name counts: others come and go beside it while it is half-written, and so
 * may its mode change, which is news only of a file that could not be read. Where it is a link, any event
 * of the directories may mean us: what it was is told by the content. */
static bool concerns(control *c, const struct inotify_event *e) {
    const char *path = c->core->config_path;
    struct stat st;
    if (e->len == 0 || (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))) return true;
    const char *slash = strrchr(path, '/');
    if (strcmp(e->name, slash != NULL ? slash + 1 : path) != 0) return false;
    if (e->mask & IN_ATTRIB) return was_unreadable(c);
    return (e->mask & IN_CREATE) == 0 || !is_just_begun(path);
}

static bool take_events(control *c) {
    file_watch *w = &c->watch;
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool any = false;
    ssize_t n;
    while (w->inotify >= 0 && (n = read(w->inotify, buffer, sizeof buffer)) > 0) {
        for (char *at = buffer; at < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)at;
            any = any || concerns(c, e);
            if (e->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) w->lost = true;
            at += sizeof *e + e->len;
        }
    }
    return any;
}

/* ---- reading ---- */

/* The whole file, or NULL with why. */
static char *read_file(const char *path, size_t *len, weir_error *err) {
    int fd = descriptor_above(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd < 0) {
        error_system(err, errno, "cannot read %s", path);
        return NULL;
    }
    text in;
    text_init(&in, LIMIT_CONFIG_TEXT + 2);
    ssize_t n = 1;
    while (n > 0 && in.len <= LIMIT_CONFIG_TEXT && text_reserve(&in, 4096)) {
        size_t room = in.cap - in.len - 1;
        if (room > LIMIT_CONFIG_TEXT + 1 - in.len) room = LIMIT_CONFIG_TEXT + 1 - in.len;
        n = read(fd, in.data + in.len, room);
        if (n > 0) in.len += (size_t)n, in.data[in.len] = '\0';
    }
    if (n < 0)
        error_system(err, errno, "cannot read %s", path);
    else if (in.failed)
        error_set(err, WEIR_ERR_SYSTEM, "no memory to read %s", path);
    else if (in.len > LIMIT_CONFIG_TEXT)
        error_set(err, WEIR_ERR_INVALID, "%s: more than %d bytes", path, LIMIT_CONFIG_TEXT);
    close(fd);
    bool good = n >= 0 && !in.failed && in.len <= LIMIT_CONFIG_TEXT && text_reserve(&in, 1);
    *len = in.len;
    if (good) return text_take(&in);
    text_done(&in);
    return NULL;
}

void file_seen(control *c, slice content, const config_plan *plan) {
    free(c->file_text);
    free(c->file_dump);
    c->file_text = content.data != NULL ? malloc(content.len + 1) : NULL;
    c->file_len = c->file_text != NULL ? content.len : 0;
    if (c->file_text != NULL) {
        memcpy(c->file_text, content.data, content.len);
        c->file_text[content.len] = '\0';
    }
    c->file_dump = plan != NULL ? plan_dump(plan) : NULL;
    if (plan == NULL) return;
    free(c->file_trouble);
    c->file_trouble = NULL;
    name_list_done(&c->file_restart);
    rules_restart(c, &plan->settings, &c->file_restart);
}

/* It is not applied: said in status, and once for each content as a record. */
static void set_trouble(control *c, slice content, const char *why) {
    pthread_mutex_lock(&c->change);
    bool news = c->file_trouble == NULL || strcmp(c->file_trouble, why) != 0;
    file_seen(c, content, NULL);
    free(c->file_trouble);
    c->file_trouble = strdup(why);
    pthread_mutex_unlock(&c->change);
    if (!news) return;
    text line;
    text_init(&line, 0);
    text_addf(&line, "the changed configuration file is not applied: %s", why);
    backend_log(c->core->backend, WEIR_LEVEL_WARNING, text_slice(&line));
    text_done(&line);
}

static void tell_applied(control *c, const push_result *r) {
    for (size_t i = 0; i < r->restart.count; i++) {
        char line[512];
        snprintf(line, sizeof line, "needs a restart: %.480s", r->restart.names[i]);
        backend_log(c->core->backend, WEIR_LEVEL_WARNING, slice_of(line));
    }
}

static void apply_file(control *c, slice content) {
    push_result result;
    weir_error err;
    requester by = {"file", c->core->config_path};
    int rc = control_push(c, content, c->core->config_path, CONFIG_FILE, &by, false, &result, &err);
    if (rc == 0) {
        tell_applied(c, &result);
        if (c->first_file != NULL) {
            c->first_file(&c->start);
            c->first_file = NULL;
        }
    } else {
        if (result.problems.errors > 0) problems_to_error(&result.problems, &err);
        if (result.superseded_by == 0) set_trouble(c, content, err.message);
    }
    push_result_done(&result);
}

static bool same_bytes(const char *a, size_t a_len, const char *b, size_t b_len) {
    return a != NULL && b != NULL && a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* A content that was seen before, or that runs already (saved by a push, gone and come back), is no news. */
static bool no_news(control *c, slice content) {
    pthread_mutex_lock(&c->change);
    const config_plan *plan = c->core->plan;
    bool seen = same_bytes(content.data, content.len, c->file_text, c->file_len);
    bool runs =
        plan->origin != CONFIG_DEFAULT && same_bytes(content.data, content.len, plan->text, plan->text_len);
    if (!seen && runs) file_seen(c, content, plan);
    pthread_mutex_unlock(&c->change);
    return seen || runs;
}

static void look(control *c) {
    weir_error err;
    size_t len = 0;
    char *content = read_file(c->core->config_path, &len, &err);
    if (content == NULL)
        set_trouble(c, SLICE_NONE, err.message);
    else if (!no_news(c, slice_make(content, len)))
        apply_file(c, slice_make(content, len));
    free(content);
}

void file_watch_open(control *c) {
    file_watch *w = &c->watch;
    weir_error err;
    size_t len = 0;
    *w = (file_watch){.inotify = -1, .watches = {-1, -1}};
    if (c->core->config_path == NULL) return;
    w->inotify = descriptor_above(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (w->inotify >= 0) add_watches(c);
    /* It may have changed since the start read it. (One that was half-written at this very moment is
     * not: its end makes an event.) */
    char *content = read_file(c->core->config_path, &len, &err);
    if (content == NULL || !no_news(c, slice_make(content, len))) {
        w->first_event_ns = clock_monotonic_ns();
        w->look_ns = w->first_event_ns + QUIET_NS;
    }
    free(content);
}

int64_t file_watch_step(control *c, int64_t now_ns) {
    file_watch *w = &c->watch;
    if (c->core->config_path == NULL) return 0;
    if (take_events(c)) {
        if (w->look_ns == 0) w->first_event_ns = now_ns;
        w->look_ns = now_ns + QUIET_NS;
        if (w->look_ns > w->first_event_ns + QUIET_MAX_NS) w->look_ns = w->first_event_ns + QUIET_MAX_NS;
    }
    if (__atomic_exchange_n(&w->asked, 0, __ATOMIC_ACQ_REL) != 0) w->look_ns = now_ns;
    if (w->look_ns != 0 && w->look_ns <= now_ns) {
        w->look_ns = 0;
        look(c);
        if (w->inotify >= 0) add_watches(c); /* links may lead elsewhere now; the same watch costs nothing */
    }
    if (w->look_ns == 0 && (w->inotify < 0 || w->lost)) w->look_ns = now_ns + LOOK_EVERY_NS;
    return w->look_ns;
}

void control_reread(control *c) {
    __atomic_store_n(&c->watch.asked, 1, __ATOMIC_RELEASE);
    control_wake(c);
}
