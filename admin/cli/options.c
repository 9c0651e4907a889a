/* options.c - the table of options, how they are read, and the help that is made from it. */
#include <stdlib.h>
#include <string.h>

#include "admin/cli/cli.h"
#include "config/suggest.h"

const option_row option_rows[OPT_COUNT] = {
    [OPT_HELP] = {OPT_HELP, "--help", 'h', NULL, "this text"},
    [OPT_OUTPUT] = {OPT_OUTPUT, "--output", 'o', "FORMAT", "short (default) or json; records also as table"},
    [OPT_SERVICE] = {OPT_SERVICE, "--service", 0, "NAME", "the service of that name, where several run"},
    [OPT_PID] = {OPT_PID, "--pid", 0, "N", "the service that is process N"},
    [OPT_TO] = {OPT_TO, "--to", 0, "URL",
                "a service elsewhere: http://HOST:PORT/#token=… as `weir open` prints it, or its token in "
                "WEIR_TOKEN"},
    [OPT_FOR] = {OPT_FOR, "--for", 0, "TIME", "back by itself after TIME: 90s, 15m, 1h30m"},
    [OPT_ALL] = {OPT_ALL, "--all", 0, NULL, "every level that lies over the configuration"},
    [OPT_LEVEL] = {OPT_LEVEL, "--level", 'l', "LEVEL", "this level and above; for `log`: the records' level"},
    [OPT_WHERE] = {OPT_WHERE, "--where", 'w', "FIELD=VALUE",
                   "only records whose field has that value; repeatable"},
    [OPT_SINCE] = {OPT_SINCE, "--since", 0, "TIME", "-1h, -15m, 2026-11-20, 2026-11-20T10:06:00Z, @SECONDS"},
    [OPT_UNTIL] = {OPT_UNTIL, "--until", 0, "TIME", "likewise, exclusive"},
    [OPT_LOGGER] =
        {OPT_LOGGER, "--logger", 0, "GLOB",
         "only these loggers; a name without * or ? means it and its children; for `log`: the logger"},
    [OPT_GREP] = {OPT_GREP, "--grep", 'g', "WORDS",
                  "only records whose message has all these words (beginnings)"},
    [OPT_NUMBER] = {OPT_NUMBER, "--number", 'n', "N", "at most N records"},
    [OPT_CONFIG] = {OPT_CONFIG, "--config", 'c', "FILE", "the configuration"},
    [OPT_JSONL] = {OPT_JSONL, "--jsonl", 0, NULL, "each line of the input is one operation in JSON"},
    [OPT_ESCAPE] = {OPT_ESCAPE, "--escape", 0, "MODE",
                    "arguments (default) or none, over what the file says"},
    [OPT_SAVE] = {OPT_SAVE, "--save", 0, NULL, "also write it to the service's configuration file"},
    [OPT_HISTORY] = {OPT_HISTORY, "--history", 0, "FILE", "read that history database, no service needed"},
    [OPT_IF_GENERATION] = {OPT_IF_GENERATION, "--if-generation", 0, "N",
                           "only if generation N still runs (exit 6 otherwise)"},
    [OPT_DEFAULTS] =
        {OPT_DEFAULTS, "--defaults", 0, "KEY=VALUE",
         "a key that the file's [DEFAULT] has before it is read, as fileConfig's defaults; repeatable"},
    [OPT_AS] = {OPT_AS, "--as", 0, "FORM", "ini or json, whatever form the configuration came in"},
};

static bool takes(const verb *v, option_id id) {
    if (id == OPT_HELP) return true;
    for (const option_id *o = v->options; *o != OPT_HELP; o++)
        if (*o == id) return true;
    return false;
}

static const option_row *find(const verb *v, const char *word, size_t len) {
    for (int i = 0; i < OPT_COUNT; i++) {
        const option_row *row = &option_rows[i];
        bool is_letter = len == 2 && word[1] == row->letter && row->letter != 0;
        bool is_name = strlen(row->name) == len && memcmp(row->name, word, len) == 0;
        if ((is_letter || is_name) && takes(v, row->id)) return row;
    }
    return NULL;
}

static int store_pair(const option_row *row, const char *given, const char **list, size_t *count) {
    if (*count == CLI_WHERE_MAX || given[0] == '=' || strchr(given, '=') == NULL)
        return complain(EXIT_USAGE, "%s %s: expected %s, at most %d times", row->name, given, row->value,
                        CLI_WHERE_MAX);
    list[(*count)++] = given;
    return 0;
}

static int store(invocation *out, const option_row *row, const char *given) {
    if (row->id == OPT_WHERE) return store_pair(row, given, out->where, &out->where_count);
    if (row->id == OPT_DEFAULTS) return store_pair(row, given, out->defaults, &out->default_count);
    out->option[row->id] = given;
    return 0;
}

static int unknown_option(const verb *v, const char *word, size_t len) {
    suggestion near = suggest_begin(slice_make(word, len));
    for (const option_id *o = v->options; *o != OPT_HELP; o++)
        suggest_offer(&near, slice_of(option_rows[*o].name));
    if (near.best.data != NULL)
        return complain(EXIT_USAGE, "%s has no option %.*s (did you mean %.*s?)", v->name, (int)len, word,
                        (int)near.best.len, near.best.data);
    return complain(EXIT_USAGE, "%s has no option %.*s (weir %s --help)", v->name, (int)len, word, v->name);
}

/* --name VALUE, --name=VALUE, -n VALUE, -nVALUE. */
static int take_option(const verb *v, int argc, char **argv, int *at, invocation *out) {
    const char *word = argv[*at];
    bool is_letter = word[1] != '-';
    const char *equals = is_letter ? NULL : strchr(word, '=');
    size_t len = is_letter ? 2 : equals ? (size_t)(equals - word) : strlen(word);
    const option_row *row = find(v, word, len);
    const char *glued = equals ? equals + 1 : is_letter && word[2] ? word + 2 : NULL;
    if (row == NULL || (is_letter && glued && row->value == NULL))
        return unknown_option(v, word, strlen(word));
    if (row->value == NULL)
        return equals ? complain(EXIT_USAGE, "%s takes no value", row->name) : store(out, row, "");
    if (glued) return store(out, row, glued);
    if (*at + 1 >= argc)
        return complain(EXIT_USAGE, "%s wants a value: %s %s", row->name, row->name, row->value);
    return store(out, row, argv[++*at]);
}

static int check_output(const verb *v, invocation *out) {
    const char *format = out->option[OPT_OUTPUT];
    bool records = takes(v, OPT_NUMBER);
    if (format == NULL) return 0;
    out->json = strcmp(format, "json") == 0;
    out->table = records && strcmp(format, "table") == 0;
    if (out->json || out->table || strcmp(format, "short") == 0) return 0;
    return complain(EXIT_USAGE, "--output %s: expected short%s json%s", format, records ? "," : " or",
                    records ? " or table" : "");
}

static int check_number(const invocation *in, option_id id) {
    const char *given = in->option[id];
    char *end;
    if (given == NULL || (*given >= '0' && *given <= '9' && strtoll(given, &end, 10) > 0 && *end == '\0'))
        return 0;
    return complain(EXIT_USAGE, "%s %s: expected a number above 0", option_rows[id].name, given);
}

/* What can be wrong with options whatever the verb. */
static int check_values(const verb *v, const invocation *in) {
    if (in->option[OPT_TO] && (in->option[OPT_PID] || in->option[OPT_SERVICE]))
        return complain(EXIT_USAGE,
                        "%s: --to names a service elsewhere; --pid and --service one of this machine",
                        v->name);
    if (check_number(in, OPT_PID) != 0) return EXIT_USAGE;
    return check_number(in, OPT_IF_GENERATION);
}

int options_parse(const verb *v, int argc, char **argv, invocation *out) {
    memset(out, 0, sizeof *out);
    out->words = argv; /* words are moved to the front */
    bool only_words = false;
    for (int i = 0; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (take_option(v, argc, argv, &i, out) != 0) return EXIT_USAGE;
        } else {
            argv[out->word_count++] = argv[i];
        }
    }
    if (out->option[OPT_HELP]) return 0;
    if (out->word_count < v->words_min || out->word_count > v->words_max)
        return complain(EXIT_USAGE, "usage: weir %s %s%s[options] (weir %s --help)", v->name, v->words,
                        v->words[0] ? " " : "", v->name);
    if (check_values(v, out) != 0) return EXIT_USAGE;
    return check_output(v, out);
}

static void help_row(FILE *out, const option_row *row) {
    char left[64];
    if (row->letter)
        snprintf(left, sizeof left, "-%c, %s %s", row->letter, row->name, row->value ? row->value : "");
    else
        snprintf(left, sizeof left, "    %s %s", row->name, row->value ? row->value : "");
    fprintf(out, "  %-28s %s\n", left, row->help);
}

void verb_help(const verb *v, FILE *out) {
    fprintf(out, "usage: weir %s %s%s[options]\n\n%s\n", v->name, v->words, v->words[0] ? " " : "",
            v->summary);
    if (v->more) fprintf(out, "\n%s\n", v->more);
    fputs("\noptions:\n", out);
    for (const option_id *o = v->options; *o != OPT_HELP; o++) help_row(out, &option_rows[*o]);
    help_row(out, &option_rows[OPT_HELP]);
}
