/* pickle.h - a record as Python's SocketHandler sends it: pickle protocol 1 of the attributes, byte for byte
 * what CPython's pickler writes. Writes only; nothing here reads a pickle. Backend thread. */
#ifndef WEIR_RECORD_PICKLE_H
#define WEIR_RECORD_PICKLE_H

#include "base/error.h"
#include "record/record.h"

/* Appends the pickle. asctime.data NULL: no handler before has formatted one. -1: the message cannot be
 * merged (Python's words), or there is no memory; out may hold a part then. */
int pickle_record(record *rec, slice asctime, text *out, weir_error *err);
/* One value alone, for tests. */
void pickle_value(const value *v, text *out);

#endif
