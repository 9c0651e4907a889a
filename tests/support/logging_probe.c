/* logging_probe.c - a host that uses what weir_logging.h offers, one scene a run; logging_test.py plays the
 * same scene with Python's logging and compares what both print.
 *
 *   logging_probe SCENE [CONFIG]     starts Weir by CONFIG if there is one */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir_logging.h>

#define OUT_OF_LINE __attribute__((noinline))

static const char *name_of(const weir_logger *logger) {
    return logger == NULL ? "None" : weir_logger_name(logger);
}

/* ---- levels ---- */

static int compare_lines(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *lines[64];
static size_t line_count;

static void keep_level(void *arg, const char *name, int level) {
    char line[128];
    (void)arg;
    snprintf(line, sizeof line, "%s %d", name, level);
    lines[line_count++] = strdup(line);
}

static void print_sorted(void) {
    qsort(lines, line_count, sizeof lines[0], compare_lines);
    for (size_t i = 0; i < line_count; i++) {
        puts(lines[i]);
        free(lines[i]);
    }
    line_count = 0;
}

static void levels(void) {
    static const int numbers[] = {0, 10, 30, 35, 36, 50};
    static const char *const names[] = {"WARN", "FATAL", "NOTICE", "INFO", "nosuch"};
    weir_add_level_name(35, "NOTICE");
    weir_add_level_name(20, "NOTE");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char name[64];
        weir_get_level_name(numbers[i], name, sizeof name);
        puts(name);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int level = -1;
        if (weir_get_level_number(names[i], &level) == 0)
            printf("%d\n", level);
        else
            printf("Level %s\n", names[i]);
    }
    weir_each_level_name(keep_level, NULL);
    print_sorted();
}

/* ---- loggers ---- */

static void keep_logger(void *arg, const char *name, weir_logger *logger) {
    char line[128];
    (void)arg;
    snprintf(line, sizeof line, "%s %s", name, logger != NULL ? "Logger" : "PlaceHolder");
    lines[line_count++] = strdup(line);
}

static void show_logger(const char *name) {
    weir_logger *l = weir_get_logger(name);
    printf("%s level %d effective %d disabled %d parent %s debug %d error %d\n", name_of(l),
           weir_get_level(l), weir_get_effective_level(l), weir_get_disabled(l), name_of(weir_get_parent(l)),
           weir_is_enabled(l, WEIR_LEVEL_DEBUG), weir_is_enabled(l, WEIR_LEVEL_ERROR));
}

static void made_logger(void *arg, weir_logger *logger) {
    (void)arg;
    printf("made %s\n", weir_logger_name(logger));
}

static void loggers(void) {
    void *arg;
    int word = 0;
    weir_set_logger_class(made_logger, &word);
    weir_get_logger("a.b.c");
    weir_get_logger("a.b.c");
    weir_get_logger("a");
    weir_get_child(weir_get_logger("a"), "x.y");
    printf("class %d\n", weir_get_logger_class(&arg) == made_logger && arg == &word);
    weir_set_logger_class(NULL, NULL);
    weir_set_level(weir_get_logger("a"), WEIR_LEVEL_DEBUG);
    weir_set_disabled(weir_get_logger("a.b.c"), 1);
    show_logger(NULL);
    show_logger("a");
    show_logger("a.b.c");
    show_logger("a.x.y");
    weir_each_logger(keep_logger, NULL);
    print_sorted();
    weir_each_child(weir_get_logger(NULL), keep_logger, NULL);
    weir_each_child(weir_get_logger("a"), keep_logger, NULL);
    print_sorted();
    weir_disable(WEIR_LEVEL_INFO);
    printf("disable %d\n", weir_get_disable());
    show_logger("a");
    weir_disable(0);
    weir_set_disabled(weir_get_logger("a.b.c"), 0);
    show_logger("a.b.c");
}

/* ---- records ---- */

static void disabled(void) {
    weir_logger *l = weir_get_logger("d"), *below = weir_get_logger("d.e");
    weir_set_disabled(l, 1);
    WEIR_CRITICAL(l, "not seen");
    WEIR_CRITICAL(below, "a child is not disabled");
    weir_set_disabled(l, 0);
    WEIR_CRITICAL(l, "seen again");
}

static void records(void) {
    const weir_field fields[] = {weir_str("ip", "10.0.0.1")}, bad[] = {weir_str("lineno", "x")};
    const weir_field given[] = {weir_str("msg", "bare"),        weir_int("levelno", 40),
                                weir_str("levelname", "ODD"),   weir_str("name", "other"),
                                weir_str("pathname", "/p/q.c"), weir_str("ip", "-")};
    weir_error err;
    weir_logger *l = weir_get_logger("r.s");
    weir_set_level(l, WEIR_LEVEL_CRITICAL);
    weir_record *r = weir_make_record(l, WEIR_LEVEL_INFO, "/src/dir/file.c", 12, "function", fields, 1, &err,
                                      "hello %s, %d", "you", 5);
    weir_handle(l, r);
    weir_record_set_str(r, "msg", "changed 100%");
    weir_record_set_int(r, "lineno", 99);
    weir_handle(weir_get_logger("elsewhere"), r);
    weir_set_disabled(l, 1);
    weir_handle(l, r);
    weir_record_free(r);
    r = weir_make_record(l, 35, "", 0, NULL, fields, 1, &err, "no place");
    weir_handle(weir_get_logger(NULL), r);
    weir_record_free(r);
    if (weir_make_record(l, 20, "f.c", 1, "f", bad, 1, &err, "x") == NULL)
        printf("KeyError %s\n", err.message);
    r = weir_make_log_record(given, sizeof given / sizeof given[0], &err);
    weir_handle(weir_get_logger("q"), r);
    weir_record_free(r);
}

static void stamp(void *arg, weir_record *r) {
    int64_t *count = arg;
    weir_record_set_int(r, "number", ++*count);
    weir_record_set_str(r, "custom", weir_record_str(r, "levelname", NULL));
}

static void factory(void) {
    int64_t count = 0;
    void *arg = NULL;
    weir_error err;
    weir_logger *l = weir_get_logger("f");
    weir_set_log_record_factory(stamp, &count);
    printf("factory %d\n", weir_get_log_record_factory(&arg) == stamp && arg == &count);
    WEIR_INFO(l, "one %d", 1);
    WEIR_ERROR(l, "two");
    weir_record *r = weir_make_record(l, WEIR_LEVEL_INFO, "x.c", 1, "f", NULL, 0, &err, "made");
    weir_handle(l, r);
    weir_record_free(r);
    const weir_field given[] = {weir_str("msg", "given"), weir_str("levelname", "INFO"),
                                weir_int("levelno", 20)};
    r = weir_make_log_record(given, 3, &err);
    weir_handle(l, r);
    weir_record_free(r);
    const weir_field clash[] = {weir_str("custom", "x")};
    if (weir_make_record(l, 20, "f.c", 1, "f", clash, 1, &err, "x") == NULL)
        printf("KeyError %s\n", err.message);
    weir_flush(10000);
    weir_set_log_record_factory(NULL, NULL);
    printf("factory %d\n", weir_get_log_record_factory(NULL) == NULL);
}

/* ---- filters at the call ---- */

static int add_context(void *arg, weir_record *r) {
    weir_record_set_str(r, "ip", "192.168.0.1");
    weir_record_set_str(r, "user", arg);
    return 1;
}

static int drop_secrets(void *arg, weir_record *r) {
    (void)arg;
    return strstr(weir_record_message(r, NULL), "secret") == NULL;
}

static int change(void *arg, weir_record *r) {
    char text[256];
    (void)arg;
    snprintf(text, sizeof text, "<%s>", weir_record_message(r, NULL));
    weir_record_set_str(r, "msg", text);
    weir_record_set_int(r, "levelno", WEIR_LEVEL_CRITICAL);
    weir_record_set_str(r, "levelname", "LOUD");
    weir_record_set_str(r, "pathname", "/other/place.c");
    weir_record_set_str(r, "filename", "place.c");
    weir_record_set_int(r, "lineno", 7);
    return 1;
}

static void filters(void) {
    char user[] = "fred";
    weir_error err;
    weir_logger *l = weir_get_logger("x"), *below = weir_get_logger("x.y");
    weir_add_call_filter(l, add_context, user);
    weir_add_call_filter(l, add_context, user);
    WEIR_INFO(l, "with context %d", 1);
    WEIR_LOG_FIELDS(l, WEIR_LEVEL_INFO, (weir_str("ip", "call's")), "a field of the call %s", "too");
    WEIR_INFO(below, "a child has no filter of its parent's");
    weir_add_call_filter(l, drop_secrets, NULL);
    WEIR_INFO(l, "the secret is %d", 42);
    WEIR_INFO(l, "no %s", "harm");
    weir_add_call_filter(l, change, NULL);
    WEIR_INFO(l, "changed %d%%", 50);
    weir_record *r = weir_make_record(l, WEIR_LEVEL_INFO, "m.c", 3, "f", NULL, 0, &err, "made");
    weir_handle(l, r);
    weir_record_free(r);
    printf("removed %d\n", weir_remove_call_filter(l, change, NULL));
    weir_remove_call_filter(l, drop_secrets, NULL);
    weir_remove_call_filter(l, add_context, user);
    printf("removed %d\n", weir_remove_call_filter(l, add_context, user));
    WEIR_INFO(l, "the secret is out");
}

static int count_all(void *arg, weir_record *r) {
    (void)r;
    ++*(int *)arg;
    return 1;
}

static void everywhere(void) {
    int count = 0;
    weir_logger *a = weir_get_logger("one");
    WEIR_INFO(a, "before");
    weir_add_call_filter(NULL, count_all, &count);
    WEIR_INFO(a, "a");
    WEIR_INFO(weir_get_logger("two"), "b");
    WEIR_INFO(weir_bind(a, "k", "v"), "c");
    weir_remove_call_filter(NULL, count_all, &count);
    WEIR_INFO(a, "after");
    printf("%d\n", count);
}

/* ---- adapters ---- */

static void prefix(void *arg, const weir_adapter *a, weir_record *r) {
    char text[256];
    (void)a;
    snprintf(text, sizeof text, "[%s] %s", (const char *)arg, weir_record_message(r, NULL));
    weir_record_set_str(r, "msg", text);
}

static void prefix_and_extra(void *arg, const weir_adapter *a, weir_record *r) {
    prefix(arg, a, r);
    weir_adapter_process(a, r);
}

static void adapters(void) {
    char id[] = "conn7";
    const weir_field extra[] = {weir_str("ip", "adapter's"), weir_int("user", 3)};
    weir_logger *l = weir_get_logger("ad");
    weir_adapter *plain = weir_adapter_create(l, extra, 2, 0, NULL, NULL);
    weir_adapter *merged = weir_adapter_create(l, extra, 2, 1, NULL, NULL);
    weir_adapter *own = weir_adapter_create(l, extra, 2, 0, prefix, id);
    weir_adapter *both = weir_adapter_create(l, extra, 2, 0, prefix_and_extra, id);
    weir_adapter *all[] = {plain, merged, own, both};
    for (size_t i = 0; i < 4; i++) {
        WEIR_ADAPTER_INFO(all[i], "hello %d", 5);
        WEIR_ADAPTER_LOG_FIELDS(all[i], WEIR_LEVEL_WARNING, (weir_str("ip", "call's"), weir_str("more", "m")),
                                "fields");
    }
    WEIR_ADAPTER_DEBUG(plain, "debug");
    WEIR_ADAPTER_WARNING(plain, "warning");
    WEIR_ADAPTER_ERROR(plain, "error");
    WEIR_ADAPTER_CRITICAL(plain, "critical");
    WEIR_ADAPTER_LOG(plain, 35, "log");
    weir_set_level(plain->logger, WEIR_LEVEL_ERROR);
    WEIR_ADAPTER_WARNING(own, "not seen");
    printf("%d %d\n", weir_is_enabled(own->logger, WEIR_LEVEL_WARNING),
           weir_get_effective_level(own->logger));
    for (size_t i = 0; i < 4; i++) weir_adapter_free(all[i]);
}

static OUT_OF_LINE void adapter_fails(weir_adapter *a) {
    WEIR_ADAPTER_EXCEPTION(a, "through an adapter");
    __asm__ volatile("");
}

/* ---- the C stack ---- */

static int line_of_call;

static OUT_OF_LINE void inner(weir_logger *l, int stacklevel) {
    WEIR_LOG_STACKLEVEL(l, WEIR_LEVEL_INFO, stacklevel, "level %d", stacklevel);
    __asm__ volatile("");
}

static OUT_OF_LINE void middle(weir_logger *l, int stacklevel) {
    inner(l, stacklevel);
    __asm__ volatile("");
}

static OUT_OF_LINE void outer(weir_logger *l, int stacklevel) {
    line_of_call = __LINE__ + 1;
    middle(l, stacklevel);
    __asm__ volatile("");
}

static void stacklevel(void) {
    weir_logger *l = weir_get_logger("st");
    for (int n = 1; n <= 3; n++) outer(l, n);
    printf("%d\n", line_of_call);
}

static OUT_OF_LINE void fails(weir_logger *l) {
    WEIR_EXCEPTION(l, "it %s", "failed");
    __asm__ volatile("");
}

static void stack(void) {
    weir_logger *l = weir_get_logger("st");
    weir_adapter *a = weir_adapter_create(l, NULL, 0, 0, NULL, NULL);
    fails(l);
    WEIR_LOG_STACK(l, WEIR_LEVEL_INFO, "where am I");
    adapter_fails(a);
    weir_adapter_free(a);
}

/* ---- what no handler takes ---- */

static void print_record(void *arg, weir_record *r) {
    fprintf(stderr, "%s %s: %s\n", (const char *)arg, weir_record_str(r, "levelname", NULL),
            weir_record_message(r, NULL));
}

static void last_resort(void) {
    char mark[] = "!";
    void *arg = NULL;
    weir_last_resort call = NULL;
    weir_error err;
    weir_logger *l = weir_get_logger("lr");
    weir_set_level(l, WEIR_LEVEL_DEBUG);
    WEIR_INFO(l, "not seen");
    WEIR_WARNING(l, "bare %d", 1);
    printf("%d\n", weir_get_last_resort(NULL, NULL));
    weir_flush(10000);
    weir_set_last_resort(WEIR_LEVEL_INFO, NULL, NULL);
    WEIR_INFO(l, "seen %d", 2);
    weir_flush(10000);
    weir_set_last_resort(WEIR_LEVEL_ERROR, print_record, mark);
    int level = weir_get_last_resort(&call, &arg);
    printf("%d %d\n", level, call == print_record && arg == mark);
    WEIR_WARNING(l, "too low");
    WEIR_ERROR(l, "handed to %s", "the host");
    weir_add_call_filter(l, drop_secrets, NULL);
    WEIR_ERROR(l, "secret");
    weir_record *r = weir_make_record(l, WEIR_LEVEL_ERROR, "m.c", 3, "f", NULL, 0, &err, "made");
    weir_handle(l, r);
    weir_record_free(r);
    weir_flush(10000);
    weir_set_last_resort(WEIR_LAST_RESORT_NONE, NULL, NULL);
    WEIR_ERROR(l, "nobody takes it");
    WEIR_ERROR(l, "nor this");
    weir_flush(10000);
}

static void silent(void) {
    weir_set_raise_exceptions(0);
    printf("%d\n", weir_get_raise_exceptions());
    weir_set_last_resort(WEIR_LAST_RESORT_NONE, NULL, NULL);
    WEIR_ERROR(weir_get_logger("lr"), "nobody takes it, and nobody says so");
    weir_flush(10000);
}

static void say_error(void *arg, const char *handler, const char *reason, weir_record *r) {
    (void)arg;
    printf("%s: %s: %s\n", handler, reason, r != NULL ? weir_record_message(r, NULL) : "-");
}

static void errors(void) {
    weir_logger *l = weir_get_logger("e");
    weir_set_handle_error(say_error, NULL);
    WEIR_ERROR(l, "no such field");
    weir_flush(10000);
    weir_set_handle_error(NULL, NULL);
    weir_set_raise_exceptions(0);
    WEIR_ERROR(l, "in silence");
    weir_flush(10000);
}

/* ---- the config port ---- */

/* Refuses what says so; else gives the text back with its level raised. */
static char *verify(const char *text, size_t length, size_t *out_length) {
    char *copy = malloc(length + 1);
    if (copy == NULL || memmem(text, length, "refuse", 6) != NULL) {
        free(copy);
        return NULL;
    }
    memcpy(copy, text, length);
    char *level = memmem(copy, length, "level=DEBUG", 11);
    if (level != NULL) memcpy(level, "level=ERROR", 11);
    *out_length = length;
    return copy;
}

/* Does as a line of standard input says, until there is none. */
static void listening(void) {
    char line[64];
    weir_logger *l = weir_get_logger("port");
    printf("%d\n", weir_listen(0, verify));
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strcmp(line, "stop\n") == 0) weir_stop_listening();
        printf("%d\n", weir_get_effective_level(l));
    }
}

/* ---- all of them ---- */

static const struct scene {
    const char *name;
    void (*play)(void);
} scenes[] = {{"levels", levels},         {"loggers", loggers},         {"disabled", disabled},
              {"records", records},       {"factory", factory},         {"filters", filters},
              {"everywhere", everywhere}, {"adapters", adapters},       {"stacklevel", stacklevel},
              {"stack", stack},           {"last_resort", last_resort}, {"silent", silent},
              {"errors", errors},         {"listening", listening}};

int main(int argc, char **argv) {
    weir_error err;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 2 && weir_start(argv[2], &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    for (size_t i = 0; argc > 1 && i < sizeof scenes / sizeof scenes[0]; i++) {
        if (strcmp(scenes[i].name, argv[1]) != 0) continue;
        scenes[i].play();
        weir_stop();
        return 0;
    }
    fprintf(stderr, "logging_probe: no such scene\n");
    return 2;
}
