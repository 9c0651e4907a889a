/* feed.c - all feeds, and when they end. Added and ended by the threads that build and retire configurations,
 * used by the queues' own threads; one lock, held for a moment. */
#include "sink/feed.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static feed *all;
static uint64_t last_number;
static uint32_t asked; /* atomic: some feed may be asked */

/* Queues that have a sink just now: a row each; a name may be there twice. */
static char open_queues[2 * LIMIT_TARGETS][64];

static size_t sinks_of(const char *queue) {
    size_t count = 0;
    for (size_t i = 0; i < sizeof open_queues / sizeof open_queues[0]; i++)
        count += strcmp(open_queues[i], queue) == 0;
    return count;
}

static bool has_sink(const char *queue) { return sinks_of(queue) > 0; }

void feed_add(feed *f) {
    pthread_mutex_lock(&lock);
    f->number = ++last_number;
    f->users = 1;
    f->next = all;
    all = f;
    pthread_mutex_unlock(&lock);
}

feed *feed_find(uint64_t number) {
    pthread_mutex_lock(&lock);
    feed *f = all;
    while (f != NULL && f->number != number) f = f->next;
    pthread_mutex_unlock(&lock);
    return f;
}

/* Takes those of a queue out of the list that have come that far, the newest first. Under the lock. */
static feed *take_out(const char *queue, int ended) {
    feed *out = NULL, **end = &out;
    for (feed **at = &all; *at != NULL;) {
        feed *f = *at;
        if (f->ended < ended || strcmp(f->queue, queue) != 0) {
            at = &f->next;
            continue;
        }
        *at = f->next;
        f->next = NULL;
        *end = f;
        end = &f->next;
    }
    return out;
}

/* Without the lock: what a feed holds may be of the host's. Of several that share a filter the oldest, which
 * ends last, tells what it has to tell. */
static void free_list(feed *f, bool with_last_words, const uint32_t *stop) {
    for (feed *next; f != NULL; f = next) {
        next = f->next;
        if (with_last_words) f->rest(f, FEED_ENDS, stop);
        f->free(f);
    }
}

void feed_end(feed *f) {
    if (f == NULL) return;
    pthread_mutex_lock(&lock);
    f->ended = --f->users == 0;
    feed *out = has_sink(f->queue) ? NULL : take_out(f->queue, 1);
    pthread_mutex_unlock(&lock);
    free_list(out, false, NULL);
}

void feed_hold(feed *f) {
    pthread_mutex_lock(&lock);
    f->users++;
    pthread_mutex_unlock(&lock);
}

void feed_sink_opened(const char *queue) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < sizeof open_queues / sizeof open_queues[0]; i++) {
        if (open_queues[i][0] != '\0') continue;
        memcpy(open_queues[i], queue, strlen(queue) + 1);
        break;
    }
    pthread_mutex_unlock(&lock);
}

void feed_sink_closed(const char *queue) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < sizeof open_queues / sizeof open_queues[0]; i++) {
        if (strcmp(open_queues[i], queue) != 0) continue;
        open_queues[i][0] = '\0';
        break;
    }
    feed *out = has_sink(queue) ? NULL : take_out(queue, 1);
    pthread_mutex_unlock(&lock);
    free_list(out, false, NULL);
}

/* The next beyond that number, up or down. It stays: a queue's feeds end on its thread, which is the caller.
 */
static feed *next_to(const char *queue, uint64_t number, bool up) {
    feed *found = NULL;
    pthread_mutex_lock(&lock);
    for (feed *f = all; f != NULL; f = f->next) {
        if (f->number == number || (f->number > number) != up || strcmp(f->queue, queue) != 0) continue;
        if (found == NULL || (f->number < found->number) == up) found = f;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

feed *feed_older(const feed *f) { return next_to(f->queue, f->number, false); }

feed *feed_newest(const feed *f) {
    feed *found = NULL;
    pthread_mutex_lock(&lock);
    for (feed *at = all; at != NULL; at = at->next)
        if (at->users > 0 && strcmp(at->queue, f->queue) == 0 &&
            (found == NULL || at->number > found->number))
            found = at;
    pthread_mutex_unlock(&lock);
    return found;
}

/* ---- what is asked for ---- */

void feed_ask(void) {
    pthread_mutex_lock(&lock);
    for (feed *f = all; f != NULL; f = f->next) f->asked = __atomic_load_n(&f->keeps, __ATOMIC_ACQUIRE) != 0;
    __atomic_store_n(&asked, 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
}

bool feed_is_asked(void) {
    bool any = false;
    pthread_mutex_lock(&lock);
    for (feed *f = all; f != NULL; f = f->next) any = any || (f->asked && has_sink(f->queue));
    if (!any) __atomic_store_n(&asked, 0, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
    return any;
}

static bool is_asked(feed *f) {
    pthread_mutex_lock(&lock);
    bool is = f->asked;
    pthread_mutex_unlock(&lock);
    return is;
}

/* Said to be done when it is. */
static void answer(feed *f, const uint32_t *stop) {
    f->rest(f, FEED_FLUSH, stop);
    pthread_mutex_lock(&lock);
    f->asked = false;
    pthread_mutex_unlock(&lock);
}

void feed_sink_busy(const char *queue, const uint32_t *stop) {
    if (__builtin_expect(__atomic_load_n(&asked, __ATOMIC_ACQUIRE) == 0, 1)) return;
    uint64_t number = 0;
    for (feed *f; (f = next_to(queue, number, true)) != NULL; number = f->number)
        if (is_asked(f)) answer(f, stop);
}

/* ---- the sink ---- */

void feed_sink_closing(const char *queue, const uint32_t *stop) {
    pthread_mutex_lock(&lock);
    bool last = sinks_of(queue) == 1;
    pthread_mutex_unlock(&lock);
    uint64_t number = 0;
    for (feed *f; last && (f = next_to(queue, number, true)) != NULL; number = f->number)
        f->rest(f, FEED_CLOSES, stop);
}

static bool is_in_use(feed *f) {
    pthread_mutex_lock(&lock);
    bool is = f->ended == 0;
    pthread_mutex_unlock(&lock);
    return is;
}

/* Of one that ended, records may have come between the look that found the queue empty and this call; not
 * between this one and the next. */
void feed_sink_idle(const char *queue, const uint32_t *stop) {
    pthread_mutex_lock(&lock);
    feed *out = take_out(queue, 2);
    for (feed *f = all; f != NULL; f = f->next)
        if (f->ended == 1 && strcmp(f->queue, queue) == 0) f->ended = 2;
    pthread_mutex_unlock(&lock);
    free_list(out, true, stop);
    feed_sink_busy(queue, stop);
    uint64_t number = 0;
    for (feed *f; (f = next_to(queue, number, true)) != NULL; number = f->number)
        if (is_in_use(f)) f->rest(f, FEED_IDLE, stop);
}

void feed_fork_child(void) {
    pthread_mutex_init(&lock, NULL);
    all = NULL;
    asked = 0;
    memset(open_queues, 0, sizeof open_queues);
}
