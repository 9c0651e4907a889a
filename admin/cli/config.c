/* config.c - weir config: the running configuration, those before it, and the way back. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/cli/print.h"

static int get(invocation *call) {
    answer a;
    const char *as = call->option[OPT_AS], *path = "/api/config";
    if (as != NULL && strcmp(as, "ini") != 0 && strcmp(as, "json") != 0)
        return complain(EXIT_USAGE, "--as %s: expected ini or json", as);
    if (as != NULL) path = strcmp(as, "ini") == 0 ? "/api/config?as=ini" : "/api/config?as=json";
    int status = client_request(call, "GET", path, NULL, &a);
    slice config = get_str(&a.json, "text");
    if (status == 0 && call->json) print_json_body(&a);
    if (status == 0 && !call->json) fwrite(config.data, 1, config.len, stdout);
    if (status == 0 && get_bool(&a.json, "differs_from_file"))
        fputs("weir: it differs from the service's file (`weir push --save` would write it)\n", stderr);
    answer_done(&a);
    return status;
}

static int history(invocation *call) {
    answer a;
    int status = client_request(call, "GET", "/api/config/history", NULL, &a);
    const value *list = get_list(&a.json, "entries");
    if (status == 0 && call->json) print_json_body(&a);
    for (size_t i = 0; status == 0 && !call->json && i < list->list.count; i++) {
        const value *e = &list->list.items[i];
        slice created = get_str(e, "created"), way = get_str(e, "way"), who = get_str(e, "who");
        printf("%c %4lld  ", get_bool(e, "current") ? '*' : ' ', (long long)get_int(e, "generation"));
        print_time(stdout, created);
        printf("  %6lld bytes  %.*s ", (long long)get_int(e, "size"), (int)way.len, way.data);
        print_escaped(stdout, who);
        if (get_int(e, "edits") > 1) printf(" (%lld edits in a row)", (long long)get_int(e, "edits"));
        fputc('\n', stdout);
    }
    answer_done(&a);
    return status;
}

static int fetch(invocation *call, const char *generation, text *out) {
    text path;
    answer a;
    text_init(&path, 0);
    text_add_cstr(&path, generation ? "/api/config/history/" : "/api/config");
    if (generation) client_encode(&path, slice_of(generation));
    int status = client_request(call, "GET", text_cstr(&path), NULL, &a);
    text_add_slice(out, get_str(&a.json, "text"));
    answer_done(&a);
    text_done(&path);
    return status;
}

static bool write_temporary(const text *t, char name[32]) {
    memcpy(name, "/tmp/weir-diff-XXXXXX", sizeof "/tmp/weir-diff-XXXXXX");
    int fd = mkstemp(name);
    bool done = fd >= 0 && write(fd, text_cstr(t), t->len) == (ssize_t)t->len;
    if (fd >= 0) close(fd);
    return done;
}

/* Everything that is written into fd. */
static void read_all(int fd, text *out) {
    char buffer[4096];
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return;
        text_add(out, buffer, (size_t)n);
    }
}

/* diff -u of two files: diff(1) knows how. Its exit status: 0 equal, 1 different; 2 when it cannot be run. */
static int call_diff(const char *left_label, const char *left, const char *right_label, const char *right,
                     text *out) {
    int ends[2], ended = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return 2;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execlp("diff", "diff", "-u", "--label", left_label, "--label", right_label, left, right,
               (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    read_all(ends[0], out);
    close(ends[0]);
    return pid > 0 && waitpid(pid, &ended, 0) == pid && WIFEXITED(ended) && WEXITSTATUS(ended) < 2
               ? WEXITSTATUS(ended)
               : 2;
}

static void print_diff(const invocation *call, slice lines) {
    text out;
    json_writer w;
    if (!call->json) {
        fwrite(lines.data, 1, lines.len, stdout);
        return;
    }
    text_init(&out, 0);
    json_writer_init(&w, &out);
    json_begin_object(&w);
    json_key(&w, "diff"), json_string(&w, lines);
    json_end(&w);
    printf("%s\n", text_cstr(&out));
    text_done(&out);
}

static int run_diff(const invocation *call, const char *left_label, const text *left, const char *right_label,
                    const text *right) {
    char a[32] = "", b[32] = "";
    int status = EXIT_USAGE;
    text out;
    text_init(&out, 0);
    if (write_temporary(left, a) && write_temporary(right, b))
        status = call_diff(left_label, a, right_label, b, &out);
    if (status == EXIT_USAGE)
        complain(0, "diff cannot be run");
    else
        print_diff(call, text_slice(&out));
    if (a[0]) unlink(a);
    if (b[0]) unlink(b);
    text_done(&out);
    return status;
}

static int diff(invocation *call) {
    if (call->word_count < 2) return complain(EXIT_USAGE, "weir config diff GENERATION [GENERATION]");
    const char *to = call->word_count > 2 ? call->words[2] : NULL;
    text left, right;
    text_init(&left, 0);
    text_init(&right, 0);
    int status = fetch(call, call->words[1], &left);
    if (status == 0) status = fetch(call, to, &right);
    if (status == 0) status = run_diff(call, call->words[1], &left, to ? to : "running", &right);
    text_done(&left);
    text_done(&right);
    return status;
}

static int rollback(invocation *call) {
    char *end;
    long long generation = call->word_count > 1 ? strtoll(call->words[1], &end, 10) : 0;
    if (generation <= 0 || *end != '\0')
        return complain(EXIT_USAGE, "weir config rollback GENERATION (see weir config history)");
    text body;
    answer a;
    text_init(&body, 0);
    text_addf(&body, "{\"generation\": %lld}", generation);
    int status = client_request(call, "POST", "/api/config/rollback", &body, &a);
    if (status == 0 && call->json) print_json_body(&a);
    if (status == 0 && !call->json)
        printf("ok generation %lld, which is %lld again\n", (long long)get_int(&a.json, "generation"),
               generation);
    answer_done(&a);
    text_done(&body);
    return status;
}

static const struct part {
    const char *name;
    int words_max; /* itself and what follows */
    int (*run)(invocation *call);
} parts[] = {{"get", 1, get}, {"history", 1, history}, {"diff", 3, diff}, {"rollback", 2, rollback}};

static int run(invocation *call) {
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(parts[i].name, call->words[0]) != 0) continue;
        if (call->word_count <= parts[i].words_max) return parts[i].run(call);
        return complain(EXIT_USAGE, "weir config %s: '%s' is a word too many (weir config --help)",
                        parts[i].name, call->words[parts[i].words_max]);
    }
    return complain(EXIT_USAGE, "weir config %s: expected get, history, diff or rollback", call->words[0]);
}

const verb verb_config = {
    .name = "config",
    .words = "get|history|diff|rollback",
    .words_min = 1,
    .words_max = 3,
    .summary = "Show the running configuration, those before it, and go back",
    .more = "get [--as ini|json]  the running configuration, as it came or in that form; pushing it back "
            "changes nothing\n"
            "history              the last 50, newest first; * runs; edits by the host in a row are one\n"
            "diff N [M]           what generation M (the running one) changed against N; exit 1 when they "
            "differ\n"
            "rollback N           run by generation N again",
    .options = {SERVICE_OPTIONS, OPT_AS, OPT_HELP},
    .run = run,
};
