/* settings.h - the keys of [weir], [admin] and [receivers], one row each in setting_rows: reading, checking,
 * `config get`, the manual and docs/config.md come from this table. */
#ifndef WEIR_CONFIG_SETTINGS_H
#define WEIR_CONFIG_SETTINGS_H

#include "config/ini.h"
#include "frontend/capture.h"
#include "record/record.h"

/* The doors of [receivers], in the order of their keys. */
typedef enum receiver_door {
    DOOR_PICKLE_TCP,
    DOOR_PICKLE_UDP,
    DOOR_HTTP,
    DOOR_SYSLOG_UDP,
    DOOR_SYSLOG_TCP,
    DOOR_SYSLOG_UNIX,
    DOOR_JSON_TCP,
    DOOR_JSON_UDP,
    DOOR_COUNT
} receiver_door;
extern const char *const receiver_door_names[DOOR_COUNT]; /* "pickle_tcp" */

typedef struct receiver_settings {
    char address[DOOR_COUNT][256]; /* as [admin]'s; "": off */
    bool beyond_loopback;
    char logname[256], prefix[256]; /* "": none */
    int64_t frame, names, connections, connections_per_address, deadline_ms;
} receiver_settings;

typedef struct settings {
    /* [weir] */
    char service[256]; /* "": the program's name */
    overflow_policy overflow;
    int64_t stall_timeout_ms, stop_timeout_ms;
    int64_t queue, queue_total, recent, recent_bytes;
    char run_dir[512];   /* "": found */
    char log_root[4096]; /* ':'-separated; "": derived */
    escape_mode escape;
    char redact_keys[2048];      /* with commas between them */
    char redact_patterns[16384]; /* one a line */
    bool disable_existing;
    bool disable_existing_given;
    /* [admin] */
    bool has_admin;
    char http[256];        /* "": off. "127.0.0.1:9031", "[::1]:9031", "unix:/path" */
    char config_port[256]; /* likewise; "unix:/path" too */
    char hosts[1024];      /* comma- or blank-separated "host:port" */
    bool socket;           /* the local admin socket; default on */
    receiver_settings receivers;
} settings;

/* Where an address leaves out the port: Python's own (logging.config.DEFAULT_LOGGING_CONFIG_PORT), and the
 * next. */
#define SETTING_CONFIG_PORT 9030
#define SETTING_HTTP_PORT 9031

typedef struct setting_row {
    const char *section, *key;
    const char *type;    /* "duration", "size", "count", "yes/no", "address", "path", "word", "name" */
    const char *initial; /* the default, as it would be written */
    const char *help;    /* one sentence with limits */
    bool start_only;     /* a reread may not change it: the answer says that a restart is needed */
    bool pushed_fixed;   /* a pushed configuration may only repeat it */
    int (*parse)(const struct setting_row *row, slice in, settings *out, weir_error *err);
    void (*print)(const struct setting_row *row, const settings *in, text *out);
    size_t offset;            /* of the field, for the generic parsers */
    int64_t min, max;         /* of numbers; max of texts: the room, with the NUL */
    const char *const *words; /* type "word": the values of the enum, NULL-terminated */
} setting_row;
#define SETTING_ROWS 40 /* at least one more than there are rows */

const setting_row *setting_at(size_t index); /* NULL at the end */
void settings_default(settings *s);
/* Reads all its sections over what out holds; unknown keys are problems (with the nearest known name). */
void settings_read(const ini_file *f, settings *out, arena *a, problems *p);
void settings_read_section(const ini_file *f, const char *section, settings *out, arena *a, problems *p);
/* Is that address, as a row keeps it, one of this machine only? */
bool setting_is_loopback(const char *address);
/* The value as it would be written; equal texts are equal values. */
void setting_print(const setting_row *row, const settings *in, text *out);
bool setting_differs(const setting_row *row, const settings *a, const settings *b);
/* The rows of `kind` that differ between a and b, at most max into out; returns how many. */
typedef enum setting_kind { SETTING_START_ONLY, SETTING_PUSHED_FIXED } setting_kind;
size_t settings_differ(const settings *a, const settings *b, setting_kind kind, const setting_row **out,
                       size_t max);

/* Used by the rows (settings_values.c, settings_address.c). */
int setting_parse_word(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_flag(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_number(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_text(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_service(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_paths(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_address(const setting_row *row, slice in, settings *out, weir_error *err);
/* An address of any interface, in digits; whether it may be beyond loopback is seen with the whole section.
 */
int setting_parse_door(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_logger(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_keys(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_patterns(const setting_row *row, slice in, settings *out, weir_error *err);
int setting_parse_hosts(const setting_row *row, slice in, settings *out, weir_error *err);
void setting_print_word(const setting_row *row, const settings *in, text *out);
void setting_print_flag(const setting_row *row, const settings *in, text *out);
void setting_print_number(const setting_row *row, const settings *in, text *out);
void setting_print_patterns(const setting_row *row, const settings *in, text *out);
void setting_print_text(const setting_row *row, const settings *in, text *out);

#endif
