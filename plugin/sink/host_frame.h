/* host_frame.h - a record and its text, on the way to a handler of the host's: what stands in a frame
 * (sink/frame.h) of such a target. Written by the backend, read by the writer. */
#ifndef WEIR_SINK_HOST_FRAME_H
#define WEIR_SINK_HOST_FRAME_H

#include "record/parcel.h"
#include "sink/frame.h"

/* Appends the payload: texts (a made record's own bytes each), then the record. -1: no memory. */
int host_frame_add(record *rec, slice asctime, slice shown, slice raw, text *out, weir_error *err);
/* The same of a record that is a parcel already. out->failed: no memory. */
void host_frame_put(const parcel_head *parcel, slice shown, slice raw, text *out);
/* Takes it apart. The record's bytes are copied to `aligned`, where they must stay. false: damaged. */
bool host_frame_read(slice payload, text *aligned, slice *shown, slice *raw, const parcel_head **parcel);
/* A reader for records that have all of it in them. */
record_reader *host_frame_reader(weir_error *err);

#endif
