/* hand_in.c - a whole frame becomes a record: decoded, given to its logger, captured. Thread "weir-recv".
 *
 * As Python's receivers do (makeLogRecord, then Logger.handle) the logger's level is not asked. What would be
 * an import or a call as a whole becomes a record that says so. */
#include <limits.h>

#include "base/level.h"
#include "frontend/capture.h"
#include "receiver/receivers_internal.h"

/* Memory of a frame's decoding, but for pickles, which have their own: JSON and forms make up to 48 bytes of
 * a pair of 4; above that a frame is refused. */
#define FRAME_MEMORY_FACTOR 8
#define FRAME_MEMORY_LEAST (128 * 1024)

typedef struct made_record {
    slice name;
    int level;
    value attributes;
    bool placeholder;
} made_record;

static bool read_level(const value *attributes, int *level) {
    const value *number = value_get(attributes, SLICE_LITERAL("levelno"));
    const value *name = value_get(attributes, SLICE_LITERAL("levelname"));
    if (number == NULL) return name != NULL && name->type == VALUE_STR && level_from_name(name->str, level);
    if (number->type != VALUE_INT || number->i64 < INT_MIN || number->i64 > INT_MAX) return false;
    *level = (int)number->i64;
    return true;
}

/* The record that stands for a pickle which would be a call as a whole. */
static int make_placeholder(receivers *r, slice what, made_record *out) {
    attribute_list to;
    text message;
    text_init(&message, 0);
    text_add_cstr(&message, "a received pickle holds no record but what would be imported or called: ");
    text_add_slice(&message, what);
    slice copy = message.failed ? SLICE_NONE : arena_copy(&r->memory, text_slice(&message));
    text_done(&message);
    if (copy.data == NULL || attributes_begin(&to, &r->memory, 8) != 0) return -1;
    attributes_add(&to, "name", value_str(SLICE_LITERAL("weir.received")));
    attributes_add_level(&to, WEIR_LEVEL_WARNING);
    attributes_add_nobody(&to);
    attributes_add(&to, "msg", value_str(copy));
    *out = (made_record){SLICE_LITERAL("weir.received"), WEIR_LEVEL_WARNING, attributes_dict(&to), true};
    return 0;
}

static int make_record(receivers *r, receiver_door door, slice frame, made_record *out, receive_drop *why,
                       weir_error *err) {
    value got;
    if (door_kinds[door].decode(r, frame, &got, why, err) != 0) return -1;
    if (got.type == VALUE_STR) {
        *why = RECEIVE_MEMORY;
        return make_placeholder(r, got.str, out);
    }
    const value *name = value_get(&got, SLICE_LITERAL("name"));
    *out = (made_record){.name = SLICE_LITERAL("root"), .attributes = got};
    *why = RECEIVE_NO_RECORD;
    if (name != NULL && name->type == VALUE_STR) out->name = name->str;
    if (name != NULL && name->type != VALUE_STR && name->type != VALUE_NONE)
        return error_set(err, WEIR_ERR_INVALID, "its name is no string");
    if (!read_level(&got, &out->level)) return error_set(err, WEIR_ERR_INVALID, "it has no level");
    return 0;
}

/* `name` as its logger is called here, and what was sent as a field where that is another one's. */
static int rename_record(receivers *r, made_record *rec, slice full, bool other) {
    const value *from = &rec->attributes;
    attribute_list to;
    if (attributes_begin(&to, &r->memory, from->dict.count + 2) != 0) return -1;
    for (size_t i = 0; i < from->dict.count; i++) {
        const value_pair *pair = &from->dict.pairs[i];
        if (!slice_is(pair->key.str, "name") && !(other && slice_is(pair->key.str, "sent_name")))
            attributes_add_slice(&to, pair->key.str, pair->val);
    }
    attributes_add(&to, "name", value_str(full));
    if (other) attributes_add(&to, "sent_name", value_str(rec->name));
    rec->attributes = attributes_dict(&to);
    return 0;
}

static hand_in give(receivers *r, receiver_door door, made_record *rec, bool may_wait, receive_drop *why) {
    receiver_stats *counts = &receiver_counts[door];
    bool other, fixed = r->settings.logname[0] != '\0';
    slice full;
    *why = RECEIVE_MEMORY;
    logger *to = receive_logger(r, rec->name, &full, &other);
    if (to == NULL) return HAND_IN_DROPPED;
    if ((other || (!fixed && r->settings.prefix[0] != '\0')) && rename_record(r, rec, full, other) != 0)
        return HAND_IN_DROPPED;
    *why = RECEIVE_DISABLED;
    if (logger_is_disabled(to)) return HAND_IN_DROPPED;
    int rc = front_try_made(&to->self, rec->level, &rec->attributes);
    if (rc > 0 && may_wait) return HAND_IN_FULL;
    *why = rc > 0 ? RECEIVE_FULL : RECEIVE_STOPPED;
    if (rc != 0) return HAND_IN_DROPPED;
    receive_count(&counts->frames, 1);
    receive_count(&counts->handled, 1);
    if (rec->placeholder) receive_count(&counts->placeholders, 1);
    if (other) receive_count(&counts->other_names, 1);
    return HANDED_IN;
}

hand_in receive_frame(receivers *r, receiver_door door, slice frame, const struct sockaddr_storage *from,
                      bool may_wait) {
    made_record rec;
    receive_drop why;
    weir_error err = {.message = ""};
    arena_reset(&r->memory);
    r->memory.limit = frame.len * FRAME_MEMORY_FACTOR + FRAME_MEMORY_LEAST;
    int rc = make_record(r, door, frame, &rec, &why, &err);
    hand_in got = rc == 0 ? give(r, door, &rec, may_wait, &why) : HAND_IN_DROPPED;
    if (got == HAND_IN_DROPPED) receive_drop_frame(r, door, why, from, err.message);
    return got;
}
