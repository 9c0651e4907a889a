/* recover.c - weir recover: delivers what killed processes of a service left in their mappings. */
#include <stdlib.h>

#include "admin/cli/cli.h"
#include "host/lifecycle.h"

static void print_report(const invocation *call, const recovery_report *r) {
    const struct {
        const char *name;
        uint64_t count;
    } rows[] = {{"processes", r->processes}, {"from_queues", r->from_queues}, {"from_rings", r->from_rings},
                {"dropped", r->dropped},     {"unreadable", r->unreadable},   {"doubtful", r->doubtful},
                {"buffered", r->buffered}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (call->json)
            printf("%s\"%s\": %llu", i ? ", " : "{", rows[i].name, (unsigned long long)rows[i].count);
        else
            printf("%-12s %llu\n", rows[i].name, (unsigned long long)rows[i].count);
    }
    if (call->json) puts("}");
    fwrite(text_cstr(&r->lines), 1, r->lines.len, call->json ? stderr : stdout);
}

/* A program's own name is not known here, so a configuration that names no service is no answer to which. */
static int nothing_left(const invocation *call, const weir_core *core) {
    bool guessed = call->option[OPT_SERVICE] == NULL && core->plan->settings.service[0] == '\0' &&
                   getenv("WEIR_SERVICE") == NULL;
    return complain(EXIT_NOTHING, "no process of %s left anything%s", core->service,
                    guessed ? " (the configuration names no service; --service NAME does)" : "");
}

static int recover(invocation *call, config_plan *plan, problems *p) {
    weir_error err = {0};
    weir_core *core = malloc(sizeof *core);
    core_options options = {.no_admin = true, .keep_contents = true, .service = call->option[OPT_SERVICE]};
    if (core == NULL || core_start(core, plan, NULL, &options, p, &err) != 0) {
        free(core);
        config_plan_free(plan);
        return complain(EXIT_USAGE, "%s", err.message);
    }
    int64_t timeout = core->plan->settings.stop_timeout_ms;
    print_report(call, &core->recovery);
    int status = core->recovery.processes > 0 ? EXIT_DONE : nothing_left(call, core);
    core_stop(core, timeout);
    free(core);
    return status;
}

static int run(invocation *call) {
    const char *path = call->option[OPT_CONFIG];
    problems p;
    weir_error err = {0};
    config_rules rules = {.origin = CONFIG_START};
    if (path == NULL) return complain(EXIT_USAGE, "weir recover -c CONFIG: by which configuration?");
    if (problems_init(&p, path) != 0) return complain(EXIT_USAGE, "no memory");
    config_plan *plan = config_check_file(path, &rules, &p, &err);
    if (plan == NULL && p.errors > 0) problems_to_error(&p, &err);
    int status = plan ? recover(call, plan, &p) : EXIT_USAGE;
    if (plan == NULL) fprintf(stderr, "%s\n", err.message);
    problems_done(&p);
    return status;
}

const verb verb_recover = {
    .name = "recover",
    .words = "",
    .summary = "Deliver what killed processes of a service left behind",
    .more =
        "The service is the one that CONFIG names, or --service NAME. What their queues held goes to the\n"
        "targets it was made for, what their rings held by CONFIG. No file is truncated, nothing comes "
        "twice;\n"
        "where that cannot be told, a line says so. A service does the same when it starts again.",
    .options = {OPT_CONFIG, OPT_SERVICE, OPT_OUTPUT, OPT_HELP},
    .run = run,
};
