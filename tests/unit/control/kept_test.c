/* The configurations that ran: newest first, so many and so much of them; the way back; passwords hidden;
 * and what edits by the host cost the others. */
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

/* ---- edits by the host, in a control without a Weir ---- */

static control c;
static uint64_t number;

static void begin_alone(void) { pthread_mutex_init(&c.change, NULL); }
static void end_alone(void) {
    kept_done(&c);
    cr_assert_eq(c.kept_bytes, 0);
}
TestSuite(kept_edits, .init = begin_alone, .fini = end_alone);

static void add_text(bool edit, char *content, size_t len) {
    static const requester by = {"api", "someone"};
    config_plan plan = {.file = (char *)"x.ini", .text = content, .text_len = len, .origin = CONFIG_HTTP};
    kept_add(&c, &plan, ++number, edit, &by);
}
static void add(bool edit, int times) {
    char content[] = "[loggers]";
    for (int i = 0; i < times; i++) add_text(edit, content, strlen(content));
}

/* "p3 e2x5": newest first; p: a whole one, e: an edit, with how many. */
static void see(void *arg, const config_entry *e) {
    text *out = arg;
    if (out->len > 0) text_add_char(out, ' ');
    text_addf(out, "%c%llu", e->edits > 0 ? 'e' : 'p', (unsigned long long)e->generation);
    if (e->edits > 1) text_addf(out, "x%llu", (unsigned long long)e->edits);
}
static void expect(const char *want) {
    text out;
    text_init(&out, 0);
    control_config_history(&c, see, &out);
    cr_assert_str_eq(text_cstr(&out), want, "%s", text_cstr(&out));
    text_done(&out);
}
static size_t whole_ones(void) {
    size_t count = 0;
    for (size_t i = 0; i < c.kept_count; i++) count += c.kept[i].edits == 0;
    return count;
}

Test(kept_edits, edits_in_a_row_are_one_entry_the_last) {
    add(false, 2);
    add(true, 1000);
    expect("e1002x1000 p2 p1");
    add(false, 1);
    add(true, 1);
    expect("e1004 p1003 e1002x1000 p2 p1");
}

Test(kept_edits, edits_take_no_place_from_what_was_pushed) {
    for (int i = 0; i < 200; i++) {
        add(false, 1);
        add(true, 3);
    }
    cr_assert_eq(c.kept_count, LIMIT_CONFIG_HISTORY);
    cr_assert_eq(whole_ones(), LIMIT_CONFIG_HISTORY - 1);
    cr_assert_eq(c.kept[0].edits, 3, "what runs is kept");
    cr_assert_eq(c.kept[0].generation, 800);
    cr_assert_eq(c.kept[1].generation, 797);
    cr_assert_eq(c.kept[2].generation, 793);
}

Test(kept_edits, without_edits_the_oldest_goes) {
    add(false, LIMIT_CONFIG_HISTORY + 7);
    cr_assert_eq(c.kept_count, LIMIT_CONFIG_HISTORY);
    cr_assert_eq(c.kept[LIMIT_CONFIG_HISTORY - 1].generation, 8);
}

Test(kept_edits, the_texts_are_bounded_and_edits_go_first) {
    static char large[CONFIG_HISTORY_BYTES / 4];
    memset(large, '#', sizeof large);
    add(false, 1);
    add_text(true, large, sizeof large);
    for (int i = 0; i < 3; i++) add_text(false, large, sizeof large);
    expect("p5 p4 p3 p1");
    add_text(false, large, sizeof large);
    expect("p6 p5 p4 p3");
    cr_assert_leq(c.kept_bytes, CONFIG_HISTORY_BYTES);
    add_text(true, large, sizeof large);
    expect("e7 p6 p5 p4");
    add_text(true, large, sizeof large);
    expect("e8x2 p6 p5 p4");
}
