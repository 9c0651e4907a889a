/* levels.c - weir levels: the loggers and what decides the level of each. */
#include "admin/cli/print.h"

/* "      DEBUG where user=bob, eve (filters of shop)" */
static void print_rule(const value *rule) {
    const value *values = get_list(rule, "values");
    slice level = get_str(rule, "level");
    printf("      %.*s where ", (int)level.len, level.data);
    print_escaped(stdout, get_str(rule, "field"));
    for (size_t i = 0; i < values->list.count; i++) {
        const value *v = &values->list.items[i];
        fputs(i == 0 ? "=" : ", ", stdout);
        print_escaped(stdout, v->type == VALUE_STR ? v->str : SLICE_LITERAL("?"));
    }
    fputs(" (filters of ", stdout);
    print_escaped(stdout, get_str(rule, "logger"));
    fputs(")\n", stdout);
}

static void print_logger(const value *l) {
    const value *over = value_get(l, SLICE_LITERAL("over"));
    slice name = get_str(l, "name"), effective = get_str(l, "effective"), level = get_str(l, "level");
    fputs("  ", stdout);
    print_escaped(stdout, name);
    printf("%*s %s%-9.*s%s", name.len < 32 ? (int)(32 - name.len) : 0, "",
           print_level_colour((int)get_int(l, "effectiveno")), (int)effective.len, effective.data,
           print_reset());
    if (get_bool(l, "disabled")) fputs(" disabled", stdout);
    if (over && over->type == VALUE_DICT) {
        slice until = get_str(over, "until"), by = get_str(over, "by");
        printf(" set over the configuration%s", until.len ? " until " : "");
        if (until.len) print_time(stdout, until);
        fputs(" by ", stdout);
        print_escaped(stdout, by);
        printf(" (configured: %.*s)", level.len ? (int)level.len : 9, level.len ? level.data : "inherited");
    } else {
        fputs(level.len ? " configured" : " inherited", stdout);
    }
    fputc('\n', stdout);
    print_list(stdout, "      dropping:", get_list(l, "dropping"));
    const value *rules = get_list(l, "rules");
    for (size_t i = 0; i < rules->list.count; i++) print_rule(&rules->list.items[i]);
}

static int run(invocation *call) {
    text path;
    answer a;
    text_init(&path, 0);
    text_add_cstr(&path, "/api/loggers");
    client_query(&path, "glob", call->word_count > 0 ? call->words[0] : NULL);
    int status = client_request(call, "GET", text_cstr(&path), NULL, &a);
    const value *list = get_list(&a.json, "loggers");
    if (status == 0 && call->json) print_json_body(&a);
    for (size_t i = 0; status == 0 && !call->json && i < list->list.count; i++)
        print_logger(&list->list.items[i]);
    if (status == 0 && list->list.count == 0) status = complain(EXIT_NOTHING, "no logger matches");
    answer_done(&a);
    text_done(&path);
    return status;
}

const verb verb_levels = {
    .name = "levels",
    .words = "[GLOB]",
    .words_max = 1,
    .summary = "Show the loggers and their levels",
    .more = "GLOB: * is any run of characters, ? one; a name without either means it and its children.\n"
            "`dropping` names the handlers that would drop records of the logger's own level. \"DEBUG where\n"
            "user=bob\" is level by context, a weir.ContextLevelFilter of it or of a logger above it.",
    .options = {SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
