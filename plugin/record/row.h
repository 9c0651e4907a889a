/* row.h - a record as it is kept and shown: what the history stores, the API returns, `weir tail`
 * prints. One encoding for all ways: the wire form in chunk queues, columns in SQLite, JSON. */
#ifndef WEIR_RECORD_ROW_H
#define WEIR_RECORD_ROW_H

#include "base/json.h"
#include "record/record.h"

typedef struct row {
    uint64_t id;
    int64_t created_us; /* microseconds since the epoch, UTC */
    int level;
    slice level_name, logger;
    slice message;  /* raw, never escaped */
    slice template; /* the format of the call */
    slice pathname, func;
    int64_t lineno;
    slice thread_name, process_name;
    uint64_t thread;
    int64_t process;
    slice exc_text; /* SLICE_NONE: none; stack_info is appended to it */
    slice fields;   /* JSON object text; "{}" when there are none */
} row;

/* From a record; the slices live in the record's arena. */
void row_from_record(record *rec, row *out);
/* Wire form, u32 length first; row_decode's slices point into data. -1: damaged. */
void row_encode(const row *r, text *out);
int row_decode(const char *data, size_t len, size_t *at, row *out);
/* The object that /api/records documents: id as a string (it exceeds 2^53), timestamp
 * "2026-11-20T10:06:00.123456Z", level, levelno, logger, message, template, pathname, lineno,
 * func, thread, threadName, process, processName, exc, fields. */
void row_json(const row *r, json_writer *w);

#endif
