/* pickle_value.c - from references to values: walks what the pickle machine left, within depth, work and
 * memory. Pure; memory is what the machine's words left free. */
#include <stdlib.h>

#include "base/limits.h"
#include "receiver/pickle_machine.h"

/* Attributes of one record. */
#define ATTRIBUTES_MAX 1000
/* Texts that are made: bytes, sets, strings of protocol 0. */
#define SCRATCH_MAX (64 * 1024)
#define ALIGN 8u

/* ---- bounds ---- */

static bool too_much(pickle_values *v, const char *why) { return pickle_fail(v->m, PICKLE_TOO_MUCH, why); }

void *pickle_alloc(pickle_values *v, size_t size) {
    size_t room = (size_t)(v->end - v->next);
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (size > room) return NULL;
    void *at = v->next;
    v->next += size;
    return at;
}

bool pickle_spend(pickle_values *v, size_t work, size_t bytes) {
    if (work > v->work || bytes > v->bytes) return too_much(v, "written out it is far larger than it came");
    v->work -= work;
    v->bytes -= bytes;
    return true;
}

/* ---- containers ---- */

static bool convert(pickle_values *v, uint32_t ref, unsigned depth, value *out);

static size_t count_refs(const pickle_machine *m, uint32_t node) {
    size_t count = 0;
    for (uint32_t c = m->words[node + NODE_FIRST]; c != 0; c = m->words[c + CHUNK_NEXT])
        count += m->words[c + CHUNK_COUNT];
    return count;
}

/* The references of a node, one after the other. */
typedef struct ref_reader {
    const pickle_machine *m;
    uint32_t chunk, at;
} ref_reader;

static ref_reader read_refs(const pickle_machine *m, uint32_t node) {
    return (ref_reader){m, m->words[node + NODE_FIRST], 0};
}

static uint32_t next_ref(ref_reader *r) {
    while (r->at == r->m->words[r->chunk + CHUNK_COUNT]) {
        r->chunk = r->m->words[r->chunk + CHUNK_NEXT];
        r->at = 0;
    }
    return r->m->words[r->chunk + CHUNK_REFS + r->at++];
}

static bool convert_list(pickle_values *v, uint32_t node, value_type type, unsigned depth, value *out) {
    size_t count = count_refs(v->m, node);
    ref_reader refs = read_refs(v->m, node);
    if (!pickle_spend(v, 1, 5)) return false;
    value *items = count > v->work ? NULL : pickle_alloc(v, count * sizeof *items);
    if (items == NULL) return too_much(v, "it needs more memory than four times its size");
    for (size_t i = 0; i < count; i++)
        if (!convert(v, next_ref(&refs), depth + 1, &items[i])) return false;
    *out = (value){.type = type, .list = {items, count}};
    return true;
}

static uint32_t hash_of(slice s) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.data[i]) * 0x100000001b3u;
    return (uint32_t)((h * 0x9E3779B97F4A7C15u) >> 32);
}

/* One pair for each text key: the first one's place, the last one's value, as a dict is filled. The table
 * lies in the free memory and is gone afterwards. false: no room for it. */
static bool merge_equal_keys(pickle_values *v, value_pair *pairs, size_t *count) {
    size_t slots = 4, kept = 0;
    char *before = v->next;
    while (slots < *count * 2) slots *= 2;
    uint32_t *table = pickle_alloc(v, slots * sizeof *table);
    if (table == NULL) return false;
    memset(table, 0, slots * sizeof *table);
    for (size_t i = 0; i < *count; i++) {
        size_t at = 0;
        bool text_key = pairs[i].key.type == VALUE_STR;
        if (text_key) {
            at = hash_of(pairs[i].key.str) & (slots - 1);
            while (table[at] != 0 && !slice_equal(pairs[table[at] - 1].key.str, pairs[i].key.str))
                at = (at + 1) & (slots - 1);
        }
        if (text_key && table[at] != 0) {
            pairs[table[at] - 1].val = pairs[i].val;
            continue;
        }
        if (text_key) table[at] = (uint32_t)kept + 1;
        pairs[kept++] = pairs[i];
    }
    *count = kept;
    v->next = before;
    return true;
}

static bool convert_dict(pickle_values *v, uint32_t node, unsigned depth, value *out) {
    size_t count = count_refs(v->m, node) / 2;
    ref_reader refs = read_refs(v->m, node);
    if (!pickle_spend(v, 1, 5)) return false;
    value_pair *pairs = count > v->work ? NULL : pickle_alloc(v, count * sizeof *pairs);
    if (pairs == NULL) return too_much(v, "it needs more memory than four times its size");
    for (size_t i = 0; i < count; i++)
        if (!convert(v, next_ref(&refs), depth + 1, &pairs[i].key) ||
            !convert(v, next_ref(&refs), depth + 1, &pairs[i].val))
            return false;
    if (count > 1 && !merge_equal_keys(v, pairs, &count))
        return too_much(v, "it needs more memory than four times its size");
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return true;
}

/* As str() prints a set: there is no such value. */
static bool convert_set(pickle_values *v, uint32_t node, bool frozen, unsigned depth, value *out) {
    value list;
    if (!convert_list(v, node, VALUE_LIST, depth, &list)) return false;
    text_clear(v->scratch);
    if (frozen) text_add_cstr(v->scratch, "frozenset(");
    if (list.list.count > 0) {
        size_t begin = v->scratch->len;
        value_repr(&list, v->scratch);
        if (!v->scratch->failed) {
            v->scratch->data[begin] = '{';
            v->scratch->data[v->scratch->len - 1] = '}';
        }
    } else if (!frozen) {
        text_add_cstr(v->scratch, "set()");
    }
    if (frozen) text_add_char(v->scratch, ')');
    return pickle_take_scratch(v, out);
}

static bool convert(pickle_values *v, uint32_t ref, unsigned depth, value *out) {
    if (depth > LIMIT_PICKLE_DEPTH) return too_much(v, "it is nested deeper than 64");
    if (depth > v->deepest) v->deepest = depth;
    if (ref_is_mark(ref)) return pickle_fail(v->m, PICKLE_MALFORMED, "a mark where a value belongs");
    if (!ref_is_node(ref)) return pickle_scalar(v, ref, out);
    uint32_t node = ref & REF_INDEX;
    switch ((node_kind)v->m->words[node + NODE_KIND]) {
    case NODE_LIST: return convert_list(v, node, VALUE_LIST, depth, out);
    case NODE_TUPLE: return convert_list(v, node, VALUE_TUPLE, depth, out);
    case NODE_DICT: return convert_dict(v, node, depth, out);
    case NODE_SET: return convert_set(v, node, false, depth, out);
    case NODE_FROZENSET: return convert_set(v, node, true, depth, out);
    case NODE_GLOBAL: return pickle_not_read(v, ref, out);
    }
    return pickle_fail(v->m, PICKLE_MALFORMED, "a node of no kind");
}

/* ---- a record ---- */

/* What is nested deeper than values may be in a ring becomes the text that str() makes of it. */
static bool flatten(pickle_values *v, value *val) {
    value deep = *val;
    if (v->deepest < LIMIT_VALUE_DEPTH - 2) return true;
    text_clear(v->scratch);
    value_print(&deep, v->scratch);
    return pickle_take_scratch(v, val);
}

/* An attribute beyond a bound does not cost its record. (It may fit where there is more memory.) */
static bool convert_attribute(pickle_values *v, uint32_t ref, value *out) {
    char *before = v->next;
    v->deepest = 0;
    if (convert(v, ref, 1, out) && flatten(v, out)) return true;
    if (v->m->result != PICKLE_TOO_MUCH || !v->last) return false;
    v->next = before;
    v->m->result = PICKLE_RECORD;
    *out = value_str(SLICE_LITERAL("<not read: too large, or nested too deeply>"));
    return true;
}

static bool convert_record(pickle_values *v, uint32_t node, value *out) {
    size_t count = count_refs(v->m, node) / 2, kept = 0;
    ref_reader refs = read_refs(v->m, node);
    if (count > ATTRIBUTES_MAX) return too_much(v, "a record with more than 1,000 attributes");
    value_pair *pairs = pickle_alloc(v, count * sizeof *pairs);
    if (pairs == NULL) return too_much(v, "it needs more memory than four times its size");
    for (size_t i = 0; i < count; i++) {
        uint32_t key = next_ref(&refs), val = next_ref(&refs);
        if (!convert_attribute(v, key, &pairs[kept].key) || !convert_attribute(v, val, &pairs[kept].val))
            return false;
        if (pairs[kept].key.type == VALUE_STR) kept++; /* what is no name is no attribute */
    }
    if (kept > 1 && !merge_equal_keys(v, pairs, &kept))
        return too_much(v, "it needs more memory than four times its size");
    *out = (value){.type = VALUE_DICT, .dict = {pairs, kept}};
    return true;
}

bool pickle_top(pickle_values *v, uint32_t ref, value *out) {
    pickle_machine *m = v->m;
    if (ref_is_node(ref) && m->words[(ref & REF_INDEX) + NODE_KIND] == NODE_DICT) {
        m->result = PICKLE_RECORD;
        return convert_record(v, ref & REF_INDEX, out);
    }
    if (!pickle_is_code(m, ref)) return pickle_fail(m, PICKLE_NO_RECORD, "it holds no dict of attributes");
    if (!pickle_not_read(v, ref, out)) return false;
    m->result = PICKLE_CODE;
    return true;
}

/* ---- the decoder ---- */

struct pickle_decoder {
    char *workspace; /* PICKLE_WORKSPACE */
    char *large;     /* of the present frame, instead; NULL */
    uint32_t memo[LIMIT_PICKLE_MEMO];
    text scratch;
};

pickle_decoder *pickle_decoder_create(weir_error *err) {
    pickle_decoder *d = calloc(1, sizeof *d);
    if (d == NULL || (d->workspace = malloc(PICKLE_WORKSPACE)) == NULL) {
        free(d);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a pickle decoder");
        return NULL;
    }
    text_init(&d->scratch, SCRATCH_MAX);
    if (!text_reserve(&d->scratch, SCRATCH_MAX)) {
        pickle_decoder_free(d);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a pickle decoder");
        return NULL;
    }
    return d;
}

void pickle_decoder_free(pickle_decoder *d) {
    if (d == NULL) return;
    text_done(&d->scratch);
    free(d->workspace);
    free(d->large);
    free(d);
}

/* last: there will be no more memory for it. */
static pickle_result decode_in(pickle_decoder *d, char *memory, size_t size, bool last, slice frame,
                               value *out, pickle_machine *m) {
    uint32_t top;
    *m = (pickle_machine){.frame = (const unsigned char *)frame.data,
                          .len = (uint32_t)frame.len,
                          .words = (uint32_t *)(void *)memory,
                          .low = (uint32_t)(size / sizeof(uint32_t)),
                          .memo = d->memo};
    bool good = pickle_scan(m, &top);
    memset(d->memo, 0, m->highest * sizeof d->memo[0]);
    if (!good) return m->result;
    pickle_values v = {.m = m,
                       .next = memory,
                       .end = memory + m->low / 2 * 2 * sizeof(uint32_t),
                       .work = 4 * frame.len + 10000,
                       .bytes = frame.len + frame.len / 2 + SCRATCH_MAX,
                       .scratch = &d->scratch,
                       .last = last};
    pickle_top(&v, top, out);
    return m->result;
}

pickle_result pickle_decode(pickle_decoder *d, slice frame, value *out, weir_error *err) {
    pickle_machine m = {.result = PICKLE_TOO_MUCH, .why = "it is longer than 1 MiB"};
    free(d->large);
    d->large = NULL;
    pickle_result got = PICKLE_TOO_MUCH;
    if (frame.len <= LIMIT_RECEIVE_FRAME) {
        size_t size = frame.len * 2;
        bool more = size > PICKLE_WORKSPACE;
        got = decode_in(d, d->workspace, PICKLE_WORKSPACE, !more, frame, out, &m);
        if (got == PICKLE_TOO_MUCH && more && (d->large = malloc(size)) != NULL)
            got = decode_in(d, d->large, size, true, frame, out, &m);
    }
    if (got != PICKLE_RECORD && got != PICKLE_CODE) error_set(err, WEIR_ERR_INVALID, "%s", m.why);
    return got;
}
