/* dictConfig as JSON: it means what the same INI text means, with the lines of the JSON text, and nothing in
 * it is code. */
/* covers: config: dictConfig */
#include "support/check_fixture.h"

TestSuite(dict, .init = check_begin, .fini = check_end);

static const char every_section[] =
    "{\"version\": 1, \"disable_existing_loggers\": true,\n"
    " \"weir\": {\"service\": \"100%\", \"queue\": \"2MiB\"},\n"
    " \"admin\": {\"http\": \"127.0.0.1:0\"},\n"
    " \"receivers\": {\"json_tcp\": \"127.0.0.1:0\"},\n"
    " \"formatters\": {\"f\": {\"format\": \"%(message)s 100%%\"}},\n"
    " \"filters\": {\"a\": {\"name\": \"a.100%\"}},\n"
    " \"handlers\": {\"h\": {\"class\": \"logging.FileHandler\", \"filename\": \"/tmp/100%.log\",\n"
    "              \"formatter\": \"f\", \"filters\": [\"a\"], \"level\": 35}},\n"
    " \"loggers\": {\"b.100%\": {\"level\": \"ERROR\", \"propagate\": false, \"handlers\": [\"h\"]}},\n"
    " \"root\": {\"level\": \"INFO\", \"handlers\": [\"h\"]}}";

Test(dict, every_section_at_once) {
    const config_plan *plan = must_check(every_section);
    cr_assert_eq(checked.told.count, 0, "%s", text_cstr(&checked.shown));
    cr_assert(plan->disable_existing);
    cr_assert(plan->settings.has_admin);
    cr_assert_eq(plan->settings.queue, 2 * 1024 * 1024);
    cr_assert_str_eq(plan->settings.service, "100%");
    cr_assert(plan->formatter_count == 1 && plan->filter_count == 1 && plan->handler_count == 1);
    cr_assert(slice_is(plan->filters[0].args.values[0].str, "a.100%"));
    cr_assert(slice_is(plan->handlers[0].args.values[0].str, "/tmp/100%.log"));
    cr_assert_eq(plan->handlers[0].level, 35);
    cr_assert_eq(plan->handlers[0].formatter, &plan->formatters[0]);
    cr_assert_eq(plan->logger_count, 2);
    cr_assert(slice_is(plan->loggers[0].qualname, "root") && plan->loggers[0].level == 20);
    cr_assert(slice_is(plan->loggers[1].qualname, "b.100%") && !plan->loggers[1].propagate);
}

Test(dict, it_is_the_same_handler_as_an_ini_text_makes) {
    uint64_t definition = must_check(every_section)->handlers[0].definition;
    must_check("[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\nhandlers=h\n"
               "[handler_h]\nclass=FileHandler\nargs=('/tmp/100%%.log',)\n");
    cr_assert_eq(checked.plan->handlers[0].definition, definition);
}

Test(dict, names_that_no_list_of_a_file_can_hold) {
    const config_plan *plan = must_check("{\"version\": 1, \"loggers\": {\" a, b \": {\"level\": \"INFO\"}, "
                                         "\"root\": {\"level\": \"ERROR\"}}}");
    cr_assert_eq(plan->logger_count, 2);
    cr_assert_eq(plan->loggers[0].level, 40);
    cr_assert(slice_is(plan->loggers[1].qualname, " a, b "));
    expect_told("{\"version\": 1, \"handlers\": {\n\"a, b\": {\"class\": \"NullHandler\"}}}",
                "t:2: [handlers]");
}

Test(dict, what_is_wrong_is_told_at_its_line) {
    expect_told("{\"version\": 1,\n\"handlers\": []}", "t:2: [handlers] an object is wanted");
    expect_told("{\"version\": 1,\n\"handlers\": {\n\"h\": 7}}", "t:3: [handler_h] an object is wanted");
    expect_told("{\"version\": 1,\n\"root\": {\n\"handlers\": \"h\"}}",
                "t:3: [logger_root] handlers: an array of names is wanted");
    expect_told("{\"version\": 1,\n\"loggers\": {\"a\": {\n\"propagate\": \"no\"}}}",
                "t:3: [logger_a] propagate: \"no\" is no integer");
    expect_told("{}", "dictionary doesn't specify a version");
    expect_told("{\"version\": 1,\n \"root\": }", "t:2: no valid JSON");
}

Test(dict, a_factory_is_a_class_that_is_known) {
    const config_plan *plan =
        must_check("{\"version\": 1, \"handlers\": {\"h\": {\"()\": \"logging.NullHandler\"}}}");
    cr_assert_str_eq(plan->handlers[0].kind->name, "NullHandler");
    expect_told("{\"version\": 1, \"handlers\": {\"h\": {\n\"()\": \"os.system\"}}}",
                "t:2: [handler_h] (): no code in data");
    expect_told("{\"version\": 1, \"handlers\": {\"h\": {\"()\": \"logging.NullHandler\",\n\"class\": "
                "\"NullHandler\"}}}",
                "t:2: [handler_h] class: \"()\" names the class already");
}

Test(dict, keys_that_python_ignores_are_warned_of) {
    expect_warned(
        "{\"version\": 1, \"formatters\": {\"f\": {\n\"fromat\": \"x\"}}}",
        "t:2: [formatter_f] fromat: warning: unknown key, ignored as in Python (did you mean format?)");
    expect_warned("{\"version\": 1,\n\"loger\": {}}",
                  "t:2: loger: warning: unknown key, ignored as in Python (did you mean loggers?)");
    expect_warned("{\"version\": 1, \"loggers\": {\"a\": {\n\"lvl\": 3}}}",
                  "t:2: [logger_a] lvl: warning: unknown key, ignored as in Python");
}
