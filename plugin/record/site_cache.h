/* site_cache.h - call sites taken apart, by their dictionary id: each once a reader. One thread. */
#ifndef WEIR_RECORD_SITE_CACHE_H
#define WEIR_RECORD_SITE_CACHE_H

#include "base/error.h"
#include "queue/dictionary.h"
#include "queue/site.h"
#include "record/record.h"

/* How a step of a message is printed: the common ones without looking at flags and widths. */
enum step_kind { STEP_LITERAL, STEP_INT, STEP_UINT, STEP_STRING, STEP_DOUBLE, STEP_OTHER };

typedef struct site_step {
    conversion how;
    uint8_t kind; /* enum step_kind */
} site_step;

struct site_info {
    uint32_t id;
    slice pathname, filename, module, func, template;
    int64_t lineno;
    bool preformatted;   /* its entries hold the finished message */
    bool text_arguments; /* an argument can bring bytes that must be escaped */
    uint32_t fixed_size; /* bytes of the arguments if none is a string, else 0 */
    uint8_t arg_count, step_count;
    uint8_t types[LIMIT_CALL_ARGS]; /* enum arg_type */
    site_step steps[];
};

typedef struct site_cache site_cache;

/* The dictionary must outlive it. */
site_cache *site_cache_create(const dictionary *dict, weir_error *err);
void site_cache_free(site_cache *c);
/* NULL: no site of that id, or its content is damaged. Without memory for a new one, the result is
 * valid until the next call only. */
const site_info *site_cache_get(site_cache *c, uint32_t id);

/* "/a/b/c.tar.gz" -> "c.tar.gz", "c.tar": Python's basename and splitext. */
slice path_filename(slice pathname);
slice path_module(slice filename);

#endif
