/* host_record.h - records that the host makes (weir_make_record); and one for what is logged before the
 * start. */
#ifndef WEIR_RECORD_HOST_RECORD_H
#define WEIR_RECORD_HOST_RECORD_H

#include <stdarg.h>

#include "weir_logging.h"

/* Of a call that no front end takes; after the record factory. NULL: no memory. Ended by weir_record_free. */
weir_record *host_record_make(const weir_logger *from, int level, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
/* What unconfigured Python does with a record that the filters let through (host/lastresort.c; in a program
 * without it nothing is done). */
void lastresort_record(weir_logger *from, int level, weir_record *record);

#endif
