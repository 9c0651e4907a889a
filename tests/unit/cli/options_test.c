/* Options of the command: every way to write one, and what is refused. */
#include "support/printed.h"

#include "admin/cli/cli.h"

static int run_nothing(invocation *call) { return (void)call, 0; }

static const verb searching = {
    .name = "search",
    .words = "WORD",
    .words_min = 1,
    .words_max = 2,
    .summary = "searches",
    .options = {SERVICE_OPTIONS, OPT_LEVEL, OPT_NUMBER, OPT_WHERE, OPT_ALL, OPT_HELP},
    .run = run_nothing};

static invocation call;
static char *arguments[64];

/* The words of a line. */
static int parse(const char *line) {
    static char copy[1024];
    int count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *at = copy; *at != '\0';) {
        at += strspn(at, " ");
        if (*at == '\0') break;
        arguments[count++] = at;
        at += strcspn(at, " ");
        if (*at != '\0') *at++ = '\0';
    }
    return options_parse(&searching, count, arguments, &call);
}

Test(options, in_every_way_and_between_words) {
    static const char *const ways[] = {"a --level INFO b", "--level=INFO a b", "a b -l INFO", "a -lINFO b"};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(parse(ways[i]), 0, "%s", ways[i]);
        cr_assert_str_eq(call.option[OPT_LEVEL], "INFO");
        cr_assert_eq(call.word_count, 2);
        cr_assert_str_eq(call.words[0], "a");
        cr_assert_str_eq(call.words[1], "b");
    }
}

Test(options, behind_two_dashes_all_are_words) {
    cr_assert_eq(parse("-- --level -x"), 0);
    cr_assert_eq(call.word_count, 2);
    cr_assert_str_eq(call.words[0], "--level");
    cr_assert_eq(parse("- a"), 0, "a single dash is a word");
    cr_assert_str_eq(call.words[0], "-");
}

Test(options, some_may_come_again) {
    cr_assert_eq(parse("a -w x=1 --where=y=2=3"), 0);
    cr_assert_eq(call.where_count, 2);
    cr_assert_str_eq(call.where[1], "y=2=3");
    cr_assert_eq(parse("a -w x"), EXIT_USAGE, "no pair");
    char many[512] = "a";
    for (int i = 0; i <= CLI_WHERE_MAX; i++) strcat(many, " -w k=v");
    cr_assert_eq(parse(many), EXIT_USAGE);
}

Test(options, the_output_of_records_may_be_a_table) {
    cr_assert_eq(parse("a -o json"), 0);
    cr_assert(call.json && !call.table);
    cr_assert_eq(parse("a -o table"), 0);
    cr_assert(call.table && !call.json);
    cr_assert_eq(parse("a -o xml"), EXIT_USAGE);
    const verb plain = {.name = "plain", .words = "", .options = {SERVICE_OPTIONS, OPT_HELP}};
    char table[] = "--output=table", *one[] = {table};
    cr_assert_eq(options_parse(&plain, 1, one, &call), EXIT_USAGE, "it shows no records");
}

Test(options, what_is_refused) {
    static const char *const wrong[] = {"",
                                        "a b c",
                                        "a --levle INFO",
                                        "a --save",
                                        "a --all=yes",
                                        "a -l",
                                        "a -x",
                                        "a --pid 0",
                                        "a --pid x",
                                        "a --pid 12x",
                                        "a --to http://h --pid 3",
                                        "a --to http://h --service s"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(parse(wrong[i]), EXIT_USAGE, "%s", wrong[i]);
}

Test(options, help_needs_no_words) {
    cr_assert_eq(parse("--help"), 0);
    cr_assert_not_null(call.option[OPT_HELP]);
    FILE *out = printed_begin();
    verb_help(&searching, out);
    const char *help = printed_end(out);
    cr_assert_not_null(strstr(help, "usage: weir search WORD [options]\n\nsearches\n"), "%s", help);
    cr_assert_not_null(strstr(help, "-l, --level LEVEL"));
    cr_assert_null(strstr(help, "--save"), "not one of its own");
}

/* What documents and help are made of must be whole. */
Test(options, every_row_and_verb_is_complete) {
    for (int i = 0; i < OPT_COUNT; i++) {
        cr_assert_eq((int)option_rows[i].id, i);
        cr_assert(option_rows[i].name != NULL && option_rows[i].help != NULL, "row %d", i);
    }
    for (size_t i = 0; verbs[i] != NULL; i++) {
        cr_assert(verbs[i]->summary != NULL && verbs[i]->words != NULL && verbs[i]->run != NULL, "%s",
                  verbs[i]->name);
        cr_assert_leq(verbs[i]->words_min, verbs[i]->words_max);
    }
}
