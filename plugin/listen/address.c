/* address.c - parses and prints the addresses of doors. No name is looked up: what is not loopback in
 * digits (or the word localhost) is refused, with a hint at how to reach Weir from elsewhere. Any thread. */
#include "listen/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static int refuse(const char *in, weir_error *err) {
    return error_set(
        err, WEIR_ERR_INVALID,
        "'%.200s' is no loopback address (127.0.0.1:PORT, [::1]:PORT, or unix:/path; from elsewhere: "
        "ssh -L PORT:127.0.0.1:PORT)",
        in);
}

/* Digits only, at most 65535. */
static bool parse_port(const char *in, int default_port, int *out) {
    int port = 0;
    if (*in == '\0') {
        *out = default_port;
        return default_port >= 0;
    }
    if (*in++ != ':' || *in == '\0') return false;
    for (; *in != '\0'; in++) {
        if (*in < '0' || *in > '9') return false;
        port = port * 10 + (*in - '0');
        if (port > 65535) return false;
    }
    *out = port;
    return true;
}

int address_unix(const char *path, listen_address *out, weir_error *err) {
    struct sockaddr_un *un = (struct sockaddr_un *)&out->socket;
    *out = (listen_address){.is_unix = true, .len = sizeof *un};
    size_t len = strlen(path);
    if (path[0] != '/')
        return error_set(err, WEIR_ERR_INVALID, "'unix:%.200s': the path must be absolute", path);
    if (len >= sizeof un->sun_path)
        return error_set(err, WEIR_ERR_INVALID, "'unix:%.200s': a socket's path has at most %zu bytes", path,
                         sizeof un->sun_path - 1);
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, len + 1);
    snprintf(out->shown, sizeof out->shown, "unix:%s", path);
    return 0;
}

/* The host between brackets. */
static int parse_v6(const char *in, int default_port, bool any, listen_address *out, weir_error *err) {
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->socket;
    char host[INET6_ADDRSTRLEN];
    int port;
    size_t len = strcspn(in, "]");
    if (in[len] == '\0' || len - 1 >= sizeof host || !parse_port(in + len + 1, default_port, &port))
        return refuse(in, err);
    memcpy(host, in + 1, len - 1);
    host[len - 1] = '\0';
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1) return refuse(in, err);
    if (!any && !IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr)) return refuse(in, err);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
    out->len = sizeof *v6;
    return 0;
}

static int parse_v4(const char *in, int default_port, bool any, listen_address *out, weir_error *err) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)&out->socket;
    char host[INET_ADDRSTRLEN];
    int port;
    size_t len = strcspn(in, ":");
    if (len >= sizeof host || !parse_port(in + len, default_port, &port)) return refuse(in, err);
    memcpy(host, in, len);
    host[len] = '\0';
    const char *digits = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    if (inet_pton(AF_INET, digits, &v4->sin_addr) != 1 || (!any && ntohl(v4->sin_addr.s_addr) >> 24 != 127))
        return refuse(in, err);
    v4->sin_family = AF_INET;
    v4->sin_port = htons((uint16_t)port);
    out->len = sizeof *v4;
    return 0;
}

static int parse(const char *in, int default_port, bool any, listen_address *out, weir_error *err) {
    if (strncmp(in, "unix:", 5) == 0) return address_unix(in + 5, out, err);
    *out = (listen_address){0};
    snprintf(out->shown, sizeof out->shown, "%s", in);
    return in[0] == '[' ? parse_v6(in, default_port, any, out, err)
                        : parse_v4(in, default_port, any, out, err);
}

int address_parse(const char *in, int default_port, listen_address *out, weir_error *err) {
    return parse(in, default_port, false, out, err);
}

int address_parse_any(const char *in, listen_address *out, weir_error *err) {
    return parse(in, -1, true, out, err);
}

int address_port(const listen_address *a) {
    if (a->socket.ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)&a->socket)->sin_port);
    if (a->socket.ss_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)&a->socket)->sin6_port);
    return 0;
}

void address_show(const struct sockaddr_storage *peer, char out[64]) {
    char host[INET6_ADDRSTRLEN] = "?";
    if (peer->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)peer;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(out, 64, "%s:%d", host, ntohs(v4->sin_port));
    } else if (peer->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)peer;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(out, 64, "[%s]:%d", host, ntohs(v6->sin6_port));
    } else {
        snprintf(out, 64, "unix");
    }
}
