/* json.c - JSON in, through yajl's events. Runs on whatever thread reads the text. yajl itself
 * accepts overlong UTF-8, turns unpaired surrogates into '?', and does not check for memory; so
 * the text is checked first (json_scan.c), and its allocator leaves the parse by longjmp. */
#define _GNU_SOURCE
#include "base/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "base/decimal.h"
#include "base/json_scan.h"

/* One member of an object or list that is not closed yet. */
typedef struct item {
    slice key; /* of an object's member */
    size_t at; /* where the key ends in the text, for messages */
    value val;
} item;

typedef struct frame {
    size_t start; /* its first item */
    bool object;
    slice key; /* read, its value not yet */
    size_t key_at;
} frame;

typedef struct builder {
    slice in;
    size_t max_depth;
    arena *out;
    weir_error *err;
    yajl_handle handle;
    arena scratch; /* all of yajl's memory */
    jmp_buf no_memory;
    frame frames[LIMIT_VALUE_DEPTH];
    size_t depth;
    item *items;
    size_t count, room;
    value root;
    size_t root_end; /* where it ends in the text */
    bool text_read;  /* yajl has all of the text: what comes now was completed by its end */
} builder;

static int refuse(const builder *b, size_t at, const char *message) {
    return error_set(b->err, WEIR_ERR_INVALID, "line %zu: %s", json_line(b->in, at), message);
}

static int refuse_memory(weir_error *err) { return error_system(err, ENOMEM, "cannot read JSON"); }

/* ---- yajl's memory: a block's size stands before it, for realloc ---- */

#define BLOCK_HEAD 16

static void *yajl_take(void *ctx, size_t size) {
    builder *b = ctx;
    char *block = size <= SIZE_MAX - BLOCK_HEAD ? arena_alloc(&b->scratch, size + BLOCK_HEAD) : NULL;
    if (block == NULL) longjmp(b->no_memory, 1);
    memcpy(block, &size, sizeof(size));
    return block + BLOCK_HEAD;
}

static void yajl_give(void *ctx, void *p) { (void)ctx, (void)p; /* the arena ends as a whole */ }

static void *yajl_retake(void *ctx, void *p, size_t size) {
    void *moved = yajl_take(ctx, size);
    if (p == NULL) return moved;
    size_t old;
    memcpy(&old, (char *)p - BLOCK_HEAD, sizeof(old));
    memcpy(moved, p, old < size ? old : size);
    return moved;
}

/* ---- events; returning 0 ends the parse ---- */

static size_t position(const builder *b) { return yajl_get_bytes_consumed(b->handle); }

static int stop(const builder *b, const char *message) {
    refuse(b, position(b), message);
    return 0;
}

static int add(builder *b, value v) {
    if (b->depth == 0) {
        b->root = v;
        b->root_end = b->text_read ? b->in.len : position(b);
        return 1;
    }
    if (b->count == b->room) {
        size_t room = b->room == 0 ? 64 : b->room * 2;
        item *items = room <= SIZE_MAX / sizeof(*items) ? realloc(b->items, room * sizeof(*items)) : NULL;
        if (items == NULL) longjmp(b->no_memory, 1);
        b->items = items;
        b->room = room;
    }
    const frame *f = &b->frames[b->depth - 1];
    b->items[b->count++] = (item){f->key, f->key_at, v};
    return 1;
}

static slice keep(builder *b, const void *data, size_t len) {
    slice kept = arena_copy(b->out, slice_make(data, len));
    if (kept.data == NULL) longjmp(b->no_memory, 1);
    return kept;
}

static void *keep_room(builder *b, size_t count, size_t size) {
    void *room = count <= SIZE_MAX / size ? arena_alloc(b->out, count * size) : NULL;
    if (room == NULL) longjmp(b->no_memory, 1);
    return room;
}

static int on_null(void *ctx) { return add(ctx, value_none()); }
static int on_boolean(void *ctx, int b) { return add(ctx, value_bool(b != 0)); }

static int on_string(void *ctx, const unsigned char *data, size_t len) {
    return add(ctx, value_str(keep(ctx, data, len)));
}

static int add_float(builder *b, const char *data, size_t len) {
    char *copy = yajl_take(b, len + 1); /* strtod wants a NUL */
    memcpy(copy, data, len);
    copy[len] = '\0';
    return add(b, value_float(strtod_l(copy, NULL, decimal_c_locale())));
}

static int add_integer(builder *b, const char *data, size_t len) {
    bool negative = data[0] == '-';
    if (len - negative > LIMIT_INTEGER_DIGITS) return stop(b, "an integer of too many digits (at most 4300)");
    int64_t i = 0;
    bool fits = true;
    for (size_t at = negative; at < len && fits; at++) {
        int digit = data[at] - '0';
        fits = !__builtin_mul_overflow(i, 10, &i) && !__builtin_sub_overflow(i, digit, &i);
    }
    /* Summed up below zero, where int64 reaches one further. */
    if (fits && !negative) fits = !__builtin_sub_overflow((int64_t)0, i, &i);
    if (fits) return add(b, value_int(i));
    return add(b, (value){.type = VALUE_BIGINT, .str = keep(b, data, len)});
}

static int on_number(void *ctx, const char *data, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '.' || data[i] == 'e' || data[i] == 'E') return add_float(ctx, data, len);
    }
    return add_integer(ctx, data, len);
}

static int open_frame(builder *b, bool object) {
    if (b->depth == b->max_depth) return stop(b, "nested too deeply");
    b->frames[b->depth++] = (frame){.start = b->count, .object = object};
    return 1;
}

static int on_start_map(void *ctx) { return open_frame(ctx, true); }
static int on_start_array(void *ctx) { return open_frame(ctx, false); }

static int on_key(void *ctx, const unsigned char *data, size_t len) {
    builder *b = ctx;
    frame *f = &b->frames[b->depth - 1];
    f->key = keep(b, data, len);
    f->key_at = position(b);
    return 1;
}

static int on_end_array(void *ctx) {
    builder *b = ctx;
    size_t start = b->frames[--b->depth].start, count = b->count - start;
    value *items = keep_room(b, count, sizeof(*items));
    for (size_t i = 0; i < count; i++) items[i] = b->items[start + i].val;
    b->count = start;
    return add(b, (value){.type = VALUE_LIST, .list = {items, count}});
}

/* By key, then as written. */
static int compare_items(const void *a, const void *b) {
    const item *x = *(const item *const *)a, *y = *(const item *const *)b;
    if (x->key.len != y->key.len) return x->key.len < y->key.len ? -1 : 1;
    int order = x->key.len == 0 ? 0 : memcmp(x->key.data, y->key.data, x->key.len);
    if (order != 0) return order;
    return x->at < y->at ? -1 : x->at > y->at;
}

static const item *find_duplicate(builder *b, size_t start, size_t count) {
    if (count < 2) return NULL;
    const item **sorted = yajl_take(b, count * sizeof(*sorted));
    for (size_t i = 0; i < count; i++) sorted[i] = &b->items[start + i];
    qsort(sorted, count, sizeof(*sorted), compare_items);
    for (size_t i = 1; i < count; i++) {
        if (slice_equal(sorted[i]->key, sorted[i - 1]->key)) return sorted[i];
    }
    return NULL;
}

static int on_end_map(void *ctx) {
    builder *b = ctx;
    size_t start = b->frames[--b->depth].start, count = b->count - start;
    const item *twice = find_duplicate(b, start, count);
    if (twice != NULL) {
        error_set(b->err, WEIR_ERR_INVALID, "line %zu: key \"%.*s\" given twice", json_line(b->in, twice->at),
                  (int)(twice->key.len > 200 ? 200 : twice->key.len), twice->key.data);
        return 0;
    }
    value_pair *pairs = keep_room(b, count, sizeof(*pairs));
    for (size_t i = 0; i < count; i++) {
        pairs[i] = (value_pair){value_str(b->items[start + i].key), b->items[start + i].val};
    }
    b->count = start;
    return add(b, (value){.type = VALUE_DICT, .dict = {pairs, count}});
}

static const yajl_callbacks events = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end_map,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end_array,
};

/* yajl's own words, without its newline. */
static int refuse_by_yajl(builder *b) {
    const char *message = (const char *)yajl_get_error(b->handle, 0, NULL, 0);
    size_t len = strcspn(message, "\n");
    char *line = yajl_take(b, len + 1);
    memcpy(line, message, len);
    line[len] = '\0';
    return refuse(b, position(b), line);
}

/* yajl says nothing of a word or string that is begun behind the value and not ended. */
static int refuse_rest(const builder *b) {
    size_t at = b->root_end;
    while (at < b->in.len && memchr(" \t\r\n", b->in.data[at], 4) != NULL) at++;
    return at == b->in.len ? 0 : refuse(b, at, "parse error: trailing garbage");
}

static int run(builder *b) {
    if (setjmp(b->no_memory) != 0) return refuse_memory(b->err);
    yajl_alloc_funcs memory = {yajl_take, yajl_retake, yajl_give, b};
    b->handle = yajl_alloc(&events, &memory, b);
    yajl_status status = yajl_parse(b->handle, (const unsigned char *)b->in.data, b->in.len);
    b->text_read = true;
    if (status == yajl_status_ok) status = yajl_complete_parse(b->handle);
    if (status == yajl_status_error) return refuse_by_yajl(b);
    if (status != yajl_status_ok) return -1; /* canceled: the event has said why */
    return refuse_rest(b);
}

int json_parse(slice in, size_t max_depth, arena *a, value *out, weir_error *err) {
    if (json_scan(in, err) != 0) return -1;
    builder *b = calloc(1, sizeof(*b)); /* not on the stack: longjmp leaves its members alone */
    if (b == NULL) return refuse_memory(err);
    b->in = in;
    b->max_depth = max_depth < LIMIT_VALUE_DEPTH ? max_depth : LIMIT_VALUE_DEPTH;
    b->out = a;
    b->err = err;
    arena_init(&b->scratch, 0);
    int result = run(b);
    if (result == 0) *out = b->root;
    free(b->items);
    arena_done(&b->scratch);
    free(b);
    return result;
}
