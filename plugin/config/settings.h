/* settings.h - the keys of [weir] and [admin], one row each in setting_rows: reading, checking,
 * `config get`, the manual and schema/config-keys.md come from this table. */
#ifndef WEIR_CONFIG_SETTINGS_H
#define WEIR_CONFIG_SETTINGS_H

#include "config/ini.h"
#include "frontend/capture.h"
#include "record/record.h"

typedef struct settings {
    /* [weir] */
    char service[256]; /* "": the program's name */
    overflow_policy overflow;
    int64_t stall_timeout_ms, stop_timeout_ms;
    int64_t queue, queue_total, recent, recent_bytes;
    char run_dir[512];  /* "": found */
    char log_root[4096]; /* ':'-separated; "": derived */
    escape_mode escape;
    bool disable_existing;
    bool disable_existing_given;
    /* [admin] */
    bool has_admin;
    char http[256];        /* "": off. "127.0.0.1:9031", "[::1]:9031", "unix:/path" */
    char config_port[256]; /* likewise; "unix:/path" too */
    char hosts[1024];      /* comma- or blank-separated "host:port" */
    bool socket;           /* the local admin socket; default on */
} settings;

typedef struct setting_row {
    const char *section, *key;
    const char *type;     /* "duration", "size", "count", "yes/no", "address", "path", "word", "name" */
    const char *initial;  /* the default, as it would be written */
    const char *help;     /* one sentence with limits */
    bool start_only;      /* a reread may not change it: the answer says that a restart is needed */
    bool pushed_fixed;    /* a pushed configuration may only repeat it */
    int (*parse)(const struct setting_row *row, slice text, settings *out, weir_error *err);
    void (*print)(const struct setting_row *row, const settings *in, text *out);
    size_t offset; /* of the field, for the generic parsers */
    int64_t min, max;
} setting_row;

const setting_row *setting_at(size_t index); /* NULL at the end */
void settings_default(settings *s);
/* Reads both sections; unknown keys are problems (with the nearest known name). */
void settings_read(const ini_file *f, settings *out, arena *a, problems *p);

#endif
