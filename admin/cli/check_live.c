/* check_live.c - what a running service would make of the file that is checked: which loggers a push of it
 * would disable. Asked is the service that the options or the file's [weir] service name, else the only one
 * that runs; without one the file is checked alone. */
#include <string.h>
#include <unistd.h>

#include "admin/cli/check.h"
#include "admin/cli/client.h"
#include "admin/cli/discover.h"

/* One line a logger; more are counted. */
#define DISABLED_SHOWN 100

/* false: nobody is asked. */
static bool find(const config_plan *plan, found_service *out) {
    found_service all[DISCOVER_MAX];
    size_t count = discover_all(all, DISCOVER_MAX), hits = 0;
    const char *name = plan->settings.service;
    for (size_t i = 0; i < count; i++)
        if ((name[0] == '\0' || strcmp(name, all[i].service) == 0) && hits++ == 0) *out = all[i];
    return hits == 1 && access(out->path, R_OK | W_OK) == 0;
}

static void tell_disabled(const value *list, const char *who, problems *p) {
    for (size_t i = 0; i < list->list.count && i < DISABLED_SHOWN; i++)
        problems_warn(p, 0, NULL, NULL, "a push to %s would disable the logger %.*s", who,
                      (int)list->list.items[i].str.len, list->list.items[i].str.data);
    if (list->list.count > DISABLED_SHOWN)
        problems_warn(p, 0, NULL, NULL, "a push to %s would disable %zu more loggers", who,
                      list->list.count - DISABLED_SHOWN);
}

static void tell_refused(const value *list, const char *who, problems *p) {
    for (size_t i = 0; i < list->list.count; i++) {
        const value *one = &list->list.items[i];
        slice line = get_str(one, "text");
        if (get_bool(one, "warning")) continue;
        problems_warn(p, 0, NULL, NULL, "a push to %s would be refused: %.*s", who, (int)line.len, line.data);
        return;
    }
}

static int ask(const invocation *call, const config_plan *plan, const char *who, problems *p) {
    text body;
    json_writer w;
    answer a;
    text_init(&body, 0);
    json_writer_init(&w, &body);
    json_begin_object(&w);
    json_key(&w, "text"), json_string(&w, slice_make(plan->text, plan->text_len));
    json_end(&w);
    int status = client_request(call, "POST", "/api/config/check", &body, &a);
    if (status == 0 && get_bool(&a.json, "valid"))
        tell_disabled(get_list(&a.json, "disabled"), who, p);
    else if (status == 0)
        tell_refused(get_list(&a.json, "problems"), who, p);
    answer_done(&a);
    text_done(&body);
    return status;
}

int check_live(const invocation *call, const config_plan *plan, problems *p) {
    invocation one = *call;
    found_service service;
    char pid[16], who[160];
    bool named = call->option[OPT_SERVICE] || call->option[OPT_PID] || call->option[OPT_TO];
    if (named) return ask(call, plan, call->option[OPT_TO] ? "that service" : "the service", p);
    if (!find(plan, &service)) return 0;
    snprintf(pid, sizeof pid, "%d", service.pid);
    snprintf(who, sizeof who, "%s (pid %s)", service.service, pid);
    one.option[OPT_PID] = pid;
    return ask(&one, plan, who, p);
}
