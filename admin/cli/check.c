/* check.c - weir check: what is wrong with a configuration file. Opens and executes nothing of it. */
#include <string.h>

#include "admin/cli/check.h"
#include "config/config.h"

void check_print(const problems *p, bool json) {
    json_writer w;
    text out;
    text_init(&out, 0);
    json_writer_init(&w, &out);
    if (json) json_begin_array(&w);
    for (size_t i = 0; i < p->count; i++) {
        const problem *one = &p->list[i];
        if (!json) {
            problem_print(p, one, &out);
            text_add_char(&out, '\n');
            continue;
        }
        json_begin_object(&w);
        json_key(&w, "line"), json_int(&w, one->line);
        json_key(&w, "section"), json_cstr(&w, one->section);
        json_key(&w, "key"), json_cstr(&w, one->key);
        json_key(&w, "message"), json_cstr(&w, one->message);
        json_key(&w, "warning"), json_bool(&w, one->warning);
        json_end(&w);
    }
    if (json) json_end(&w), text_add_char(&out, '\n');
    if (p->dropped > 0 && !json) text_addf(&out, "and %zu more problems\n", p->dropped);
    fwrite(text_cstr(&out), 1, out.len, json ? stdout : stderr);
    text_done(&out);
}

void check_defaults(const invocation *call, ini_default *list, config_rules *rules) {
    for (size_t i = 0; i < call->default_count; i++) {
        const char *equal = strchr(call->defaults[i], '=');
        list[i].key = slice_make(call->defaults[i], (size_t)(equal - call->defaults[i]));
        list[i].value = slice_of(equal + 1);
    }
    rules->defaults = list;
    rules->default_count = call->default_count;
}

static int run(invocation *call) {
    problems p;
    weir_error err = {0};
    config_rules rules = {.origin = CONFIG_START};
    ini_default defaults[CLI_WHERE_MAX];
    check_defaults(call, defaults, &rules);
    if (problems_init(&p, call->words[0]) != 0) return complain(EXIT_USAGE, "no memory");
    config_plan *plan = config_check_file(call->words[0], &rules, &p, &err);
    if (plan != NULL) config_probe_paths(plan, &p);
    int asked = plan != NULL && p.errors == 0 ? check_live(call, plan, &p) : 0;
    problems_sort(&p);
    if (plan == NULL && p.errors == 0) complain(0, "%s", err.message);
    check_print(&p, call->json);
    int status = plan != NULL && p.errors == 0 ? EXIT_DONE : EXIT_USAGE;
    if (status == EXIT_DONE && !call->json)
        printf("%s: fine: %zu loggers, %zu handlers, %zu formatters\n", call->words[0], plan->logger_count,
               plan->handler_count, plan->formatter_count);
    config_plan_free(plan);
    problems_done(&p);
    return status == EXIT_DONE ? asked : status;
}

const verb verb_check = {
    .name = "check",
    .words = "FILE",
    .words_min = 1,
    .words_max = 1,
    .summary = "Say what is wrong with a configuration file",
    .more =
        "One line a problem, FILE:LINE: [section] key: what is wrong (what would be right). Nothing is "
        "opened,\n"
        "made or executed. Exit 2 when there is an error; warnings alone are exit 0.\n"
        "Where its service runs (that of the options, of [weir] service, or the only one), it is asked which "
        "loggers\na push of the file would disable, and whether it would take it.",
    .options = {SERVICE_OPTIONS, OPT_DEFAULTS, OPT_HELP},
    .run = run,
};
