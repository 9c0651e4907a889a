/* date.h - strftime in the C locale (all of glibc's conversions), and the cached default date. */
#ifndef WEIR_BASE_DATE_H
#define WEIR_BASE_DATE_H

#include "base/text.h"
#include "base/zone.h"

/* %f and unknown conversions stay as they are, as Python leaves them. */
void date_strftime(text *out, slice format, const civil_time *t, int64_t seconds);
/* "2026-11-20T10:06:00.123456Z" */
void date_iso_utc(text *out, int64_t microseconds);

#endif
