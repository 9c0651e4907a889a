/* record.h - one log record as filters, formatters and handlers see it: Python's LogRecord.
 *
 * Made by record_decode on the thread that reads it (backend, recovery, a reader of the recent
 * records). All slices live as long as the record's arena is not reset, those of a call site as
 * long as the dictionary. Nothing in it is ever written by a handler. */
#ifndef WEIR_RECORD_RECORD_H
#define WEIR_RECORD_RECORD_H

#include "base/clock.h"
#include "base/value.h"
#include "queue/dictionary.h"
#include "queue/entry.h"
#include "queue/site.h"

typedef enum escape_mode { ESCAPE_ARGUMENTS, ESCAPE_NONE } escape_mode;

typedef struct site_info site_info; /* a parsed call site, cached by its reader: record/site_cache.h */

typedef struct record_field {
    slice key;
    value val;
} record_field;

typedef struct record {
    uint64_t id;
    uint64_t stamp;
    uint32_t logger_id; /* dictionary id; 0: none */
    int level;
    slice name;
    slice level_name;
    /* Time. created_ns is exact for captured records; created is Python's float (given, or derived). */
    int64_t captured_ns; /* of the call, whatever is given */
    int64_t created_ns;
    double created, msecs, relative_created;
    int64_t second; /* floor(created): what asctime shows; INT64_MIN or INT64_MAX: beyond all clocks */
    slice pathname, filename, module, func;
    int64_t lineno;
    uint64_t thread;
    slice thread_name;
    int64_t process;
    slice process_name;
    slice exc_text, stack_info;
    /* Extras: fields of logger, thread and call, or `extra`; each key once, last value wins. */
    const record_field *fields;
    size_t field_count;
    /* Given attributes that are not of the usual type (a made record may have `lineno` "x"): the
     * formatter looks here first. NULL: none. */
    const value *given;
    /* Source of the message. template is the format, or `msg` as a string. */
    slice template;
    const site_info *site; /* NULL for made records */
    const ring_entry *entry;
    const value *msg, *args; /* made records: args is a tuple, the mapping, or NULL (none) */
    /* Filled at first use by record_message. */
    slice message_raw, message_escaped;
    bool rendered; /* message_raw is there, or render_failed is true */
    bool rendered_escaped;
    bool asked;         /* record_message_add was called before: the next call keeps its rendering */
    bool render_failed; /* a made record whose msg % args is an error in Python */
    /* Python leaves `message` and `asctime` in a record once a Formatter ran over it; handlers that send the
     * attributes send them then. dated_by: whose asctime was the last. */
    bool formatted;
    struct asctime_text *dated_by;
    slice asctime;      /* of a record that was kept (record/parcel.h): as it was then; data NULL: none */
    slice render_error; /* Python's words: "TypeError: not all arguments converted …" */
    const struct format_hooks *hooks; /* of the formatter that runs over it just now; NULL: none */
    arena *memory;
    struct record_scratch *scratch; /* where the message is rendered; of the reader */
} record;

typedef struct record_reader record_reader;
/* What turns entries into records; one per reading thread. process_name and service come from the
 * process that made them. start_ns: for relativeCreated. The dictionary and clock must outlive it. */
typedef struct record_source {
    const dictionary *dictionary;
    const clock_table *clock;
    int64_t start_ns;
    int process;
    slice process_name; /* "MainProcess", as Python's main process is called */
} record_source;
record_reader *record_reader_create(const record_source *source, weir_error *err);
void record_reader_free(record_reader *r);
/* Decodes e, resetting the reader's arena: the record before is gone. -1: the entry is damaged. */
int record_decode(record_reader *r, const ring_entry *e, record *out);

/* The same for an entry that was kept: its call was at captured_ns, whatever the clock says of its stamp now.
 */
int record_decode_kept(record_reader *r, const ring_entry *e, int64_t captured_ns, record *out);

/* The message: msg % args, or the printf format with the captured arguments, rendered once and
 * kept in the record. ESCAPE_ARGUMENTS escapes what came from arguments (promise 5); where no call
 * site's literal format is known (made records, messages formatted at the call) that is all of it.
 * When msg % args is an error: render_failed is set, render_error says it, and the message is
 * msg as it is. data NULL: no memory. */
slice record_message(record *rec, escape_mode escape);
/* Appends the same to out; renders straight into it when the message was not asked for before.
 * 0, or -1: render_failed. */
int record_message_add(record *rec, escape_mode escape, text *out);
/* Appends the first so many characters of the message: cut first, then escaped. */
int record_message_add_cut(record *rec, escape_mode escape, size_t characters, text *out);
/* For exc_text: its newlines kept and each further line indented by four blanks, else escaped; returns s
 * itself when it has nothing to escape. */
slice record_escape_block(record *rec, slice s, escape_mode escape);
/* Any attribute by its Python name, extras included ("asctime" is the formatter's). false: no such. */
bool record_attribute(record *rec, slice name, value *out);
/* Python's record.__dict__, in Python's order, extras and then `message` last. false: no memory. */
bool record_dict(record *rec, value *out);

#endif
