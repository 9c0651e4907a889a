/* queue_handler.c - Python's QueueHandler: the prepared record goes into a queue, from which a thread of its
 * own, the listener, gives it to other handlers. Checks on the thread that checks, preparing on the backend;
 * the queue is sink/queue_sink.c, the listener handler/listener.c. */
#include <stdlib.h>

#include "format/asctime.h"
#include "handler/handler_kinds.h"
#include "handler/host_handler.h"
#include "handler/queue_handler.h"
#include "sink/feed.h"

enum { ARG_QUEUE, ARG_HANDLERS, ARG_RESPECT, ARG_CAPACITY, ARG_LISTENER };

/* Longer ones are no names that people give. */
#define QUEUE_NAME_MAX 48

/* ---- arguments ---- */

/* 3.12's {'()': 'queue.Queue', 'maxsize': 100}: a queue without a name. */
static int check_factory(const value *v, int64_t *maxsize, weir_error *err) {
    static const char *const known[] = {"queue.Queue", "queue.SimpleQueue", "multiprocessing.Queue"};
    bool good = false;
    *maxsize = 0;
    for (size_t i = 0; i < v->dict.count; i++) {
        const value_pair *p = &v->dict.pairs[i];
        if (slice_is(p->key.str, "()") || slice_is(p->key.str, "class")) {
            for (size_t n = 0; n < sizeof known / sizeof known[0]; n++)
                good |= p->val.type == VALUE_STR && slice_is(p->val.str, known[n]);
        } else if (slice_is(p->key.str, "maxsize") && p->val.type == VALUE_INT && p->val.i64 >= 0) {
            *maxsize = p->val.i64;
        } else {
            return error_set(err, WEIR_ERR_INVALID, "queue: unknown key \"%.*s\" (right are () and maxsize)",
                             (int)p->key.str.len, p->key.str.data);
        }
    }
    if (good) return 0;
    return error_set(
        err, WEIR_ERR_INVALID,
        "queue: no code in data: a queue is a name ('q'), or {'()': 'queue.Queue', 'maxsize': N}");
}

static int check_queue(const value *v, int64_t *maxsize, weir_error *err) {
    *maxsize = 0;
    if (v->type == VALUE_DICT) return check_factory(v, maxsize, err);
    bool good = v->type == VALUE_STR && v->str.len > 0 && v->str.len <= QUEUE_NAME_MAX;
    for (size_t i = 0; good && i < v->str.len; i++)
        good = (unsigned char)v->str.data[i] > ' ' && v->str.data[i] != '/';
    if (good) return 0;
    return error_set(
        err, WEIR_ERR_INVALID,
        "queue is a name of at most %d letters, digits and the like ('q'), or {'()': 'queue.Queue'}",
        QUEUE_NAME_MAX);
}

static int queue_check(const handler_args *args, weir_error *err) {
    int64_t maxsize;
    if (args->given[ARG_QUEUE] && check_queue(&args->values[ARG_QUEUE], &maxsize, err) != 0) return -1;
    if (args->given[ARG_CAPACITY] && args->values[ARG_CAPACITY].i64 < 0)
        return error_set(err, WEIR_ERR_INVALID,
                         "capacity is negative (right is a number of records, or 0 for no bound but memory)");
    if (!args->given[ARG_LISTENER] ||
        (args->values[ARG_LISTENER].type == VALUE_STR &&
         slice_is(args->values[ARG_LISTENER].str, "logging.handlers.QueueListener")))
        return 0;
    return error_set(err, WEIR_ERR_INVALID,
                     "no code in data: the listener is logging.handlers.QueueListener");
}

slice queue_handler_queue(const handler_args *args) {
    const value *v = &args->values[ARG_QUEUE];
    return args->given[ARG_QUEUE] && v->type == VALUE_STR ? v->str : args->handler_name;
}

bool queue_handler_respects_level(const handler_args *args) {
    return args->given[ARG_RESPECT] && args->values[ARG_RESPECT].boolean;
}

static int queue_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    slice name = arena_copy(a, queue_handler_queue(args));
    if (name.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    *out = (sink_spec){.kind = SLICE_LITERAL("queue"),
                       .path = name,
                       .fd = -1,
                       .mode = 'a',
                       .beneath_fd = -1,
                       .beneath_path = SLICE_LITERAL(""),
                       .options = SLICE_LITERAL("{}")};
    *has_target = true;
    return 0;
}

static int queue_prepare(const handler_args *args, handler *h, weir_error *err) {
    int64_t maxsize = 0;
    if (args->given[ARG_QUEUE] && check_queue(&args->values[ARG_QUEUE], &maxsize, err) != 0) return -1;
    if (args->given[ARG_CAPACITY]) maxsize = args->values[ARG_CAPACITY].i64;
    h->capacity = (uint64_t)maxsize;
    return 0;
}

/* ---- preparing ---- */

static int enqueue(handler *h, record *rec, weir_error *err) {
    int taken = 1;
    if (h->host == NULL || h->host->as->enqueue == NULL) return 0;
    if (!host_object_number(h->host, h->host->as->enqueue, rec, &taken) || taken == 0)
        return error_set(err, WEIR_ERR_INVALID, "enqueue of %s did not take it", h->kind->name);
    return 0;
}

/* What its formatter makes of the record is its message from then on: escaped for files, and as it is. */
static int put_frame(handler *h, record *rec, text *shown, text *raw, text *out, weir_error *err) {
    text when;
    bool dated = false;
    uint64_t number = h->feed != NULL ? h->feed->number : 0;
    text_init(&when, 0);
    int rc = h->formatter->format(h->formatter, rec, ESCAPE_NONE, raw, err);
    if (rc == 0 && h->escape != ESCAPE_NONE)
        rc = h->formatter->format(h->formatter, rec, h->escape, shown, err);
    if (rc == 0) rc = asctime_left(rec, &when, &dated, err);
    if (rc == 0 && (shown->failed || raw->failed || when.failed))
        rc = error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
    if (rc == 0) {
        slice escaped = h->escape != ESCAPE_NONE ? text_slice(shown) : text_slice(raw);
        text_add(out, (const char *)&number, sizeof number);
        rc = host_frame_add(rec, dated ? text_slice(&when) : SLICE_NONE, escaped, text_slice(raw), out, err);
    }
    text_done(&when);
    return rc;
}

static int queue_encode(handler *h, record *rec, text *out, weir_error *err) {
    text shown, raw;
    size_t before = out->len;
    if (enqueue(h, rec, err) != 0) return -1;
    size_t begin = frame_begin(out);
    text_init(&shown, 0);
    text_init(&raw, 0);
    int rc = put_frame(h, rec, &shown, &raw, out, err);
    frame_end(out, begin);
    text_done(&shown);
    text_done(&raw);
    if (rc != 0) out->len = before;
    return rc;
}

const handler_kind queue_handler_kind = {
    .name = "QueueHandler",
    .aliases = {"handlers.QueueHandler", "logging.handlers.QueueHandler"},
    .help = "records into a queue, from which a thread of its own (Python's QueueListener) gives them to "
            "other handlers",
    .params =
        {[ARG_QUEUE] = {"queue", PARAM_ANY, PARAM_OPTIONAL,
                        "a name: QueueHandlers of one name share the queue and its listener; or {'()': "
                        "'queue.Queue', 'maxsize': N}; default the handler's own name"},
         [ARG_HANDLERS] =
             {"handlers", PARAM_HANDLERS, PARAM_OPTIONAL,
              "the handlers that the listener gives records to, by their names; also a key of the "
              "section. Given for one QueueHandler of each queue"},
         [ARG_RESPECT] = {"respect_handler_level", PARAM_BOOL, PARAM_OPTIONAL,
                          "True: their levels are asked, too; default False. Beside `handlers`"},
         [ARG_CAPACITY] =
             {"capacity", PARAM_INT, PARAM_OPTIONAL,
              "so many records at most, then the overflow policy decides (Weir's own; Python's maxsize); "
              "default 0: as many as the queue's memory holds"},
         [ARG_LISTENER] = {"listener", PARAM_ANY, PARAM_OPTIONAL,
                           "'logging.handlers.QueueListener', which is the default"}},
    .check = queue_check,
    .spec = queue_spec,
    .prepare = queue_prepare,
    .encode = queue_encode,
    .queues = true};
