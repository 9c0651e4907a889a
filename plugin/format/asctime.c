/* asctime.c - Formatter.formatTime. Runs on the backend, one formatter's state at a time. The date
 * itself is date.c's and zone.c's; this keeps the last second's text and adds the milliseconds. */
#include "format/asctime.h"

#include <stdlib.h>

#include "base/date.h"
#include "format/hooks.h"
#include "queue/site.h"
#include "record/attribute.h"
#include "record/put.h"
#include "record/python_percent.h"
#include "record/record_view.h"

#define DEFAULT_FORMAT SLICE_LITERAL("%Y-%m-%d %H:%M:%S")
/* The seconds whose year fits an int, in every zone: what localtime can tell. */
#define SECOND_FIRST (-67768040609740800 + 86400)
#define SECOND_LAST (67767976233532799 - 86400)
/* time_t of a double: beyond, Python has another error. */
#define TIME_T_MAX 9223372036854775807.0

void asctime_init(asctime_text *a, const zone *z, slice datefmt) {
    *a = (asctime_text){.zone = z != NULL ? z : zone_local(),
                        .datefmt = datefmt.len > 0 ? datefmt : SLICE_NONE};
    text_init(&a->cached, 0);
}

int asctime_init_from(asctime_text *a, const formatter_options *o, slice datefmt, weir_error *err) {
    size_t first = o->time_format.len, both = first + o->msec_format.len;
    bool utc = slice_equal(o->converter, LITERAL_GMTIME);
    asctime_init(a, utc ? zone_utc() : o->zone, datefmt);
    a->gmt = utc;
    if (o->time_format.data == NULL && o->msec_format.data == NULL) return 0;
    a->owned = malloc(both + 1);
    if (a->owned == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
    if (first > 0) memcpy(a->owned, o->time_format.data, first);
    if (both > first) memcpy(a->owned + first, o->msec_format.data, both - first);
    if (o->time_format.data != NULL) a->time_format = slice_make(a->owned, first);
    if (o->msec_format.data != NULL) a->msec_format = slice_make(a->owned + first, both - first);
    return 0;
}

void asctime_init_like(asctime_text *a, const asctime_text *like, slice datefmt) {
    asctime_init(a, like != NULL ? like->zone : NULL, datefmt);
    if (like == NULL) return;
    a->time_format = like->time_format;
    a->msec_format = like->msec_format;
    a->gmt = like->gmt;
}

void asctime_done(asctime_text *a) {
    text_done(&a->cached);
    free(a->owned);
}

static int check_time(const record *rec, weir_error *err) {
    const value *given = record_attr_given(rec, ATTR_CREATED);
    if (given != NULL)
        return error_set(err, WEIR_ERR_INVALID, "TypeError: '%s' object cannot be interpreted as an integer",
                         value_type_name(given));
    if (rec->second >= SECOND_FIRST && rec->second <= SECOND_LAST) return 0;
    if (rec->created >= TIME_T_MAX || rec->created < -TIME_T_MAX)
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: timestamp out of range for platform time_t");
    return error_set(err, WEIR_ERR_INVALID, "OSError: [Errno 75] Value too large for defined data type");
}

static int keep_second(asctime_text *a, const record *rec, weir_error *err) {
    civil_time civil;
    if (check_time(rec, err) != 0) return -1;
    zone_civil(a->zone, rec->second, &civil);
    /* %s is mktime's, which takes any time for a local one. */
    int64_t counted = a->gmt ? zone_seconds(zone_local(), &civil, 0) : rec->second;
    if (a->gmt) civil.abbreviation = "GMT";
    slice otherwise = a->time_format.data != NULL ? a->time_format : DEFAULT_FORMAT;
    text_clear(&a->cached);
    date_strftime(&a->cached, a->datefmt.data != NULL ? a->datefmt : otherwise, &civil, counted);
    a->second = rec->second;
    a->kept = !a->cached.failed;
    return 0;
}

/* "%03d" of msecs. */
static int add_msecs(record *rec, text *out, weir_error *err) {
    if (rec->given == NULL && rec->msecs >= 0 && rec->msecs < 1000) {
        unsigned ms = (unsigned)rec->msecs;
        if (!put_room(out, 4) && !text_reserve(out, 4)) return 0;
        char *at = out->data + out->len; /* straight there: bytes read back as a word cost 4 ns */
        at[0] = ',';
        at[1] = (char)('0' + ms / 100);
        at[2] = (char)('0' + ms / 10 % 10);
        at[3] = (char)('0' + ms % 10);
        at[4] = '\0';
        out->len += 4;
        return 0;
    }
    const percent_spec spec = {.type = 'd', .flags = CONV_ZERO, .width = 3, .precision = CONV_NONE};
    value msecs;
    put_char(out, ',');
    if (!record_attr_get(rec, ATTR_MSECS, SLICE_NONE, &msecs)) return -1;
    return percent_value(&spec, &msecs, true, out, err);
}

/* default_msec_format % (time, msecs). */
static int add_with_msecs(const asctime_text *a, record *rec, text *out, weir_error *err) {
    value both[2] = {value_str(text_slice(&a->cached))};
    const value args = {.type = VALUE_TUPLE, .list = {both, 2}};
    if (!record_attr_get(rec, ATTR_MSECS, SLICE_NONE, &both[1])) return -1;
    bool number = both[1].type == VALUE_INT || both[1].type == VALUE_FLOAT;
    return python_percent(a->msec_format, &args, number ? PERCENT_ESCAPE_NONE : PERCENT_ESCAPE_VALUES, out,
                          err);
}

/* The host's formatTime. What it made stays in the record, as Python leaves asctime there. */
static int add_hooked(const asctime_text *a, record *rec, text *out, weir_error *err) {
    text made;
    text_init(&made, 0);
    int rc = rec->hooks->time(rec->hooks->arg, rec, a->datefmt, &made, err);
    if (rc == 0) {
        rec->asctime = made.failed ? SLICE_NONE : arena_copy(rec->memory, text_slice(&made));
        rec->dated_by = NULL;
        if (rec->asctime.data == NULL) out->failed = true;
        put_slice(out, rec->asctime);
    }
    text_done(&made);
    return rc;
}

int asctime_add(asctime_text *a, record *rec, text *out, weir_error *err) {
    if (__builtin_expect(rec->hooks != NULL, 0) && rec->hooks->time != NULL)
        return add_hooked(a, rec, out, err);
    rec->dated_by = a;
    bool same = a->kept && a->second == rec->second && rec->given == NULL;
    if (!same && keep_second(a, rec, err) != 0) return -1;
    if (a->cached.failed) out->failed = true;
    if (a->msec_format.len > 0 && a->datefmt.data == NULL) return add_with_msecs(a, rec, out, err);
    put_slice(out, text_slice(&a->cached));
    if (a->msec_format.data != NULL) return 0;
    return a->datefmt.data != NULL ? 0 : add_msecs(rec, out, err);
}

int asctime_left(record *rec, text *out, bool *left, weir_error *err) {
    *left = rec->dated_by != NULL || rec->asctime.data != NULL;
    if (rec->dated_by != NULL) return asctime_add(rec->dated_by, rec, out, err);
    text_add_slice(out, rec->asctime);
    return 0;
}

void asctime_view(weir_record *view, record *rec) {
    text when;
    bool left = false;
    slice kept = SLICE_NONE;
    text_init(&when, 0);
    if (asctime_left(rec, &when, &left, NULL) == 0 && left && !when.failed)
        kept = arena_copy(rec->memory, text_slice(&when));
    text_done(&when);
    record_view_of(view, rec, kept);
}
