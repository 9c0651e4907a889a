/* formatter_fixture.h - a formatter of a class, and what it makes of a record. */
#ifndef WEIR_TESTS_FORMATTER_FIXTURE_H
#define WEIR_TESTS_FORMATTER_FIXTURE_H

#include "format/formatter.h"
#include "support/record_fixture.h"

static weir_error formatter_error;
static text formatted;

__attribute__((unused)) static formatter *make_formatter(const char *class_name,
                                                         const formatter_options *options) {
    formatter *f = NULL;
    const formatter_kind *kind = formatter_kind_find(slice_of(class_name));
    cr_assert_not_null(kind, "%s", class_name);
    return kind->create(options, &f, &formatter_error) == 0 ? f : NULL;
}

/* The line, or the error. Valid until the next call. */
__attribute__((unused)) static const char *line_of(formatter *f, record *rec, escape_mode escape) {
    text_clear(&formatted);
    return f->format(f, rec, escape, &formatted, &formatter_error) == 0 ? text_cstr(&formatted)
                                                                        : formatter_error.message;
}

/* The same with a logging.Formatter made for this one call; the error when it cannot be made. */
__attribute__((unused)) static const char *line_by(const char *format, record *rec, escape_mode escape) {
    const formatter_options options = {.format = slice_of(format), .zone = zone_utc()};
    formatter *f = make_formatter("logging.Formatter", &options);
    if (f == NULL) return formatter_error.message;
    const char *line = line_of(f, rec, escape);
    f->free(f);
    return line;
}

#endif
