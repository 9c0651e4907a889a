/* formatter.h - how a record becomes a line of text. One kind a file, one row each in
 * formatter_kinds (format/formatter_kinds.c), found by the `class` of a formatter section.
 *
 * A formatter is made by config/build from checked parameters, never changed, and used by the
 * backend thread only. format appends the text without a terminator. */
#ifndef WEIR_FORMAT_FORMATTER_H
#define WEIR_FORMAT_FORMATTER_H

#include "base/error.h"
#include "base/zone.h"
#include "record/record.h"

typedef struct formatter formatter;
typedef struct formatter_kind formatter_kind;

typedef struct formatter_options {
    const formatter_kind *kind; /* the row that create belongs to; classes of the host want it */
    slice format;               /* raw; data NULL: the kind's default */
    slice datefmt;              /* raw; data NULL: Python's default with ",msecs" */
    slice style;                /* "%", "{", "$"; data NULL: "%" */
    const value *kwargs;        /* dict, or NULL */
    /* logging.Formatter only: what a record's attributes are looked up in when it has none of that name
     * (dict, or NULL), and Python's validate=False: a format needs no field. */
    const value *defaults;
    bool unchecked;
    /* Python's attributes of a Formatter; data NULL: as they are by nature. converter: LITERAL_GMTIME or
     * LITERAL_LOCALTIME. msec_format: empty: no milliseconds. */
    slice converter, time_format, msec_format;
    const zone *zone;
} formatter_options;

struct formatter_kind {
    const char *name; /* "logging.Formatter", "weir.JSONFormatter" */
    const char *aliases[3];
    const char *help; /* one line, for `weir check` and the manual */
    /* Problems without line: the caller knows where. -1: not made, err says why. */
    int (*create)(const formatter_options *options, formatter **out, weir_error *err);
};

struct formatter {
    const formatter_kind *kind;
    /* 0, or -1: this record cannot be formatted by it; err says Python's reason. */
    int (*format)(formatter *f, record *rec, escape_mode escape, text *out, weir_error *err);
    void (*free)(formatter *f);
    const struct asctime_text *time; /* how it writes a record's time; NULL: in no such way */
};

const formatter_kind *formatter_kind_find(slice class_name);
/* Without those of the host. */
const formatter_kind *formatter_kind_find_own(slice class_name);
const formatter_kind *formatter_kind_at(size_t index); /* NULL at the end */
/* Python's default: "%(message)s". Static, never freed. */
formatter *formatter_default(void);

#endif
