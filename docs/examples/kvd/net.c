/* net.c - accepts clients and gives each a thread that reads requests and writes answers. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "log.h"

enum { INPUT_MAX = RESP_ARG_MAX * 2 };

static int listener = -1;
static int stop_pipe[2];
static atomic_int clients;

typedef struct client {
    int fd;
    char name[32];
    char *input;
    size_t have;
} client;

int net_listen(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (pipe(stop_pipe) != 0) return -1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0) return -1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

static bool send_all(int fd, const reply *out) {
    for (size_t at = 0; at < out->len;) {
        ssize_t n = send(fd, out->data + at, out->len - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += (size_t)n;
    }
    return true;
}

/* Runs every whole request in the input. false: this client is done. */
static bool run_input(client *c) {
    reply out = {0};
    request req;
    size_t at = 0, used;
    const char *error = NULL;
    bool quit = false;
    resp_status status = RESP_MORE;
    while (!quit && (status = resp_parse(c->input + at, c->have - at, &req, &used, &error)) == RESP_DONE) {
        quit = command_run(&req, &out);
        at += used;
    }
    memmove(c->input, c->input + at, c->have - at);
    c->have -= at;
    if (status == RESP_BAD) {
        WEIR_ERROR(log_net, "%s does not speak RESP: %s", c->name, error);
        reply_text(&out, "-ERR Protocol error");
    }
    bool sent = send_all(c->fd, &out);
    free(out.data);
    return sent && !quit && status != RESP_BAD;
}

static void serve_client(client *c) {
    bool going = true;
    while (going && c->have < INPUT_MAX) {
        ssize_t n = recv(c->fd, c->input + c->have, INPUT_MAX - c->have, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) WEIR_WARNING(log_net, "%s: %m", c->name);
        if (n <= 0) break;
        c->have += (size_t)n;
        going = run_input(c);
    }
}

static void *client_thread(void *arg) {
    client *c = arg;
    if (kvd_weir) kvd_weir->context_push("client", c->name);
    WEIR_INFO(log_net, "%s connected, %d clients", c->name, atomic_load(&clients));
    serve_client(c);
    WEIR_INFO(log_net, "%s gone, %d clients left", c->name, atomic_fetch_sub(&clients, 1) - 1);
    if (kvd_weir) kvd_weir->context_pop("client");
    close(c->fd);
    free(c->input);
    free(c);
    return NULL;
}

static void take(int fd, const struct sockaddr_in *from) {
    pthread_t thread;
    int on = 1;
    client *c = calloc(1, sizeof *c);
    if (c != NULL) c->input = malloc(INPUT_MAX);
    if (c == NULL || c->input == NULL || atomic_fetch_add(&clients, 1) >= NET_CLIENTS) {
        if (c != NULL && c->input != NULL) atomic_fetch_sub(&clients, 1);
        WEIR_ERROR(log_net, "no room for another client");
        goto refuse;
    }
    c->fd = fd;
    snprintf(c->name, sizeof c->name, "127.0.0.1:%d", ntohs(from->sin_port));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (pthread_create(&thread, NULL, client_thread, c) == 0) {
        pthread_detach(thread);
        return;
    }
    atomic_fetch_sub(&clients, 1);
refuse:
    close(fd);
    if (c != NULL) free(c->input);
    free(c);
}

void net_serve(void) {
    for (;;) {
        struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = stop_pipe[0], .events = POLLIN}};
        int n = poll(fds, 2, 1000);
        if (n > 0 && fds[1].revents) return;
        size_t swept = store_sweep(1000);
        if (swept > 0) WEIR_INFO(log_expiry, "%zu keys expired, %zu left", swept, store_size());
        if (n <= 0 || !fds[0].revents) continue;
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        int fd = accept4(listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
        if (fd >= 0)
            take(fd, &from);
        else if (errno != EINTR && errno != ECONNABORTED)
            WEIR_ERROR(log_net, "accept: %m");
    }
}

void net_stop(void) {
    ssize_t ignored = write(stop_pipe[1], "", 1);
    (void)ignored;
}
