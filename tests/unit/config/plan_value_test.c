/* A plan as the dictionary of dictConfig: read back, it is the same plan. And what an edit of the running
 * configuration leaves alone. */
#include "config/config.h"
#include "support/sink_fixture.h"

static problems p;
static arena memory;

static void begin(void) {
    problems_init(&p, "t");
    arena_init(&memory, 0);
}
static void end(void) {
    problems_done(&p);
    arena_done(&memory);
}
TestSuite(plan_value, .init = begin, .fini = end);

static const config_rules start_rules = {.origin = CONFIG_START};

static config_plan *must_check(slice in, const config_rules *rules) {
    weir_error err;
    config_plan *plan = config_check(in, "t", rules, &p, &err);
    cr_assert_not_null(plan, "%s", p.count ? p.list[p.count - 1].message : "");
    return plan;
}

static void as_json(const config_plan *plan, text *out) {
    value v;
    cr_assert_eq(config_plan_value(plan, &memory, &v), 0);
    text_init(out, 0);
    value_json(&v, out);
    cr_assert_not(out->failed);
}

static const char everything[] =
    "[weir]\nservice=x\nqueue=2MiB\ndisable_existing_loggers=yes\n[admin]\nhttp=127.0.0.1:0\nsocket=no\n"
    "[loggers]\nkeys=root,one,two\n[handlers]\nkeys=h,f,m,n\n[formatters]\nkeys=j,l\n[filters]\nkeys=a\n"
    "[logger_root]\nlevel=INFO\nhandlers=h,f\nfilters=a\n"
    "[logger_one]\nqualname=x.one\nhandlers=\nlevel=DEBUG\npropagate=0\n"
    "[logger_two]\nqualname=x, %%two\nhandlers=n,m\n"
    "[handler_h]\nclass=StreamHandler\nargs=(sys.stdout,)\nlevel=WARN\nformatter=l\nfilters=a\noverflow="
    "drop\n"
    "[handler_f]\nclass=FileHandler\nargs=('cfg://50%%.log',)\nkwargs={'mode':'w'}\nescape=none\n"
    "[handler_m]\nclass=handlers.SMTPHandler\nargs=('h', 'a@b', ['c@d'], 'ext://s', ('u', "
    "'p\\n\"'))\nkwargs={'timeout':2.5}\n"
    "[handler_n]\nclass=weir.HistoryHandler\nargs=('h.db','30d')\nkwargs={'max_size':'2GiB'}\n"
    "[formatter_j]\nclass=weir.JSONFormatter\nkwargs={'event':'msg','source':True,'level':False}\n"
    "[formatter_l]\nformat=%(message)s\n  and %(name)s\ndatefmt=%H\n[filter_a]\nargs=('x',)\n";

Test(plan_value, read_back_it_is_the_same_plan) {
    text first, second;
    config_plan *one = must_check(SLICE_LITERAL(everything), &start_rules);
    as_json(one, &first);
    config_plan *two = must_check(text_slice(&first), &start_rules);
    as_json(two, &second);
    cr_assert_str_eq(text_cstr(&first), text_cstr(&second));
    cr_assert_eq(two->handler_count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(one->handlers[i].definition, two->handlers[i].definition, "handler %zu", i);
        cr_assert_eq(one->handlers[i].level, two->handlers[i].level);
        cr_assert_eq(one->handlers[i].escape, two->handlers[i].escape);
        cr_assert_eq(one->handlers[i].overflow, two->handlers[i].overflow);
        cr_assert_eq(one->handlers[i].filters.count, two->handlers[i].filters.count);
    }
    cr_assert_eq(two->logger_count, 3);
    cr_assert(slice_is(two->loggers[2].qualname, "x, %two"));
    cr_assert_not(two->loggers[1].propagate);
    cr_assert_eq(two->loggers[2].level, LEVEL_UNSET);
    cr_assert_eq(settings_differ(&one->settings, &two->settings, SETTING_PUSHED_FIXED, NULL, 0), 0);
    cr_assert(two->disable_existing);
    cr_assert(slice_is(two->formatters[1].options.format, "%(message)s\nand %(name)s"));
    text_done(&first);
    text_done(&second);
    config_plan_free(one);
    config_plan_free(two);
}

static const char running_text[] =
    "[weir]\nqueue=2MiB\n[loggers]\nkeys=root,a\n[handlers]\nkeys=n\n[formatters]\nkeys=\n"
    "[logger_root]\nlevel=INFO\nhandlers=n\n[logger_a]\nqualname=edit.a\nhandlers=\nlevel=INFO\n"
    "[handler_n]\nclass=NullHandler\nargs=()\n";
static const char edited_text[] =
    "{\"version\": 1, \"weir\": {\"queue\": \"4MiB\"}, \"handlers\": {\"n\": {\"class\": "
    "\"NullHandler\"}}, \"root\": {\"level\": \"ERROR\"}, \"loggers\": {\"edit.a\": {\"level\": \"INFO\", "
    "\"handlers\": [\"n\"]}, \"edit.b\": {\"level\": \"DEBUG\"}}}";

Test(plan_value, an_edit_touches_what_it_changes_only) {
    fixture f;
    built_config built;
    fixture_begin(&f, 256 * 1024);
    logger *a = logger_get(SLICE_LITERAL("edit.a"), NULL),
           *below = logger_get(SLICE_LITERAL("edit.a.x"), NULL),
           *other = logger_get(SLICE_LITERAL("other"), NULL);
    config_plan *running = must_check(SLICE_LITERAL(running_text), &start_rules);
    const config_rules rules = {.origin = CONFIG_API, .edited = running};
    logger_set_level(a, WEIR_LEVEL_DEBUG);
    logger_set_level(below, WEIR_LEVEL_ERROR);
    config_plan *next = must_check(SLICE_LITERAL(edited_text), &rules);
    cr_assert_eq(next->settings.queue, 2 * 1024 * 1024, "[weir] stays");
    cr_assert_eq(config_build(next, 2, f.registry, f.process, NULL, &rules, &built, &p), 0);
    logger_tree_prepare(&built.tree);
    logger_tree_commit(&built.tree, NULL, NULL);
    cr_assert_eq(a->level, WEIR_LEVEL_DEBUG, "as the host set it");
    cr_assert_eq(below->level, WEIR_LEVEL_ERROR, "not reset");
    cr_assert_not(other->disabled);
    cr_assert_eq(logger_find(SLICE_LITERAL("root"))->level, WEIR_LEVEL_ERROR);
    cr_assert_eq(logger_find(SLICE_LITERAL("edit.b"))->level, WEIR_LEVEL_DEBUG);
    config_discard(&built);
    config_plan_free(next);
    config_plan_free(running);
    cr_assert_eq(fixture_end(&f, 5000), 0);
}
