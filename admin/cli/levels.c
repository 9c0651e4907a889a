/* levels.c - weir levels: the loggers and what decides the level of each. */
#include "admin/cli/print.h"

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
            "`dropping` names the handlers that would drop records of the logger's own level.",
    .options = {SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
