/* port_connection.c - one client of the config port: reads 4 bytes and the text, sends the answer. Never
 * blocks. A client that closed (the logging cookbook's does not read the answer) makes no signal and
 * no difference. Thread "weir-port". */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/listen/port_internal.h"

void port_client_open(port_connection *p, int fd, uint64_t number, const char *who, int64_t now_ns) {
    *p = (port_connection){.state = PORT_READING, .fd = fd, .number = number, .started_ns = now_ns};
    p->deadline_ns = now_ns + LIMIT_PORT_DEADLINE_MS * 1000000LL;
    snprintf(p->who, sizeof p->who, "%s", who);
    text_init(&p->answer, 0);
}

void port_client_close(port_connection *p) {
    if (p->state == PORT_FREE) return;
    close(p->fd);
    free(p->body);
    text_done(&p->answer);
    p->body = NULL;
    p->state = PORT_FREE;
}

short port_client_events(const port_connection *p) {
    if (p->state == PORT_ANSWERING) return POLLOUT;
    return p->state == PORT_READING || p->state == PORT_LINGERING ? POLLIN : 0;
}

static void refuse(port_connection *p, int64_t now_ns, const char *why) {
    text_addf(&p->answer, "refused: 1 problems\n<port>: %s\n", why);
    port_client_answer(p, now_ns);
}

/* The length is known: is it one that we take? Nothing is allocated before. */
static void begin_body(port_connection *p, int64_t now_ns) {
    p->length =
        (uint32_t)p->head[0] << 24 | (uint32_t)p->head[1] << 16 | (uint32_t)p->head[2] << 8 | p->head[3];
    char why[128];
    if (p->length == 0) {
        refuse(p, now_ns, "the announced length is 0 (a configuration has at least a [loggers] section)");
    } else if (p->length > LIMIT_CONFIG_TEXT) {
        snprintf(why, sizeof why, "the announced length is %u bytes (at most %d are taken)", p->length,
                 LIMIT_CONFIG_TEXT);
        refuse(p, now_ns, why);
    } else if ((p->body = malloc((size_t)p->length + 1)) == NULL) {
        refuse(p, now_ns, "no memory");
    }
}

static void ended_early(port_connection *p, int64_t now_ns) {
    char why[128];
    if (p->got == 0) { /* somebody who only looked whether the port is open */
        port_client_close(p);
        return;
    }
    if (p->got < 4)
        snprintf(why, sizeof why, "the stream ended after %zu bytes of the length's 4", p->got);
    else
        snprintf(why, sizeof why, "the stream ended after %zu of %u bytes", p->got - 4, p->length);
    refuse(p, now_ns, why);
}

static void read_more(port_connection *p, int64_t now_ns) {
    while (p->state == PORT_READING) {
        bool head = p->got < 4;
        char *to = head ? (char *)p->head + p->got : p->body + (p->got - 4);
        size_t want = head ? 4 - p->got : p->length - (p->got - 4);
        ssize_t n = recv(p->fd, to, want, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (n < 0) {
            port_client_close(p);
            return;
        }
        if (n == 0) {
            ended_early(p, now_ns);
            return;
        }
        p->got += (size_t)n;
        if (head && p->got == 4) begin_body(p, now_ns);
        if (p->state == PORT_READING && p->got >= 4 && p->got == 4 + (size_t)p->length) p->state = PORT_READY;
    }
}

static void send_more(port_connection *p, int64_t now_ns) {
    while (p->sent < p->answer.len) {
        ssize_t n = send(p->fd, p->answer.data + p->sent, p->answer.len - p->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (n < 0) {
            port_client_close(p);
            return;
        }
        p->sent += (size_t)n;
        p->deadline_ns = now_ns + LIMIT_PORT_DEADLINE_MS * 1000000LL;
    }
    shutdown(p->fd, SHUT_WR);
    p->state = PORT_LINGERING;
    p->deadline_ns = now_ns + PORT_LINGER_MS * 1000000LL;
}

void port_client_answer(port_connection *p, int64_t now_ns) {
    free(p->body);
    p->body = NULL;
    if (p->answer.failed) { /* no memory for the answer: what was done is done, and in the audit */
        port_client_close(p);
        return;
    }
    p->state = PORT_ANSWERING;
    p->deadline_ns = now_ns + LIMIT_PORT_DEADLINE_MS * 1000000LL;
    send_more(p, now_ns);
}

void port_client_make_room(port_connection *p) {
    if (p->state == PORT_READING) {
        text_addf(&p->answer,
                  "refused: 1 problems\n<port>: the message was not complete after %d ms, and others wait "
                  "for one of "
                  "the %d places\n",
                  PORT_PATIENCE_MS, LIMIT_PORT_CONNECTIONS);
        if (!p->answer.failed) send(p->fd, p->answer.data, p->answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        shutdown(p->fd, SHUT_WR);
    }
    port_client_close(p);
}

/* Throws away what comes after the message, a bounded amount a turn. */
static void linger(port_connection *p) {
    char nothing[16384];
    for (int i = 0; i < 16; i++) {
        ssize_t n = recv(p->fd, nothing, sizeof nothing, 0);
        if (n > 0) continue;
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) port_client_close(p);
        return;
    }
}

void port_client_step(port_connection *p, int64_t now_ns) {
    if (p->state == PORT_READING)
        read_more(p, now_ns);
    else if (p->state == PORT_ANSWERING)
        send_more(p, now_ns);
    else if (p->state == PORT_LINGERING)
        linger(p);
}
