/* scratch.h - memory of a record_reader that renderings of the present record lie in. */
#ifndef WEIR_RECORD_SCRATCH_H
#define WEIR_RECORD_SCRATCH_H

#include "base/text.h"

typedef struct record_scratch {
    text raw, escaped; /* the message, once it is kept */
    text work;         /* for the length of one call */
} record_scratch;

void scratch_init(record_scratch *s);
void scratch_done(record_scratch *s);

#endif
