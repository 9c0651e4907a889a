/* logging_formatter.c - the class logging.Formatter: chooses the style. Runs where configurations
 * are built. The formatting is each style's own file's. */
#include "format/style.h"

static const format_style format_styles[] = {
    {"%", "%(message)s", percent_style_create},
    {"{", "{message}", brace_style_create},
    {"$", "${message}", dollar_style_create},
};
#define STYLE_COUNT (sizeof format_styles / sizeof format_styles[0])

static int create(const formatter_options *options, formatter **out, weir_error *err) {
    formatter_options filled = *options;
    slice style = options->style.data != NULL ? options->style : SLICE_LITERAL("%");
    if (options->kwargs != NULL && options->kwargs->type == VALUE_DICT && options->kwargs->dict.count > 0)
        return error_set(err, WEIR_ERR_INVALID,
                         "logging.Formatter takes no kwargs (write format, datefmt, style)");
    for (size_t i = 0; i < STYLE_COUNT; i++) {
        if (!slice_is(style, format_styles[i].mark)) continue;
        if (filled.format.len == 0) filled.format = slice_of(format_styles[i].initial);
        if (format_styles[i].create(&filled, out, err) != 0) return -1;
        if (options->defaults == NULL) return 0;
        formatter *wrapped = defaults_wrap(*out, options->defaults, err);
        if (wrapped != NULL) *out = wrapped;
        return wrapped != NULL ? 0 : -1;
    }
    return error_set(err, WEIR_ERR_INVALID, "Style must be one of: %%,{,$");
}

const formatter_kind logging_formatter_kind = {
    .name = "logging.Formatter",
    .help = "a line of text by Python's format, datefmt and style; exception and stack text follow it",
    .create = create,
};
