/* push.c - weir push: makes a running service log by a file, over the API or a config port. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/cli/check.h"
#include "admin/cli/files.h"
#include "admin/cli/print.h"
#include "config/config.h"
#include "config/ini_text.h"

#define PORT_TIMEOUT_S 30 /* the port's own deadline is 10 s; a push may wait for others before it */

static void print_applied(const value *r) {
    printf("ok generation %lld\n", (long long)get_int(r, "generation"));
    print_list(stdout, "  disabled:", get_list(r, "disabled"));
    print_list(stdout, "  level over it:", get_list(r, "over"));
    print_list(stdout, "  after a restart only:", get_list(r, "restart"));
    const value *warnings = get_list(r, "warnings");
    for (size_t i = 0; i < warnings->list.count; i++) {
        slice line = get_str(&warnings->list.items[i], "text");
        fprintf(stderr, "%.*s (warning)\n", (int)line.len, line.data);
    }
    slice trouble = get_str(r, "save_error");
    if (trouble.len) fprintf(stderr, "weir: not saved: %.*s\n", (int)trouble.len, trouble.data);
}

/* What is no UTF-8 cannot be sent as JSON, and would be refused: the library's own check says where. */
static int refuse_bytes(const invocation *call, const text *config) {
    problems p;
    weir_error err = {0};
    config_rules rules = {.origin = CONFIG_HTTP};
    if (problems_init(&p, call->words[0]) != 0) return complain(EXIT_USAGE, "no memory");
    config_plan_free(config_check(text_slice(config), call->words[0], &rules, &p, &err));
    complain(0, "%s is no text; nothing was sent", call->words[0]);
    check_print(&p, call->json);
    problems_done(&p);
    return EXIT_USAGE;
}

static int push_api(invocation *call, const text *config) {
    text body;
    json_writer w;
    answer a;
    text_init(&body, 0);
    json_writer_init(&w, &body);
    json_begin_object(&w);
    json_key(&w, "text"), json_string(&w, text_slice(config));
    json_key(&w, "name"), json_cstr(&w, call->words[0]);
    json_key(&w, "save"), json_bool(&w, call->option[OPT_SAVE] != NULL);
    if (call->option[OPT_IF_GENERATION]) {
        json_key(&w, "if_generation");
        json_int(&w, strtoll(call->option[OPT_IF_GENERATION], NULL, 10));
    }
    json_end(&w);
    int status = client_request(call, "POST", "/api/config", &body, &a);
    if (status == 0 && call->json) print_json_body(&a);
    if (status == 0 && !call->json) print_applied(&a.json);
    if (status == 0 && get_str(&a.json, "save_error").len) status = EXIT_NOTHING;
    answer_done(&a);
    text_done(&body);
    return status;
}

/* ---- the config port: 4 bytes of length, then the text ---- */

static int refuse_connection(weir_error *err, int number) {
    return error_set(err, number == EACCES || number == EPERM ? WEIR_ERR_DENIED : WEIR_ERR_SYSTEM, "%s",
                     strerror(number));
}

static int connect_unix(const char *path, weir_error *err) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return refuse_connection(err, ENAMETOOLONG);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    refuse_connection(err, errno);
    if (fd >= 0) close(fd);
    return -1;
}

static int connect_tcp(const char *to, weir_error *err) {
    char host[256];
    size_t len = (size_t)(strrchr(to, ':') - to);
    if (len >= sizeof host) return refuse_connection(err, ENAMETOOLONG);
    bool bracket = len > 2 && to[0] == '[' && to[len - 1] == ']';
    memcpy(host, to + bracket, len - 2 * bracket);
    host[len - 2 * bracket] = '\0';
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int fd = -1, why = getaddrinfo(host, strrchr(to, ':') + 1, &hints, &found);
    if (why != 0) return error_set(err, WEIR_ERR_SYSTEM, "%s", gai_strerror(why));
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0) break;
        refuse_connection(err, errno);
        if (fd >= 0) close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static bool send_all(int fd, const char *data, size_t len) {
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static bool read_answer(int fd, text *out) {
    char buffer[4096];
    ssize_t n;
    while ((n = recv(fd, buffer, sizeof buffer, 0)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text_add(out, buffer, (size_t)n);
    }
    return true;
}

/* The service knows no name for what came by its port: the file's own takes the place of "<port>". */
static void print_reply(FILE *out, const char *file, slice reply) {
    const slice unnamed = SLICE_LITERAL("<port>:");
    for (size_t at = 0; at < reply.len;) {
        const char *end = memchr(reply.data + at, '\n', reply.len - at);
        size_t n = end ? (size_t)(end - reply.data) - at : reply.len - at;
        slice line = slice_make(reply.data + at, n);
        if (n > unnamed.len && memcmp(line.data, unnamed.data, unnamed.len) == 0) {
            fprintf(out, "%s:", file);
            line = slice_make(line.data + unnamed.len, n - unnamed.len);
        }
        print_escaped(out, line);
        fputc('\n', out);
        at += n + 1;
    }
}

/* "ok generation 3\n…" as the API would say it, with the lines as they came. */
static void print_reply_json(slice reply) {
    text out;
    json_writer w;
    text_init(&out, 0);
    json_writer_init(&w, &out);
    json_begin_object(&w);
    json_key(&w, "generation");
    json_int(&w, strtoll(reply.data + sizeof "ok generation", NULL, 10));
    json_key(&w, "answer"), json_string(&w, reply);
    json_end(&w);
    printf("%s\n", text_cstr(&out));
    text_done(&out);
}

/* The first word of the answer is the port's contract. */
static int judge_reply(const invocation *call, slice reply) {
    const char *to = call->option[OPT_TO], *file = call->words[0];
    static const struct {
        const char *word;
        int status;
    } words[] = {{"ok generation ", EXIT_DONE},
                 {"refused", EXIT_USAGE},
                 {"superseded", EXIT_CONFLICT},
                 {"failed", EXIT_NOTHING}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (reply.len < strlen(words[i].word) ||
            memcmp(reply.data, words[i].word, strlen(words[i].word)) != 0)
            continue;
        if (words[i].status == EXIT_DONE && call->json)
            print_reply_json(reply);
        else
            print_reply(words[i].status == EXIT_DONE ? stdout : stderr, file, reply);
        return words[i].status;
    }
    if (reply.len >= 5 && memcmp(reply.data, "HTTP/", 5) == 0)
        return complain(EXIT_UNREACHABLE,
                        "%s speaks HTTP; it is no config port (--to http://%s uses the API)", to, to);
    return complain(EXIT_UNREACHABLE, "%s: %s", to,
                    reply.len ? "what answers there is no config port of Weir"
                              : "closed without an answer (Python's own listen() gives none)");
}

static int exchange(int fd, const text *config, text *reply) {
    struct timeval limit = {.tv_sec = PORT_TIMEOUT_S};
    unsigned char head[4] = {(unsigned char)(config->len >> 24), (unsigned char)(config->len >> 16),
                             (unsigned char)(config->len >> 8), (unsigned char)config->len};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (!send_all(fd, (const char *)head, 4) || !send_all(fd, text_cstr(config), config->len)) return -1;
    return read_answer(fd, reply) ? 0 : -1;
}

static int push_port(const invocation *call, const text *config) {
    const char *to = call->option[OPT_TO];
    bool local = strncmp(to, "unix:", 5) == 0;
    const char *colon = strrchr(to, ':');
    if (local ? to[5] == '\0' : colon == NULL || colon == to || colon[1] == '\0')
        return complain(EXIT_USAGE, "--to %s: expected HOST:PORT, unix:/path or http://HOST:PORT", to);
    weir_error err = {0};
    int fd = local ? connect_unix(to + 5, &err) : connect_tcp(to, &err);
    if (fd < 0)
        return complain(err.code == WEIR_ERR_DENIED ? EXIT_DENIED : EXIT_UNREACHABLE, "%s: %s", to,
                        err.message);
    text reply;
    text_init(&reply, 0);
    int status = exchange(fd, config, &reply) == 0 || reply.len > 0
                     ? judge_reply(call, text_slice(&reply))
                     : complain(EXIT_UNREACHABLE, "%s: %s", to,
                                errno == EAGAIN ? "no answer in time" : strerror(errno));
    close(fd);
    text_done(&reply);
    return status;
}

static int run(invocation *call) {
    const char *to = call->option[OPT_TO];
    text config;
    text_init(&config, 0);
    int status = file_read(call->words[0], &config);
    bool by_port = to != NULL && strncmp(to, "http://", 7) != 0 && strncmp(to, "https://", 8) != 0;
    if (status == 0 && by_port && (call->option[OPT_SAVE] || call->option[OPT_IF_GENERATION]))
        status = complain(EXIT_USAGE, "--save and --if-generation go over the API, not over a config port");
    else if (status == 0 && by_port)
        status = push_port(call, &config);
    else if (status == 0)
        status = ini_utf8_end(text_slice(&config)) < config.len ? refuse_bytes(call, &config)
                                                                : push_api(call, &config);
    text_done(&config);
    return status;
}

const verb verb_push = {
    .name = "push",
    .words = "FILE",
    .words_min = 1,
    .words_max = 1,
    .summary = "Make a running service log by FILE",
    .more =
        "All or nothing: a file with an error changes nothing, and every problem is told. --to HOST:PORT or\n"
        "--to unix:/path uses the service's config port (Python's protocol), --to http://… its API.",
    .options = {OPT_SAVE, OPT_IF_GENERATION, SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
