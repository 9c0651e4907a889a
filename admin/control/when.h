/* when.h - a time as the API and the answers of a push write it. */
#ifndef WEIR_ADMIN_WHEN_H
#define WEIR_ADMIN_WHEN_H

#include <stdint.h>

#define WHEN_SIZE 48
/* "2026-11-20T10:06:00.123456Z" into out; returns out. */
const char *when_utc(int64_t us, char out[WHEN_SIZE]);

#endif
