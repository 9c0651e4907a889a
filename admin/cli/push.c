/* push.c - weir push: makes a running service log by a file, over the API or a config port. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/cli/files.h"
#include "admin/cli/print.h"

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

static int connect_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static int connect_tcp(const char *to) {
    char host[256];
    const char *colon = strrchr(to, ':');
    size_t len = colon ? (size_t)(colon - to) : 0;
    if (len == 0 || len >= sizeof host) return -1;
    bool bracket = to[0] == '[' && to[len - 1] == ']';
    memcpy(host, to + bracket, len - 2 * bracket);
    host[len - 2 * bracket] = '\0';
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int fd = -1;
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0) return -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
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

static int push_port(const char *to, const text *config) {
    int fd = strncmp(to, "unix:", 5) == 0 ? connect_unix(to + 5) : connect_tcp(to);
    if (fd < 0)
        return complain(EXIT_UNREACHABLE, "%s: %s", to,
                        errno ? strerror(errno) : "expected HOST:PORT or unix:/path");
    struct timeval limit = {.tv_sec = PORT_TIMEOUT_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    unsigned char head[4] = {(unsigned char)(config->len >> 24), (unsigned char)(config->len >> 16),
                             (unsigned char)(config->len >> 8), (unsigned char)config->len};
    text reply;
    text_init(&reply, 0);
    bool sent = send_all(fd, (const char *)head, 4) && send_all(fd, text_cstr(config), config->len);
    bool heard = read_answer(fd, &reply) && reply.len > 0;
    close(fd);
    bool done = reply.len >= 2 && memcmp(reply.data, "ok", 2) == 0;
    fwrite(text_cstr(&reply), 1, reply.len, done ? stdout : stderr);
    text_done(&reply);
    if (done) return EXIT_DONE;
    return heard ? EXIT_NOTHING
                 : complain(EXIT_UNREACHABLE, "%s: %s", to, sent ? "no answer" : strerror(errno));
}

static int run(invocation *call) {
    const char *to = call->option[OPT_TO];
    text config;
    text_init(&config, 0);
    int status = file_read(call->words[0], &config);
    if (status == 0 && to != NULL && strncmp(to, "http", 4) != 0)
        status = call->option[OPT_SAVE]
                     ? complain(EXIT_USAGE, "--save goes over the API, not over a config port")
                     : push_port(to, &config);
    else if (status == 0)
        status = push_api(call, &config);
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
