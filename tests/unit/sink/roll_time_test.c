/* When a rolling file begins anew, and what the old one is called: values of CPython 3.11's computeRollover
 * and doRollover, in a table. (tests/compat/rotation_test.py asks Python itself, at random.) */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "sink/roll.h"

typedef struct rollover {
    const char *when;
    int64_t interval;
    bool utc;
    int64_t at, from, now; /* from: of the file; now: of the record that comes too late for it */
    int64_t next, after;
    const char *suffix;
} rollover;

static const rollover without_summer_time[] = {
    {"S", 30, false, -1, 1700000000, 1700000030, 1700000030, 1700000060, "2023-11-14_22-13-20"},
    {"M", 5, false, -1, 1700000000, 1700000333, 1700000300, 1700000633, "2023-11-14_22-13"},
    {"h", 1, false, -1, 1700000000, 1700009999, 1700003600, 1700013599, "2023-11-14_22"},
    {"D", 1, false, -1, 1700000000, 1700300000, 1700086400, 1700386400, "2023-11-14"},
    {"midnight", 1, false, -1, 1700000000, 1700006400, 1700006400, 1700092800, "2023-11-14"},
    {"midnight", 1, false, 3600, 1700000000, 1700010000, 1700010000, 1700096400, "2023-11-14"},
    {"midnight", 3, false, -1, 1700000000, 1700006400, 1700006400, 1700092800, "2023-11-12"},
    {"W0", 1, false, -1, 1700000000, 1700438400, 1700524800, 1700524800, "2023-11-14"},
    {"W6", 2, false, 43200, 1700000000, 1700438400, 1700395200, 1701000000, "2023-11-05"},
};

/* Summer time began on 26 March 2023 at 1:00 UTC and ended on 29 October at 1:00 UTC. */
static const rollover around_summer_time[] = {
    {"midnight", 1, false, -1, 1679780000, 1679785200, 1679785200, 1679868000, "2023-03-25"},
    {"midnight", 1, false, -1, 1679790000, 1679868000, 1679871600, 1679954400, "2023-03-26"},
    {"midnight", 1, true, -1, 1679790000, 1679875200, 1679875200, 1679961600, "2023-03-26"},
    {"midnight", 1, false, 7200, 1679780000, 1679796000, 1679792400, 1679875200, "2023-03-25"},
    {"midnight", 1, false, -1, 1698530400, 1698620400, 1698616800, 1698706800, "2023-10-28"},
    {"W6", 1, false, -1, 1679400000, 1679868000, 1679868000, 1680472800, "2023-03-20"},
    {"W0", 1, false, -1, 1698400000, 1698620400, 1698706800, 1698706800, "2023-10-24"},
    {"H", 1, false, -1, 1698538500, 1698542100, 1698542100, 1698545700, "2023-10-29_01"},
};

static roll_rules rules_of(const rollover *r) {
    roll_rules rules = {.at = r->at, .utc = r->utc};
    weir_error err;
    cr_assert_eq(roll_rules_when(slice_of(r->when), r->interval, &rules, &err), 0, "%s", err.message);
    return rules;
}

static void expect(const rollover *r) {
    roll_rules rules = rules_of(r);
    text suffix;
    text_init(&suffix, 0);
    roll_time_suffix(&rules, r->next, r->now, &suffix);
    cr_expect_eq(roll_time_next(&rules, r->from), r->next, "%s from %lld", r->when, (long long)r->from);
    cr_expect_eq(roll_time_after(&rules, r->now), r->after, "%s after %lld", r->when, (long long)r->now);
    cr_expect_str_eq(text_cstr(&suffix), r->suffix, "%s from %lld", r->when, (long long)r->from);
    cr_expect(roll_time_is_suffix(&rules, text_slice(&suffix)), "%s", r->suffix);
    text_done(&suffix);
}

Test(roll_time, without_summer_time) {
    setenv("TZ", "UTC0", 1);
    for (size_t i = 0; i < sizeof without_summer_time / sizeof without_summer_time[0]; i++)
        expect(&without_summer_time[i]);
}

Test(roll_time, where_summer_time_begins_and_ends) {
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    for (size_t i = 0; i < sizeof around_summer_time / sizeof around_summer_time[0]; i++)
        expect(&around_summer_time[i]);
}

Test(roll_time, what_is_no_date_of_these_rules_is_no_old_file) {
    static const char *const others[] = {
        "", "2023-11", "2023-11-14_22", "2023-11-1x", "2023_11-14", "2023-11-14 ", "bak"};
    const rollover daily = {.when = "D", .interval = 1, .at = -1};
    roll_rules rules = rules_of(&daily);
    cr_assert(roll_time_is_suffix(&rules, SLICE_LITERAL("2023-11-14")));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        cr_expect_not(roll_time_is_suffix(&rules, slice_of(others[i])), "%s", others[i]);
}
