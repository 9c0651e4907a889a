/* weir_logging.h - records as a host's own code sees them: in filters, formatters and handlers of its own,
 * and where it makes records itself.
 *
 * C11 and C++17. An attribute's name is Python's ("levelname", "funcName", …) or the key of an extra field.
 */
#ifndef WEIR_LOGGING_H
#define WEIR_LOGGING_H

#include <weir.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- reading a record -------------------------------------------------------------- */

/* One record: Python's LogRecord. Whoever hands one to the host says how long it lives; a callback's
 * record is gone when the callback returns. One thread at a time may use it. What these functions return
 * lives as long as the record, and is followed by a NUL that *length does not count (length may be NULL).
 * None of them changes errno. */
typedef struct weir_record weir_record;

/* An attribute as Python's str() prints it: strings as they are, numbers as numbers, "None" for none.
 * "message" is getMessage(); "asctime" is there once a formatter has made it, as in Python. NULL: the record
 * has no such attribute, or no memory. */
WEIR_API const char *weir_record_str(const weir_record *record, const char *attribute, size_t *length);
/* An attribute that is an integer or a boolean. 0; or -1, *out as it was: there is none, it is no such
 * number, or it does not fit. */
WEIR_API int weir_record_int(const weir_record *record, const char *attribute, int64_t *out);
/* An attribute that is any number. 0, or -1. */
WEIR_API int weir_record_double(const weir_record *record, const char *attribute, double *out);
/* Python's getMessage(): the message with its arguments. Where `msg % args` is an error in Python, msg as it
 * is. NULL: no memory. */
WEIR_API const char *weir_record_message(const weir_record *record, size_t *length);

/* ---- changing a record ------------------------------------------------------------- */

/* Sets an attribute, or adds an extra field; both are copied. What is derived from it follows (filename and
 * module from pathname, msecs and relativeCreated from created), unless it was set too. value NULL: None.
 * 0; or -1, nothing changed: the record is not the caller's to change (only one that the host makes, and one
 * in a filter that runs at the call, is), the name is empty, the record has 256 attributes that were set,
 * or no memory. */
WEIR_API int weir_record_set_str(weir_record *record, const char *attribute, const char *value);
WEIR_API int weir_record_set_int(weir_record *record, const char *attribute, int64_t value);
WEIR_API int weir_record_set_double(weir_record *record, const char *attribute, double value);

#ifdef __cplusplus
}
#endif
#endif
