/* default.c - what Weir runs by when nobody gave it a configuration: Python's lastResort. Any thread. */
#include "config/config.h"

static const char default_text[] = "[loggers]\n"
                                   "keys = root\n"
                                   "[handlers]\n"
                                   "keys = stderr\n"
                                   "[formatters]\n"
                                   "keys =\n"
                                   "[logger_root]\n"
                                   "level = WARNING\n"
                                   "handlers = stderr\n"
                                   "[handler_stderr]\n"
                                   "class = StreamHandler\n"
                                   "level = WARNING\n"
                                   "args = (sys.stderr,)\n";

config_plan *config_default(weir_error *err) {
    config_rules rules = {.origin = CONFIG_DEFAULT};
    problems p;
    if (problems_init(&p, "<default>") != 0) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        return NULL;
    }
    config_plan *plan = config_check(slice_of(default_text), "<default>", &rules, &p, err);
    if (plan == NULL && p.errors > 0) problems_to_error(&p, err);
    problems_done(&p);
    return plan;
}
