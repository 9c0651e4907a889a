/* syslog_data.h - RFC 5424's structured data: a record's fields as [id key="value"]. */
#ifndef WEIR_HANDLER_SYSLOG_DATA_H
#define WEIR_HANDLER_SYSLOG_DATA_H

#include "base/error.h"
#include "record/record.h"

/* RFC 5424: the longest name of an element or a parameter. */
#define SYSLOG_NAME_MAX 32

/* An id is a registered name, or name@number. */
int syslog_data_check(slice id, weir_error *err);
/* Appends "[id key="value" …]", or "-": no id, or no fields. Controls in values are escaped whatever
 * h->escape says, since they would end a message on some transports. */
void syslog_data_add(text *out, slice id, const record *rec);

#endif
