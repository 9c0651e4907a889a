/* file_options.h - what a file's sink_spec.options say beyond the rules of a rolling one: a JSON object, as
 * it lies in the queue's mapping. Pure; any thread. */
#ifndef WEIR_SINK_FILE_OPTIONS_H
#define WEIR_SINK_FILE_OPTIONS_H

#include "base/codec.h"
#include "sink/sink.h"

typedef struct file_options {
    bool watch;                /* the name is followed, see file_sink.c */
    bool delay;                /* the file is made with the first bytes */
    char mark[CODEC_MARK_MAX]; /* written first into an empty file */
    size_t mark_len;
} file_options;

/* Members that are not the file's own are passed over; what is no JSON has none. */
void file_options_parse(slice options, file_options *out);
/* Adds them to a JSON object that is complete. */
void file_options_add(const file_options *o, text *object);

#endif
