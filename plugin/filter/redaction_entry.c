/* redaction_entry.c - one record without what is to be hidden: first its fields, arguments and exception
 * text, each where it stands, then its message as it would be printed. Backend thread, or recovery. It writes
 * new entries beside the old one, which stays as it lies in its ring. */
#include "base/limits.h"
#include "filter/redaction.h"
#include "record/attribute.h"
#include "record/site_cache.h"

/* The texts of a redaction, by what they hold. */
enum { FIRST_ENTRY, SECOND_ENTRY, NEW_ARGS, NEW_FIELDS };

/* The parts of an entry behind its head. */
typedef struct entry_parts {
    uint16_t kind;
    slice args, fields, exc;
} entry_parts;

static entry_parts parts_of(const ring_entry *e) {
    const char *at = (const char *)(e + 1);
    entry_parts p = {.kind = e->kind,
                     .args = slice_make(at, e->args_size),
                     .fields = slice_make(at + e->args_size, e->fields_size)};
    if ((e->flags & ENTRY_HAS_EXC) != 0) {
        uint32_t len;
        at += e->args_size + e->fields_size;
        memcpy(&len, at, sizeof len);
        p.exc = slice_make(at + sizeof len, len);
    }
    return p;
}

/* The entry with other parts. NULL: no memory. */
static const ring_entry *assemble(const ring_entry *from, const entry_parts *p, text *out) {
    ring_entry head = *from;
    uint32_t len = (uint32_t)p->exc.len;
    head.kind = p->kind;
    head.args_size = (uint32_t)p->args.len;
    head.fields_size = (uint32_t)p->fields.len;
    text_clear(out);
    text_add(out, (const char *)&head, sizeof head);
    text_add_slice(out, p->args);
    text_add_slice(out, p->fields);
    if ((head.flags & ENTRY_HAS_EXC) != 0) {
        text_add(out, (const char *)&len, sizeof len);
        text_add_slice(out, p->exc);
    }
    text_add_repeat(out, '\0', (ENTRY_ALIGN - out->len % ENTRY_ALIGN) % ENTRY_ALIGN);
    if (out->failed || out->len > UINT32_MAX) return NULL;
    head.size = (uint32_t)out->len;
    head.check = entry_check(&head);
    memcpy(out->data, &head, sizeof head);
    return (const ring_entry *)(const void *)out->data;
}

/* ---- fields, arguments, exception text ---- */

static bool hide_fields(redaction *r, const ring_entry *e, entry_parts *p, bool *changed) {
    text *out = redaction_space(r, NEW_FIELDS);
    arena *a = redaction_memory(r);
    bool any = false;
    if ((e->flags & ENTRY_TO_HANDLER) != 0) return true; /* the handler's name lies there */
    text_clear(out);
    for (size_t at = 0; at < p->fields.len;) {
        value_pair in, without;
        if (value_decode(p->fields.data, p->fields.len, &at, a, &in.key) != 0 ||
            value_decode(p->fields.data, p->fields.len, &at, a, &in.val) != 0 ||
            !redaction_of_pair(r, &in, a, &without, &any))
            return false;
        value_encode(&without.key, out);
        value_encode(&without.val, out);
    }
    if (any) p->fields = text_slice(out);
    *changed |= any;
    return !out->failed;
}

/* What of a record's given attributes may hold anything; the message's text comes later. */
static bool hide_attribute(redaction *r, const value_pair *in, value_pair *out, bool *changed) {
    arena *a = redaction_memory(r);
    *out = *in;
    if (in->key.type != VALUE_STR) return true;
    slice key = in->key.str;
    switch (record_attr_find(key)) {
    case ATTR_OTHER:
        if (slice_is(key, "func") || slice_is(key, "logger") || slice_is(key, "level")) return true;
        return redaction_of_pair(r, in, a, out, changed);
    case ATTR_MSG:
        if (in->val.type == VALUE_STR) return true;
        return redaction_of_value(r, &in->val, a, &out->val, changed);
    case ATTR_ARGS:
    case ATTR_EXC_INFO:
    case ATTR_EXC_TEXT:
    case ATTR_STACK_INFO: return redaction_of_value(r, &in->val, a, &out->val, changed);
    default: return true;
    }
}

static bool given_attributes(redaction *r, slice args, value *out) {
    size_t at = 0;
    return value_decode(args.data, args.len, &at, redaction_memory(r), out) == 0 && out->type == VALUE_DICT;
}

/* Stores a dict as the entry's arguments. */
static bool put_attributes(redaction *r, const value *attributes, entry_parts *p) {
    text *out = redaction_space(r, NEW_ARGS);
    text_clear(out);
    value_encode(attributes, out);
    p->kind = ENTRY_MADE;
    p->args = text_slice(out);
    return !out->failed;
}

static bool hide_attributes(redaction *r, entry_parts *p, bool *changed) {
    value given;
    bool any = false;
    if (!given_attributes(r, p->args, &given)) return false;
    value_pair *pairs = arena_alloc(redaction_memory(r), (given.dict.count + 1) * sizeof *pairs);
    if (pairs == NULL) return false;
    for (size_t i = 0; i < given.dict.count; i++)
        if (!hide_attribute(r, &given.dict.pairs[i], &pairs[i], &any)) return false;
    given.dict.pairs = pairs;
    *changed |= any;
    return !any || put_attributes(r, &given, p);
}

static bool hide_exception(redaction *r, entry_parts *p, bool *changed) {
    slice without = redaction_of_text(r, p->exc, redaction_memory(r));
    if (without.data == p->exc.data) return true;
    *changed = true;
    p->exc = without;
    return without.data != NULL;
}

/* ---- the message ---- */

/* A captured text that the message shows in part only is told by some handlers as an argument. */
static bool arguments_tell(redaction *r, record *rec, bool *changed) {
    value args, without;
    if (rec->entry->kind != ENTRY_CALL || !rec->site->text_arguments) return true;
    return record_attr_get(rec, ATTR_ARGS, SLICE_NONE, &args) &&
           redaction_of_value(r, &args, redaction_memory(r), &without, changed);
}

/* The attributes that were given, with this message and no arguments. */
static bool with_message(redaction *r, const entry_parts *p, slice message, value *out) {
    value given = {.type = VALUE_DICT};
    if (p->kind == ENTRY_MADE && !given_attributes(r, p->args, &given)) return false;
    value_pair *pairs = arena_alloc(redaction_memory(r), (given.dict.count + 1) * sizeof *pairs);
    size_t count = 0;
    if (pairs == NULL) return false;
    for (size_t i = 0; i < given.dict.count; i++) {
        const value_pair *pair = &given.dict.pairs[i];
        bool of_message = pair->key.type == VALUE_STR &&
                          (slice_is(pair->key.str, "msg") || slice_is(pair->key.str, "args"));
        if (!of_message) pairs[count++] = *pair;
    }
    pairs[count++] = (value_pair){value_str(SLICE_LITERAL("msg")), value_str(message)};
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return true;
}

static bool hide_message(redaction *r, record *rec, entry_parts *p, bool *changed) {
    value attributes;
    bool tells = false;
    slice message = record_message(rec, ESCAPE_NONE);
    if (message.data == NULL) return false;
    slice without = redaction_of_text(r, message, redaction_memory(r));
    if (without.data == NULL && message.len > 0) return false;
    if (without.data == message.data) {
        if (!arguments_tell(r, rec, &tells)) return false;
        if (!tells) return true;
    }
    *changed = true;
    return with_message(r, p, without, &attributes) && put_attributes(r, &attributes, p);
}

/* ---- both ---- */

static int take(const entry_parts *p, text *to, record_reader *reader, const ring_entry **e, record *rec) {
    const ring_entry *made = assemble(*e, p, to);
    if (made == NULL || record_decode(reader, made, rec) != 0) return -1;
    *e = made;
    return 0;
}

int redaction_apply(redaction *r, record_reader *reader, const ring_entry **e, record *rec) {
    entry_parts p = parts_of(*e);
    bool changed = false;
    arena_reset(redaction_memory(r));
    if (!hide_fields(r, *e, &p, &changed)) return -1;
    if (p.kind == ENTRY_MADE && !hide_attributes(r, &p, &changed)) return -1;
    if (!hide_exception(r, &p, &changed)) return -1;
    if (changed && take(&p, redaction_space(r, FIRST_ENTRY), reader, e, rec) != 0) return -1;
    if (!redaction_has_patterns(r)) return 0;
    p = parts_of(*e);
    changed = false;
    if (!hide_message(r, rec, &p, &changed)) return -1;
    return changed ? take(&p, redaction_space(r, SECOND_ENTRY), reader, e, rec) : 0;
}
