/* attribute.h - the attributes of a LogRecord by number, so that a format is resolved once. */
#ifndef WEIR_RECORD_ATTRIBUTE_H
#define WEIR_RECORD_ATTRIBUTE_H

#include "record/record.h"

/* In the order of Python's record.__dict__; ATTR_OTHER is an extra. */
typedef enum record_attr {
    ATTR_NAME,
    ATTR_MSG,
    ATTR_ARGS,
    ATTR_LEVELNAME,
    ATTR_LEVELNO,
    ATTR_PATHNAME,
    ATTR_FILENAME,
    ATTR_MODULE,
    ATTR_EXC_INFO,
    ATTR_EXC_TEXT,
    ATTR_STACK_INFO,
    ATTR_LINENO,
    ATTR_FUNC_NAME,
    ATTR_CREATED,
    ATTR_MSECS,
    ATTR_RELATIVE_CREATED,
    ATTR_THREAD,
    ATTR_THREAD_NAME,
    ATTR_PROCESS_NAME,
    ATTR_PROCESS,
    ATTR_MESSAGE,
    ATTR_ASCTIME,
    ATTR_OTHER
} record_attr;

extern const char *const record_attr_names[ATTR_OTHER];

/* ATTR_OTHER: no attribute of every record. */
record_attr record_attr_find(slice name);
/* One attribute; name is needed for ATTR_OTHER only. false: this record has none of that name, as
 * none has `asctime`, which is the formatter's. */
bool record_attr_get(record *rec, record_attr attr, slice name, value *out);
/* The attribute as it was given, in a record that has attributes of unusual types; else NULL. */
const value *record_attr_given(const record *rec, record_attr attr);

#endif
