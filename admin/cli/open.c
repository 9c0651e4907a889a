/* open.c - weir open: the page's link, with its token. */
#include "admin/cli/print.h"

static int run(invocation *call) {
    answer a;
    int status = client_request(call, "GET", "/api/link", NULL, &a);
    slice url = get_str(&a.json, "url");
    if (status == 0 && call->json) print_json_body(&a);
    if (status == 0 && !call->json) printf("%.*s\n", (int)url.len, url.data);
    answer_done(&a);
    return status;
}

const verb verb_open = {
    .name = "open",
    .words = "",
    .summary = "Print the link of the web page",
    .more =
        "The link carries the token that the page asks for; whoever has it may change the service's logging.",
    .options = {OPT_SERVICE, OPT_PID, OPT_OUTPUT, OPT_HELP},
    .run = run,
};
