/* last_resort.c - Python's lastResort: where no handler is found, the bare message goes to stderr, from
 * WARNING up, or to what the host set in its place. Backend thread, so it never waits long: stderr is written
 * in pieces that a pipe takes whole once poll says it can, and what nobody reads is counted and told when it
 * moves again. It never changes the flags of descriptor 2 and uses no handler's queue. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "backend/parts.h"
#include "frontend/module_state.h"
#include "record/record_view.h"

/* How long a reader of stderr is waited for, once; after that nothing is waited for until it reads. */
#define STDERR_WAIT_MS 100

static bool can_write(const backend *b) {
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&p, 1, b->lastresort_lost > 0 ? 0 : STDERR_WAIT_MS) > 0 && (p.revents & POLLOUT) != 0;
}

static bool write_all(const backend *b, slice s) {
    while (s.len > 0) {
        if (!can_write(b)) return false;
        ssize_t n = write(STDERR_FILENO, s.data, s.len < PIPE_BUF ? s.len : PIPE_BUF);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return false;
        s = slice_make(s.data + n, s.len - (size_t)n);
    }
    return true;
}

/* Python's words where there is no lastResort. */
static void say_no_handlers(backend *b, const record *rec) {
    if (!module_may_say_no_handlers()) return;
    text_clear(&b->scratch);
    text_addf(&b->scratch, "No handlers could be found for logger \"%.*s\"\n", (int)rec->name.len,
              rec->name.data);
    if (!b->scratch.failed) write_all(b, text_slice(&b->scratch));
}

/* true: done with it. */
static bool hand_to_host(const last_resort_rule *rule, record *rec) {
    weir_record view;
    if (rule->call == NULL) return false;
    record_view_of(&view, rec, SLICE_NONE);
    rule->call(rule->arg, &view);
    return true;
}

void last_resort_write(backend *b, record *rec, escape_mode escape) {
    last_resort_rule rule;
    last_resort_rule_get(&rule);
    if (rule.level == WEIR_LAST_RESORT_NONE) say_no_handlers(b, rec);
    if (rule.level == WEIR_LAST_RESORT_NONE || rec->level < rule.level || hand_to_host(&rule, rec)) return;
    text_clear(&b->scratch);
    if (b->lastresort_lost > 0)
        text_addf(&b->scratch, "weir: %llu messages could not be written here\n",
                  (unsigned long long)b->lastresort_lost);
    formatter *bare = formatter_default(); /* the message, and exception text after it as Python's */
    if (bare->format(bare, rec, escape, &b->scratch, NULL) != 0) return;
    text_add_char(&b->scratch, '\n');
    if (!b->scratch.failed && write_all(b, text_slice(&b->scratch)))
        b->lastresort_lost = 0;
    else
        b->lastresort_lost++;
}
