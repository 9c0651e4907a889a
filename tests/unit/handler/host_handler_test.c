/* Handlers of the host's own class: of one with a base, the kind that it makes, its object and its overrides;
 * of one without, where its records go. */
#include "handler/host_handler.h"

#include "handler/handler_kinds.h"
#include "sink/host_frame.h"
#include "support/host_fixture.h"

static text out;

static void begin(void) {
    fixture_init();
    text_init(&out, 0);
}
static void end(void) {
    text_done(&out);
    fixture_done();
}
TestSuite(host_handler, .init = begin, .fini = end);

static weir_error err;

static int emit(void *self, const weir_record *r, const char *t, size_t n) {
    return (void)self, (void)r, (void)t, (void)n, 0;
}
static int format_mine(void *self, const weir_record *view, weir_text *made) {
    host_listen();
    cr_assert_eq(self, objects.name);
    weir_text_printf(made, "<%s>", weir_record_message(view, NULL));
    return 0;
}
static int every_third(void *self, const weir_record *view, size_t count) {
    return (void)self, (void)view, count % 3 == 0;
}

static weir_handler_class class_with(const char *base) {
    return (weir_handler_class){.size = sizeof(weir_handler_class),
                                .abi = WEIR_CLASSES_ABI,
                                .name = "app.H",
                                .base = base,
                                .params = host_params,
                                .user = &objects,
                                .create = host_create_object,
                                .destroy = host_destroy_object};
}

static const handler_kind *reg(const weir_handler_class *c) {
    cr_assert_eq(weir_register_handler_class(c, &err), 0, "%s", err.message);
    return handler_kind_find(SLICE_LITERAL("app.H"));
}

static void expect_refused(weir_handler_class c, const char *words) {
    err = (weir_error){0};
    cr_expect_eq(weir_register_handler_class(&c, &err), -1, "%s", words);
    cr_expect_not_null(strstr(err.message, words), "%s", err.message);
}

Test(host_handler, what_is_no_class) {
    weir_handler_class c = class_with(NULL);
    expect_refused(c, "wants either `emit` or a base");
    c = class_with("StreamHandler");
    c.emit = emit;
    expect_refused(c, "wants either `emit` or a base");
    expect_refused(class_with("os.system"), "base \"os.system\" is no class of Weir's");
    static const weir_class_param taken[] = {{"stream", 0, "the base has it"}, {0}};
    c = class_with("StreamHandler");
    c.params = taken;
    expect_refused(c, "StreamHandler has a parameter \"stream\" itself");
    cr_assert_null(handler_kind_find(SLICE_LITERAL("app.H")));
}

Test(host_handler, with_a_base_its_parameters_come_behind_the_bases) {
    const weir_handler_class c = class_with("handlers.MemoryHandler");
    const handler_kind *kind = reg(&c), *base = handler_kind_find(SLICE_LITERAL("handlers.MemoryHandler"));
    size_t n = 0;
    for (; base->params[n].name != NULL; n++) cr_assert_str_eq(kind->params[n].name, base->params[n].name);
    cr_assert_str_eq(kind->params[n].name, "name");
    cr_assert_null(kind->params[n + 1].name);
    cr_assert(kind->holds && kind->encode == base->encode);
    cr_assert_null(handler_kind_find_own(SLICE_LITERAL("app.H")), "none of Weir's own");
}

/* A handler of the class, as config/build makes it; its argument "name" is "mine". */
static handler *make(const handler_kind *kind, handler_args *args) {
    handler *h = calloc(1, sizeof *h);
    *args = (handler_args){.kind = kind, .handler_name = SLICE_LITERAL("h"), .beneath_fd = -1};
    for (size_t i = 0; kind->params[i].name != NULL; i++)
        if (strcmp(kind->params[i].name, "name") == 0)
            args->values[i] = value_str(SLICE_LITERAL("mine")), args->given[i] = true;
    h->kind = kind;
    h->formatter = formatter_default();
    h->terminator = SLICE_LITERAL("\n");
    if (kind->prepare != NULL) cr_assert_eq(kind->prepare(args, h, &err), 0, "%s", err.message);
    return h;
}

Test(host_handler, its_format_takes_the_place_of_the_formatter) {
    weir_handler_class c = class_with("StreamHandler");
    handler_args args;
    c.format = format_mine;
    handler *h = make(reg(&c), &args);
    cr_assert_str_eq(objects.name, "mine");
    h->escape = ESCAPE_ARGUMENTS;
    cr_assert_eq(h->kind->encode(h, fixture_call("a %s", "b\x1b"), &out, &err), 0, "%s", err.message);
    cr_assert_str_eq(text_cstr(&out), "<a b\\x1b>\n");
    cr_assert_eq(weir_unregister_handler_class("app.H", &err), -1, "it is in use");
    host_object_free(h->host);
    cr_assert_eq(weir_unregister_handler_class("app.H", &err), 0);
    cr_assert(objects.created == 1 && objects.destroyed == 1);
    cr_assert_not(objects.loud, "its code could have logged");
    free(h);
}

Test(host_handler, its_should_flush_is_asked_and_the_bases_where_it_has_none) {
    weir_handler_class c = class_with("handlers.MemoryHandler");
    handler_args args;
    c.should_flush = every_third;
    handler *h = make(reg(&c), &args);
    const record *rec = fixture_call("x");
    cr_assert_not(h->kind->should_flush(h, rec, 2));
    cr_assert(h->kind->should_flush(h, rec, 3));
    host_object_free(h->host);
    free(h);
}

Test(host_handler, one_that_cannot_be_made_leaves_its_class_unused) {
    const weir_handler_class c = class_with("StreamHandler");
    const handler_kind *kind = reg(&c);
    handler h = {.kind = kind};
    const handler_args args = {.kind = kind, .beneath_fd = -1};
    objects.refuses = true;
    objects.words = "not today";
    cr_assert_eq(kind->prepare(&args, &h, &err), -1);
    cr_assert_str_eq(err.message, "app.H: not today");
    host_object_free(h.host);
    cr_assert_eq(objects.destroyed, 0);
    cr_assert_eq(weir_unregister_handler_class("app.H", &err), 0, "%s", err.message);
}

Test(host_handler, without_a_base_a_record_goes_with_its_text_to_a_target_of_its_own) {
    weir_handler_class c = class_with(NULL);
    handler_args args;
    sink_spec spec;
    bool has_target = false;
    c.emit = emit;
    handler *h = make(reg(&c), &args);
    cr_assert_eq(h->kind->spec(&args, &fixture.memory, &spec, &has_target, &err), 0);
    cr_assert(has_target && slice_is(spec.kind, "host") && slice_is(spec.path, "h"));
    cr_assert(slice_is(spec.options, "{\"class\":\"app.H\",\"args\":{\"name\":\"mine\"}}"), "%s",
              spec.options.data);
    cr_assert_eq(h->kind->encode(h, fixture_call("a %d", 1), &out, &err), 0, "%s", err.message);
    slice left = text_slice(&out), payload, shown, raw;
    text aligned;
    const parcel_head *parcel;
    text_init(&aligned, 0);
    cr_assert(frame_next(&left, &payload) && left.len == 0);
    cr_assert(host_frame_read(payload, &aligned, &shown, &raw, &parcel));
    fixture_expect(shown, "a 1");
    cr_assert_eq(objects.created, 0, "its object is the writer's");
    text_done(&aligned);
    free(h);
}
