/* notice.c - records of Weir's own: how one is made, and the one that ends each run of drops, which
 * goes to the handler concerned whatever its level and filters say. Backend thread. A notice that
 * finds no room is kept as a run and told later; none is ever waited for. */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/parts.h"

static const char *const reason_words[DROP_COUNT] = {
    [DROP_OVERFLOW] = "the queue was full",
    [DROP_STALLED] = "the target made no progress",
    [DROP_ERROR] = "could not be formatted",
    [DROP_STOPPED] = "stopped",
};

ring_entry *notice_encode(backend *b, text *out, uint32_t logger_id, int level, uint64_t stamp,
                          slice message) {
    ring_entry head = {.kind = ENTRY_MADE,
                       .stamp = stamp,
                       .logger = logger_id,
                       .thread_name = b->own_thread,
                       .tid = (uint32_t)syscall(SYS_gettid),
                       .level = level};
    value_pair pair = {.key = value_str(SLICE_LITERAL("msg")), .val = value_str(message)};
    value attributes = {.type = VALUE_DICT, .dict = {.pairs = &pair, .count = 1}};
    text_clear(out);
    text_add(out, (const char *)&head, sizeof head);
    value_encode(&attributes, out);
    if (out->failed) return NULL;
    head.args_size = (uint32_t)(out->len - sizeof head);
    text_add_repeat(out, '\0', (ENTRY_ALIGN - out->len % ENTRY_ALIGN) % ENTRY_ALIGN);
    if (out->failed) return NULL;
    head.size = (uint32_t)out->len;
    head.check = entry_check(&head);
    memcpy(out->data, &head, sizeof head);
    return (ring_entry *)(void *)out->data;
}

bool notice_owed(const handler *h) {
    uint64_t any = 0;
    for (int i = 0; i < DROP_COUNT; i++) any |= h->drop_run[i];
    return any != 0;
}

/* "handler file: 12 records dropped: 10 the target made no progress, 2 could not be formatted (…)" */
static void describe(const handler *h, text *out) {
    uint64_t total = 0;
    for (int i = 0; i < DROP_COUNT; i++) total += h->drop_run[i];
    text_addf(out, "handler %s: %llu record%s dropped", h->name, (unsigned long long)total,
              total == 1 ? "" : "s");
    const char *separator = ": ";
    for (int i = 0; i < DROP_COUNT; i++) {
        if (h->drop_run[i] == 0) continue;
        text_add_cstr(out, separator);
        if (h->drop_run[i] != total) text_addf(out, "%llu ", (unsigned long long)h->drop_run[i]);
        text_add_cstr(out, reason_words[i]);
        if (i == DROP_ERROR && h->lane != NULL && h->lane->trouble[0] != '\0')
            text_addf(out, " (%s)", h->lane->trouble);
        separator = ", ";
    }
}

static ring_entry *encode_run(backend *b, const handler *h) {
    text message;
    text_init(&message, 0);
    describe(h, &message);
    ring_entry *e = message.failed ? NULL
                                   : notice_encode(b, &b->notice_entry, b->own_logger, WEIR_LEVEL_WARNING,
                                                   clock_stamp(), text_slice(&message));
    text_done(&message);
    return e;
}

/* A format that names an extra ("%(ip)s") cannot print a notice: then its bare message goes there. */
static bool encode_notice(handler *h, record *rec, text *out) {
    if (h->kind->encode(h, rec, out, NULL) == 0 && !out->failed) return true;
    formatter *own = h->formatter;
    if (own == NULL) return false;
    text_clear(out);
    h->formatter = formatter_default();
    bool good = h->kind->encode(h, rec, out, NULL) == 0 && !out->failed;
    h->formatter = own;
    return good;
}

/* A handler without a queue of its own has nowhere to tell it: the log has. */
static void log_run(backend *b, handler *h) {
    text message;
    text_init(&message, 0);
    describe(h, &message);
    if (!message.failed) backend_log(b, WEIR_LEVEL_WARNING, text_slice(&message));
    text_done(&message);
    memset(h->drop_run, 0, sizeof h->drop_run);
}

void notice_emit(backend *b, handler *h) {
    record rec;
    if (h->lane == NULL) {
        log_run(b, h);
        return;
    }
    size_t size = NOTICE_ROOM < h->lane->record_max ? NOTICE_ROOM : h->lane->record_max;
    char *to = lane_try(b, h, size);
    if (to == NULL) return;
    text out = {.data = to, .cap = size, .limit = size - 1};
    ring_entry *e = encode_run(b, h);
    if (e == NULL) {
        lane_commit(b, h, 0, 0);
        return;
    }
    e->id = route_take_id(b);
    bool good = record_decode(b->notice_reader, e, &rec) == 0 && encode_notice(h, &rec, &out);
    lane_commit(b, h, good ? out.len : 0, 0);
    memset(h->drop_run, 0, sizeof h->drop_run);
    if (!good) return;
    count_one(&h->stats->notices);
    recent_add(b->set.recents, e);
    b->recents_changed = true;
}

void notice_emit_all(backend *b) {
    const generation *g = b->current->generation;
    bool owing = false;
    for (size_t i = 0; i < g->handler_count; i++) {
        handler *h = g->handlers[i];
        if (!notice_owed(h)) continue;
        notice_emit(b, h);
        owing = owing || notice_owed(h);
    }
    b->owing = owing;
}
