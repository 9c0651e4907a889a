/* Who changed what, the newest first and bounded; and the lines of status that listeners keep. */
#include "support/control_fixture.h"

TestSuite(audit, .init = control_begin, .fini = control_end);

typedef struct list {
    size_t count;
    char first[512], last[512];
} list;
static void keep(void *arg, const audit_entry *e) {
    list *l = arg;
    snprintf(l->count == 0 ? l->first : l->last, sizeof l->last, "%s", e->what);
    l->count++;
    cr_assert(e->time_us > 0 && strcmp(e->way, "api") == 0 && strcmp(e->who, "a test") == 0);
}

Test(audit, the_newest_first_and_so_many_only) {
    list l = {0};
    for (int i = 0; i < LIMIT_AUDIT + 5; i++) control_note(fix.control, &tester, "change %d", i);
    control_audit(fix.control, 3, keep, &l);
    char newest[32], third[32], oldest[32];
    snprintf(newest, sizeof newest, "change %d", LIMIT_AUDIT + 4);
    snprintf(third, sizeof third, "change %d", LIMIT_AUDIT + 2);
    cr_assert_eq(l.count, 3);
    cr_assert_str_eq(l.first, newest);
    cr_assert_str_eq(l.last, third);
    l = (list){0};
    control_audit(fix.control, 10 * LIMIT_AUDIT, keep, &l);
    snprintf(oldest, sizeof oldest, "change %d", 5);
    cr_assert_eq(l.count, LIMIT_AUDIT);
    cr_assert_str_eq(l.last, oldest);
}

static char lines[512];
static void see(void *arg, const char *name, const char *address, const char *state) {
    (void)arg;
    snprintf(lines + strlen(lines), sizeof lines - strlen(lines), "%s %s: %s;", name, address, state);
}
static const char *listeners(void) {
    lines[0] = '\0';
    control_listeners(fix.control, see, NULL);
    return lines;
}

Test(audit, a_listener_has_one_line_until_it_is_gone) {
    control_set_listener(fix.control, "http", "127.0.0.1:1", "listening");
    control_set_listener(fix.control, "port", "127.0.0.1:2", "taken, retrying");
    control_set_listener(fix.control, "http", "127.0.0.1:1", "taken, retrying");
    cr_assert_str_eq(listeners(), "http 127.0.0.1:1: taken, retrying;port 127.0.0.1:2: taken, retrying;");
    control_set_listener(fix.control, "http", "", NULL);
    cr_assert_str_eq(listeners(), "port 127.0.0.1:2: taken, retrying;");
    control_set_listener(fix.control, "nobody", "", NULL);
    cr_assert_str_eq(listeners(), "port 127.0.0.1:2: taken, retrying;");
}

static int count_taken(void *arg, const row *r) {
    if (memmem(r->message.data, r->message.len, "taken", 5) != NULL) ++*(int *)arg;
    return 0;
}

Test(audit, each_trouble_of_a_listener_is_a_record) {
    record_query q;
    weir_error err;
    int count = 0;
    control_set_listener(fix.control, "http", "127.0.0.1:1", "taken");
    control_set_listener(fix.control, "http", "127.0.0.1:1", "taken"); /* no news */
    control_set_listener(fix.control, "http", "", NULL);
    control_set_listener(fix.control, "port", "127.0.0.1:2",
                         "taken"); /* in the place of the one that is gone */
    cr_assert_eq(control_flush_routed(fix.control, clock_monotonic_ns() + 20 * INT64_C(1000000000)), 0);
    query_init(&q);
    q.limit = 100;
    cr_assert_eq(control_query(fix.control, &q, 20000, count_taken, &count, NULL, &err), 0, "%s",
                 err.message);
    cr_assert_eq(count, 2);
}

Test(audit, lines_of_listeners_are_bounded) {
    char name[16];
    for (int i = 0; i < 2 * LISTENERS; i++) {
        snprintf(name, sizeof name, "l%d", i);
        control_set_listener(fix.control, name, "a", "listening");
    }
    cr_assert_eq(fix.control->listener_count, LISTENERS);
}
