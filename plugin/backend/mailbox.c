/* mailbox.c - what other threads of Weir ask of the backend: swaps, flushes, records of Weir's own.
 * Requests lie on the stacks of those who ask and wait; a list under one short lock. The backend looks
 * at one word without the lock. Futexes, not condition variables: a host thread that is cancelled in
 * weir_flush must not leave the lock held. */
#include <stdlib.h>
#include <string.h>

#include "backend/parts.h"
#include "base/futex.h"
#include "sink/feed.h"

enum mail_kind { MAIL_SWAP, MAIL_FLUSH };
enum mail_state { MAIL_POSTED, MAIL_ARMED, MAIL_DONE, MAIL_REFUSED };

struct mail {
    mail *next;
    enum mail_kind kind;
    enum mail_state state;
    stage *stage;  /* swap */
    uint64_t pass; /* flush: that one must have ended */
    bool holds;    /* flush: what handlers keep is handed over, too */
};

static void set_waiting(backend *b) {
    __atomic_store_n(&b->mail_waiting, b->mails != NULL || b->own_count > 0 || b->own_lost > 0,
                     __ATOMIC_RELEASE);
}

static void wake_backend(backend *b) {
    __atomic_store_n(&b->words.asleep, 0, __ATOMIC_RELAXED);
    futex_signal(&b->words.wake);
}

/* ---- those who ask ---- */

static void unlink_mail(backend *b, const mail *m) {
    for (mail **at = &b->mails; *at != NULL; at = &(*at)->next) {
        if (*at != m) continue;
        *at = m->next;
        break;
    }
    set_waiting(b);
}

static bool post(backend *b, mail *m) {
    pthread_mutex_lock(&b->mail_lock);
    bool open = !b->closed;
    if (open) {
        mail **at = &b->mails;
        while (*at != NULL) at = &(*at)->next;
        *at = m;
        set_waiting(b);
    }
    pthread_mutex_unlock(&b->mail_lock);
    if (open) wake_backend(b);
    return open;
}

static bool flushes_ended(const backend *b) { return __atomic_load_n(&b->no_flush, __ATOMIC_ACQUIRE) != 0; }

/* false: the time ran out; the mail is taken back. */
static bool await(backend *b, mail *m, int64_t deadline_ns) {
    for (;;) {
        uint32_t seen = __atomic_load_n(&b->mail_done, __ATOMIC_ACQUIRE);
        int64_t left = deadline_ns == INT64_MAX ? INT64_MAX : deadline_ns - clock_monotonic_ns();
        if (m->kind == MAIL_FLUSH && flushes_ended(b)) left = 0;
        pthread_mutex_lock(&b->mail_lock);
        bool answered = m->state >= MAIL_DONE;
        if (!answered && left <= 0) {
            if (m->kind == MAIL_FLUSH && m->state == MAIL_ARMED) b->flushes--;
            unlink_mail(b, m);
        }
        pthread_mutex_unlock(&b->mail_lock);
        if (answered || left <= 0) return answered;
        futex_wait(&b->mail_done, seen, left > 1000000000 ? 1000 : (int)(left / 1000000) + 1);
    }
}

int backend_swap(backend *b, generation *g, weir_error *err) {
    stage *s = stage_create(g, err);
    if (s == NULL) return -1;
    for (size_t i = 0; i < s->lane_count; i++) target_activate(s->lanes[i].target);
    mail m = {.kind = MAIL_SWAP, .stage = s};
    if (post(b, &m) && await(b, &m, INT64_MAX) && m.state == MAIL_DONE) return 0;
    stage_free(s);
    return error_set(err, WEIR_ERR_STATE, "Weir is stopping");
}

typedef struct flush_wait {
    uint64_t identity, position;
} flush_wait;
typedef struct flush_list {
    flush_wait *waits;
    size_t count, room;
    bool feeds_only; /* queues whose listeners put into others */
    bool pending;
} flush_list;

static void note_position(void *arg, target *t) {
    flush_list *list = arg;
    if (list->count == list->room || (list->feeds_only && !target_feeds(t))) return;
    chunk_queue *q = target_queue(t);
    list->waits[list->count++] = (flush_wait){chunk_queue_mapping(q)->identity, chunk_queue_write_pos(q)};
}

static void see_position(void *arg, target *t) {
    flush_list *list = arg;
    chunk_queue *q = target_queue(t);
    uint64_t identity = chunk_queue_mapping(q)->identity;
    for (size_t i = 0; i < list->count; i++)
        if (list->waits[i].identity == identity && chunk_queue_read_pos(q) < list->waits[i].position)
            list->pending = true;
}

/* Targets may end meanwhile (a swap), and the registry must not stay locked while a hung one is
 * waited for: so positions are noted and looked at, a target that is gone has written all. */
static bool drain_targets(backend *b, bool feeds_only, bool *any, int64_t deadline_ns) {
    static const uint32_t never = 0;
    flush_wait waits[LIMIT_TARGETS];
    flush_list list = {.waits = waits, .room = LIMIT_TARGETS, .feeds_only = feeds_only};
    target_registry_each(b->set.targets, note_position, &list);
    *any = list.count > 0;
    for (;;) {
        list.pending = false;
        target_registry_each(b->set.targets, see_position, &list);
        if (!list.pending) return true;
        if (clock_monotonic_ns() >= deadline_ns || flushes_ended(b)) return false;
        futex_wait(&never, 0, 1);
    }
}

void backend_end_flushes(backend *b) {
    __atomic_store_n(&b->no_flush, 1, __ATOMIC_RELEASE);
    futex_signal(&b->mail_done);
}

static bool flush_mail(backend *b, bool holds, int64_t deadline_ns) {
    mail m = {.kind = MAIL_FLUSH, .holds = holds};
    return post(b, &m) && await(b, &m, deadline_ns) && m.state == MAIL_DONE;
}

int backend_flush_routed(backend *b, int64_t deadline_ns) {
    return flush_mail(b, false, deadline_ns) ? 0 : -1;
}

static void wake_feed(void *arg, target *t) {
    uint32_t *row = arg;
    if (!target_feeds(t)) return;
    chunk_queue_interrupt(target_queue(t));
    if (target_rank(t) >= *row) *row = target_rank(t) + 1;
}

/* What listeners keep goes on. *row: so many queues stand one behind the other. */
static bool flush_feeds(backend *b, uint32_t *row, int64_t deadline_ns) {
    static const uint32_t never = 0;
    feed_ask();
    target_registry_each(b->set.targets, wake_feed, row);
    while (feed_is_asked()) {
        if (clock_monotonic_ns() >= deadline_ns || flushes_ended(b)) return false;
        futex_wait(&never, 0, 1);
    }
    return true;
}

/* Listeners first, as often as queues may stand one behind the other; what they put into queues that the
 * backend adds to as well, it publishes. */
int backend_flush(backend *b, int64_t deadline_ns) {
    bool any;
    uint32_t row = 1;
    if (!flush_mail(b, true, deadline_ns)) return -1;
    for (uint32_t i = 0; i < row; i++) {
        if (!drain_targets(b, true, &any, deadline_ns)) return -1;
        if (any && !flush_feeds(b, &row, deadline_ns)) return -1;
        if (any && !flush_mail(b, false, deadline_ns)) return -1;
    }
    return drain_targets(b, false, &any, deadline_ns) ? 0 : -1;
}

bool backend_log(backend *b, int level, slice message) {
    size_t len = message.len < OWN_TEXT_MAX ? message.len : OWN_TEXT_MAX;
    char *copy = malloc(len + 1);
    if (copy != NULL && len > 0) memcpy(copy, message.data, len);
    pthread_mutex_lock(&b->mail_lock);
    bool kept = copy != NULL && !b->closed && b->own_count < OWN_MAX;
    if (kept)
        b->own[b->own_count++] = (own_record){clock_stamp(), level, copy, len};
    else
        b->own_lost++;
    set_waiting(b);
    pthread_mutex_unlock(&b->mail_lock);
    if (!kept) free(copy);
    wake_backend(b);
    return kept;
}

/* ---- the backend ---- */

/* Between two records: the mark is now. */
static void take_swap(backend *b, mail *m) {
    if (b->next != NULL || b->old != NULL) return; /* the one before is not through */
    b->mark = clock_stamp();
    b->next = m->stage;
    m->state = MAIL_DONE;
}

static void serve_one(backend *b, mail *m) {
    if (m->kind == MAIL_SWAP) {
        take_swap(b, m);
    } else if (m->state == MAIL_POSTED) {
        m->state = MAIL_ARMED;
        m->pass = b->pass + 1;
        if (m->holds) b->hand_over_until = m->pass;
        b->flushes++;
    }
}

static void answer(backend *b, bool any) {
    set_waiting(b);
    pthread_mutex_unlock(&b->mail_lock);
    if (any) futex_signal(&b->mail_done);
}

/* Takes out of the list what is answered. Nothing of a mail may be touched after the unlock. */
static bool sweep(backend *b) {
    bool any = false;
    for (mail **at = &b->mails; *at != NULL;) {
        if ((*at)->state >= MAIL_DONE) {
            *at = (*at)->next;
            any = true;
        } else {
            at = &(*at)->next;
        }
    }
    return any;
}

void mailbox_serve(backend *b) {
    if (__builtin_expect(__atomic_load_n(&b->mail_waiting, __ATOMIC_ACQUIRE) == 0, 1)) return;
    pthread_mutex_lock(&b->mail_lock);
    for (mail *m = b->mails; m != NULL; m = m->next) serve_one(b, m);
    answer(b, sweep(b));
}

void mailbox_passed(backend *b) {
    pthread_mutex_lock(&b->mail_lock);
    for (mail *m = b->mails; m != NULL; m = m->next) {
        if (m->kind != MAIL_FLUSH || m->state != MAIL_ARMED || m->pass > b->pass) continue;
        m->state = MAIL_DONE;
        b->flushes--;
    }
    answer(b, sweep(b));
}

void mailbox_close(backend *b) {
    pthread_mutex_lock(&b->mail_lock);
    b->closed = true;
    for (mail *m = b->mails; m != NULL; m = m->next) m->state = MAIL_REFUSED;
    b->flushes = 0;
    answer(b, sweep(b));
}

/* Subject to the level of logger "weir", as a call is; but nothing disables what Weir has to say. */
static void route_message(backend *b, const own_record *own) {
    if (own->level < logger_effective_level(source_logger(&b->live, b->own_logger))) return;
    slice message = slice_make(own->message, own->len);
    if (b->set.python_errors) {
        logging_error_message(b, message);
        return;
    }
    ring_entry *e = notice_encode(b, &b->own_entry, b->own_logger, own->level, own->stamp, message);
    if (e != NULL) route_made(b, e, true);
}

void mailbox_route_own(backend *b) {
    if (__builtin_expect(__atomic_load_n(&b->mail_waiting, __ATOMIC_ACQUIRE) == 0, 1)) return;
    own_record taken[OWN_MAX];
    pthread_mutex_lock(&b->mail_lock);
    size_t count = b->own_count;
    uint64_t lost = b->own_lost;
    memcpy(taken, b->own, count * sizeof *taken);
    b->own_count = 0;
    b->own_lost = 0;
    set_waiting(b);
    pthread_mutex_unlock(&b->mail_lock);
    for (size_t i = 0; i < count; i++) {
        route_message(b, &taken[i]);
        free(taken[i].message);
    }
    if (lost == 0) return;
    char line[64];
    int n = snprintf(line, sizeof line, "%llu records of Weir's own were lost", (unsigned long long)lost);
    own_record own = {clock_stamp(), WEIR_LEVEL_WARNING, line, n > 0 ? (size_t)n : 0};
    route_message(b, &own);
}
