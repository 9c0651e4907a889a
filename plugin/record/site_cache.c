/* site_cache.c - the call sites that a reader has met, taken apart. Runs on the reader's thread
 * (backend, recovery, a reader of the recent records). A site's strings stay in the dictionary;
 * only what parsing makes of them is kept here. The dictionary may be that of a dead process and
 * damaged: every length is checked before it is used. */
#include "record/site_cache.h"

#include <stdlib.h>

/* Ids go up to DICTIONARY_RESERVED / 8: a table of tables, made as ids are met. */
#define PAGE_SITES 512u
#define PAGE_COUNT (DICTIONARY_RESERVED / 8 / PAGE_SITES)
#define MAX_STEPS (LIMIT_CALL_ARGS * 2 + 1)
/* Above it a conversion goes the way that checks precisions. */
#define PLAIN_PRECISION_MAX 60

struct site_cache {
    const dictionary *dict;
    site_info **pages[PAGE_COUNT];
    site_info *spare; /* for a site that there is no memory to keep */
};

static size_t info_size(size_t steps) { return sizeof(site_info) + steps * sizeof(site_step); }

site_cache *site_cache_create(const dictionary *dict, weir_error *err) {
    site_cache *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->dict = dict;
        c->spare = malloc(info_size(MAX_STEPS));
    }
    if (c == NULL || c->spare == NULL) {
        free(c);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for the table of call sites");
        return NULL;
    }
    return c;
}

void site_cache_free(site_cache *c) {
    if (c == NULL) return;
    for (size_t i = 0; i < PAGE_COUNT; i++) {
        for (size_t j = 0; c->pages[i] != NULL && j < PAGE_SITES; j++) free(c->pages[i][j]);
        free(c->pages[i]);
    }
    free(c->spare);
    free(c);
}

slice path_filename(slice pathname) {
    const char *slash = pathname.len > 0 ? memrchr(pathname.data, '/', pathname.len) : NULL;
    if (slash == NULL) return pathname;
    return slice_make(slash + 1, pathname.len - (size_t)(slash + 1 - pathname.data));
}

slice path_module(slice filename) {
    size_t start = 0;
    while (start < filename.len && filename.data[start] == '.') start++;
    for (size_t i = filename.len; i-- > start;) {
        if (filename.data[i] == '.') return slice_make(filename.data, i);
    }
    return filename;
}

/* The content of a site as slices into the dictionary. */
typedef struct site_parts {
    site_content head;
    const uint8_t *types;
    slice file, function, format;
} site_parts;

static bool take_string(slice *rest, uint32_t len, slice *out) {
    if (len >= rest->len) return false; /* its NUL must be there too */
    *out = slice_make(rest->data, len);
    *rest = slice_make(rest->data + len + 1, rest->len - len - 1);
    return true;
}

static bool read_parts(slice content, site_parts *out) {
    if (content.data == NULL || content.len < sizeof out->head) return false;
    memcpy(&out->head, content.data, sizeof out->head);
    slice rest = {content.data + sizeof out->head, content.len - sizeof out->head};
    if (out->head.arg_count > LIMIT_CALL_ARGS || out->head.arg_count > rest.len) return false;
    out->types = (const uint8_t *)rest.data;
    rest = slice_make(rest.data + out->head.arg_count, rest.len - out->head.arg_count);
    return take_string(&rest, out->head.file_len, &out->file) &&
           take_string(&rest, out->head.function_len, &out->function) &&
           take_string(&rest, out->head.format_len, &out->format);
}

/* The entries were written by the types that the content names; they must be the format's. */
static bool types_agree(const site_parts *parts, const site_format *format) {
    if (parts->head.preformatted) return true;
    return format->capturable && format->arg_count == parts->head.arg_count &&
           memcmp(format->types, parts->types, format->arg_count) == 0;
}

static enum step_kind step_kind_of(const conversion *c) {
    if (c->type == 0) return STEP_LITERAL;
    if (c->flags != 0 || c->width != CONV_NONE || c->precision == CONV_STAR) return STEP_OTHER;
    switch (c->type) {
    case 'd':
    case 'i':
        return c->precision == CONV_NONE && c->length != 'h' && c->length != 'H' ? STEP_INT : STEP_OTHER;
    case 'u':
        return c->precision == CONV_NONE && c->length != 'h' && c->length != 'H' ? STEP_UINT : STEP_OTHER;
    case 's': return c->precision == CONV_NONE ? STEP_STRING : STEP_OTHER;
    case 'g':
    case 'f':
    case 'e': return c->length != 'L' && c->precision <= PLAIN_PRECISION_MAX ? STEP_DOUBLE : STEP_OTHER;
    default: return STEP_OTHER;
    }
}

static void describe_arguments(site_info *info) {
    uint32_t size = 0;
    bool strings = false;
    for (size_t i = 0; i < info->arg_count; i++) {
        strings = strings || info->types[i] == ARG_STRING || info->types[i] == ARG_STRING_LIMITED;
        size += info->types[i] == ARG_LONG_DOUBLE ? 16 : 8;
    }
    info->fixed_size = strings ? 0 : size;
    info->text_arguments = strings;
    for (size_t i = 0; i < info->step_count; i++) {
        if (info->steps[i].how.type == 'c') info->text_arguments = true;
    }
}

static void fill(site_info *info, uint32_t id, const site_parts *parts, const site_format *format) {
    *info = (site_info){.id = id,
                        .pathname = parts->file,
                        .filename = path_filename(parts->file),
                        .func = parts->function,
                        .template = parts->format,
                        .lineno = parts->head.line,
                        .preformatted = parts->head.preformatted != 0};
    info->module = path_module(info->filename);
    if (info->preformatted) {
        info->text_arguments = true;
        return;
    }
    info->arg_count = format->arg_count;
    memcpy(info->types, format->types, format->arg_count);
    info->step_count = format->conversion_count;
    for (size_t i = 0; i < format->conversion_count; i++) {
        info->steps[i].how = format->conversions[i];
        info->steps[i].kind = (uint8_t)step_kind_of(&format->conversions[i]);
    }
    describe_arguments(info);
}

/* Where the site of that id is, or will be, kept; NULL without memory. */
static site_info **slot_of(site_cache *c, uint32_t id) {
    site_info ***page = &c->pages[id / PAGE_SITES];
    if (*page == NULL) *page = calloc(PAGE_SITES, sizeof **page);
    return *page == NULL ? NULL : &(*page)[id % PAGE_SITES];
}

static const site_info *load(site_cache *c, uint32_t id, site_info **slot) {
    site_parts parts;
    site_format format = {.capturable = false};
    if (!read_parts(dictionary_get(c->dict, DICT_SITE, id), &parts)) return NULL;
    site_parse(parts.format, &format);
    if (!types_agree(&parts, &format)) return NULL;
    site_info *info = slot == NULL ? NULL : malloc(info_size(format.conversion_count));
    if (info == NULL) {
        fill(c->spare, id, &parts, &format);
        return c->spare;
    }
    fill(info, id, &parts, &format);
    *slot = info;
    return info;
}

const site_info *site_cache_get(site_cache *c, uint32_t id) {
    if (id == 0 || id / PAGE_SITES >= PAGE_COUNT) return NULL;
    site_info **slot = slot_of(c, id);
    if (slot != NULL && *slot != NULL) return *slot;
    return load(c, id, slot);
}
