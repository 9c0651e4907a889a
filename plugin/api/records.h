/* records.h - what the host's formatters and filters do with a record that it has; private to plugin/api. */
#ifndef WEIR_API_RECORDS_H
#define WEIR_API_RECORDS_H

#include "api/api.h"
#include "record/record_view.h"

/* What is read of it. NULL: err. */
record *api_record(weir_record *r, weir_error *err);
/* made into buffer as snprintf would, and ended; rc is that of making it. */
long api_give(text *made, int rc, char *buffer, size_t size, weir_error *err);
/* f NULL: Python's default. */
int api_format(weir_formatter *f, weir_record *r, text *out, weir_error *err);

#endif
