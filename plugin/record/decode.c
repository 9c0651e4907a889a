/* decode.c - turns entries into records. Runs on the thread that owns the reader: the backend,
 * recovery, a reader of the recent records. It copies nothing: slices point into the entry, the
 * dictionary and the reader's arena. It renders nothing, and believes no length of the entry. */
#include "record/record.h"

#include <stdlib.h>

#include "base/level.h"
#include "record/made.h"
#include "record/scratch.h"
#include "record/site_cache.h"

/* Fields of one captured record: LIMIT_CONTEXT holds fewer (10 bytes each, at least), a call has a
 * handful; more is damage, and the search for equal keys is quadratic. */
#define FIELDS_MAX 1024
/* Loggers and thread names met last. */
#define NAME_SLOTS 64u

typedef struct name_slot {
    uint32_t id;
    uint32_t kind;
    slice name;
} name_slot;

struct record_reader {
    record_source source;
    arena memory;
    record_scratch scratch;
    site_cache *sites;
    char level_buffer[32];
    name_slot names[NAME_SLOTS];
};

void scratch_init(record_scratch *s) {
    text_init(&s->raw, 0);
    text_init(&s->escaped, 0);
    text_init(&s->work, 0);
}

void scratch_done(record_scratch *s) {
    text_done(&s->raw);
    text_done(&s->escaped);
    text_done(&s->work);
}

record_reader *record_reader_create(const record_source *source, weir_error *err) {
    record_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a reader of records");
        return NULL;
    }
    r->source = *source;
    arena_init(&r->memory, 0);
    scratch_init(&r->scratch);
    r->sites = site_cache_create(source->dictionary, err);
    if (r->sites == NULL) {
        record_reader_free(r);
        return NULL;
    }
    return r;
}

void record_reader_free(record_reader *r) {
    if (r == NULL) return;
    site_cache_free(r->sites);
    scratch_done(&r->scratch);
    arena_done(&r->memory);
    free(r);
}

/* A name of the dictionary; false: there is none of that id. Id 0 is no name. */
static bool find_name(record_reader *r, enum dictionary_kind kind, uint32_t id, slice *out) {
    if (id == 0) {
        *out = SLICE_LITERAL("");
        return true;
    }
    name_slot *slot = &r->names[id % NAME_SLOTS];
    if (slot->id != id || slot->kind != (uint32_t)kind) {
        slice name = dictionary_get(r->source.dictionary, kind, id);
        if (name.data == NULL) return false;
        *slot = (name_slot){id, (uint32_t)kind, name};
    }
    *out = slot->name;
    return true;
}

static uint32_t read_u32(const char *at) {
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

/* The bytes that a string argument takes in the entry, 0: it does not fit. */
static size_t string_size(const char *at, size_t room) {
    if (room < 8) return 0;
    uint32_t len = read_u32(at);
    if (len == ENTRY_NULL_STRING) return 8;
    size_t size = ((size_t)len + sizeof len + 7) & ~(size_t)7;
    return size <= room ? size : 0;
}

static bool args_fit(const site_info *site, slice args) {
    if (site->arg_count == 0) return true;
    if (site->fixed_size != 0) return args.len >= site->fixed_size;
    size_t at = 0;
    for (size_t i = 0; i < site->arg_count; i++) {
        bool is_string = site->types[i] == ARG_STRING || site->types[i] == ARG_STRING_LIMITED;
        size_t size = site->types[i] == ARG_LONG_DOUBLE ? 16 : 8;
        if (is_string) size = string_size(args.data + at, args.len - at);
        if (size == 0 || size > args.len - at) return false;
        at += size;
    }
    return true;
}

static bool text_fits(slice args) { return args.len >= 4 && read_u32(args.data) <= args.len - 4; }

static bool add_field(record_field *fields, size_t *count, const record_field *f) {
    for (size_t i = 0; i < *count; i++) {
        if (!slice_equal(fields[i].key, f->key)) continue;
        fields[i].val = f->val;
        return true;
    }
    if (*count == FIELDS_MAX) return false;
    fields[(*count)++] = *f;
    return true;
}

/* The smallest encodings of a key and a value are a tag byte and something: at most so many pairs. */
static size_t pairs_at_most(size_t bytes) { return bytes / 4 < FIELDS_MAX ? bytes / 4 + 1 : FIELDS_MAX; }

static bool read_fields(record *rec, slice data) {
    if (data.len == 0) return true;
    record_field *fields = arena_alloc(rec->memory, pairs_at_most(data.len) * sizeof *fields);
    if (fields == NULL) return false;
    size_t count = 0;
    for (size_t at = 0; at < data.len;) {
        value key;
        record_field field;
        if (value_decode(data.data, data.len, &at, rec->memory, &key) != 0 || key.type != VALUE_STR)
            return false;
        if (value_decode(data.data, data.len, &at, rec->memory, &field.val) != 0) return false;
        field.key = key.str;
        if (count == pairs_at_most(data.len) || !add_field(fields, &count, &field)) return false;
    }
    rec->fields = fields;
    rec->field_count = count;
    return true;
}

static void set_time(const record_reader *r, int64_t ns, record *rec) {
    rec->captured_ns = rec->created_ns = ns;
    rec->second = ns / 1000000000 - (ns % 1000000000 < 0);
    rec->created = (double)ns / 1e9;
    rec->msecs = (double)((ns / 1000000) % 1000);
    rec->relative_created = (double)(ns - r->source.start_ns) / 1e6;
}

/* The C library's memset: what gcc makes of a constant size (rep stos) was a third of all decoding. */
static __attribute__((noipa)) void clear(record *rec, size_t size) { memset(rec, 0, size); }

static void start_record(record_reader *r, const ring_entry *e, int64_t ns, record *rec) {
    clear(rec, sizeof *rec);
    rec->id = e->id;
    rec->stamp = e->stamp;
    rec->logger_id = e->logger;
    rec->level = e->level;
    rec->thread = e->tid;
    rec->process = r->source.process;
    rec->process_name = r->source.process_name;
    rec->entry = e;
    rec->memory = &r->memory;
    rec->scratch = &r->scratch;
    set_time(r, ns, rec);
}

static bool set_site(record_reader *r, const ring_entry *e, record *rec) {
    if (e->site == 0) return e->kind != ENTRY_CALL;
    const site_info *site = site_cache_get(r->sites, e->site);
    if (site == NULL) return false;
    rec->site = site;
    rec->pathname = site->pathname;
    rec->filename = site->filename;
    rec->module = site->module;
    rec->func = site->func;
    rec->lineno = site->lineno;
    rec->template = site->template;
    return true;
}

static bool set_made(record_reader *r, slice args, record *rec) {
    value *attributes = arena_alloc(&r->memory, sizeof *attributes);
    size_t at = 0;
    return attributes != NULL && value_decode(args.data, args.len, &at, &r->memory, attributes) == 0 &&
           record_made_fill(rec, attributes, r->source.start_ns) == 0;
}

static bool set_source(record_reader *r, const ring_entry *e, slice args, record *rec) {
    switch (e->kind) {
    case ENTRY_CALL: return !rec->site->preformatted && args_fit(rec->site, args);
    case ENTRY_TEXT:
        if (!text_fits(args)) return false;
        if (rec->site == NULL) rec->template = slice_make(args.data + 4, read_u32(args.data));
        return true;
    default: return set_made(r, args, rec);
    }
}

int record_decode(record_reader *r, const ring_entry *e, record *out) {
    return record_decode_kept(r, e, clock_realtime(r->source.clock, e->stamp), out);
}

int record_decode_kept(record_reader *r, const ring_entry *e, int64_t captured_ns, record *out) {
    arena_reset(&r->memory);
    start_record(r, e, captured_ns, out);
    const char *payload = (const char *)(e + 1);
    slice args = slice_make(payload, e->args_size);
    if (e->kind == ENTRY_PAD || !set_site(r, e, out)) return -1;
    if (!find_name(r, DICT_LOGGER, e->logger, &out->name)) return -1;
    if (!find_name(r, DICT_THREAD, e->thread_name, &out->thread_name)) return -1;
    bool fields = e->fields_size > 0 && (e->flags & ENTRY_TO_HANDLER) == 0;
    if (fields && !read_fields(out, slice_make(payload + e->args_size, e->fields_size))) return -1;
    if ((e->flags & ENTRY_HAS_EXC) != 0) {
        const char *exc = payload + e->args_size + e->fields_size;
        slice *slot = (e->flags & ENTRY_IS_STACK) != 0 ? &out->stack_info : &out->exc_text;
        *slot = slice_make(exc + 4, read_u32(exc));
    }
    if (!set_source(r, e, args, out)) return -1;
    if (out->level_name.data == NULL) out->level_name = level_name(out->level, r->level_buffer);
    return 0;
}
