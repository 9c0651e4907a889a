/* reset.c - weir reset: takes levels away that lie over the configuration. */
#include "admin/cli/print.h"

static int run(invocation *call) {
    bool all = call->option[OPT_ALL] != NULL;
    if (all == (call->word_count == 1)) return complain(EXIT_USAGE, "name one LOGGER, or give --all");
    text path;
    answer a;
    text_init(&path, 0);
    text_add_cstr(&path, all ? "/api/levels" : "/api/loggers/");
    if (!all) {
        client_encode(&path, slice_of(call->words[0]));
        text_add_cstr(&path, "/level");
    }
    int status = client_request(call, "DELETE", text_cstr(&path), NULL, &a);
    int64_t count = get_int(&a.json, "count");
    if (status == 0 && call->json) print_json_body(&a);
    if (status == 0 && !call->json && count > 0)
        printf("%lld level%s reset\n", (long long)count, count == 1 ? "" : "s");
    if (status == 0 && count == 0)
        status = complain(EXIT_NOTHING, "no level lies over the configuration there");
    answer_done(&a);
    text_done(&path);
    return status;
}

const verb verb_reset = {
    .name = "reset",
    .words = "[LOGGER]",
    .words_max = 1,
    .summary = "Take away a level that was set over the configuration",
    .options = {OPT_ALL, SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
