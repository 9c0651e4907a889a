/* file_sink.h - what sinks that are made of a file sink (rolling ones) ask of it beyond sink.h. Writer's
 * thread, between two writes. */
#ifndef WEIR_SINK_FILE_SINK_H
#define WEIR_SINK_FILE_SINK_H

#include "sink/file_open.h"

const file_place *file_sink_place(const sink *s);
/* What it has open; false: nothing. */
bool file_sink_stat(const sink *s, struct stat *out);
/* Bytes of the mark that an empty file begins with; 0: none. */
size_t file_sink_mark(const sink *s);
/* Takes what the name leads to now, made if it is not there. */
int file_sink_reopen(sink *s, weir_error *err);
/* The name leads to another file than the one that is open (or to none). */
bool file_sink_is_elsewhere(const sink *s);

#endif
