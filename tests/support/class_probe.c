/* class_probe.c - a host with classes of its own: a handler, filters, formatters, and one of Weir's handlers
 * of each sort with its methods overridden. Told by lines on its standard input what to do, it answers each
 * with one. class_probe CONFIG | - */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <weir_classes.h>

static weir_logger *noisy; /* what classes that log log to */
static long made, gone;    /* objects; atomic */

static int count_made(void) { return (int)__atomic_add_fetch(&made, 1, __ATOMIC_RELAXED); }
static void destroy(void *self) {
    __atomic_add_fetch(&gone, 1, __ATOMIC_RELAXED);
    free(self);
}

static void pause_ms(int64_t ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    if (ms > 0) nanosleep(&t, NULL);
}

/* ---- a handler ---- */

typedef struct file_handler {
    char path[512], label[64], gate[512];
    int64_t sleep_ms, fail_every, log, seen, flushed;
    FILE *f;
} file_handler;

static const weir_class_param file_params[] = {{"path", 1, "where to"},
                                               {"label", 0, "before each line"},
                                               {"sleep_ms", 0, "each"},
                                               {"fail_every", 0, "this many"},
                                               {"log", 0, "from emit"},
                                               {"gate", 0, "stands until that file is there"},
                                               {0}};

static void copy(char *to, size_t room, const weir_args *args, const char *name) {
    const char *s = weir_args_str(args, name, NULL);
    snprintf(to, room, "%s", s != NULL ? s : "");
}

static int file_create(void *user, const weir_args *args, void **self, weir_error *err) {
    (void)user;
    file_handler *h = calloc(1, sizeof *h);
    if (h == NULL) return -1;
    copy(h->path, sizeof h->path, args, "path");
    copy(h->label, sizeof h->label, args, "label");
    copy(h->gate, sizeof h->gate, args, "gate");
    weir_args_int(args, "sleep_ms", &h->sleep_ms);
    weir_args_int(args, "fail_every", &h->fail_every);
    weir_args_int(args, "log", &h->log);
    if (strstr(h->path, "refused") != NULL) {
        err->code = WEIR_ERR_INVALID;
        snprintf(err->message, sizeof err->message, "this path is refused");
        free(h);
        return -1;
    }
    count_made();
    *self = h;
    return 0;
}

static int file_emit(void *self, const weir_record *r, const char *text, size_t length) {
    file_handler *h = self;
    struct stat st;
    if (h->f == NULL && (h->f = fopen(h->path, "a")) == NULL) return 1;
    while (h->gate[0] != '\0' && stat(h->gate, &st) != 0) pause_ms(5);
    pause_ms(h->sleep_ms);
    if (h->log != 0) WEIR_ERROR(noisy, "from emit");
    if (h->fail_every > 0 && ++h->seen % h->fail_every == 0) return -1;
    fprintf(h->f, "%s|%s|%s|", h->label, weir_record_str(r, "levelname", NULL),
            weir_record_str(r, "name", NULL));
    fwrite(text, 1, length, h->f);
    const char *user = weir_record_str(r, "user", NULL);
    fprintf(h->f, "|%s\n", user != NULL ? user : "");
    return strlen(text) == length ? 0 : -1;
}

static void file_flush(void *self) {
    file_handler *h = self;
    if (h->f != NULL) fflush(h->f);
}

static void file_close(void *self) {
    file_handler *h = self;
    if (h->f == NULL) return;
    fprintf(h->f, "closed\n");
    fclose(h->f);
    h->f = NULL;
}

static weir_handler_class file_class = {.size = sizeof(weir_handler_class),
                                        .abi = WEIR_CLASSES_ABI,
                                        .name = "probe.File",
                                        .help = "lines",
                                        .params = file_params,
                                        .create = file_create,
                                        .destroy = destroy,
                                        .emit = file_emit,
                                        .flush = file_flush,
                                        .close = file_close};

/* ---- filters ---- */

typedef struct every {
    int64_t n, sleep_ms, log, fail, seen;
    char user[64];
} every;
static const weir_class_param every_params[] = {{"n", 0, "one in so many passes"},
                                                {"sleep_ms", 0, ""},
                                                {"log", 0, ""},
                                                {"fail", 0, ""},
                                                {"user", 0, ""},
                                                {0}};

static int every_create(void *user, const weir_args *args, void **self, weir_error *err) {
    (void)user, (void)err;
    every *f = calloc(1, sizeof *f);
    if (f == NULL) return -1;
    f->n = 1;
    weir_args_int(args, "n", &f->n);
    weir_args_int(args, "sleep_ms", &f->sleep_ms);
    weir_args_int(args, "log", &f->log);
    weir_args_int(args, "fail", &f->fail);
    copy(f->user, sizeof f->user, args, "user");
    count_made();
    *self = f;
    return 0;
}

static int every_filter(void *self, weir_record *r) {
    every *f = self;
    pause_ms(f->sleep_ms);
    if (f->log != 0) WEIR_ERROR(noisy, "from a filter");
    if (f->fail != 0) return -1;
    if (f->user[0] != '\0') weir_record_set_str(r, "user", f->user);
    return f->seen++ % f->n == 0;
}

static weir_filter_class every_class = {.size = sizeof(weir_filter_class),
                                        .abi = WEIR_CLASSES_ABI,
                                        .name = "probe.Every",
                                        .params = every_params,
                                        .create = every_create,
                                        .filter = every_filter,
                                        .destroy = destroy};

/* ---- formatters ---- */

static int whole(void *self, const weir_record *r, weir_text *out) {
    int64_t line = 0;
    weir_record_int(r, "lineno", &line);
    weir_text_printf(out, "%s<%s> ", (const char *)self, weir_record_str(r, "levelname", NULL));
    const char *message = weir_record_message(r, NULL);
    if (strstr(message, "unformattable") != NULL) return -1;
    weir_text_add(out, message, strlen(message));
    return line > 0 ? 0 : -1;
}

static int whole_create(void *user, const weir_args *args, void **self, weir_error *err) {
    (void)user, (void)err;
    const char *mark = weir_args_str(args, "mark", NULL);
    count_made();
    *self = strdup(mark != NULL ? mark : "");
    return *self != NULL ? 0 : -1;
}

static const weir_class_param whole_params[] = {{"mark", 1, "at the front"}, {0}};
static weir_formatter_class whole_class = {.size = sizeof(weir_formatter_class),
                                           .abi = WEIR_CLASSES_ABI,
                                           .name = "probe.Whole",
                                           .params = whole_params,
                                           .create = whole_create,
                                           .format = whole,
                                           .destroy = destroy};

static int part_time(void *self, const weir_record *r, const char *datefmt, weir_text *out) {
    (void)self, (void)r;
    weir_text_printf(out, "T(%s)", datefmt != NULL ? datefmt : "-");
    return 0;
}
static int part_exception(void *self, const weir_record *r, weir_text *out) {
    (void)self;
    weir_text_printf(out, "E(%zu bytes)", strlen(weir_record_str(r, "exc_text", NULL)));
    return 0;
}
static int part_stack(void *self, const weir_record *r, weir_text *out) {
    (void)self, (void)r;
    weir_text_printf(out, "S()");
    return 0;
}
static weir_formatter_class parts_class = {.size = sizeof(weir_formatter_class),
                                           .abi = WEIR_CLASSES_ABI,
                                           .name = "probe.Parts",
                                           .format_time = part_time,
                                           .format_exception = part_exception,
                                           .format_stack = part_stack};

/* ---- Weir's handlers, overridden ---- */

static int over_format(void *self, const weir_record *r, weir_text *out) {
    (void)self;
    weir_text_printf(out, "OVER %s", weir_record_message(r, NULL));
    return 0;
}
static int over_pickle(void *self, const weir_record *r, weir_text *out) {
    (void)self;
    weir_text_printf(out, "PICKLE %s\n", weir_record_message(r, NULL));
    return strstr(weir_record_message(r, NULL), "bad") != NULL ? -1 : 0;
}
static int over_subject(void *self, const weir_record *r, weir_text *out) {
    weir_text_printf(out, "%s %s: %s", (const char *)self, weir_record_str(r, "levelname", NULL),
                     weir_record_message(r, NULL));
    return 0;
}
static int mail_create(void *user, const weir_args *args, void **self, weir_error *err) {
    (void)user, (void)err;
    const char *tag = weir_args_str(args, "tag", NULL), *to = weir_args_item(args, "toaddrs", 0, NULL);
    if (to == NULL || weir_args_count(args, "toaddrs") < 1) return -1;
    *self = strdup(tag != NULL ? tag : to);
    count_made();
    return 0;
}
static const weir_class_param mail_params[] = {{"tag", 0, "of the subject"}, {0}};
static char target_seen[64];
static int over_flush(void *self, const weir_record *r, size_t count) {
    (void)self, (void)count;
    return strcmp(weir_record_message(r, NULL), "now") == 0;
}
static void over_target(void *self, const char *handler) {
    (void)self;
    snprintf(target_seen, sizeof target_seen, "%s", handler);
}
static int over_priority(void *self, int facility, int priority) {
    (void)self;
    return priority == 0 ? -1 : 1000 + facility * 10 + priority;
}
static const char *over_map(void *self, const char *level) {
    (void)self;
    return strcmp(level, "ERROR") == 0 ? "emerg" : "alert";
}
static int over_form(void *self, const weir_record *r, weir_text *form) {
    (void)self;
    weir_form_add(form, "what is", weir_record_message(r, NULL));
    weir_form_add(form, "none", NULL);
    return 0;
}
static int over_id(void *self, const weir_record *r) {
    int64_t line = 0;
    (void)self;
    return weir_record_int(r, "levelno", &line) == 0 ? (int)line + 100 : -1;
}
static int over_seven(void *self, const weir_record *r) { return (void)self, (void)r, 7; }

/* As the listener takes it off the queue. */
static int over_dequeue(void *self, weir_record *r) {
    char thread[16] = "";
    const char *message = weir_record_message(r, NULL);
    if (strcmp(message, "drop") == 0) return 0;
    if (strcmp(message, "fail") == 0) return -1;
    if (strcmp(message, "look") == 0) return 1;
    pthread_getname_np(pthread_self(), thread, sizeof thread);
    weir_record_set_str(r, "thread_then", thread);
    if (self != NULL) weir_record_set_str(r, "tag", self);
    if (strcmp(message, "secret") == 0) weir_record_set_str(r, "msg", "***");
    if (strcmp(message, "louder") == 0) {
        weir_record_set_int(r, "levelno", 40);
        weir_record_set_str(r, "levelname", "ERROR");
    }
    if (strcmp(message, "explain") == 0) weir_record_set_str(r, "exc_text", "Why: because");
    return 1;
}
static int queue_create(void *user, const weir_args *args, void **self, weir_error *err) {
    (void)user, (void)err;
    const char *tag = weir_args_str(args, "tag", NULL);
    *self = tag != NULL ? strdup(tag) : NULL;
    count_made();
    return 0;
}

static const weir_handler_class overridden[] = {
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Stream",
     .base = "StreamHandler",
     .format = over_format},
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Socket",
     .base = "handlers.SocketHandler",
     .make_pickle = over_pickle},
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Mail",
     .base = "logging.handlers.SMTPHandler",
     .params = mail_params,
     .create = mail_create,
     .destroy = destroy,
     .get_subject = over_subject},
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Memory",
     .base = "MemoryHandler",
     .should_flush = over_flush,
     .set_target = over_target},
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Syslog",
     .base = "SysLogHandler",
     .encode_priority = over_priority,
     .map_priority = over_map},
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Http",
     .base = "HTTPHandler",
     .map_log_record = over_form},
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Event",
     .base = "NTEventLogHandler",
     .get_message_id = over_id,
     .get_event_type = over_seven,
     .get_event_category = over_seven},
    {.size = sizeof(weir_handler_class),
     .abi = WEIR_CLASSES_ABI,
     .name = "probe.Queue",
     .base = "QueueHandler",
     .params = mail_params,
     .create = queue_create,
     .destroy = destroy,
     .dequeue = over_dequeue},
};

static int register_all(weir_error *err) {
    static weir_filter_class at_call;
    at_call = every_class;
    at_call.name = "probe.Context";
    at_call.flags = WEIR_FILTER_AT_CALL;
    int rc = weir_register_handler_class(&file_class, err) | weir_register_filter_class(&every_class, err) |
             weir_register_filter_class(&at_call, err) | weir_register_formatter_class(&whole_class, err) |
             weir_register_formatter_class(&parts_class, err);
    for (size_t i = 0; i < sizeof overridden / sizeof overridden[0]; i++)
        rc |= weir_register_handler_class(&overridden[i], err);
    return rc;
}

/* ---- commands ---- */

typedef struct load {
    pthread_t thread;
    int number;
    long count;
} load;

static void *run_load(void *arg) {
    const load *l = arg;
    char name[32];
    snprintf(name, sizeof name, "host.t%d", l->number);
    weir_logger *lg = weir_get_logger(name);
    for (long i = 0; i < l->count; i++) WEIR_INFO(lg, "t%d n%ld", l->number, i);
    return NULL;
}

static void many(long threads, long count) {
    load loads[16];
    for (int i = 0; i < threads && i < 16; i++) {
        loads[i] = (load){.number = i, .count = count};
        pthread_create(&loads[i].thread, NULL, run_load, &loads[i]);
    }
    for (int i = 0; i < threads && i < 16; i++) pthread_join(loads[i].thread, NULL);
}

static void log_one(const char *words) {
    char name[64];
    int level = 0, used = 0;
    if (sscanf(words, "%63s %d %n", name, &level, &used) < 2) return;
    if (level == 41)
        WEIR_EXCEPTION(weir_get_logger(name), "%s", words + used);
    else
        WEIR_LOG(weir_get_logger(name), level, "%s", words + used);
}

static int unregister(const char *words, weir_error *err) {
    if (strncmp(words, "handler ", 8) == 0) return weir_unregister_handler_class(words + 8, err);
    if (strncmp(words, "filter ", 7) == 0) return weir_unregister_filter_class(words + 7, err);
    return weir_unregister_formatter_class(words + 10, err);
}

static int wrong(int which, weir_error *err) {
    static const weir_class_param twice[] = {{"a", 0, ""}, {"a", 0, ""}, {0}},
                                  clash[] = {{"host", 0, ""}, {0}};
    weir_handler_class h = file_class;
    weir_filter_class f = every_class;
    switch (which) {
    case 0: return weir_register_handler_class(&h, err);
    case 1: h.name = "FileHandler"; return weir_register_handler_class(&h, err);
    case 2: h.name = "no name"; return weir_register_handler_class(&h, err);
    case 3: h.name = "x.Y", h.emit = NULL; return weir_register_handler_class(&h, err);
    case 4: h.name = "x.Y", h.base = "NoHandler"; return weir_register_handler_class(&h, err);
    case 5: h.name = "x.Y", h.params = twice; return weir_register_handler_class(&h, err);
    case 6: f.name = "x.Y", f.filter = NULL; return weir_register_filter_class(&f, err);
    case 7: f.name = "x.Y", f.abi = 99; return weir_register_filter_class(&f, err);
    case 8: h = overridden[1], h.name = "x.Y", h.params = clash; return weir_register_handler_class(&h, err);
    default:
        for (int i = 0; i < WEIR_CLASSES_MAX + 1; i++) {
            char name[32];
            snprintf(name, sizeof name, "x.N%d", i);
            f.name = name;
            if (weir_register_filter_class(&f, err) != 0) {
                while (i-- > 0) {
                    weir_error ignored;
                    snprintf(name, sizeof name, "x.N%d", i);
                    weir_unregister_filter_class(name, &ignored);
                }
                return -1;
            }
        }
        return 0;
    }
}

static void answer(int rc, const weir_error *err) {
    if (rc == 0)
        printf("ok\n");
    else
        printf("refused %d %s\n", err->code, err->message);
}

static void command(const char *line) {
    weir_error err = {0};
    long a = 0, b = 0;
    if (strncmp(line, "log ", 4) == 0) {
        log_one(line + 4);
        answer(0, NULL);
    } else if (sscanf(line, "many %ld %ld", &a, &b) == 2) {
        many(a, b);
        answer(0, NULL);
    } else if (sscanf(line, "flush %ld", &a) == 1) {
        printf("%s\n", weir_flush((int)a) == 0 ? "ok" : "late");
    } else if (strncmp(line, "unregister ", 11) == 0) {
        answer(unregister(line + 11, &err), &err);
    } else if (strcmp(line, "register") == 0) {
        answer(weir_register_handler_class(&file_class, &err), &err);
    } else if (sscanf(line, "wrong %ld", &a) == 1) {
        answer(wrong((int)a, &err), &err);
    } else if (strcmp(line, "objects") == 0) {
        printf("%ld\n", __atomic_load_n(&made, __ATOMIC_RELAXED) - __atomic_load_n(&gone, __ATOMIC_RELAXED));
    } else if (strcmp(line, "target") == 0) {
        printf("%s\n", target_seen);
    } else if (strcmp(line, "stop") == 0) {
        weir_stop();
        answer(0, NULL);
    } else if (strncmp(line, "start ", 6) == 0) {
        answer(weir_start(line + 6, &err), &err);
    } else {
        printf("error: no such command\n");
    }
}

int main(int argc, char **argv) {
    static char line[4096];
    weir_error err = {0};
    if (argc < 2 || register_all(&err) != 0) {
        fprintf(stderr, "register: %s\n", err.message);
        return 1;
    }
    noisy = weir_get_logger("noisy");
    if (weir_start(argv[1], &err) != 0) fprintf(stderr, "%s\n", err.message);
    printf("ready %d\n", (int)getpid());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "quit") == 0) break;
        command(line);
        fflush(stdout);
    }
    weir_stop();
    return 0;
}
