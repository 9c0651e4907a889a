/* early.c - the record that tells of drops before routing: those that no handler was concerned with, counted
 * by the front end in the process's mapping. Backend thread. A run ends when no more come, and one that goes
 * on is told of once a second: a profiler's handler can make ten thousand. */
#include "backend/parts.h"

#define EARLY_PAUSE_MS 1000

static const char *const reason_words[EARLY_COUNT] = {
    [EARLY_STOPPED] = "logged while Weir was not running",
    [EARLY_REENTRY] = "logged inside another log call of their thread",
    [EARLY_NO_RING] = "no ring or signal slot was free",
    [EARLY_STALLED] = "the thread's ring was full",
};

static uint64_t count_new(const backend *b, uint64_t out[EARLY_COUNT]) {
    uint64_t total = 0;
    for (int i = 0; i < EARLY_COUNT; i++) {
        out[i] = __atomic_load_n(&b->set.process->early[i], __ATOMIC_RELAXED) - b->early_told[i];
        total += out[i];
    }
    return total;
}

/* "12 records dropped before they reached a handler: 10 the thread's ring was full, 2 logged inside …" */
static void describe(const uint64_t counts[EARLY_COUNT], uint64_t total, text *out) {
    text_addf(out, "%llu record%s dropped before reaching a handler", (unsigned long long)total,
              total == 1 ? "" : "s");
    const char *separator = ": ";
    for (int i = 0; i < EARLY_COUNT; i++) {
        if (counts[i] == 0) continue;
        text_add_cstr(out, separator);
        if (counts[i] != total) text_addf(out, "%llu ", (unsigned long long)counts[i]);
        text_add_cstr(out, reason_words[i]);
        separator = ", ";
    }
}

/* Not while more come, unless that has lasted: the calibration asks once a second, at last. */
static bool is_due(backend *b, uint64_t total, bool at_last) {
    bool quiet = total == b->early_seen;
    b->early_seen = total;
    bool rested = clock_stamp() - b->early_told_at >= EARLY_PAUSE_MS * b->ticks_per_ms;
    return at_last || (quiet && (rested || b->early_told_at == 0));
}

void early_tell(backend *b, bool at_last) {
    uint64_t counts[EARLY_COUNT];
    uint64_t total = count_new(b, counts);
    if (__builtin_expect(total == 0, 1) || !is_due(b, total, at_last)) return;
    text line;
    text_init(&line, 0);
    describe(counts, total, &line);
    if (!line.failed) {
        backend_log(b, WEIR_LEVEL_WARNING, text_slice(&line));
        for (int i = 0; i < EARLY_COUNT; i++) b->early_told[i] += counts[i];
        b->early_told_at = clock_stamp();
        b->early_seen = 0;
    }
    text_done(&line);
}
