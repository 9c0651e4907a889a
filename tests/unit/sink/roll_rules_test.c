/* The rules of a rolling file: Python's words for `when`, and the way through a sink's description. */
#include <criterion/criterion.h>

#include "sink/roll.h"

static roll_rules rules;
static weir_error err;

static int when(const char *word, int64_t interval) {
    rules = (roll_rules){.at = -1};
    err = (weir_error){0};
    return roll_rules_when(slice_of(word), interval, &rules, &err);
}

Test(roll_rules, when_in_pythons_words) {
    static const struct {
        const char *word;
        roll_when when;
        int64_t seconds;
    } all[] = {{"s", ROLL_SECOND, 1},
               {"M", ROLL_MINUTE, 60},
               {"h", ROLL_HOUR, 3600},
               {"D", ROLL_DAY, 86400},
               {"MidNight", ROLL_MIDNIGHT, 86400},
               {"w0", ROLL_WEEK, 604800},
               {"W6", ROLL_WEEK, 604800}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cr_expect_eq(when(all[i].word, 3), 0, "%s: %s", all[i].word, err.message);
        cr_expect(rules.when == all[i].when && rules.interval == 3 * all[i].seconds, "%s", all[i].word);
    }
    cr_assert_eq(rules.weekday, 6);
}

static void expect_refused(const char *word, int64_t interval, const char *words) {
    cr_expect_eq(when(word, interval), -1, "%s", word);
    cr_expect_not_null(strstr(err.message, words), "%s: %s", word, err.message);
}

Test(roll_rules, what_is_wrong_in_pythons_words) {
    expect_refused("W", 1, "You must specify a day for weekly rollover from 0 to 6 (0 is Monday): W");
    expect_refused("W10", 1, "You must specify a day for weekly rollover from 0 to 6 (0 is Monday): W10");
    expect_refused("W7", 1, "Invalid day specified for weekly rollover: W7");
    expect_refused("Y", 1, "Invalid rollover interval specified: Y");
    expect_refused("", 1, "Invalid rollover interval specified: ");
    expect_refused("midnights", 1, "Invalid rollover interval specified: MIDNIGHTS");
    expect_refused("midnight and more than fits", 1, "Invalid rollover interval specified");
}

Test(roll_rules, an_interval_has_an_end) {
    expect_refused("D", 0, "interval 0 is not between 1 and 36600");
    expect_refused("D", -1, "is not between 1 and");
    expect_refused("D", 36601, "is not between 1 and 36600");
    expect_refused("S", INT64_MAX, "is not between 1 and");
    cr_assert_eq(when("D", 36600), 0);
}

static void expect_the_same(const roll_rules *from, const char *word, int64_t interval) {
    text json;
    roll_rules back;
    text_init(&json, 0);
    roll_rules_json(slice_of(word), from, interval, &json);
    cr_assert_eq(roll_rules_parse(text_slice(&json), &back, &err), 0, "%s: %s", text_cstr(&json),
                 err.message);
    cr_assert(back.when == from->when && back.max_bytes == from->max_bytes && back.backups == from->backups,
              "%s", text_cstr(&json));
    cr_assert(back.interval == from->interval && back.at == from->at && back.utc == from->utc &&
                  back.weekday == from->weekday,
              "%s", text_cstr(&json));
    text_done(&json);
}

Test(roll_rules, they_survive_the_way_through_a_mapping) {
    const roll_rules by_size = {.max_bytes = 1000, .backups = 7, .at = -1};
    expect_the_same(&by_size, "", 0);
    cr_assert_eq(when("w3", 2), 0);
    rules.backups = 4, rules.at = 3600, rules.utc = true;
    roll_rules weekly = rules;
    expect_the_same(&weekly, "w3", 2);
}

Test(roll_rules, a_damaged_description_is_refused) {
    cr_assert_eq(roll_rules_parse(SLICE_LITERAL("{\"backups\":"), &rules, &err), -1);
    cr_assert_eq(roll_rules_parse(SLICE_LITERAL("{\"when\":\"X\"}"), &rules, &err), -1);
}
