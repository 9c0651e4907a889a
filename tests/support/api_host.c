/* api_host.c - does what a script says with handlers, filters and formatters as C objects (weir_handlers.h);
 * the same script is done by real Python in tests/support/api_oracle.py. One operation a line, its words
 * separated by tabs, "-" for NULL; answers go to the file "results", one a line. Linked against libweir.so as
 * users do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "weir_handlers.h"

enum { NAMES = 64, WORDS = 16 };

typedef struct named {
    char name[32];
    void *object;
} named;
static named objects[NAMES];
static FILE *results;
static weir_error err;
static char **words;

static void *get(const char *name) {
    for (int i = 0; i < NAMES && objects[i].name[0]; i++)
        if (strcmp(objects[i].name, name) == 0) return objects[i].object;
    return NULL;
}

static void put(const char *name, void *object) {
    int i = 0;
    while (i < NAMES - 1 && objects[i].name[0] && strcmp(objects[i].name, name) != 0) i++;
    snprintf(objects[i].name, sizeof objects[i].name, "%s", name);
    objects[i].object = object;
}

static const char *given(const char *word) { return word == NULL || strcmp(word, "-") == 0 ? NULL : word; }
static weir_logger *lg(void) { return weir_get_logger(words[1]); }
static int number(const char *word) { return (int)strtol(word, NULL, 10); }

static void answer(int rc) {
    if (rc == 0)
        fprintf(results, "ok\n");
    else
        fprintf(results, "error: %s\n", err.message);
}

static void made(void *object) {
    if (object != NULL) put(words[1], object);
    answer(object != NULL ? 0 : -1);
}

/* ---- operations ---- */

static void do_handler(void) { made(weir_handler_create(words[2], given(words[3]), &err)); }
static void do_formatter(void) {
    made(weir_formatter_create(given(words[2]), given(words[3]), given(words[4]), &err));
}
static void do_filter(void) { made(weir_filter_create_name(words[2], &err)); }
static void do_setformatter(void) { answer(weir_handler_set_formatter(get(words[1]), get(words[2]), &err)); }
static void do_setlevel(void) { answer(weir_handler_set_level(get(words[1]), number(words[2]), &err)); }
static void do_addfilter(void) { answer(weir_handler_add_filter(get(words[1]), get(words[2]), &err)); }
static void do_removefilter(void) { answer(weir_handler_remove_filter(get(words[1]), get(words[2]), &err)); }
static void do_attach(void) { answer(weir_logger_add_handler(lg(), get(words[2]), &err)); }
static void do_detach(void) { answer(weir_logger_remove_handler(lg(), get(words[2]), &err)); }
static void do_lfilter(void) { answer(weir_logger_add_filter(lg(), get(words[2]), &err)); }
static void do_lunfilter(void) { answer(weir_logger_remove_filter(lg(), get(words[2]), &err)); }
static void do_propagate(void) { answer(weir_logger_set_propagate(lg(), number(words[2]), &err)); }
static void do_level(void) { weir_set_level(lg(), number(words[2])); }
static void do_log(void) { WEIR_LOG(lg(), number(words[2]), "%s", words[3]); }
static void do_has(void) {
    fprintf(results, "%d %d\n", weir_logger_has_handlers(lg()), weir_logger_get_propagate(lg()));
}
static void count_level(void *arg, weir_handler *h) {
    (void)arg;
    fprintf(results, "level %d, ", weir_handler_get_level(h));
}
static void do_list(void) { fprintf(results, "%zu\n", weir_logger_each_handler(lg(), count_level, NULL)); }
static void do_stream(void) { answer(weir_handler_set_stream(get(words[1]), words[2], &err)); }
static void do_target(void) { answer(weir_handler_set_target(get(words[1]), get(words[2]), &err)); }
static void do_close(void) { answer(weir_handler_close(get(words[1]), &err)); }
static void do_flush(void) { answer(weir_handler_flush(get(words[1]), 10000)); }
static void do_rollover(void) { answer(weir_handler_do_rollover(get(words[1]), 10000, &err)); }
static void do_free(void) {
    weir_handler_free(get(words[1]));
    put(words[1], NULL);
}
static void do_name(void) { answer(weir_handler_set_name(get(words[1]), words[2], &err)); }
static void do_byname(void) {
    weir_handler *h = weir_get_handler_by_name(words[1]);
    fprintf(results, "%s\n", h != NULL ? "found" : "none");
    weir_handler_free(h);
}
/* take NAME HANDLER: as the object NAME from now on. */
static void do_take(void) {
    weir_handler *h = weir_get_handler_by_name(words[2]);
    fprintf(results, "%s\n", h != NULL ? "found" : "none");
    put(words[1], h);
}
static void do_config(void) {
    const char *defaults[WORDS][2];
    weir_file_config_options o = {.path = words[1], .keep_existing = number(words[2]), .defaults = defaults};
    for (char *equals; words[3 + o.default_count] != NULL; o.default_count++) {
        equals = strchr(words[3 + o.default_count], '=');
        *equals = '\0';
        defaults[o.default_count][0] = words[3 + o.default_count];
        defaults[o.default_count][1] = equals + 1;
    }
    answer(weir_file_config(&o, &err));
}
static void do_dict(void) { answer(weir_dict_config(words[1], &err)); }
static void do_shutdown(void) { answer(weir_shutdown(10000)); }

/* record NAME LOGGER LEVEL MESSAGE EXC_TEXT: as Python's makeLogRecord makes it of these. */
static void do_record(void) {
    int level = number(words[3]);
    char name[64];
    weir_get_level_name(level, name, sizeof name);
    weir_field fields[7] = {weir_str("name", words[2]),
                            weir_int("levelno", level),
                            weir_str("levelname", name),
                            weir_str("msg", words[4]),
                            weir_double("created", 1700000000.25),
                            weir_double("msecs", 250),
                            weir_str("exc_text", given(words[5]))};
    made(weir_make_log_record(fields, 7, &err));
}

static void say(long length, const char *text) {
    if (length < 0)
        answer(-1);
    else
        fprintf(results, "%ld %s\n", length, text);
}

static char text[4096];
static void do_format(void) {
    say(weir_formatter_format(get(words[1]), get(words[2]), text, sizeof text, &err), text);
}
static void do_hformat(void) {
    say(weir_handler_format(get(words[1]), get(words[2]), text, sizeof text, &err), text);
}
static void do_formattime(void) {
    say(weir_formatter_format_time(get(words[1]), get(words[2]), given(words[3]), text, sizeof text, &err),
        text);
}
static void do_formatstack(void) {
    say(weir_formatter_format_stack(get(words[1]), words[2], text, sizeof text, &err), text);
}
static void do_uses(void) { fprintf(results, "%d\n", weir_formatter_uses_time(get(words[1]))); }
static void do_passes(void) {
    fprintf(results, "%d\n", weir_filter_filter(get(words[1]), get(words[2]), &err));
}
static void do_hpasses(void) {
    fprintf(results, "%d\n", weir_handler_filter(get(words[1]), get(words[2]), &err));
}
static void do_handle(void) { answer(weir_handler_handle(get(words[1]), get(words[2]), &err)); }
static void do_emit(void) { answer(weir_handler_emit(get(words[1]), get(words[2]), &err)); }

static long header(void *arg, weir_record *const *records, size_t count, char *buffer, size_t size) {
    (void)records;
    return snprintf(buffer, size, "<%s %zu>", (const char *)arg, count);
}
static long footer(void *arg, weir_record *const *records, size_t count, char *buffer, size_t size) {
    (void)arg, (void)count;
    return snprintf(buffer, size, "</%s>", weir_record_message(records[0], NULL));
}

/* buffering FORMATTER RECORD...: one with a header and a footer. */
static void do_buffering(void) {
    weir_buffering_formatter f = {get(words[1]), header, footer, "head"};
    weir_record *records[WORDS];
    size_t count = 0;
    while (words[2 + count] != NULL) records[count] = get(words[2 + count]), count++;
    say(weir_buffering_format(&f, records, count, text, sizeof text, &err), text);
}

static void do_root(void) {
    switch (number(words[1])) {
    case 10: WEIR_ROOT_DEBUG("%s", words[2]); break;
    case 20: WEIR_ROOT_INFO("%s", words[2]); break;
    case 30: WEIR_ROOT_WARNING("%s", words[2]); break;
    case 40: WEIR_ROOT_ERROR("%s", words[2]); break;
    default: WEIR_ROOT_CRITICAL("%s", words[2]); break;
    }
}

static void take_option(weir_basic_config_options *o, const char *key, char *value, weir_handler **handlers) {
    const struct {
        const char *key;
        const char **to;
    } texts[] = {{"filename", &o->filename}, {"filemode", &o->filemode}, {"format", &o->format},
                 {"datefmt", &o->datefmt},   {"style", &o->style},       {"level_name", &o->level_name},
                 {"stream", &o->stream},     {"encoding", &o->encoding}, {"errors", &o->errors}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(key, texts[i].key) == 0) *texts[i].to = value;
    if (strcmp(key, "force") == 0) o->force = number(value);
    if (strcmp(key, "level") == 0) o->has_level = 1, o->level = number(value);
    if (strcmp(key, "handlers") != 0) return;
    o->has_handlers = 1;
    o->handlers = handlers;
    for (char *save, *one = strtok_r(value, ",", &save); one != NULL; one = strtok_r(NULL, ",", &save))
        handlers[o->handler_count++] = get(one);
}

static void do_basic(void) {
    weir_basic_config_options o = {0};
    weir_handler *handlers[WORDS];
    for (int i = 1; words[i] != NULL; i++) {
        char *value = strchr(words[i], '=');
        *value++ = '\0';
        take_option(&o, words[i], value, handlers);
    }
    answer(weir_basic_config(&o, &err));
}

/* `edit`: all up to `end` is one change; `fail` spoils it. */
static FILE *script;
static int run_script(void *arg, weir_error *error);
static void do_edit(void) { answer(weir_edit(run_script, NULL, &err)); }

static const struct {
    const char *name;
    void (*run)(void);
} operations[] = {{"handler", do_handler},
                  {"formatter", do_formatter},
                  {"filter", do_filter},
                  {"setformatter", do_setformatter},
                  {"setlevel", do_setlevel},
                  {"addfilter", do_addfilter},
                  {"removefilter", do_removefilter},
                  {"attach", do_attach},
                  {"detach", do_detach},
                  {"lfilter", do_lfilter},
                  {"lunfilter", do_lunfilter},
                  {"propagate", do_propagate},
                  {"level", do_level},
                  {"log", do_log},
                  {"root", do_root},
                  {"has", do_has},
                  {"list", do_list},
                  {"stream", do_stream},
                  {"close", do_close},
                  {"target", do_target},
                  {"flush", do_flush},
                  {"rollover", do_rollover},
                  {"free", do_free},
                  {"name", do_name},
                  {"byname", do_byname},
                  {"take", do_take},
                  {"config", do_config},
                  {"dict", do_dict},
                  {"basic", do_basic},
                  {"record", do_record},
                  {"format", do_format},
                  {"hformat", do_hformat},
                  {"formattime", do_formattime},
                  {"formatstack", do_formatstack},
                  {"uses", do_uses},
                  {"passes", do_passes},
                  {"hpasses", do_hpasses},
                  {"handle", do_handle},
                  {"emit", do_emit},
                  {"buffering", do_buffering},
                  {"edit", do_edit},
                  {"shutdown", do_shutdown}};

static int run_line(char *line) {
    char *list[WORDS + 1] = {NULL}, *save = NULL;
    int count = 0;
    for (char *at = strtok_r(line, "\t\n", &save); at != NULL && count < WORDS;
         at = strtok_r(NULL, "\t\n", &save))
        list[count++] = at;
    if (count == 0) return 0;
    if (strcmp(list[0], "end") == 0) return 1;
    if (strcmp(list[0], "fail") == 0) return 2;
    char **outer = words;
    words = list;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (strcmp(operations[i].name, list[0]) == 0) {
            operations[i].run();
            words = outer;
            return 0;
        }
    fprintf(results, "no operation %s\n", list[0]);
    words = outer;
    return 0;
}

/* 0 at "end", or at the end of the file; else the change is given up. */
static int run_script(void *arg, weir_error *error) {
    char line[8192];
    int rc = 0;
    (void)arg, (void)error;
    while (rc == 0 && fgets(line, sizeof line, script) != NULL) rc = run_line(line);
    return rc == 2 ? -1 : 0;
}

int main(int argc, char **argv) {
    script = fopen(argc > 1 ? argv[1] : "script", "r");
    results = fopen("results", "w");
    if (script == NULL || results == NULL) return 2;
    run_script(NULL, NULL);
    fclose(results);
    fclose(script);
    return 0; /* what is left is delivered at exit, as Python's atexit does */
}
