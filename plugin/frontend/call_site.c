/* call_site.c - numbers call sites and loggers in the dictionary and makes the sites' plans. In the
 * thread of a site's first call; no malloc. How a plan is followed is capture.c's. */
#include <pthread.h>
#include <string.h>

#include "frontend/call_hooks.h"
#include "frontend/call_site.h"
#include "queue/mapping_internal.h"

/* The table: one word for each id that the dictionary can give. Address space; memory as it fills. */
#define PLANS_SIZE ((size_t)DICTIONARY_RESERVED / 8 * sizeof(uint64_t))
#define PLANS_STEP ((size_t)256 * 1024)
#define LONG_PLANS_CHUNK ((size_t)64 * 1024)
/* Most formats and paths together; longer ones take a mapping for a moment. */
#define CONTENT_ON_STACK 2048

typedef struct long_chunk {
    struct long_chunk *next;
    size_t used;
    long_plan plans[];
} long_chunk;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static size_t plans_ready;                               /* bytes of the table that are memory */
static long_chunk *long_chunks;

/* ---- the table ---- */

static bool plans_make_room(size_t bytes) {
    static const run_dir memory = {.path = "", .fd = -1};
    uint64_t *table = front.plans;
    if (table == NULL) {
        table = mapping_reserve(PLANS_SIZE, NULL);
        if (table == NULL) return false;
        __atomic_store_n(&front.plans, table, __ATOMIC_RELEASE);
    }
    while (plans_ready < bytes) {
        if (mapping_grow(&memory, "", table, plans_ready, plans_ready + PLANS_STEP) != 0) return false;
        plans_ready += PLANS_STEP;
    }
    return true;
}

static bool plan_store(uint32_t id, uint64_t plan) {
    if (((size_t)id + 1) * sizeof plan > PLANS_SIZE) return false;
    pthread_mutex_lock(&lock);
    bool ready = plans_make_room(((size_t)id + 1) * sizeof plan);
    if (ready) __atomic_store_n(&front.plans[id], plan, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock);
    return ready;
}

static long_plan *long_plan_new(void) {
    pthread_mutex_lock(&lock);
    long_chunk *c = long_chunks;
    if (c == NULL || sizeof *c + (c->used + 1) * sizeof c->plans[0] > LONG_PLANS_CHUNK) {
        c = mapping_anonymous(LONG_PLANS_CHUNK, NULL);
        if (c != NULL) {
            c->next = long_chunks;
            long_chunks = c;
        }
    }
    long_plan *plan = c == NULL ? NULL : &c->plans[c->used++];
    pthread_mutex_unlock(&lock);
    return plan;
}

void call_site_leave_plans(void) {
    __atomic_store_n(&front.plans, NULL, __ATOMIC_RELAXED);
    plans_ready = 0;
    long_chunks = NULL;
    pthread_mutex_init(&lock, NULL); /* a forked child's copy may have been taken while it was held */
}

void call_site_free_plans(void) {
    mapping_close(front.plans, PLANS_SIZE);
    for (long_chunk *c = long_chunks, *next; c != NULL; c = next) {
        next = c->next;
        mapping_close(c, LONG_PLANS_CHUNK);
    }
    call_site_leave_plans();
}

/* ---- plans ---- */

static uint8_t code_of(const site_format *format, size_t i) {
    switch ((arg_type)format->types[i]) {
    case ARG_INT: return CODE_INT;
    case ARG_UINT: return CODE_UINT;
    case ARG_LONG:
    case ARG_ULONG:
    case ARG_POINTER: return CODE_WORD;
    case ARG_DOUBLE: return CODE_DOUBLE;
    case ARG_LONG_DOUBLE: return CODE_LONG_DOUBLE;
    case ARG_STRING: return CODE_STRING;
    case ARG_STRING_LIMITED: return format->limits[i] == CONV_NONE ? CODE_STRING_STAR : CODE_STRING_LIMIT;
    case ARG_ERRNO: return CODE_ERRNO;
    }
    return CODE_WORD;
}

static bool make_long_plan(const site_format *format, uint64_t *plan) {
    long_plan *long_one = long_plan_new();
    if (long_one == NULL) return false;
    long_one->count = format->arg_count;
    for (size_t i = 0; i < format->arg_count; i++) {
        long_one->codes[i] = code_of(format, i);
        long_one->limits[i] = format->limits[i];
    }
    *plan |= PLAN_LONG | (uint64_t)(uintptr_t)long_one;
    return true;
}

static bool make_plan(const site_format *format, unsigned flags, uint64_t *out) {
    uint64_t plan = PLAN_KNOWN, codes = 0;
    if ((flags & WEIR_SITE_EXCEPTION) != 0) plan |= PLAN_EXCEPTION;
    if ((flags & WEIR_SITE_STACK) != 0) plan |= PLAN_STACK;
    if (!format->capturable) {
        *out = plan | PLAN_TEXT;
        return true;
    }
    bool is_plain = plan == PLAN_KNOWN, is_fixed = is_plain, is_long = format->arg_count > PLAN_CODES;
    for (size_t i = 0; i < format->arg_count; i++) {
        uint8_t code = code_of(format, i);
        if (code > CODE_DOUBLE) is_fixed = false;
        if (code > CODE_DOUBLE && code != CODE_STRING) is_plain = false;
        if (code == CODE_STRING_LIMIT) is_long = true;
        if (i < PLAN_CODES) codes |= (uint64_t)code << (4 * i);
    }
    if (is_long) {
        *out = plan;
        return make_long_plan(format, out);
    }
    if (is_fixed)
        plan |= PLAN_FIXED | (uint64_t)format->arg_count << PLAN_WORDS_SHIFT;
    else if (is_plain)
        plan |= PLAN_PLAIN;
    *out = plan | codes;
    return true;
}

/* ---- the dictionary ---- */

typedef struct site_text {
    const char *file, *function, *format;
    int line;
    unsigned flags;
} site_text;

static size_t length_of(const char *s) { return s == NULL ? 0 : strlen(s); }

static char *put(char *out, const char *s, size_t len) {
    if (len > 0) memcpy(out, s, len);
    out[len] = '\0';
    return out + len + 1;
}

/* format NULL: its entries are texts. */
static uint32_t add_content(const site_text *from, const site_format *format) {
    site_content head = {.line = from->line,
                         .flags = (uint16_t)from->flags,
                         .preformatted = format == NULL,
                         .arg_count = format == NULL ? 0 : format->arg_count,
                         .file_len = (uint32_t)length_of(from->file),
                         .function_len = (uint32_t)length_of(from->function),
                         .format_len = (uint32_t)length_of(from->format)};
    size_t size =
        sizeof head + head.arg_count + (size_t)head.file_len + head.function_len + head.format_len + 3;
    char local[CONTENT_ON_STACK];
    char *content = size <= sizeof local ? local : mapping_anonymous(size, NULL);
    if (content == NULL) return 0;
    memcpy(content, &head, sizeof head);
    char *out = content + sizeof head;
    if (head.arg_count > 0) memcpy(out, format->types, head.arg_count);
    out = put(out + head.arg_count, from->file, head.file_len);
    out = put(out, from->function, head.function_len);
    put(out, from->format, head.format_len);
    uint32_t id = dictionary_add(front.set.dictionary, DICT_SITE, content, size);
    if (content != local) mapping_close(content, size);
    return id;
}

uint32_t call_site_id(weir_call_site *site, uint32_t epoch) {
    uint64_t token = __atomic_load_n(&site->token, __ATOMIC_ACQUIRE);
    if (token_epoch(token) == epoch) return (uint32_t)token;
    site_format format;
    site_text from = {site->file, site->function, site->format, site->line, site->flags};
    uint64_t plan;
    site_parse(slice_of(site->format), &format);
    if (!make_plan(&format, site->flags, &plan)) return 0;
    uint32_t id = add_content(&from, format.capturable ? &format : NULL);
    if (id == 0 || !plan_store(id, plan)) return 0;
    __atomic_store_n(&site->token, (uint64_t)epoch << 32 | id, __ATOMIC_RELEASE);
    return id;
}

uint32_t call_site_id_of_text(const char *file, int line, const char *function) {
    site_text from = {file, function, "", line, 0};
    return add_content(&from, NULL);
}

/* See call_hooks.h and level_rule.h: what comes between the question and the store has changed the token. */
static void let_through(logger *l, uint64_t number) {
    uint64_t was = __atomic_load_n(&l->token, __ATOMIC_SEQ_CST);
    if (was == number || call_hooks_concern(l) || __atomic_load_n(&l->lowered, __ATOMIC_SEQ_CST)) return;
    __atomic_compare_exchange_n(&l->token, &was, number, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

uint32_t call_site_logger_id(logger *l, uint32_t epoch) {
    uint64_t number = __atomic_load_n(&l->number, __ATOMIC_RELAXED);
    if (token_epoch(number) != epoch) {
        uint32_t id = dictionary_add(front.set.dictionary, DICT_LOGGER, l->name.data, l->name.len);
        if (id == 0) return 0;
        number = (uint64_t)epoch << 32 | id;
        __atomic_store_n(&l->number, number, __ATOMIC_RELAXED);
    }
    let_through(l, number);
    return (uint32_t)number;
}

void call_site_name_loggers(uint32_t epoch) {
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        if (__atomic_load_n(&l->requested, __ATOMIC_RELAXED)) call_site_logger_id(l, epoch);
    }
}
