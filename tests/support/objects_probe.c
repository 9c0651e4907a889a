/* objects_probe.c - formatters, filters and handlers as objects that a host asks by itself, and the root
 * functions; logging_test.py plays the same scenes with Python (objects_scenes.py) and compares what both
 * print.
 *
 *   objects_probe SCENE */
#include <stdio.h>
#include <string.h>

#include <weir_handlers.h>

static weir_error err;

static weir_record *make(const char *name, int level, const char *msg) {
    const weir_field given[] = {weir_str("name", name),      weir_int("levelno", level),
                                weir_str("msg", msg),        weir_double("created", 1700000000.25),
                                weir_double("msecs", 250.0), weir_str("ip", "::1")};
    char level_name[64];
    weir_record *r = weir_make_log_record(given, sizeof given / sizeof given[0], &err);
    weir_get_level_name(level, level_name, sizeof level_name);
    weir_record_set_str(r, "levelname", level_name);
    return r;
}

static void print(long length, const char *text) {
    if (length < 0)
        printf("error %s\n", err.message);
    else
        printf("%ld %s\n", length, text);
}

static void show(weir_formatter *f, weir_record *r) {
    char text[1000];
    print(weir_formatter_format(f, r, text, sizeof text, &err), text);
}

static void formatters(void) {
    char text[1000];
    weir_record *r = make("a.b", 35, "hello \xc3\xa9");
    weir_formatter *percent =
        weir_formatter_create("%(name)-6s|%(levelname)s|%(message)s|%(ip)s", NULL, NULL, &err);
    weir_formatter *brace = weir_formatter_create("{name:>6}|{levelno:05d}|{message}", NULL, "{", &err);
    weir_formatter *dollar =
        weir_formatter_create("$name|${levelname}|$asctime|$message", "%d.%m.%Y %H:%M", "$", &err);
    weir_formatter *defaults = weir_formatter_create_class(
        "logging.Formatter", "{'format': '%(message)s %(user)s', 'defaults': {'user': 'nobody'}}", &err);
    weir_formatter *all[] = {percent, brace, dollar, defaults};
    for (size_t i = 0; i < 4; i++) {
        show(all[i], r);
        printf("time %d\n", weir_formatter_uses_time(all[i]));
    }
    print(weir_formatter_format_time(percent, r, NULL, text, sizeof text, &err), text);
    print(weir_formatter_format_time(percent, r, "%Y %f %%", text, sizeof text, &err), text);
    weir_record_set_str(r, "exc_text", "Traceback\n  line\nError: x");
    weir_record_set_str(r, "stack_info", "Stack\n  frame");
    show(percent, r);
    print(weir_formatter_format_exception(percent, r, text, sizeof text, &err), text);
    print(weir_formatter_format_stack(percent, "Stack\n  frame", text, sizeof text, &err), text);
    print(weir_formatter_format(brace, r, text, 5, &err), text);
    for (size_t i = 0; i < 4; i++) weir_formatter_free(all[i]);
    weir_record_free(r);
    if (weir_formatter_create("no field", NULL, NULL, &err) == NULL) puts("refused");
    if (weir_formatter_create("%(message)s", NULL, "&", &err) == NULL) puts("refused");
}

/* ---- buffering ---- */

static long header(void *arg, weir_record *const *records, size_t count, char *buffer, size_t size) {
    return snprintf(buffer, size, "%s %zu %s\n", (const char *)arg, count,
                    weir_record_message(records[0], NULL));
}

static long footer(void *arg, weir_record *const *records, size_t count, char *buffer, size_t size) {
    (void)arg;
    return snprintf(buffer, size, "\nend %zu %s", count, weir_record_message(records[count - 1], NULL));
}

static void buffering(void) {
    char text[1000], mark[] = "begin";
    weir_record *records[] = {make("a", 20, "one"), make("a", 20, "two"), make("b", 30, "three")};
    weir_formatter *line = weir_formatter_create("<%(name)s %(message)s>", NULL, NULL, &err);
    weir_buffering_formatter plain = {NULL, NULL, NULL, NULL}, whole = {line, header, footer, mark};
    print(weir_buffering_format(&plain, records, 3, text, sizeof text, &err), text);
    print(weir_buffering_format(&whole, records, 3, text, sizeof text, &err), text);
    print(weir_buffering_format(&whole, records, 0, text, sizeof text, &err), text);
    weir_formatter_free(line);
    for (size_t i = 0; i < 3; i++) weir_record_free(records[i]);
}

/* ---- filters and handlers, asked by the host ---- */

static void filters(void) {
    static const char *const names[] = {"A.B", "A.B.C", "A.BB", "A"};
    weir_filter *f = weir_filter_create_name("A.B", &err),
                *all = weir_filter_create("logging.Filter", NULL, &err);
    for (size_t i = 0; i < 4; i++) {
        weir_record *r = make(names[i], 20, "m");
        printf("%d %d\n", weir_filter_filter(f, r, &err), weir_filter_filter(all, r, &err));
        weir_record_free(r);
    }
    weir_filter_free(f);
    weir_filter_free(all);
}

static void handlers(void) {
    char text[1000];
    weir_record *in = make("A.B.C", 20, "in"), *out = make("X", 20, "out");
    weir_handler *h = weir_handler_create("StreamHandler", "{'stream': sys.stdout}", &err);
    weir_filter *f = weir_filter_create_name("A", &err);
    weir_formatter *line = weir_formatter_create("%(name)s: %(message)s", NULL, NULL, &err);
    weir_handler_set_name(h, "mine", &err);
    print((long)weir_handler_get_name(h, text, sizeof text), text);
    print(weir_handler_format(h, in, text, sizeof text, &err), text);
    printf("formatter %d\n", weir_handler_get_formatter(h) != NULL);
    weir_handler_set_formatter(h, line, &err);
    weir_formatter *same = weir_handler_get_formatter(h);
    printf("formatter %d\n", same == line);
    weir_formatter_free(same);
    weir_handler_add_filter(h, f, &err);
    print(weir_handler_format(h, in, text, sizeof text, &err), text);
    printf("%d %d\n", weir_handler_filter(h, in, &err), weir_handler_filter(h, out, &err));
    weir_handler_remove_filter(h, f, &err);
    printf("%d\n", weir_handler_filter(h, out, &err));
    weir_filter_free(f);
    weir_formatter_free(line);
    weir_handler_free(h);
    weir_record_free(in);
    weir_record_free(out);
}

/* What Python sets on the objects. */
static void attributes(void) {
    char text[1000];
    weir_record *r = make("a", 20, "m");
    weir_logger *l = weir_get_logger("ended");
    weir_formatter *utc = weir_formatter_create_class(
        "logging.Formatter",
        "{'fmt': '%(asctime)s %(message)s', 'converter': time.gmtime, 'default_time_format': '%H:%M:%S', "
        "'default_msec_format': '%s.%03dZ'}",
        &err);
    print(weir_formatter_format(utc, r, text, sizeof text, &err), text);
    print(weir_formatter_format_time(utc, r, "%H:%M %Z", text, sizeof text, &err), text);
    weir_handler *h = weir_handler_create("StreamHandler", "{'stream': sys.stdout}", &err);
    weir_set_level(l, WEIR_LEVEL_DEBUG);
    if (weir_handler_set_argument(h, "terminator", "' |\\0\\n'", &err) != 0 ||
        weir_logger_add_handler(l, h, &err) != 0)
        puts(err.message);
    WEIR_INFO(l, "one");
    WEIR_INFO(l, "two");
    weir_shutdown(10000);
    weir_handler_free(h);
    weir_formatter_free(utc);
    weir_record_free(r);
}

static void memory(void) {
    weir_logger *l = weir_get_logger("kept");
    weir_handler *h =
        weir_handler_create("handlers.MemoryHandler", "{'capacity': 100, 'flushLevel': ERROR}", &err);
    weir_handler *target = weir_handler_create("StreamHandler", "{'stream': sys.stdout}", &err);
    if (weir_handler_set_target(h, target, &err) != 0 || weir_logger_add_handler(l, h, &err) != 0)
        puts(err.message);
    weir_set_level(l, WEIR_LEVEL_DEBUG);
    WEIR_INFO(l, "one");
    WEIR_INFO(l, "two");
    puts("kept so far");
    WEIR_ERROR(l, "three takes all along");
    weir_flush(10000);
    WEIR_INFO(l, "four");
    weir_handler_flush(h, 10000);
    weir_handler_flush(target, 10000);
    weir_handler_set_target(h, NULL, &err);
    WEIR_ERROR(l, "nobody takes it");
    weir_flush(10000);
    puts("end");
    weir_logger_remove_handler(l, h, &err);
    weir_handler_free(h);
    weir_handler_free(target);
    weir_shutdown(10000);
}

/* ---- the root functions ---- */

static __attribute__((noinline)) void fails(void) {
    WEIR_ROOT_EXCEPTION("it failed");
    __asm__ volatile("");
}

static void root(void) {
    WEIR_ROOT_INFO("not seen");
    WEIR_ROOT_LOG(35, "at %d", 35);
    WEIR_ROOT_WARNING("warning");
    fails();
    weir_shutdown(10000);
}

int main(int argc, char **argv) {
    static const struct scene {
        const char *name;
        void (*play)(void);
    } scenes[] = {{"formatters", formatters}, {"buffering", buffering}, {"filters", filters},
                  {"handlers", handlers},     {"memory", memory},       {"root", root},
                  {"attributes", attributes}};
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; argc > 1 && i < sizeof scenes / sizeof scenes[0]; i++) {
        if (strcmp(scenes[i].name, argv[1]) != 0) continue;
        scenes[i].play();
        return 0;
    }
    fprintf(stderr, "objects_probe: no such scene\n");
    return 2;
}
