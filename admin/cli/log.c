/* log.c - weir log: standard input, through the library, to where a configuration says. How shell
 * scripts log, and how Weir is compared with Python. Ignores [admin]: no socket, no port. */
#include "admin/cli/log.h"

#include "admin/cli/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const char log_thread_name[] = "MainThread", log_process_name[] = "MainProcess";

void log_complain(log_session *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "weir: line %lu: ", s->line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    s->bad_input = true;
}

static void read_input(log_session *s) {
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool jsonl = s->call->option[OPT_JSONL] != NULL;
    while ((n = getline(&line, &room, stdin)) >= 0) {
        s->line++;
        size_t len = (size_t)n - (n > 0 && line[n - 1] == '\n');
        if (jsonl)
            log_jsonl_line(s, slice_make(line, len));
        else
            log_plain_line(s, slice_make(line, len));
    }
    free(line);
}

/* --escape goes before all that the configuration says, also after a reconfigure. */
static int take_escape(const invocation *call, config_rules *rules) {
    const char *mode = call->option[OPT_ESCAPE];
    if (mode == NULL) return 0;
    rules->escape_given = true;
    rules->escape = strcmp(mode, "none") == 0 ? ESCAPE_NONE : ESCAPE_ARGUMENTS;
    if (rules->escape == ESCAPE_ARGUMENTS && strcmp(mode, "arguments") != 0)
        return complain(EXIT_USAGE, "--escape %s: expected arguments or none", mode);
    return 0;
}

/* One line a problem; err where there is none to tell. */
static void tell_refusal(const problems *p, const weir_error *err) {
    text line;
    text_init(&line, 0);
    for (size_t i = 0; i < p->count; i++) {
        problem one = p->list[i];
        if (one.warning) continue;
        if (one.line == 0)
            one.line = 1; /* of the file as a whole: each line names one, for who reads them by program */
        problem_print(p, &one, &line);
        text_add_char(&line, '\n');
    }
    if (p->dropped > 0) text_addf(&line, "%s: and %zu more problems\n", p->file, p->dropped);
    if (p->errors == 0) text_addf(&line, "%s\n", err->message);
    fputs(text_cstr(&line), stderr);
    text_done(&line);
}

static int session(invocation *call, config_plan *plan, problems *p) {
    weir_error err = {0};
    log_session s = {.call = call};
    core_options options = {.no_admin = true,
                            .no_recovery = true,
                            .python_defaults = true,
                            .python_errors = call->option[OPT_JSONL] != NULL};
    s.core = malloc(sizeof *s.core);
    if (s.core == NULL || core_start(s.core, plan, NULL, &options, p, &err) != 0) {
        free(s.core);
        config_plan_free(plan);
        fprintf(stderr, "%s\n", err.message);
        return EXIT_USAGE;
    }
    int64_t timeout = s.core->plan->settings.stop_timeout_ms;
    s.control = control_create(s.core, &err);
    if (s.control != NULL)
        read_input(&s);
    else
        complain(0, "%s", err.message);
    int status = s.control == NULL || s.bad_input || ferror(stdin) ? EXIT_USAGE : EXIT_DONE;
    backend_flush(s.core->backend, INT64_MAX); /* a batch program loses nothing, however long it takes */
    control_free(s.control);
    core_stop(s.core, timeout);
    free(s.core);
    return status;
}

/* What could not be written is told before anything is made. NULL: something could not. */
static config_plan *probe(config_plan *plan, problems *p) {
    config_probe_paths(plan, p);
    if (p->errors == 0) return plan;
    config_plan_free(plan);
    return NULL;
}

static int run(invocation *call) {
    const char *path = call->option[OPT_CONFIG];
    problems p;
    weir_error err = {0};
    config_rules rules = {.origin = CONFIG_COMMAND, .python_defaults = true};
    if (path == NULL)
        return complain(EXIT_USAGE, "log wants -c CONFIG and reads records to log from standard input\n"
                                    "(records are read with `weir tail` and `weir query`)");
    ini_default defaults[CLI_WHERE_MAX];
    check_defaults(call, defaults, &rules);
    int status = take_escape(call, &rules);
    if (status != 0) return status;
    if (problems_init(&p, path) != 0) return complain(EXIT_USAGE, "no memory");
    config_plan *plan = config_check_file(path, &rules, &p, &err);
    if (plan != NULL) plan = probe(plan, &p);
    if (plan == NULL) tell_refusal(&p, &err);
    status = plan == NULL ? EXIT_USAGE : session(call, plan, &p);
    problems_done(&p);
    return status;
}

const verb verb_log = {
    .name = "log",
    .words = "",
    .summary = "Log standard input by a configuration, a record a line",
    .more = "Everything is flushed before it ends. With --jsonl each line is an operation:\n"
            "  {\"logger\":\"a.b\",\"level\":\"INFO\",\"msg\":\"user %s has %d "
            "items\",\"args\":[\"bob\",3],\"extra\":{\"ip\":\"::1\"}}\n"
            "  {\"op\":\"set_level\",\"logger\":\"a.b\",\"level\":\"DEBUG\"}   "
            "{\"op\":\"disable\",\"level\":\"WARNING\"}\n"
            "  {\"op\":\"reconfigure\",\"path\":\"other.ini\"}   "
            "{\"op\":\"add_level_name\",\"level\":35,\"name\":\"NOTICE\"}\n"
            "  {\"op\":\"sleep\",\"ms\":100}   {\"op\":\"flush\"}",
    .options = {OPT_CONFIG, OPT_JSONL, OPT_LOGGER, OPT_LEVEL, OPT_ESCAPE, OPT_DEFAULTS, OPT_HELP},
    .run = run,
};
