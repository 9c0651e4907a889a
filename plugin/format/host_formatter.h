/* host_formatter.h - formatter classes of the host's. */
#ifndef WEIR_FORMAT_HOST_FORMATTER_H
#define WEIR_FORMAT_HOST_FORMATTER_H

#include "format/formatter.h"
#include "record/host_class.h"

/* NULL: none of that name, or the end. */
const formatter_kind *host_formatter_find(slice class_name);
const formatter_kind *host_formatter_at(size_t index);
/* Text that the host's code made, as a handler may write it. -1: no memory. */
int host_text_add(record *rec, slice made, escape_mode escape, text *out, weir_error *err);

#endif
