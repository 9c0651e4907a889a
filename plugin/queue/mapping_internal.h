/* mapping_internal.h - mappings that are no whole file: plain memory that a child of fork does not
 * get, and an address range into which a file grows. For the folder queue/ and the front end. */
#ifndef WEIR_QUEUE_MAPPING_INTERNAL_H
#define WEIR_QUEUE_MAPPING_INTERNAL_H

#include "queue/run_dir.h"

/* Zeroed memory, MADV_DONTFORK; freed by mapping_close. No malloc. */
void *mapping_anonymous(size_t size, weir_error *err);
/* Address space only; mapping_grow makes parts of it usable, from the start on, without moving. */
void *mapping_reserve(size_t size, weir_error *err);
/* Makes [from, to) of the range usable, as bytes [from, to) of the file (made when from is 0), or as
 * memory when d has no tmpfs. Multiples of 4096. 0, or -1 with errno; then nothing has changed. */
int mapping_grow(const run_dir *d, const char *name, void *base, size_t from, size_t to);
/* Of a dead process: was it killed while it made that file, before anything was in it? For files whose
 * first 8 bytes are a magic number that is written last, and whose data begin after one page. */
bool mapping_unfinished(const run_dir *d, const char *name);

#endif
