/* decode.h - what a receiver makes of one frame: a dict of Python's record attributes, `name` and `levelno`
 * among them, as makeLogRecord takes one. Every decoder is data in, data out: no file, no socket, no clock.
 *
 * 0: *out is the dict; strings point into the frame or the arena. -1: err says what is wrong. The arena has a
 * limit, which bounds what a frame can cost. */
#ifndef WEIR_RECEIVER_DECODE_H
#define WEIR_RECEIVER_DECODE_H

#include "base/error.h"
#include "base/value.h"

/* One object: a record of `weir log --jsonl`, or a line of weir.JSONFormatter. Operations are refused: a
 * sender gives records, not orders. */
int decode_json(slice line, arena *a, value *out, weir_error *err);
/* One message with its <PRI>: RFC 5424, RFC 3164, or "<PRI>text" as Python sends it. The logger is the app or
 * the tag; "syslog" where there is none. */
int decode_syslog(slice message, arena *a, value *out, weir_error *err);
/* The form of Python's HTTPHandler: attributes url-encoded, each as str() prints it. */
int decode_form(slice form, arena *a, value *out, weir_error *err);

/* ---- attributes.c: what the decoders share ---- */
typedef struct attribute_list {
    arena *memory;
    value_pair *pairs;
    size_t count, room;
} attribute_list;
/* room: the most that will be added. -1: no memory. */
int attributes_begin(attribute_list *to, arena *a, size_t room);
void attributes_add(attribute_list *to, const char *key, value v);
void attributes_add_slice(attribute_list *to, slice key, value v);
/* levelno and levelname. */
void attributes_add_level(attribute_list *to, int level);
/* What a sender that says nothing of its process has in place of it: 0 and "". */
void attributes_add_nobody(attribute_list *to);
value attributes_dict(const attribute_list *from);
/* "2026-11-20T10:06:00.123456Z", with an offset or Z. */
bool read_timestamp(slice in, double *seconds);
bool read_integer(slice in, int64_t *out);

#endif
