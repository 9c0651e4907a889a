/* style.h - the styles of logging.Formatter: one file each, one row each in format_styles
 * (format/logging_formatter.c). */
#ifndef WEIR_FORMAT_STYLE_H
#define WEIR_FORMAT_STYLE_H

#include "format/formatter.h"

typedef struct format_style {
    const char *mark;    /* as `style =` has it */
    const char *initial; /* the format, where none is given */
    /* Makes the formatter of that style; options->format is never empty. */
    int (*create)(const formatter_options *options, formatter **out, weir_error *err);
} format_style;

int percent_style_create(const formatter_options *options, formatter **out, weir_error *err);
int brace_style_create(const formatter_options *options, formatter **out, weir_error *err);
int dollar_style_create(const formatter_options *options, formatter **out, weir_error *err);

/* defaults.c: inner with what a record has not looked up in defaults, a dict of texts and values; takes inner
 * over, also where it fails (NULL: no memory). */
formatter *defaults_wrap(formatter *inner, const value *defaults, weir_error *err);

extern const formatter_kind logging_formatter_kind, json_formatter_kind;

#endif
