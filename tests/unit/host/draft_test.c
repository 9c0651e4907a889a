/* The host's objects in an edit: what is written into the dict, and that a draft which is given up leaves no
 * trace of itself. */
#include <criterion/criterion.h>

#include "base/json.h"
#include "base/value_dict.h"
#include "host/draft.h"

static arena memory;
static value dict;
static draft d;
static weir_error err;

static const char running[] =
    "{\"version\": 1, \"formatters\": {\"line\": {\"class\": \"logging.Formatter\", \"format\": "
    "\"%(message)s\"}},"
    " \"handlers\": {\"out\": {\"class\": \"StreamHandler\", \"level\": \"ERROR\", \"formatter\": \"line\"}},"
    " \"loggers\": {\"a\": {\"level\": \"INFO\", \"handlers\": [\"out\"], \"propagate\": false}},"
    " \"root\": {\"level\": \"WARNING\", \"handlers\": []}}";

static void begin(void) {
    arena_init(&memory, 0);
    cr_assert_eq(json_parse(slice_of(running), LIMIT_VALUE_DEPTH, &memory, &dict, &err), 0, "%s",
                 err.message);
    draft_begin(&d, &memory, &dict);
}
static void end(void) { arena_done(&memory); }
TestSuite(draft, .init = begin, .fini = end);

static const value *at(const char *group, const char *name, const char *key) {
    const value *found = value_get(&dict, slice_of(group));
    if (name != NULL) found = found == NULL ? NULL : value_get(found, slice_of(name));
    return found == NULL || key == NULL ? found : value_get(found, slice_of(key));
}

static void expect(const value *v, const char *json) {
    text out;
    text_init(&out, 0);
    cr_assert_not_null(v, "%s", json);
    value_json(v, &out);
    cr_assert_str_eq(text_cstr(&out), json);
    text_done(&out);
}

static weir_handler *made(const char *name) {
    weir_handler *h = weir_handler_create("StreamHandler", "{'stream': sys.stdout}", &err);
    cr_assert_not_null(h, "%s", err.message);
    cr_assert_eq(weir_handler_set_name(h, name, &err), 0);
    return h;
}

Test(draft, what_a_handler_is_stands_in_the_dict) {
    weir_handler *h = made("h");
    weir_formatter *f = weir_formatter_create("{message}", NULL, "{", &err);
    cr_assert_eq(weir_handler_set_level(h, 15, &err), 0);
    cr_assert_eq(weir_handler_set_formatter(h, f, &err), 0);
    cr_assert_eq(draft_attach(&d, SLICE_LITERAL("b.c"), h, &err), 0, "%s", err.message);
    expect(at("handlers", "h", "level"), "15");
    expect(at("handlers", "h", "stream"), "\"ext://sys.stdout\"");
    expect(at("loggers", "b.c", "handlers"), "[\"h\"]");
    expect(at("loggers", "b.c", "propagate"), "true");
    const value *name = at("handlers", "h", "formatter");
    cr_assert_not_null(name);
    const value *section = value_get(at("formatters", NULL, NULL), name->str);
    expect(section, "{\"format\":\"{message}\",\"style\":\"{\"}");
    draft_end(&d, true);
    cr_assert(h->head.bound && f->head.bound);
    weir_handler_free(h);
    weir_formatter_free(f);
    objects_unbind_all();
}

Test(draft, given_up_it_leaves_objects_as_they_were) {
    weir_handler *h = made("h");
    handler_state *state = h->state;
    handler_state *other = handler_state_copy(state);
    other->level = 50;
    cr_assert_eq(draft_set_state(&d, h, other, &err), 0);
    cr_assert_eq(draft_attach(&d, SLICE_LITERAL("root"), h, &err), 0);
    cr_assert_eq(draft_set_name(&d, h, SLICE_LITERAL("renamed"), &err), 0, "%s", err.message);
    expect(at("root", NULL, "handlers"), "[\"renamed\"]");
    cr_assert(h->head.bound);
    draft_end(&d, false);
    cr_assert_eq(h->state, state);
    cr_assert_str_eq(h->head.name, "h");
    cr_assert_not(h->head.bound);
    cr_assert_eq(weir_handler_get_level(h), WEIR_LEVEL_NOTSET);
    cr_assert_eq(h->head.refs, 1u);
    weir_handler_free(h);
}

Test(draft, a_handler_of_the_configuration_is_an_object_too) {
    weir_handler *h = draft_handler(&d, SLICE_LITERAL("out"), &err);
    cr_assert_not_null(h, "%s", err.message);
    cr_assert_eq(weir_handler_get_level(h), WEIR_LEVEL_ERROR);
    cr_assert_str_eq(h->state->formatter->head.name, "line");
    cr_assert_eq(draft_handler(&d, SLICE_LITERAL("out"), &err), h, "the same one");
    weir_handler_free(h);
    cr_assert_null(draft_handler(&d, SLICE_LITERAL("none"), &err));
    cr_assert(draft_is_used(&d, h));
    cr_assert_eq(draft_remove_handler(&d, h, &err), 0);
    expect(at("loggers", "a", "handlers"), "[]");
    cr_assert_null(at("handlers", "out", NULL));
    cr_assert_eq(draft_tidy(&d, &err), 0);
    cr_assert_not_null(at("formatters", "line", NULL), "what a file has stays, used or not");
    draft_end(&d, true);
    weir_handler_free(h);
    objects_unbind_all();
}

Test(draft, what_nobody_uses_any_more_leaves) {
    weir_handler *h = made("h");
    weir_filter *f = weir_filter_create_name("a", &err);
    cr_assert_eq(draft_add_filter(&d, SLICE_LITERAL("a"), f, &err), 0);
    cr_assert_eq(draft_attach(&d, SLICE_LITERAL("a"), h, &err), 0);
    object_free(&h->head); /* the host does not want it any more; a logger has it */
    cr_assert_eq(draft_tidy(&d, &err), 0);
    expect(at("loggers", "a", "handlers"), "[\"out\",\"h\"]");
    cr_assert_eq(draft_detach(&d, SLICE_LITERAL("a"), h, &err), 0);
    cr_assert_eq(draft_remove_filter(&d, SLICE_LITERAL("a"), f, &err), 0);
    cr_assert_eq(draft_tidy(&d, &err), 0);
    cr_assert_null(at("handlers", "h", NULL));
    expect(at("filters", NULL, NULL), "{}");
    draft_end(&d, true);
    cr_assert_not(f->head.bound);
    weir_filter_free(f);
}

Test(draft, a_name_that_is_taken_is_refused_or_another_is_found) {
    weir_handler *h = made("out"), *other = weir_handler_create("NullHandler", NULL, &err);
    cr_assert_eq(draft_attach(&d, SLICE_LITERAL("root"), h, &err), -1);
    cr_assert_not_null(strstr(err.message, "\"out\" already"), "%s", err.message);
    char *taken = strdup(other->head.name);
    const value section = *at("handlers", "out", NULL);
    value handlers = *at("handlers", NULL, NULL);
    value_dict_set(&memory, &handlers, slice_of(taken), &section);
    value_dict_set(&memory, &dict, SLICE_LITERAL("handlers"), &handlers);
    cr_assert_eq(draft_attach(&d, SLICE_LITERAL("root"), other, &err), 0, "%s", err.message);
    cr_assert_str_neq(other->head.name, taken);
    draft_end(&d, false);
    cr_assert_str_eq(other->head.name, taken);
    free(taken);
    weir_handler_free(h);
    weir_handler_free(other);
}

Test(draft, propagate_and_levels) {
    cr_assert_not(draft_propagates(&d, SLICE_LITERAL("a")));
    cr_assert(draft_propagates(&d, SLICE_LITERAL("nobody.knows")));
    cr_assert_eq(draft_set_propagate(&d, SLICE_LITERAL("nobody.knows"), true, &err), 0);
    cr_assert_not(d.changed, "it did already");
    cr_assert_eq(draft_set_propagate(&d, SLICE_LITERAL("a"), true, &err), 0);
    cr_assert_eq(draft_set_level(&d, SLICE_LITERAL("root"), 20, &err), 0);
    expect(at("loggers", "a", "propagate"), "true");
    expect(at("root", NULL, "level"), "20");
    draft_end(&d, false);
}
