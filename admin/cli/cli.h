/* cli.h - the weir command, from the inside: one file a verb, one row each in `verbs` (verbs.c). The
 * row says its options; parsing, `--help`, the manual and shell completion come from the same rows.
 * One process, one thread; data goes to stdout, messages to stderr. */
#ifndef WEIR_ADMIN_CLI_H
#define WEIR_ADMIN_CLI_H

#include <stdio.h>

#include "base/error.h"
#include "base/json.h"

enum exit_status {
    EXIT_DONE = 0,
    EXIT_NOTHING = 1, /* ran, but found nothing or was refused */
    EXIT_USAGE = 2,   /* usage, or an invalid configuration */
    EXIT_UNREACHABLE = 3,
    EXIT_DENIED = 4,
    EXIT_CONFLICT = 6
};

typedef enum option_id {
    OPT_HELP,
    OPT_OUTPUT,
    OPT_SERVICE,
    OPT_PID,
    OPT_TO,
    OPT_FOR,
    OPT_ALL,
    OPT_LEVEL,
    OPT_WHERE,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_LOGGER,
    OPT_GREP,
    OPT_NUMBER,
    OPT_CONFIG,
    OPT_JSONL,
    OPT_ESCAPE,
    OPT_SAVE,
    OPT_HISTORY,
    OPT_IF_GENERATION,
    OPT_AS,
    OPT_DEFAULTS,
    OPT_COUNT
} option_id;

typedef struct option_row {
    option_id id;
    const char *name;  /* "--output" */
    char letter;       /* 'o'; 0: none */
    const char *value; /* "FORMAT" in the usage; NULL: a switch */
    const char *help;
} option_row;
extern const option_row option_rows[OPT_COUNT]; /* indexed by option_id */

#define CLI_WHERE_MAX 16
typedef struct invocation {
    const char *option[OPT_COUNT]; /* the value, "" for a switch that is set, NULL */
    const char *where[CLI_WHERE_MAX];
    size_t where_count;
    const char *defaults[CLI_WHERE_MAX];
    size_t default_count;
    char **words; /* what is left: FILE, LOGGER=LEVEL, … */
    int word_count;
    bool json;  /* -o json */
    bool table; /* -o table */
} invocation;

typedef struct verb {
    const char *name;
    const char *words; /* "FILE", "[GLOB]" */
    int words_min, words_max;
    const char *summary;          /* one line */
    const char *more;             /* paragraphs for --help and the manual, or NULL */
    option_id options[OPT_COUNT]; /* ended by OPT_HELP, which every verb has */
    int (*run)(invocation *call);
} verb;
extern const verb *const verbs[]; /* NULL at the end */

/* 0, or EXIT_USAGE after a message. */
int options_parse(const verb *v, int argc, char **argv, invocation *out);
void verb_help(const verb *v, FILE *out);

/* Prints "weir: …" to stderr, escaped (a name or a damaged file may be in it), and returns status. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Every verb that talks to a service takes these. */
#define SERVICE_OPTIONS OPT_SERVICE, OPT_PID, OPT_TO, OPT_OUTPUT

extern const verb verb_check, verb_push, verb_levels, verb_set, verb_reset, verb_tail, verb_query,
    verb_config, verb_open, verb_stats, verb_log, verb_recover, verb_serve;

#endif
