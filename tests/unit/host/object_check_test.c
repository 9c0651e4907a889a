/* What the host gives for a handler, filter or formatter: literals as a dictConfig says them, checked as a
 * configuration is, with the same words for what is wrong. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "base/json.h"
#include "host/object.h"

static arena memory;
static weir_error err;

static void begin(void) { arena_init(&memory, 0); }
static void end(void) { arena_done(&memory); }
TestSuite(object_check, .init = begin, .fini = end);

static const char *shown(const value *v) {
    static text out;
    text_clear(&out);
    value_json(v, &out);
    return text_cstr(&out);
}

static const char *literal(const char *in) {
    value v;
    return object_literal(&memory, in, &v, &err) == 0 ? shown(&v) : err.message;
}

Test(object_check, literals_as_a_dictconfig_says_them) {
    cr_assert_str_eq(literal("('a', 1, (2.5, None))"), "[\"a\",1,[2.5,null]]");
    cr_assert_str_eq(literal("{'a': [True], 'b': ()}"), "{\"a\":[true],\"b\":[]}");
    cr_assert_str_eq(literal("(sys.stdout, {'s': sys.stderr})"),
                     "[\"ext://sys.stdout\",{\"s\":\"ext://sys.stderr\"}]");
    cr_assert_str_eq(literal("'\xff'"), "a string in it is no valid UTF-8");
    cr_assert_str_eq(literal("{1: 2}"), "a name that is int (names are strings)");
    cr_assert_not_null(strstr(literal("open('/etc/passwd')"), "a call is not a literal"));
}

static const char *const refused[] = {"level", NULL};

static const char *arguments(const char *class_name, const char *kwargs) {
    value v;
    return object_arguments(&memory, class_name, kwargs, refused, &v, &err) == 0 ? shown(&v) : err.message;
}

Test(object_check, a_class_and_its_arguments) {
    cr_assert_str_eq(arguments("FileHandler", "{'filename': 'x', 'mode': 'w'}"),
                     "{\"class\":\"FileHandler\",\"filename\":\"x\",\"mode\":\"w\"}");
    cr_assert_str_eq(arguments("NullHandler", NULL), "{\"class\":\"NullHandler\"}");
    cr_assert_str_eq(arguments("NullHandler", ""), "{\"class\":\"NullHandler\"}");
    cr_assert_str_eq(arguments("", "{}"), "the class is missing (\"FileHandler\", say)");
    cr_assert_str_eq(arguments("\xff", "{}"), "the class is no valid UTF-8");
    cr_assert_str_eq(arguments("NullHandler", "(1,)"),
                     "kwargs is a tuple where a dict should be (write {'name': value})");
    cr_assert_str_eq(arguments("NullHandler", "{'level': 10}"),
                     "'level' is no argument here: there is a function for it");
}

static value dict_of(const char *json) {
    value v;
    cr_assert_eq(json_parse(slice_of(json), LIMIT_VALUE_DEPTH, &memory, &v, &err), 0, "%s", err.message);
    return v;
}

Test(object_check, formatters_and_filters_are_made_to_try_them) {
    value good = dict_of("{\"class\": \"logging.Formatter\", \"format\": \"%(message)s\"}");
    weir_formatter *f = object_formatter(&good, SLICE_LITERAL("mine"), &err);
    cr_assert_not_null(f, "%s", err.message);
    cr_assert_str_eq(f->head.name, "mine");
    cr_assert(f->made != NULL && f->head.named && !f->head.own && !f->head.bound);
    weir_formatter *unnamed = object_formatter(&good, SLICE_NONE, &err);
    cr_assert_str_neq(unnamed->head.name, "mine");
    cr_assert(unnamed->head.own);
    good = dict_of("{\"class\": \"logging.Filter\", \"name\": \"app\"}");
    weir_filter *only = object_filter(&good, SLICE_NONE, &err);
    cr_assert(only != NULL && only->made != NULL, "%s", err.message);
    object_free(&f->head), object_free(&unnamed->head), object_free(&only->head);
}

Test(object_check, what_is_wrong_has_no_place_but_the_words) {
    value bad = dict_of("{\"format\": \"no field\"}");
    cr_assert_null(object_formatter(&bad, SLICE_NONE, &err));
    cr_assert_eq(strncmp(err.message, "format: ", 8), 0, "%s", err.message);
    bad = dict_of("{\"class\": \"weir.RateLimitFilter\", \"rate\": -1}");
    cr_assert_null(object_filter(&bad, SLICE_NONE, &err));
    bad = dict_of("{\"class\": \"NulHandler\"}");
    cr_assert_null(object_handler(&bad, SLICE_NONE, &err));
    cr_assert_not_null(strstr(err.message, "did you mean NullHandler?"), "%s", err.message);
}

Test(object_check, a_file_is_that_of_the_directory_of_now) {
    char dir[256], wanted[512];
    const value relative = dict_of("{\"class\": \"FileHandler\", \"filename\": \"logs/../x.log\"}");
    cr_assert_not_null(getcwd(dir, sizeof dir));
    snprintf(wanted, sizeof wanted, "%s/x.log", dir);
    weir_handler *h = object_handler(&relative, SLICE_NONE, &err);
    cr_assert_not_null(h, "%s", err.message);
    cr_assert(slice_is(value_get(&h->head.def->dict, SLICE_LITERAL("filename"))->str, wanted));
    cr_assert_neq(access("x.log", F_OK), 0, "nothing is opened");
    object_free(&h->head);
}

Test(object_check, a_target_is_looked_for_when_it_is_attached) {
    const value memory_handler =
        dict_of("{\"class\": \"handlers.MemoryHandler\", \"capacity\": 5, \"target\": \"not there\"}");
    weir_handler *h = object_handler(&memory_handler, SLICE_NONE, &err);
    cr_assert_not_null(h, "%s", err.message);
    object_free(&h->head);
}
