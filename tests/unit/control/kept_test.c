/* The configurations that ran: newest first, so many and so much of them; the way back; passwords hidden. */
#include "support/control_fixture.h"

TestSuite(kept, .init = control_begin, .fini = control_end);

typedef struct list {
    size_t count;
    uint64_t newest, oldest;
    char text[1024]; /* of the newest */
} list;
static void keep(void *arg, const config_entry *e) {
    list *l = arg;
    if (l->count++ == 0) {
        l->newest = e->generation;
        snprintf(l->text, sizeof l->text, "%.*s", (int)e->text.len, e->text.data);
    }
    cr_assert(l->count == 1 || e->generation < l->oldest, "newest first");
    l->oldest = e->generation;
}
static list ran(void) {
    list l = {0};
    control_config_history(fix.control, keep, &l);
    return l;
}

#define LOUD(level)                                                                                          \
    "[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nhandlers=\nlevel=" level   \
    "\n"

Test(kept, newest_first_and_so_many_only) {
    cr_assert_eq(ran().count, 1, "the start");
    for (int i = 0; i < LIMIT_CONFIG_HISTORY + 3; i++)
        cr_assert_eq(push_as(CONFIG_FILE, i % 2 == 0 ? LOUD("DEBUG") : LOUD("ERROR")), 0, "%s",
                     push_trouble());
    list l = ran();
    cr_assert_eq(l.count, LIMIT_CONFIG_HISTORY);
    cr_assert_eq(l.newest, pushed.generation);
    cr_assert_str_eq(l.text, LOUD("DEBUG"));
}

Test(kept, not_more_than_so_many_bytes) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, LOUD("DEBUG"));
    while (in.len < LIMIT_CONFIG_TEXT - 64) text_add_cstr(&in, "# a line of many that say nothing\n");
    text_add_cstr(&in, "# ?");
    size_t most = CONFIG_HISTORY_BYTES / in.len;
    for (size_t i = 0; i < most + 2; i++) {
        in.data[in.len - 1] = (char)('a' + i);
        cr_assert_eq(push_as(CONFIG_FILE, text_cstr(&in)), 0, "%s", push_trouble());
    }
    cr_assert_eq(ran().count, most);
    text_done(&in);
}

Test(kept, back_to_one_of_them) {
    push_result result;
    weir_error err;
    uint64_t start = ran().newest;
    cr_assert_eq(push_as(CONFIG_FILE, LOUD("ERROR")), 0);
    cr_assert_eq(logger_effective_level(logger_find(SLICE_LITERAL("root"))), 40);
    cr_assert_eq(control_rollback(fix.control, start, &tester, &result, &err), 0, "%s", err.message);
    cr_assert_eq(logger_effective_level(logger_find(SLICE_LITERAL("root"))), 20);
    cr_assert_gt(result.generation, start + 1, "a generation of its own");
    push_result_done(&result);
    cr_assert_eq(control_rollback(fix.control, 999, &tester, &result, &err), -1);
    cr_assert_str_eq(err.message, "generation 999 is not kept (see the history)");
    push_result_done(&result);
}

Test(kept, passwords_are_not_shown) {
    cr_assert_eq(
        push_as(CONFIG_FILE,
                "[loggers]\nkeys=root\n[handlers]\nkeys=m\n[formatters]\nkeys=\n[logger_root]\nhandlers=\n"
                "[handler_m]\nclass=handlers.SMTPHandler\nargs=('127.0.0.1', 'a@b', ['c@d'], 's', ('me', "
                "'geheim'))\n"),
        0, "%s", push_trouble());
    list l = ran();
    const char *shown = l.text;
    cr_assert_null(strstr(shown, "geheim"));
    cr_assert_not_null(strstr(shown, "('me', '***')"), "%s", shown);
    text running;
    uint64_t number;
    text_init(&running, 0);
    control_get_config(fix.control, &running, &number, NULL);
    cr_assert_null(strstr(text_cstr(&running), "geheim"));
    text_done(&running);
}
