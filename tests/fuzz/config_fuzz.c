/* config_fuzz.c - any bytes through config_check, as a start file and as a pushed one: no crash, an answer in
 * bounded time, and what is accepted has a dump that is accepted too. */
#include <stdint.h>
#include <stdlib.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static config_plan *check(slice in, config_origin origin, problems *p) {
    static const char *const roots[] = {"/var/log/x"};
    settings fixed;
    settings_default(&fixed);
    config_rules rules = {.origin = origin, .fixed = &fixed, .log_roots = roots, .log_root_count = 1};
    weir_error err;
    problems_init(p, "fuzz.ini");
    return config_check(in, "fuzz.ini", &rules, p, &err);
}

/* An answer has every problem printable, and an error exactly when there is no plan. */
static void look(const problems *p, const config_plan *plan) {
    text out;
    text_init(&out, 0);
    for (size_t i = 0; i < p->count; i++) problem_print(p, &p->list[i], &out);
    text_done(&out);
    if ((plan == NULL) != (p->errors > 0)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice in = {(const char *)data, size};
    problems p;
    config_plan *plan = check(in, CONFIG_PORT, &p);
    look(&p, plan);
    config_plan_free(plan);
    problems_done(&p);

    plan = check(in, CONFIG_START, &p);
    look(&p, plan);
    problems_done(&p);
    if (plan == NULL) return 0;
    text dump;
    text_init(&dump, 0);
    config_dump(plan, &dump);
    config_plan *again = check(text_slice(&dump), CONFIG_START, &p);
    if (again == NULL || again->handler_count != plan->handler_count ||
        again->logger_count != plan->logger_count)
        abort();
    config_plan_free(again);
    config_plan_free(plan);
    problems_done(&p);
    text_done(&dump);
    return 0;
}
