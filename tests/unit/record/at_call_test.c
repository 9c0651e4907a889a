/* at_call_test.c - what hooks make of a call: captured as before, captured with fields, made, or nothing. */
#include "record/at_call.h"

#include "unit/frontend/front_fixture.h"

#include "record/record_view.h"

static front_fixture f;
static record rec;

static int add_field(void *arg, weir_record *r) {
    return weir_record_set_str(r, "ip", arg) == 0 && weir_record_set_int(r, "n", 7) == 0;
}
static int set_level(void *arg, weir_record *r) {
    return weir_record_set_int(r, "levelno", *(int *)arg) == 0;
}
static int wrap(void *arg, weir_record *r) {
    char wrapped[100];
    (void)arg;
    snprintf(wrapped, sizeof wrapped, "<%s>", weir_record_message(r, NULL));
    return weir_record_set_str(r, "msg", wrapped) == 0;
}
static int drop(void *arg, weir_record *r) {
    (void)arg, (void)r;
    return 0;
}
static int look(void *arg, weir_record *r) {
    snprintf(arg, 200, "%s %s %s %s", weir_record_str(r, "name", NULL), weir_record_str(r, "levelname", NULL),
             weir_record_str(r, "funcName", NULL), weir_record_message(r, NULL));
    return 1;
}

static slice field(const char *key) {
    value v;
    return record_attribute(&rec, slice_of(key), &v) && v.type == VALUE_STR ? v.str : SLICE_NONE;
}

static void expect(const char *message) {
    cr_assert(fixture_next(&f, &rec));
    slice m = record_message(&rec, ESCAPE_NONE);
    cr_assert(slice_is(m, message), "%.*s", (int)m.len, m.data);
}

Test(at_call, a_filter_sees_the_record_and_leaves_it_captured) {
    char seen[200] = "";
    fixture_open(&f);
    weir_logger *l = weir_get_logger("at.call");
    weir_add_call_filter(l, look, seen);
    WEIR_ERROR(l, "%s is %d", "x", 3);
    cr_assert_str_eq(seen,
                     "at.call ERROR at_call_a_filter_sees_the_record_and_leaves_it_captured_impl x is 3");
    expect("x is 3");
    cr_assert_eq(rec.entry->kind, ENTRY_CALL);
    fixture_close(&f);
}

Test(at_call, added_fields_shadow_and_leave_the_call_captured) {
    char ip[] = "1.2.3.4";
    fixture_open(&f);
    weir_logger *l = weir_bind(weir_get_logger("fields"), "ip", "bound");
    weir_add_call_filter(l, add_field, ip);
    WEIR_ERROR(l, "%d", 5);
    expect("5");
    cr_assert_eq(rec.entry->kind, ENTRY_CALL);
    cr_assert_eq(rec.field_count, 2);
    cr_assert(slice_is(field("ip"), "1.2.3.4"));
    WEIR_LOG_FIELDS(l, WEIR_LEVEL_ERROR, (weir_str("own", "o")), "more");
    expect("more");
    cr_assert(slice_is(field("own"), "o"));
    cr_assert(slice_is(field("ip"), "1.2.3.4"));
    fixture_close(&f);
}

Test(at_call, a_changed_attribute_makes_a_record) {
    int level = WEIR_LEVEL_CRITICAL;
    fixture_open(&f);
    weir_logger *l = weir_bind(weir_get_logger("made"), "k", "v");
    weir_context_push("request", "17");
    weir_add_call_filter(l, wrap, NULL);
    WEIR_ERROR(l, "%d%% of %s", 5, "all\n");
    int line = __LINE__ - 1;
    expect("<5% of all\n>");
    cr_assert_eq(rec.entry->kind, ENTRY_MADE);
    cr_assert_eq(rec.lineno, line);
    cr_assert(slice_is(rec.name, "made"));
    cr_assert(slice_is(field("k"), "v") && slice_is(field("request"), "17"));
    cr_assert_eq(rec.field_count, 2);
    weir_add_call_filter(l, set_level, &level);
    WEIR_ERROR(l, "loud");
    expect("<loud>");
    cr_assert_eq(rec.level, WEIR_LEVEL_CRITICAL);
    cr_assert_eq(rec.entry->level, WEIR_LEVEL_CRITICAL, "handlers compare with it");
    cr_assert(slice_is(rec.level_name, "ERROR"), "as in Python");
    fixture_close(&f);
}

Test(at_call, one_that_is_dropped_leaves_no_trace) {
    fixture_open(&f);
    weir_logger *l = weir_get_logger("dropped");
    weir_add_call_filter(l, drop, NULL);
    WEIR_ERROR(l, "never seen");
    cr_assert_not(fixture_next(&f, &rec));
    for (int i = 0; i < EARLY_COUNT; i++) cr_assert_eq(f.process->early[i], 0);
    fixture_close(&f);
}

Test(at_call, without_hooks_a_call_is_as_short_as_before) {
    fixture_open(&f);
    weir_logger *l = weir_get_logger("short");
    const logger *core = logger_of_handle(l)->core;
    WEIR_ERROR(l, "one");
    cr_assert_eq(core->token, core->number);
    weir_add_call_filter(NULL, drop, NULL);
    cr_assert_eq(core->token >> 32, 0, "of no epoch");
    WEIR_ERROR(l, "two");
    cr_assert_eq(core->token >> 32, 0, "as long as there is one");
    weir_remove_call_filter(NULL, drop, NULL);
    WEIR_ERROR(l, "three");
    cr_assert_eq(core->token, core->number, "the next one is short again");
    expect("one");
    expect("three");
    fixture_close(&f);
}

static int logs_itself(void *arg, weir_record *r) {
    (void)r;
    WEIR_ERROR((weir_logger *)arg, "inside");
    return 1;
}

Test(at_call, a_call_inside_is_dropped_and_counted) {
    fixture_open(&f);
    weir_logger *l = weir_get_logger("inside");
    weir_add_call_filter(l, logs_itself, l);
    WEIR_ERROR(l, "outside");
    expect("outside");
    cr_assert_not(fixture_next(&f, &rec));
    cr_assert_eq(f.process->early[EARLY_REENTRY], 1);
    fixture_close(&f);
}

Test(at_call, hooks_go_on_over_stop_and_start) {
    char ip[] = "1";
    weir_logger *l = weir_get_logger("again");
    weir_add_call_filter(l, add_field, ip);
    for (int i = 0; i < 3; i++) {
        fixture_open(&f);
        WEIR_ERROR(l, "round %d", i);
        cr_assert(fixture_next(&f, &rec));
        cr_assert(slice_is(field("ip"), "1"));
        fixture_close(&f);
    }
}

static void stamp(void *arg, weir_record *r) { weir_record_set_int(r, "count", ++*(int *)arg); }

Test(at_call, the_factory_comes_first_and_leaves_made_records_alone) {
    int count = 0;
    char seen[200];
    fixture_open(&f);
    weir_logger *l = weir_get_logger("factory");
    weir_set_log_record_factory(stamp, &count);
    WEIR_ERROR(l, "one");
    expect("one");
    value_pair pair = {value_str(SLICE_LITERAL("msg")), value_str(SLICE_LITERAL("given"))};
    value attributes = {.type = VALUE_DICT, .dict = {&pair, 1}};
    weir_add_call_filter(l, look, seen);
    cr_assert_eq(front_emit_made(logger_of_handle(l), 40, &attributes), 0);
    expect("given");
    cr_assert_not_null(strstr(seen, "given"));
    cr_assert_eq(count, 1);
    weir_set_log_record_factory(NULL, NULL);
    fixture_close(&f);
}
