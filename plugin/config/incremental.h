/* incremental.h - dictConfig with "incremental": levels of handlers and loggers, and propagate, of what runs.
 * Private to config/. */
#ifndef WEIR_CONFIG_INCREMENTAL_H
#define WEIR_CONFIG_INCREMENTAL_H

#include "config/check.h"

/* What such a text asks for, put into the dictionary of the plan that runs (rules->current, else the default
 * one). */
typedef struct incremental {
    config_plan *read; /* holds the text and all memory of this */
    checker c;
    const config_plan *base;
    config_plan *own_base; /* to be freed */
    text merged;           /* the whole configuration, as JSON */
    const slice *named;    /* loggers that it names */
    const bool *levels;    /* and whether it gives them a level */
    size_t named_count;
} incremental;

/* Is in such a text? Then *out is to be ended in any case; what is wrong with it is told in p. */
bool incremental_read(slice in, const char *file, const config_rules *rules, problems *p, incremental *out);
/* Marks what it names in the plan that was made of `merged`. */
void incremental_mark(const incremental *i, config_plan *plan);
void incremental_done(incremental *i);

#endif
