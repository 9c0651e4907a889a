/* From a plan to a generation, and back to nothing when it is refused: files, counters, loggers. And what a
 * pushed configuration may write and say. */
/* covers: config: unwritable path, promise 2 */
#include <sys/resource.h>

#include "config/config.h"
#include "support/sink_fixture.h"

static fixture f;
static problems p;
static built_config built;

static void begin(void) {
    fixture_begin(&f, 256 * 1024);
    problems_init(&p, "t.ini");
}
static void end(void) {
    problems_done(&p);
    cr_assert_eq(fixture_end(&f, 5000), 0);
}
TestSuite(build, .init = begin, .fini = end);

/* Handlers and loggers of a test; the sections around them. */
static void make_text(text *out, const char *names, const char *sections) {
    text_init(out, 0);
    text_addf(
        out, "[loggers]\nkeys=root\n[handlers]\nkeys=%s\n[formatters]\nkeys=\n[logger_root]\nhandlers=%s\n%s",
        names, names, sections);
}

static config_plan *try_check(const config_rules *rules, const char *names, const char *sections) {
    weir_error err;
    text in;
    make_text(&in, names, sections);
    problems_done(&p);
    problems_init(&p, "t.ini");
    config_plan *plan = config_check(text_slice(&in), "t.ini", rules, &p, &err);
    text_done(&in);
    return plan;
}

static config_plan *must_check(const config_rules *rules, const char *names, const char *sections) {
    config_plan *plan = try_check(rules, names, sections);
    cr_assert_not_null(plan, "%s", p.count ? p.list[0].message : "");
    return plan;
}

static const char *section(const char *format, const char *a, const char *b) {
    static char out[4][1024];
    static int next;
    char *to = out[next++ % 4];
    text t;
    text_init(&t, 0);
    for (const char *c = format; *c != '\0'; c++)
        if (*c == '$')
            text_add_cstr(&t, *++c == 'a' ? a : b);
        else
            text_add_char(&t, *c);
    cr_assert_lt(t.len, sizeof out[0]);
    memcpy(to, text_cstr(&t), t.len + 1);
    text_done(&t);
    return to;
}

static const config_rules start_rules = {.origin = CONFIG_START};

static int build(const config_plan *plan, uint64_t number, const generation *old) {
    return config_build(plan, number, f.registry, f.process, old, &start_rules, &built, &p);
}

static size_t rows_used(void) {
    size_t n = 0;
    for (size_t i = 0; i < LIMIT_HANDLERS; i++) n += f.process->handlers[i].used != 0;
    return n;
}

static bool exists(const char *path) { return access(path, F_OK) == 0; }

Test(build, a_generation_has_what_the_plan_says) {
    slice path = fixture_path(&f, "a.log");
    text in;
    weir_error err;
    text_init(&in, 0);
    text_addf(
        &in,
        "[loggers]\nkeys=root,x\n[handlers]\nkeys=out,file\n[formatters]\nkeys=f\n[logger_root]\nlevel=INFO\n"
        "handlers=out\n[logger_x]\nqualname=x.y\nhandlers=file,out\npropagate=0\n[handler_out]\n"
        "class=NullHandler\n[handler_file]\nclass=FileHandler\nlevel=ERROR\nformatter=f\nescape=none\n"
        "overflow=block\nargs=('%s', 'w')\n[formatter_f]\nformat=%%(message)s\n",
        path.data);
    config_plan *plan = config_check(text_slice(&in), "t.ini", &start_rules, &p, &err);
    cr_assert_not_null(plan);
    cr_assert_eq(build(plan, 7, NULL), 0);
    config_plan_free(plan); /* the generation does not point into it */
    memset(in.data, 'x', in.len);
    text_done(&in);

    generation *g = built.generation;
    cr_assert(g->number == 7 && g->handler_count == 2 && g->rule_count == 2 && g->formatter_count == 1);
    handler *file = g->handlers[1];
    cr_assert_str_eq(file->name, "file");
    cr_assert(file->level == 40 && file->escape == ESCAPE_NONE && file->overflow == OVERFLOW_BLOCK);
    cr_assert(file->overflow_given && file->truncate && file->target != NULL && file->line == 18);
    cr_assert_str_eq(file->stats->name, "file");
    cr_assert_eq(file->stats->generation, 7);
    cr_assert_eq(file->formatter, g->formatters[0]);
    cr_assert(g->handlers[0]->target == NULL && g->handlers[0]->stats != NULL);
    cr_assert(g->rules[1].handler_count == 2 && g->rules[1].handlers[0] == file && !g->rules[1].propagate);
    cr_assert(slice_is(g->rules[1].logger->name, "x.y"));
    cr_assert(built.tree.count == 2 && built.tree.rows[0].level == 20 &&
              built.tree.rows[1].level == LEVEL_UNSET);
    cr_assert(exists(path.data));
    config_built_done(&built);
    generation_free(g);
    cr_assert(exists(path.data)); /* it ran */
    cr_assert_eq(rows_used(), 0);
}

Test(build, a_build_that_is_not_used_leaves_nothing) {
    slice path = fixture_path(&f, "a.log"), old = fixture_path(&f, "old.log");
    int fd = open(old.data, O_CREAT | O_WRONLY, 0600);
    cr_assert_eq(write(fd, "kept\n", 5), 5);
    close(fd);
    config_plan *plan = must_check(
        &start_rules, "a,b",
        section(
            "[handler_a]\nclass=FileHandler\nargs=('$a',)\n[handler_b]\nclass=FileHandler\nargs=('$b','w')\n",
            path.data, old.data));
    cr_assert_eq(build(plan, 1, NULL), 0);
    cr_assert(exists(path.data));
    config_discard(&built);
    cr_assert_not(exists(path.data));
    struct stat st;
    cr_assert(stat(old.data, &st) == 0 && st.st_size == 5);
    cr_assert_eq(rows_used(), 0);
    config_plan_free(plan);
}

Test(build, all_that_cannot_be_opened_is_told_and_what_was_made_is_removed) {
    slice path = fixture_path(&f, "a.log");
    config_plan *plan = must_check(&start_rules, "a,b,c",
                                   section("[handler_a]\nclass=FileHandler\nargs=('$a',)\n[handler_b]\nclass="
                                           "FileHandler\nargs=('$b/no/x.log',)\n"
                                           "[handler_c]\nclass=FileHandler\nargs=('$b',)\n",
                                           path.data, f.dir));
    cr_assert_eq(build(plan, 1, NULL), -1);
    cr_assert_eq(p.errors, 2);
    cr_assert(p.list[0].line == 14 && p.list[1].line == 17);
    cr_assert_str_eq(p.list[0].section, "handler_b");
    cr_assert_not_null(strstr(p.list[0].message, "No such file or directory"));
    cr_assert_not_null(strstr(p.list[1].message, "directory"));
    cr_assert_not(exists(path.data));
    cr_assert_eq(rows_used(), 0);
    cr_assert_null(built.generation);
    config_plan_free(plan);
}

Test(build, the_same_handler_goes_on_with_its_counters) {
    slice path = fixture_path(&f, "a.log"), other = fixture_path(&f, "b.log");
    const char *same = section(
        "[handler_a]\nclass=FileHandler\nargs=('$a',)\n[handler_b]\nclass=FileHandler\nargs=('$a',)\n",
        path.data, "");
    config_plan *plan = must_check(&start_rules, "a,b", same);
    cr_assert_eq(build(plan, 1, NULL), 0);
    generation *first = built.generation;
    config_built_done(&built);
    config_plan_free(plan);
    cr_assert_eq(first->handlers[0]->target, first->handlers[1]->target);
    cr_assert_neq(first->handlers[0]->stats, first->handlers[1]->stats);
    first->handlers[0]->stats->given = first->handlers[0]->stats->delivered = 5;

    plan = must_check(
        &start_rules, "a,b",
        section("[handler_a]\nclass=FileHandler\nlevel=ERROR\nargs=('$a',)\n[handler_b]\nclass=FileHandler\n"
                "args=('$b',)\n",
                path.data, other.data));
    cr_assert_eq(build(plan, 2, first), 0);
    generation *second = built.generation;
    config_built_done(&built);
    config_plan_free(plan);
    cr_assert_eq(second->handlers[0]->stats, first->handlers[0]->stats);
    cr_assert_neq(second->handlers[1]->stats, first->handlers[1]->stats); /* another file */
    generation_free(first);
    cr_assert_eq(rows_used(), 2);
    cr_assert_eq(second->handlers[0]->stats->given, 5);
    generation_free(second);
    cr_assert_eq(rows_used(), 0);
}

/* ---- pushed configurations ---- */

static config_rules pushed_rules(const char *const *roots, size_t root_count, const char *const *paths,
                                 size_t path_count, const settings *fixed) {
    return (config_rules){.origin = CONFIG_PORT,
                          .fixed = fixed,
                          .log_roots = roots,
                          .log_root_count = root_count,
                          .allowed_paths = paths,
                          .allowed_path_count = path_count};
}

static void refused(const config_rules *rules, const char *sections, int line, const char *words) {
    cr_assert_null(try_check(rules, "a", sections), "%s", sections);
    cr_assert(p.errors == 1 && p.list[0].line == line, "%s", p.list[0].message);
    cr_assert_not_null(strstr(p.list[0].message, words), "%s", p.list[0].message);
}

Test(build, pushed_configurations_write_below_the_log_roots_only) {
    settings fixed;
    settings_default(&fixed);
    const char *roots[] = {f.dir}, *paths[] = {"/dev/null"};
    config_rules rules = pushed_rules(roots, 1, paths, 1, &fixed);
    refused(&rules, "[handler_a]\nclass=FileHandler\nargs=('/etc/x.log',)\n", 11, "may not write /etc/x.log");
    refused(&rules, section("[handler_a]\nclass=FileHandler\nargs=('$a/../x.log',)\n", f.dir, ""), 11,
            "may not write");
    refused(&rules, section("[handler_a]\nclass=FileHandler\nargs=('$ax.log',)\n", f.dir, ""), 11,
            "may not write");
    refused(&rules, "[handler_a]\nclass=weir.HistoryHandler\nargs=('/etc/x.db',)\n", 11, "may not write");
    config_plan *plan = must_check(&rules, "a", "[handler_a]\nclass=FileHandler\nargs=('/dev/null',)\n");
    cr_assert_eq(plan->handlers[0].args.beneath_dir.len, 0);
    config_plan_free(plan);

    plan = must_check(&rules, "a",
                      section("[handler_a]\nclass=FileHandler\nargs=('$a/./b/../x.log',)\n", f.dir, ""));
    cr_assert_eq(build(plan, 1, NULL), 0);
    slice made = fixture_path(&f, "x.log");
    struct stat st;
    cr_assert_eq(stat(made.data, &st), 0);
    cr_assert_eq(st.st_mode & 07777 & ~0640u, 0);
    config_discard(&built);
    cr_assert_not(exists(made.data));
    config_plan_free(plan);
}

Test(build, links_below_a_log_root_lead_nowhere) {
    const char *roots[] = {f.dir};
    settings fixed;
    settings_default(&fixed);
    config_rules rules = pushed_rules(roots, 1, NULL, 0, &fixed);
    slice link = fixture_path(&f, "link.log"), dir = fixture_path(&f, "dir"), fifo = fixture_path(&f, "fifo");
    cr_assert_eq(symlink("/tmp/weir-build-test-target", link.data), 0);
    cr_assert_eq(symlink("/tmp", dir.data), 0);
    cr_assert_eq(mkfifo(fifo.data, 0600), 0);
    static const char *const names[] = {"link.log", "dir/weir-build-test-target", "fifo"};
    for (size_t i = 0; i < 3; i++) {
        config_plan *plan = must_check(
            &rules, "a", section("[handler_a]\nclass=FileHandler\nargs=('$a/$b',)\n", f.dir, names[i]));
        cr_assert_eq(build(plan, 1, NULL), -1, "%s", names[i]);
        cr_assert_eq(p.list[0].line, 11);
        config_plan_free(plan);
    }
    cr_assert_not(exists("/tmp/weir-build-test-target"));
}

Test(build, pushed_configurations_may_repeat_but_not_change_the_settings) {
    settings fixed;
    settings_default(&fixed);
    memcpy(fixed.http, "127.0.0.1:9031", 15);
    fixed.has_admin = true;
    fixed.overflow = OVERFLOW_BLOCK;
    config_rules rules = pushed_rules(NULL, 0, NULL, 0, &fixed);
    const char *null = "[handler_a]\nclass=NullHandler\n";
    config_plan *plan = must_check(&rules, "a", null);
    cr_assert(plan->settings.overflow == OVERFLOW_BLOCK && plan->handlers[0].overflow == OVERFLOW_BLOCK);
    cr_assert_str_eq(plan->settings.http, "127.0.0.1:9031");
    config_plan_free(plan);
    plan = must_check(
        &rules, "a",
        section("$a[weir]\noverflow=block\nstall_timeout=250ms\n[admin]\nhttp=localhost:9031\n", null, ""));
    config_plan_free(plan);
    refused(&rules, section("$a[admin]\nhttp=off\n", null, ""), 12, "repeat what runs: \"127.0.0.1:9031\"");
    refused(&rules, section("$a[weir]\noverflow=drop\n", null, ""), 12, "may not change it");
    refused(&rules, section("$a[weir]\nlog_root=/\n", null, ""), 12, "may not change it");
    settings reread = fixed; /* a file that was reread asked for another queue, and waits for a restart */
    reread.queue *= 2;
    rules.running = &reread;
    plan = must_check(&rules, "a", section("$a[weir]\nqueue=2MiB\n", null, ""));
    cr_assert_eq(plan->settings.queue, fixed.queue);
    config_plan_free(plan);
    rules.origin = CONFIG_FILE;
    plan = must_check(&rules, "a", section("$a[admin]\nhttp=off\n", null, ""));
    const setting_row *rows[SETTING_ROWS];
    cr_assert_eq(config_restart_keys(&fixed, &plan->settings, rows, SETTING_ROWS), 1);
    cr_assert_str_eq(rows[0]->key, "http");
    config_plan_free(plan);
}

Test(build, log_roots_come_from_the_start_configuration) {
    arena a;
    const char *const *roots;
    arena_init(&a, 0);
    setenv("LOGS_DIRECTORY", "/var/log/x:/var/log/y/", 1);
    unsetenv("STATE_DIRECTORY");
    config_plan *plan = must_check(
        &start_rules, "a,b,c",
        "[handler_a]\nclass=FileHandler\nargs=('/srv/log/a.log',)\n[handler_b]\nclass=FileHandler\n"
        "args=('/srv/log/b.log',)\n[handler_c]\nclass=FileHandler\nargs=('/dev/null',)\n");
    cr_assert_eq(config_log_roots(plan, &a, &roots), 3);
    cr_assert_str_eq(roots[0], "/srv/log");
    cr_assert_str_eq(roots[1], "/var/log/x");
    cr_assert_str_eq(roots[2], "/var/log/y");
    config_plan_free(plan);
    plan = must_check(
        &start_rules, "a",
        "[handler_a]\nclass=FileHandler\nargs=('/srv/log/a.log',)\n[weir]\nlog_root=/only/here/\n");
    cr_assert_eq(config_log_roots(plan, &a, &roots), 1);
    cr_assert_str_eq(roots[0], "/only/here");
    config_plan_free(plan);
    arena_done(&a);
}

/* ---- weir check ---- */

Test(build, probing_tells_what_could_not_be_opened_and_makes_nothing) {
    slice path = fixture_path(&f, "a.log");
    config_plan *plan = must_check(&start_rules, "a,b,c",
                                   section("[handler_a]\nclass=FileHandler\nargs=('$a',)\n[handler_b]\nclass="
                                           "FileHandler\nargs=('$b/no/x.log',)\n"
                                           "[handler_c]\nclass=weir.HistoryHandler\nargs=('$b',)\n",
                                           path.data, f.dir));
    config_probe_paths(plan, &p);
    cr_assert_eq(p.errors, 2);
    cr_assert_not_null(strstr(p.list[0].message, "make the directory first"));
    cr_assert_not_null(strstr(p.list[1].message, "is a directory"));
    cr_assert_eq(p.list[1].line, 17);
    cr_assert_not(exists(path.data));
    config_plan_free(plan);
}

Test(build, descriptors_used_up_are_a_problem_and_no_more) {
    slice path = fixture_path(&f, "a.log");
    config_plan *plan = must_check(&start_rules, "a",
                                   section("[handler_a]\nclass=FileHandler\nargs=('$a',)\n", path.data, ""));
    struct rlimit before, none = {0};
    getrlimit(RLIMIT_NOFILE, &before);
    none.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_NOFILE, &none);
    int rc = build(plan, 1, NULL);
    setrlimit(RLIMIT_NOFILE, &before);
    cr_assert_eq(rc, -1);
    cr_assert_not_null(strstr(p.list[0].message, "Too many open files"), "%s", p.list[0].message);
    cr_assert_eq(rows_used(), 0);
    config_plan_free(plan);
}

/* ---- filters over a change ---- */

#define FEW                                                                                                  \
    "[filters]\nkeys=few\n[filter_few]\nclass=weir.RateLimitFilter\nargs=($a)\n[handler_a]\nclass="          \
    "NullHandler\n"                                                                                          \
    "filters=few\n[handler_b]\nclass=NullHandler\n$b"

/* The filter that handler a, or b, has in what is built on old. */
static filter *built_on(generation **old, const char *names, const char *args, const char *of_b) {
    config_plan *plan = must_check(&start_rules, names, section(FEW, args, of_b));
    cr_assert_eq(build(plan, 2, *old), 0);
    config_plan_free(plan);
    generation *was = *old;
    *old = built.generation;
    config_built_done(&built);
    filter *made = (*old)->filters[0];
    generation_free(was);
    return made;
}

Test(build, a_filter_that_is_left_alone_is_the_same_filter) {
    generation *g = NULL;
    filter *first = built_on(&g, "a,b", "3, '1h'", "");
    cr_assert_eq(built_on(&g, "a,b", "3, '1h'", "level=ERROR\n"), first);
    cr_assert_eq(built_on(&g, "a,b", "3, '1h'", "filters=few\n"), first, "at one more place");
    cr_assert_eq(g->handlers[1]->filters[0], first);
    cr_assert_eq(__atomic_load_n(&first->shares, __ATOMIC_RELAXED), 0, "it has one owner");
    generation_free(g);
}

Test(build, a_filter_of_other_arguments_or_another_place_is_another_one) {
    generation *g = NULL;
    filter *first = built_on(&g, "a", "3, '1h'", "");
    filter_share(first); /* so that its memory is not taken again */
    filter *second = built_on(&g, "a", "4, '1h'", "");
    cr_assert_neq(second, first);
    filter_share(second);
    config_plan *plan = must_check(
        &start_rules, "a,b",
        section("[filters]\nkeys=few\n[filter_few]\nclass=weir.RateLimitFilter\nargs=(4, '1h')\n[handler_a]\n"
                "class=NullHandler\n[handler_b]\nclass=NullHandler\nfilters=few\n",
                "", ""));
    cr_assert_eq(build(plan, 3, g), 0);
    cr_assert_neq(built.generation->filters[0], second);
    config_plan_free(plan);
    generation_free(g);
    config_discard(&built);
    filter_release(first);
    filter_release(second);
}

Test(build, a_build_that_is_refused_takes_no_filter_away) {
    slice path = fixture_path(&f, "no/such.log");
    generation *g = NULL;
    filter *first = built_on(&g, "a,b", "3, '1h'", "");
    text more;
    text_init(&more, 0);
    text_addf(&more, "[handler_c]\nclass=FileHandler\nargs=('%s',)\n", path.data);
    config_plan *plan = must_check(&start_rules, "a,b,c", section(FEW, "3, '1h'", text_cstr(&more)));
    cr_assert_neq(build(plan, 2, g), 0);
    cr_assert_eq(__atomic_load_n(&first->shares, __ATOMIC_RELAXED), 0);
    config_plan_free(plan);
    text_done(&more);
    generation_free(g);
}
