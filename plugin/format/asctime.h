/* asctime.h - a record's time as text, by a datefmt or as Python's default "2026-11-20 10:06:00,123";
 * the text of the second is kept, since the next record is mostly of the same one. One thread. */
#ifndef WEIR_FORMAT_ASCTIME_H
#define WEIR_FORMAT_ASCTIME_H

#include "base/error.h"
#include "base/zone.h"
#include "format/formatter.h"
#include "record/record.h"
#include "weir_logging.h"

typedef struct asctime_text {
    const zone *zone;
    slice datefmt; /* data NULL: the default */
    /* default_time_format and default_msec_format; data NULL: Python's, "" for the latter: no milliseconds.
     */
    slice time_format, msec_format;
    bool gmt;    /* time.gmtime: the zone is called GMT */
    char *owned; /* what the two lie in */
    int64_t second;
    bool kept;
    text cached; /* of `second`, without the milliseconds */
} asctime_text;

/* datefmt must live as long; an empty one is the default, as in Python. zone NULL: local. */
void asctime_init(asctime_text *a, const zone *z, slice datefmt);
/* The same with what else a formatter's options say of it. -1: no memory (err). */
int asctime_init_from(asctime_text *a, const formatter_options *options, slice datefmt, weir_error *err);
/* Another datefmt, else as `like` is (NULL: as usual), which must live as long. */
void asctime_init_like(asctime_text *a, const asctime_text *like, slice datefmt);
void asctime_done(asctime_text *a);
/* Appends; -1 with Python's words when the record's time cannot be told. */
int asctime_add(asctime_text *a, record *rec, text *out, weir_error *err);
/* The record for code of the host's, with that asctime. */
void asctime_view(weir_record *view, record *rec);
/* What a formatter before has left in the record as asctime: appended. *left: there is one. */
int asctime_left(record *rec, text *out, bool *left, weir_error *err);

#endif
