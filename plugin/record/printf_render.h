/* printf_render.h - a call's printf format with its captured arguments, as glibc would print it in
 * the C locale; escaped where wanted. */
#ifndef WEIR_RECORD_PRINTF_RENDER_H
#define WEIR_RECORD_PRINTF_RENDER_H

#include "record/record.h"
#include "record/site_cache.h"

/* Widths and precisions beyond a chunk are refused, and the text says so: padding of gigabytes,
 * from a width that came as an argument, is no message. */
#define RENDER_WIDTH_MAX CHUNK_SIZE

/* Which bytes of a rendering came from arguments that are text. */
typedef struct message_spans {
    size_t count;
    struct {
        size_t from, to;
    } at[LIMIT_CALL_ARGS];
} message_spans;

/* Appends the message to out. args: as record_decode has checked them. spans may be NULL; offsets
 * count from out->len before the call. work is overwritten. */
void printf_render(const site_info *site, const char *args, escape_mode escape, message_spans *spans,
                   text *work, text *out);

/* The captured arguments as Python values: what `args` of the record is. false: no memory. */
bool printf_args(const site_info *site, const char *args, arena *a, value *out);

#endif
