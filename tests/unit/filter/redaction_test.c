/* Redaction: what is hidden in each sort of record, what stays, and what the messages of a wrong one say. */
#include "filter/redaction.h"

#include "base/limits.h"
#include "record/attribute.h"
#include "support/record_fixture.h"

static redaction *hidden;
static const ring_entry *entry;

static void use(const char *keys, const char *patterns) {
    weir_error err;
    redaction_free(hidden);
    cr_assert_eq(redaction_create(slice_of(keys), slice_of(patterns), &hidden, &err), 0, "%s", err.message);
}

static void end(void) {
    redaction_free(hidden);
    hidden = NULL;
    fixture_done();
}

TestSuite(redaction, .init = fixture_init, .fini = end);

/* Does anything of the record change? */
static bool apply(record *rec) {
    const ring_entry *before = entry = rec->entry;
    cr_assert_eq(redaction_apply(hidden, fixture.reader, &entry, rec), 0);
    cr_assert(entry_valid(entry, entry->size));
    cr_assert_eq(rec->entry, entry);
    return entry != before;
}

/* Everything that a handler could print of it. */
static const char *shown(record *rec) {
    static text out;
    value all;
    text_clear(&out);
    cr_assert(record_dict(rec, &all));
    value_repr(&all, &out);
    return text_cstr(&out);
}

static void expect_hidden(record *rec, const char *message) {
    cr_assert(apply(rec));
    fixture_expect(record_message(rec, ESCAPE_NONE), message);
    cr_assert_null(strstr(shown(rec), "canary"), "%s", shown(rec));
    cr_assert(!rec->render_failed);
}

static slice wire(const char *json) {
    static text out;
    value v;
    weir_error err;
    text_clear(&out);
    cr_assert_eq(json_parse(slice_of(json), 16, &fixture.memory, &v, &err), 0, "%s", err.message);
    for (size_t i = 0; i < v.dict.count; i++) {
        value_encode(&v.dict.pairs[i].key, &out);
        value_encode(&v.dict.pairs[i].val, &out);
    }
    return text_slice(&out);
}

Test(redaction, a_field_is_hidden_where_it_stands) {
    use("password, Token", "");
    fixture_extra extra = fixture_plain;
    extra.fields = wire("{\"user\":\"ann\",\"PASSWORD\":\"canary\",\"token\":17,\"n\":1}");
    extra.exc_text = "why";
    record *rec = fixture_call_with(&extra, "%s of %d", "one", 2);
    expect_hidden(rec, "one of 2");
    cr_assert_eq(entry->kind, ENTRY_CALL);
    cr_assert_eq(entry->id, 77);
    cr_assert_eq(rec->field_count, 4);
    fixture_expect(rec->fields[0].val.str, "ann");
    fixture_expect(rec->fields[1].val.str, "***");
    fixture_expect(rec->fields[2].val.str, "***");
    cr_assert_eq(rec->fields[3].val.i64, 1);
    fixture_expect(rec->exc_text, "why");
    fixture_expect(rec->filename, "net.io.c");
    fixture_expect(rec->thread_name, "worker-1");
}

Test(redaction, a_message_keeps_its_place_and_loses_its_arguments) {
    use("", "password=\\K\\S+\n[0-9]{4}-[0-9]{4}");
    record *rec = fixture_call("user %s password=%s card %s.", "ann", "canary", "1234-5678");
    expect_hidden(rec, "user ann password=*** card ***.");
    fixture_expect(rec->filename, "net.io.c");
    fixture_expect(rec->func, "accept_one");
    cr_assert_eq(rec->lineno, 42);
    cr_assert_eq(rec->created_ns, FIXTURE_NS);
    cr_assert_eq(rec->level, 20);
    expect_hidden(fixture_text("%n", "password=canary"), "password=***");
    /* In a literal format, too, which some handlers send. */
    expect_hidden(fixture_call("password=canary"), "password=***");
}

Test(redaction, what_the_message_does_not_show_is_no_argument_either) {
    use("", "canary");
    expect_hidden(fixture_made("{\"msg\":\"%.2s\",\"args\":[\"canary\"]}"), "**");
}

Test(redaction, exceptions_and_texts_of_fields) {
    use("", "canary");
    fixture_extra extra = fixture_plain;
    extra.fields = wire("{\"url\":\"/?k=canary&l=1\",\"deep\":[{\"a\":\"canary\"}]}");
    extra.exc_text = "Error: canary\n  at f";
    record *rec = fixture_call_with(&extra, "plain");
    expect_hidden(rec, "plain");
    fixture_expect(rec->exc_text, "Error: ***\n  at f");
    fixture_expect(rec->fields[0].val.str, "/?k=***&l=1");
}

Test(redaction, records_of_given_attributes) {
    use("password", "canary");
    record *rec = fixture_made(
        "{\"msg\":\"%s and %s\",\"args\":[\"canary\",\"x\"],\"password\":\"p1canary\",\"lineno\":\"odd\","
        "\"exc_text\":\"a canary b\",\"extra\":{\"Password\":5,\"url\":\"canary\"},\"threadName\":\"T\"}");
    expect_hidden(rec, "*** and x");
    fixture_expect(rec->exc_text, "a *** b");
    fixture_expect(rec->thread_name, "T");
    cr_assert_not_null(strstr(shown(rec), "'lineno': 'odd'"), "%s", shown(rec));
    cr_assert_not_null(strstr(shown(rec), "'Password': '***'"), "%s", shown(rec));
    use("password", "");
    expect_hidden(
        fixture_made("{\"msg\":\"%(user)s %(password)s\",\"args\":[{\"user\":1,\"password\":\"canary\"}]}"),
        "1 ***");
    /* One whose message cannot be made of its arguments prints both. */
    use("", "canary");
    cr_assert(apply(fixture_made("{\"msg\":\"none\",\"args\":[\"canary\"]}")));
    cr_assert_null(strstr(shown(&fixture.rec), "canary"));
}

Test(redaction, a_record_with_nothing_to_hide_stays_what_it_was) {
    use("password", "canary");
    fixture_extra extra = fixture_plain;
    extra.fields = wire("{\"user\":\"ann\"}");
    extra.exc_text = "why";
    record *rec = fixture_call_with(&extra, "%s", "x");
    cr_assert_not(apply(rec));
    fixture_expect(record_message(rec, ESCAPE_NONE), "x");
    cr_assert_not(apply(fixture_made("{\"msg\":\"%s\",\"args\":[\"x\"],\"extra\":{\"user\":\"a\"}}")));
    cr_assert_not(apply(fixture_text("%n", "x")));
}

Test(redaction, bytes_that_are_no_text_hide_nothing) {
    use("", "canary");
    record *rec = fixture_text("%n", "\xff"
                                     "canary \xc3\xa9\xc3");
    expect_hidden(rec, "\xff*** \xc3\xa9\xc3");
    use("", "(?i)\xc3\x89t\xc3\xa9");
    cr_assert(apply(fixture_text("%n", "un \xc3\xa9t\xc3\xa9")));
    fixture_expect(record_message(&fixture.rec, ESCAPE_NONE), "un ***");
}

Test(redaction, what_cannot_be_looked_at_in_bounds_is_hidden_whole) {
    char *big = malloc(LIMIT_REDACT_TEXT + 2);
    memset(big, 'a', LIMIT_REDACT_TEXT + 1);
    big[LIMIT_REDACT_TEXT + 1] = '\0';
    use("", "canary");
    expect_hidden(fixture_text("%n", big), "***");
    big[LIMIT_REDACT_TEXT] = '\0';
    cr_assert_not(apply(fixture_text("%n", big)));
    big[LIMIT_REDACT_MATCHES + 1] = '\0';
    use("", "a");
    expect_hidden(fixture_text("%n", big), "***");
    /* It would take 2^60 steps. */
    use("", "(a|a)+$");
    memset(big, 'a', 60);
    strcpy(big + 60, "!");
    expect_hidden(fixture_text("%n", big), "***");
    free(big);
    use("", "x*");
    cr_assert_not(apply(fixture_text("%n", "abc")), "the empty text is no match");
}

static void expect_refused(const char *keys, const char *patterns, const char *words) {
    weir_error err;
    redaction *none;
    cr_assert_eq(redaction_create(slice_of(keys), slice_of(patterns), &none, &err), -1, "%s %s", keys,
                 patterns);
    cr_assert_not_null(strstr(err.message, words), "%s", err.message);
}

Test(redaction, wrong_ones_are_refused_with_the_reason) {
    expect_refused("a,,b", "", "an empty name");
    expect_refused("message", "", "is an attribute of every record");
    expect_refused("", "good\n(bad",
                   "pattern 2, \"(bad\", is no regular expression: missing closing parenthesis, at byte 4");
    expect_refused("", "a\n#b", "pattern 2 begins like a comment");
    text many;
    text_init(&many, 0);
    for (int i = 0; i <= LIMIT_REDACT_KEYS; i++) text_addf(&many, "%sk%d", i ? "," : "", i);
    expect_refused(text_cstr(&many), "", "more than 64 names");
    text_clear(&many);
    for (int i = 0; i <= LIMIT_REDACT_PATTERNS; i++) text_addf(&many, "p%d\n", i);
    expect_refused("", text_cstr(&many), "more than 32 patterns");
    text_clear(&many);
    text_add_repeat(&many, 'a', LIMIT_REDACT_PATTERN + 1);
    expect_refused("", text_cstr(&many), "has 1025 bytes (at most 1024)");
    text_done(&many);
    use(" ", " \n ");
    cr_assert_null(hidden);
}
