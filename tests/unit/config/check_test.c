/* Every bad configuration of the list in the requirements: an error with the right line and words, or
 * accepted as Python accepts it. Whether Python does is compared in tests/compat/config_test.py. */
/* covers: config: unknown class, config: unknown handler, config: unknown formatter */
/* covers: config: missing section, config: bad level, config: unbalanced args */
/* covers: config: executable args, config: duplicate section, config: duplicate key */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/level.h"
#include "base/limits.h"
#include "config/config.h"

/* A good configuration, a line an entry; a case replaces one line. */
static const char *const good[] = {
    /* 1 */ "[loggers]",
    /* 2 */ "keys=root,a",
    /* 3 */ "[handlers]",
    /* 4 */ "keys=out,file",
    /* 5 */ "[formatters]",
    /* 6 */ "keys=f",
    /* 7 */ "[logger_root]",
    /* 8 */ "level=INFO",
    /* 9 */ "handlers=out",
    /* 10 */ "[logger_a]",
    /* 11 */ "level=DEBUG",
    /* 12 */ "handlers=file",
    /* 13 */ "qualname=a.b",
    /* 14 */ "propagate=0",
    /* 15 */ "[handler_out]",
    /* 16 */ "class=StreamHandler",
    /* 17 */ "level=WARNING",
    /* 18 */ "formatter=f",
    /* 19 */ "args=(sys.stdout,)",
    /* 20 */ "[handler_file]",
    /* 21 */ "class=FileHandler",
    /* 22 */ "args=('/tmp/weir-check-test.log', 'w')",
    /* 23 */ "[formatter_f]",
    /* 24 */ "format=%(message)s",
    NULL};

typedef struct bad {
    int line;         /* that is replaced */
    const char *with; /* may be several lines */
    int told;         /* the line of the problem; 0: of the whole file; -1: accepted */
    const char *words;
} bad;

static const bad cases[] = {
    {1, "[loggers]", -1, NULL},
    {1, "\xef\xbb\xbf[loggers]", -1, NULL},
    {1, "[loggers] and text", -1, NULL},
    {1, "[loggers", 1, "no section header"},
    {1, "[]\n[loggers]", 1, "no section header"},
    {1, "x = 1\n[loggers]", 1, "before the first [section]"},
    {1, "[DEFAULT]", 0, "[loggers] is missing"},
    {1, "[logers]", 1, "[loggers] is missing (is this one misspelt?)"},
    {2, "", 1, "the key is missing"},
    {2, "key=root,a", 1, "the key is missing"},
    {2, "keys=a", 2, "the root logger is not listed"},
    {2, "keys=", 2, "the root logger is not listed"},
    {2, "keys=root,a,b", 2, "\"b\" is listed, but there is no section [logger_b]"},
    {2, "keys=root,a,", 2, "an empty name"},
    {2, "keys=root,a,a", -1, NULL},
    {2, "keys : root, a", -1, NULL},
    {2, "KEYS = root,\n   a", -1, NULL},
    {2, "keys = root,\n\n\ta", -1, NULL},
    {2, "keys = root,\n; no\n# no\n a", -1, NULL},
    {2, "keys = root ; x", 2, "the root logger is not listed"},
    {2, "keys=root", -1, NULL}, /* [logger_a] is not used: a warning */
    {3, "[handlers]\nkeys=out,file\n[handlers]", 5, "twice (first in line 3)"},
    {4, "keys=out,file\nKeys=out", 5, "twice (first in line 4)"},
    {4, "keys=out", 12, "unknown handler \"file\""},
    {4, "keys=", 9, "unknown handler \"out\""},
    {5, "[formatter]", 5, "misspelt"},
    {6, "keys=", 18, "unknown formatter \"f\""},
    {7, "[logger_roo]", 2, "no section [logger_root]"},
    {8, "level", 8, "neither [section] nor key = value"},
    {8, "level=info", 8, "did you mean INFO?"},
    {8, "level=WRANING", 8, "did you mean WARNING?"},
    {8, "level=", 8, "empty"},
    {8, "level=20", 8, "written by name"},
    {8, "level=1099511627776", 8, "unknown level"},
    {8, "level=-5", 8, "unknown level"},
    {8, "level=INFO ; x", 8, "unknown level"},
    {8, "level=%", 8, "must be followed by"},
    {8, "level=%(x", 8, "no reference"},
    {8, "level=%(missing)s", 8, "names no key"},
    {8, "level=%(level)s", 8, "nested"},
    {8, "level=%(b)s\nb=%(level)s", 8, "nested"},
    {8, "level=WARN", -1, NULL},
    {8, "level=FATAL", -1, NULL},
    {8, "level=NOTSET", -1, NULL},
    {8, "", -1, NULL},
    {8, "  level=INFO\n  handlers=out\n[x]", -1, NULL},
    {9, "", 7, "handlers"},
    {9, "handlers=", -1, NULL},
    {9, "handlers=out,out", -1, NULL},
    {9, "handlers=ouf", 9, "did you mean out?"},
    {9, "handlers=out,", 9, "an empty name"},
    {9, "  handlers=out", 7, "handlers"}, /* a continuation of level */
    {13, "", 10, "qualname"},
    {13, "qualname=", -1, NULL},
    {13, "qualname=..a", -1, NULL},
    {13, "qualname=root", -1, NULL},
    {14, "propagate=2", -1, NULL},
    {14, "propagate=-1", -1, NULL},
    {14, "propagate=00", -1, NULL},
    {14, "propagate=1_0", -1, NULL},
    {14, "propagate=no", 14, "no integer"},
    {14, "propagate=", 14, "no integer"},
    {14, "propagate=1__0", 14, "no integer"},
    {16, "", 15, "class"},
    {16, "class=", 16, "unknown class"},
    {16, "class=SteamHandler", 16, "did you mean StreamHandler?"},
    {16, "class=RotatingFileHandler", 16, "did you mean handlers.RotatingFileHandler?"},
    {16, "class=handlers.SMTPHandlers", 16, "unknown class"},
    {16, "class=logging.handlers.BufferingHandler", 16, "is not in Weir"},
    {16, "class=__import__('os').system", 16, "unknown class"},
    {16, "class=logging.StreamHandler", -1, NULL},
    {17, "level=warning", 17, "did you mean WARNING?"},
    {18, "formatter=g", 18, "unknown formatter \"g\" (did you mean f?)"},
    {18, "formatter=", -1, NULL},
    {19, "args=", 19, "ends too early"},
    {19, "", -1, NULL},
    {19, "args=()", -1, NULL},
    {19, "args=(sys.stdout)", 19, "with the comma"},
    {19, "args=(open('/etc/passwd'),)", 19, "a call is not a literal"},
    {19, "args=(1,)", 19, "stream is int"},
    {19, "args=(None,)", -1, NULL},
    {19, "args=(sys.stdout, 1)", 19, "at most 1"},
    {19, "args=(sys.stdout,)\nkwargs={'stream': sys.stderr}", 20, "twice"},
    {19, "kwargs={'strm': sys.stderr}", 19, "did you mean stream?"},
    {19, "kwargs={'stream': sys.stderr}", -1, NULL},
    {19, "kwargs=('stream',)", 19, "a tuple where a dict should be"},
    {19, "kwargs={1: 2}", 19, "names are strings"},
    {19, "escape=none\noverflow=drop", -1, NULL},
    {19, "overflow=wait", 19, "adaptive, block"},
    {19, "esacpe=none", -1, NULL}, /* ignored as in Python, with a warning */
    {22, "args=('/tmp/x.log'", 22, "unbalanced '('"},
    {22, "args=('/tmp/x.log')", 22, "('/tmp/x.log',)"},
    {22, "args=('/tmp/x.log',))", 22, "unbalanced ')'"},
    {22, "args=()", 22, "filename is missing"},
    {22, "", 20, "filename is missing"},
    {22, "args=(7,)", 22, "filename is int"},
    {22, "args=('/tmp/x\\0.log',)", 22, "filename is a string with a NUL"},
    {22, "args=('/tmp/x.log', 'q')", 22, "mode"},
    {22, "args=('/tmp/x.log', 'a', None, True)", -1, NULL},
    {22, "args=('/tmp/x.log', 'a', None, 1, None, 2, 3, 4, 5, 6)", 22, "at most"},
    {22, "args=('/tmp/x.log',)\nkwargs={'filename': '/tmp/y'}", 23, "twice"},
    {22, "args=('a'*10**9,)", 22, "more than"},
    {22, "args=(9**9**9,)", 22, "64 bits"},
    {22, "args=('/tmp/',)", 22, "ends in '/'"},
    {23, "[formatter_g]", 6, "no section [formatter_f]"},
    {24, "", -1, NULL},
    {24, "format=", -1, NULL},
    {24, "format=no fields", 24, ""},
    {24, "format=%(message)s\nstyle=?", 25, "unknown style"},
    {24, "format=%(message)s 100%", -1, NULL},
    {24, "class=logging.Formater", 24, "did you mean logging.Formatter?"},
    {24, "class=weir.JSONFormatter", -1, NULL},
    {24, "[admin]\nhttp=127.0.0.1:70000", 25, "no port"},
    {24, "[admin]\nhttp=0.0.0.0:9031", 25, "ssh -L"},
    {24, "[weir]\nqueue=1", 25, "out of range"},
    {24, "[weri]\nqueue=1", -1, NULL},                           /* ignored as in Python, with a warning */
    {24, "[DEFAULT]\nclass=StreamHandler", 25, "unknown class"}, /* hits formatters, as in Python */
};

static void build_text(const bad *b, const char *line_end, text *out) {
    for (int i = 0; good[i] != NULL; i++) {
        const char *line = b != NULL && b->line == i + 1 ? b->with : good[i];
        for (; *line != '\0'; line++)
            if (*line == '\n')
                text_add_cstr(out, line_end);
            else
                text_add_char(out, *line);
        if (good[i + 1] != NULL) text_add_cstr(out, line_end);
    }
}

static config_plan *check(slice in, problems *p, config_origin origin) {
    weir_error err;
    config_rules rules = {.origin = origin};
    problems_init(p, "t.ini");
    return config_check(in, "t.ini", &rules, p, &err);
}

static bool is_told(const problems *p, const bad *b) {
    for (size_t i = 0; i < p->count; i++) {
        text shown;
        text_init(&shown, 0);
        problem_print(p, &p->list[i], &shown);
        bool found =
            !p->list[i].warning && p->list[i].line == b->told && strstr(text_cstr(&shown), b->words) != NULL;
        text_done(&shown);
        if (found) return true;
    }
    return false;
}

static void run_case(const bad *b, const char *line_end) {
    text in, all;
    problems p;
    text_init(&in, 0);
    text_init(&all, 0);
    build_text(b, line_end, &in);
    config_plan *plan = check(text_slice(&in), &p, CONFIG_START);
    for (size_t i = 0; i < p.count; i++) {
        problem_print(&p, &p.list[i], &all);
        text_add_char(&all, '\n');
    }
    if (b->told < 0)
        cr_expect(plan != NULL && p.errors == 0, "line %d, %s: refused:\n%s", b->line, b->with,
                  text_cstr(&all));
    else
        cr_expect(plan == NULL && is_told(&p, b), "line %d, %s: expected line %d, %s; told:\n%s", b->line,
                  b->with, b->told, b->words, text_cstr(&all));
    config_plan_free(plan);
    problems_done(&p);
    text_done(&in);
    text_done(&all);
}

Test(check, every_bad_configuration_is_told_or_accepted_as_python_does) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) run_case(&cases[i], "\n");
}

Test(check, line_ends_do_not_matter) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) run_case(&cases[i], "\r\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) run_case(&cases[i], "\r");
}

Test(check, all_problems_are_told_at_once_in_the_order_of_their_lines) {
    problems p;
    config_plan *plan =
        check(slice_of("[loggers]\nkeys=root,x\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\n"
                       "level=loud\nhandlers=h,g\n[handler_h]\nclass=FooHandler\nlevel=quiet\nargs=(\n"
                       "[weir]\nfoo=1\n[formatter_z]\n"),
              &p, CONFIG_START);
    cr_assert_null(plan);
    cr_assert_eq(p.errors, 7, "%zu errors", p.errors);
    for (size_t i = 1; i < p.count; i++) cr_assert_geq(p.list[i].line, p.list[i - 1].line);
    text shown;
    text_init(&shown, 0);
    problem_print(&p, &p.list[0], &shown);
    cr_assert_str_eq(text_cstr(&shown),
                     "t.ini:2: [loggers] keys: \"x\" is listed, but there is no section [logger_x]");
    text_done(&shown);
    problems_done(&p);
}

Test(check, the_plan_says_what_the_text_says) {
    text in;
    problems p;
    text_init(&in, 0);
    build_text(NULL, "\n", &in);
    config_plan *plan = check(text_slice(&in), &p, CONFIG_START);
    cr_assert_not_null(plan);
    cr_assert_eq(p.count, 0);
    cr_assert_eq(plan->logger_count, 2);
    cr_assert(slice_is(plan->loggers[0].qualname, "root") && plan->loggers[0].level == 20);
    cr_assert(slice_is(plan->loggers[1].qualname, "a.b") && !plan->loggers[1].propagate);
    cr_assert_eq(plan->loggers[1].handlers[0], &plan->handlers[1]);
    cr_assert_eq(plan->loggers[1].level_line, 11);
    cr_assert(slice_is(plan->handlers[0].name, "out") && plan->handlers[0].level == 30);
    cr_assert_eq(plan->handlers[0].formatter, &plan->formatters[0]);
    cr_assert_eq(plan->handlers[0].level_line, 17);
    cr_assert(slice_is(plan->formatters[0].options.format, "%(message)s"));
    const char **paths;
    cr_assert_eq(config_paths(plan, &paths), 1);
    cr_assert_str_eq(paths[0], "/tmp/weir-check-test.log");
    cr_assert_neq(access(paths[0], F_OK), 0); /* nothing is opened, nothing made */
    config_plan_free(plan);
    problems_done(&p);
    text_done(&in);
}

Test(check, two_sections_of_one_logger_are_one_logger) {
    problems p;
    config_plan *plan =
        check(slice_of("[loggers]\nkeys=root,a,b,c\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\n"
                       "handlers=\n[logger_a]\nqualname=x\nhandlers=h\nlevel=INFO\n[logger_b]\nqualname=x\n"
                       "handlers=\n[logger_c]\nqualname=\nhandlers=h\n[handler_h]\nclass=NullHandler\n"),
              &p, CONFIG_START);
    cr_assert_not_null(plan);
    cr_assert_eq(plan->logger_count, 2);
    cr_assert_eq(plan->loggers[0].handler_count, 1);
    cr_assert_eq(plan->loggers[1].handler_count, 0);
    cr_assert_eq(plan->loggers[1].level, 20);
    cr_assert_eq(plan->loggers[0].level, LEVEL_UNSET);
    config_plan_free(plan);
    problems_done(&p);
}

Test(check, added_level_names_are_levels) {
    problems p;
    level_add_name(35, SLICE_LITERAL("NOTICE"));
    bad b = {8, "level=NOTICE", -1, NULL};
    text in;
    text_init(&in, 0);
    build_text(&b, "\n", &in);
    config_plan *plan = check(text_slice(&in), &p, CONFIG_START);
    cr_assert(plan != NULL && plan->loggers[0].level == 35);
    config_plan_free(plan);
    problems_done(&p);
    text_done(&in);
}

Test(check, the_default_is_pythons_last_resort) {
    weir_error err;
    config_plan *plan = config_default(&err);
    cr_assert_not_null(plan);
    cr_assert(plan->loggers[0].level == 30 && plan->handler_count == 1 &&
              plan->handlers[0].formatter == NULL);
    cr_assert_str_eq(plan->handlers[0].kind->name, "StreamHandler");
    cr_assert(!plan->settings.has_admin && plan->settings.socket && !plan->disable_existing);
    text once, twice;
    text_init(&once, 0);
    text_init(&twice, 0);
    config_dump(plan, &once);
    config_plan_free(plan);
    problems p;
    plan = check(text_slice(&once), &p, CONFIG_START);
    cr_assert_not_null(plan);
    config_dump(plan, &twice);
    cr_assert_str_eq(text_cstr(&once), text_cstr(&twice));
    config_plan_free(plan);
    problems_done(&p);
    text_done(&once);
    text_done(&twice);
}

Test(check, a_dump_means_the_same_and_is_its_own_dump) {
    text in, once, twice;
    problems p;
    text_init(&in, 0);
    text_init(&once, 0);
    text_init(&twice, 0);
    text_add_cstr(&in, "\xef\xbb\xbf# comment\r\n");
    build_text(NULL, "\r\n", &in);
    config_plan *plan = check(text_slice(&in), &p, CONFIG_START);
    cr_assert_not_null(plan);
    uint64_t definition = plan->handlers[1].definition;
    config_dump(plan, &once);
    config_plan_free(plan);
    problems_done(&p);
    plan = check(text_slice(&once), &p, CONFIG_START);
    cr_assert(plan != NULL && plan->handlers[1].definition == definition && plan->logger_count == 2);
    config_dump(plan, &twice);
    cr_assert_str_eq(text_cstr(&once), text_cstr(&twice));
    cr_assert_null(strchr(text_cstr(&once), '\r'));
    config_plan_free(plan);
    problems_done(&p);
    text_done(&in);
    text_done(&once);
    text_done(&twice);
}

Test(check, weir_log_checks_as_fileconfig_does) {
    problems p;
    weir_error err;
    config_rules rules = {.origin = CONFIG_COMMAND, .python_defaults = true};
    const char *in =
        "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\nhandlers=h\n"
        "[handler_h]\nclass=NullHandler\nescape=arguments\n[admin]\nhttp=0.0.0.0:1\nnonsense=1\n";
    problems_init(&p, "t.ini");
    config_plan *plan = config_check(slice_of(in), "t.ini", &rules, &p, &err);
    cr_assert_not_null(plan);
    cr_assert(plan->disable_existing && !plan->settings.has_admin && !plan->settings.socket);
    cr_assert(plan->handlers[0].escape == ESCAPE_ARGUMENTS && !plan->escape_given);
    config_plan_free(plan);
    rules.escape_given = true;
    rules.escape = ESCAPE_NONE;
    plan = config_check(slice_of(in), "t.ini", &rules, &p, &err);
    cr_assert(plan->handlers[0].escape == ESCAPE_NONE && plan->settings.escape == ESCAPE_NONE &&
              plan->escape_given);
    config_plan_free(plan);
    problems_done(&p);
}
