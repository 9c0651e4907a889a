/* set.c - weir set: lays a level over the configuration, for a time if told so. */
#include <string.h>

#include "admin/cli/print.h"

static void print_change(const value *c) {
    slice name = get_str(c, "logger"), before = get_str(c, "before"), now = get_str(c, "now"),
          until = get_str(c, "until");
    print_escaped(stdout, name);
    printf(": %.*s -> %.*s until ", (int)before.len, before.data, (int)now.len, now.data);
    if (until.len)
        print_time(stdout, until);
    else
        fputs("it is reset", stdout);
    fputc('\n', stdout);
    if (get_bool(c, "created")) puts("  the logger did not exist; it is made");
    print_list(stdout, "  still dropping such records:", get_list(c, "dropping"));
}

static int check_word(const char *word) {
    const char *equals = strrchr(word, '=');
    if (equals != NULL && equals != word && equals[1] != '\0') return 0;
    return complain(EXIT_USAGE, "'%s': expected LOGGER=LEVEL, as kvd.store=DEBUG", word);
}

static int set_one(invocation *call, const char *word) {
    const char *equals = strrchr(word, '=');
    text path, body;
    json_writer w;
    answer a;
    text_init(&path, 0);
    text_init(&body, 0);
    text_add_cstr(&path, "/api/loggers/");
    client_encode(&path, slice_make(word, (size_t)(equals - word)));
    json_writer_init(&w, &body);
    json_begin_object(&w);
    json_key(&w, "level");
    json_cstr(&w, equals + 1);
    if (call->option[OPT_FOR]) {
        json_key(&w, "for");
        json_cstr(&w, call->option[OPT_FOR]);
    }
    json_end(&w);
    int status = client_request(call, "PUT", text_cstr(&path), &body, &a);
    if (status == 0 && call->json) print_json_body(&a);
    if (status == 0 && !call->json) print_change(&a.json);
    answer_done(&a);
    text_done(&path);
    text_done(&body);
    return status;
}

static int run(invocation *call) {
    int status = 0;
    for (int i = 0; i < call->word_count && status == 0; i++) status = check_word(call->words[i]);
    for (int i = 0; i < call->word_count && status == 0; i++) status = set_one(call, call->words[i]);
    return status;
}

const verb verb_set = {
    .name = "set",
    .words = "LOGGER=LEVEL…",
    .words_min = 1,
    .words_max = 64,
    .summary = "Set levels over the configuration",
    .more =
        "LEVEL is a name (DEBUG INFO WARNING ERROR CRITICAL, or one the service added) or a number. The "
        "level\n"
        "stays over rereads and pushes until --for has passed or `weir reset`. The root logger is `root`.\n"
        "Of several the first that the service refuses ends it; those before it are set.",
    .options = {OPT_FOR, SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
