/* The table of handlers, and what each row makes of its arguments. */
#include "handler/handler.h"

#include <criterion/criterion.h>

#include "record/row.h"

static arena memory;

static void begin(void) { arena_init(&memory, 0); }
static void end(void) { arena_done(&memory); }

TestSuite(handler_kinds, .init = begin, .fini = end);

static const handler_kind *kind_of(const char *name) {
    const handler_kind *kind = handler_kind_find(slice_of(name));
    cr_assert_not_null(kind, "%s", name);
    return kind;
}

static void give(handler_args *args, const handler_kind *kind, const char *name, value v) {
    size_t i = 0;
    while (kind->params[i].name != NULL && strcmp(kind->params[i].name, name) != 0) i++;
    cr_assert_not_null(kind->params[i].name, "no parameter %s", name);
    args->values[i] = v;
    args->given[i] = true;
}

static value str(const char *s) { return value_str(slice_of(s)); }

static handler_args no_args(void) {
    return (handler_args){.base_dir = SLICE_LITERAL("/srv/app"), .beneath_fd = -1};
}

static sink_spec spec_of(const handler_kind *kind, const handler_args *args) {
    sink_spec spec;
    bool has_target = false;
    weir_error err;
    if (kind->check != NULL) cr_assert_eq(kind->check(args, &err), 0, "%s", err.message);
    cr_assert_eq(kind->spec(args, &memory, &spec, &has_target, &err), 0, "%s", err.message);
    cr_assert(has_target);
    return spec;
}

Test(handler_kinds, python_names_are_found) {
    cr_assert_eq(kind_of("StreamHandler"), kind_of("logging.StreamHandler"));
    cr_assert_eq(kind_of("FileHandler"), kind_of("logging.FileHandler"));
    cr_assert_eq(kind_of("NullHandler"), kind_of("logging.NullHandler"));
    kind_of("weir.HistoryHandler");
    cr_assert_null(handler_kind_find(SLICE_LITERAL("HistoryHandler")));
    cr_assert_null(handler_kind_find(SLICE_LITERAL("filehandler")));
    cr_assert_null(handler_kind_find(SLICE_LITERAL("")));
    cr_assert_null(handler_kind_find(SLICE_LITERAL("os.system")));
}

/* What documents are made from must be whole. */
Test(handler_kinds, every_row_is_complete) {
    size_t n = 0;
    for (const handler_kind *k; (k = handler_kind_at(n)) != NULL; n++) {
        cr_assert(k->help != NULL && k->spec != NULL && k->encode != NULL);
        for (size_t i = 0; i < HANDLER_PARAMS && k->params[i].name != NULL; i++)
            cr_assert(k->params[i].help != NULL && k->params[i].help[0] != '\0');
        cr_assert_eq(handler_kind_find(slice_of(k->name)), k);
    }
    cr_assert_geq(n, 11);
}

Test(handler_kinds, a_stream_is_stderr_unless_told) {
    const handler_kind *kind = kind_of("StreamHandler");
    handler_args args = no_args();
    cr_assert_eq(spec_of(kind, &args).fd, 2);
    give(&args, kind, "stream", value_str(LITERAL_STDOUT));
    cr_assert_eq(spec_of(kind, &args).fd, 1);
    give(&args, kind, "stream", value_str(LITERAL_STDERR));
    sink_spec spec = spec_of(kind, &args);
    cr_assert_eq(spec.fd, 2);
    cr_assert(slice_is(spec.kind, "stream"));
}

Test(handler_kinds, a_file_is_absolute_as_in_python) {
    const handler_kind *kind = kind_of("FileHandler");
    handler_args args = no_args();
    give(&args, kind, "filename", str("logs/../app.log"));
    sink_spec spec = spec_of(kind, &args);
    cr_assert(slice_is(spec.path, "/srv/app/app.log"));
    cr_assert(slice_is(spec.kind, "file"));
    cr_assert_eq(spec.mode, 'a');
    cr_assert_eq(spec.permissions, 0666);
    cr_assert_not(spec.fsync);
    give(&args, kind, "filename", str("/var/log/app.log"));
    cr_assert(slice_is(spec_of(kind, &args).path, "/var/log/app.log"));
}

Test(handler_kinds, a_pushed_file_stays_below_its_directory) {
    const handler_kind *kind = kind_of("FileHandler");
    handler_args args = no_args();
    args.pushed = true;
    args.beneath_fd = 7;
    args.beneath_dir = SLICE_LITERAL("/var/log/kvd");
    give(&args, kind, "filename", str("/var/log/kvd/sub/app.log"));
    sink_spec spec = spec_of(kind, &args);
    cr_assert(slice_is(spec.beneath_path, "sub/app.log"));
    cr_assert_eq(spec.beneath_fd, 7);
    cr_assert_eq(spec.permissions, 0640);
    bool has_target;
    weir_error err;
    const char *outside[] = {"/var/log/kvd2/app.log", "/var/log/kvd/../app.log", "/var/log/kvd", "app.log"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        give(&args, kind, "filename", str(outside[i]));
        cr_assert_eq(kind->spec(&args, &memory, &spec, &has_target, &err), -1, "%s", outside[i]);
        cr_assert_eq(err.code, WEIR_ERR_DENIED);
    }
}

static void refused(const char *name, const char *param, value v, const char *says) {
    const handler_kind *kind = kind_of(name);
    handler_args args = no_args();
    weir_error err;
    give(&args, kind, "filename", str("app.log"));
    give(&args, kind, param, v);
    cr_assert_eq(kind->check(&args, &err), -1, "%s", param);
    cr_assert(strstr(err.message, says) != NULL, "%s", err.message);
    cr_assert(strstr(err.message, "(") != NULL, "does not say what is right: %s", err.message);
}

static void accepted(const char *name, const char *param, value v) {
    const handler_kind *kind = kind_of(name);
    handler_args args = no_args();
    give(&args, kind, "filename", str("app.log"));
    give(&args, kind, param, v);
    spec_of(kind, &args);
}

Test(handler_kinds, modes) {
    const char *good[] = {"a", "w", "a+", "w+", "at", "wt"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) accepted("FileHandler", "mode", str(good[i]));
    const char *bad[] = {"", "r", "x", "ab", "wb+", "A", "aa", "rw"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refused("FileHandler", "mode", str(bad[i]), "mode '");
    const handler_kind *kind = kind_of("FileHandler");
    handler_args args = no_args();
    give(&args, kind, "filename", str("app.log"));
    give(&args, kind, "mode", str("w+"));
    cr_assert_eq(spec_of(kind, &args).mode, 'w');
}

Test(handler_kinds, encodings_and_errors) {
    const char *good[] = {"utf-8", "UTF8", "utf_8", "Utf 8", "u8", "latin-1", "US-ASCII", "utf-16", "cp1252"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        accepted("FileHandler", "encoding", str(good[i]));
    refused("FileHandler", "encoding", str("latin-99"), "utf-8");
    refused("FileHandler", "encoding", str("a-very-long-name-of-an-encoding"), "not known");
    accepted("FileHandler", "errors", str("backslashreplace"));
    refused("FileHandler", "errors", str("shrug"), "shrug");
    accepted("FileHandler", "delay", value_bool(true));
}

Test(handler_kinds, fsync_is_on_by_true_or_yes) {
    const handler_kind *kind = kind_of("FileHandler");
    const value on[] = {value_bool(true), value_int(1), str("yes")};
    const value off[] = {value_bool(false), value_int(0), str("no")};
    for (size_t i = 0; i < 3; i++) {
        handler_args args = no_args();
        give(&args, kind, "filename", str("app.log"));
        give(&args, kind, "fsync", on[i]);
        cr_assert(spec_of(kind, &args).fsync);
        give(&args, kind, "fsync", off[i]);
        cr_assert_not(spec_of(kind, &args).fsync);
    }
    refused("FileHandler", "fsync", str("maybe"), "fsync");
    refused("weir.HistoryHandler", "fsync", value_int(5), "fsync");
}

Test(handler_kinds, a_history_keeps_its_bounds_in_the_spec) {
    const handler_kind *kind = kind_of("weir.HistoryHandler");
    handler_args args = no_args();
    give(&args, kind, "filename", str("history.db"));
    sink_spec spec = spec_of(kind, &args);
    cr_assert(slice_is(spec.kind, "sqlite"));
    cr_assert(slice_is(spec.path, "/srv/app/history.db"));
    cr_assert(slice_is(spec.options, "{}"));
    give(&args, kind, "max_age", value_int(2592000000));
    give(&args, kind, "max_size", value_int(2147483648));
    spec = spec_of(kind, &args);
    cr_assert(slice_is(spec.options, "{\"max_age_ms\":2592000000,\"max_size\":2147483648}"), "%.*s",
              (int)spec.options.len, spec.options.data);
    refused("weir.HistoryHandler", "max_age", value_int(0), "max_age");
    refused("weir.HistoryHandler", "max_size", value_int(1000), "max_size");
}

Test(handler_kinds, a_null_handler_has_no_target) {
    const handler_kind *kind = kind_of("NullHandler");
    handler_args args = no_args();
    sink_spec spec;
    bool has_target = true;
    text out;
    text_init(&out, 0);
    cr_assert_eq(kind->spec(&args, &memory, &spec, &has_target, NULL), 0);
    cr_assert_not(has_target);
    cr_assert_eq(kind->encode(NULL, NULL, &out, NULL), 0);
    cr_assert_eq(out.len, 0);
}

/* ---- encoding ---- */

static int say(formatter *f, record *rec, escape_mode escape, text *out, weir_error *err) {
    (void)f, (void)escape;
    text_add_slice(out, record_message(rec, ESCAPE_NONE));
    if (rec->level < 0) return error_set(err, WEIR_ERR_INVALID, "TypeError");
    return 0;
}

static record made(const char *message) {
    return (record){.id = 7,
                    .level = 20,
                    .name = SLICE_LITERAL("a.b"),
                    .level_name = SLICE_LITERAL("INFO"),
                    .created_ns = 1500000000,
                    .message_raw = slice_of(message),
                    .message_escaped = slice_of(message),
                    .rendered = true,
                    .memory = &memory};
}

Test(handler_kinds, a_line_is_what_the_formatter_says_and_a_terminator) {
    formatter f = {.format = say};
    handler h = {.formatter = &f, .terminator = SLICE_LITERAL("\n")};
    record rec = made("hello");
    weir_error err;
    text out;
    text_init(&out, 0);
    cr_assert_eq(handler_encode_text(&h, &rec, &out, &err), 0);
    cr_assert_eq(handler_encode_text(&h, &rec, &out, &err), 0);
    cr_assert_str_eq(text_cstr(&out), "hello\nhello\n");
    rec.level = -1;
    cr_assert_eq(handler_encode_text(&h, &rec, &out, &err), -1);
    cr_assert_str_eq(text_cstr(&out), "hello\nhello\n", "half a line is left");
    text_done(&out);
}

Test(handler_kinds, a_history_gets_rows) {
    record rec = made("hello");
    weir_error err;
    text out;
    size_t at = 0;
    row r;
    text_init(&out, 0);
    cr_assert_eq(kind_of("weir.HistoryHandler")->encode(NULL, &rec, &out, &err), 0);
    cr_assert_eq(row_decode(out.data, out.len, &at, &r), 0);
    cr_assert_eq(at, out.len);
    cr_assert_eq(r.id, 7);
    cr_assert_eq(r.created_us, 1500000);
    cr_assert(slice_is(r.logger, "a.b"));
    cr_assert(slice_is(r.message, "hello"));
    text_done(&out);
}
