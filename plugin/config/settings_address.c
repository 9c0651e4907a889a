/* settings_address.c - where a listener may listen: loopback or a UNIX socket, nothing else. Runs on the
 * thread that checks a configuration; looks up no names and opens nothing. */
#include "config/settings.h"

#include <arpa/inet.h>
#include <sys/un.h>

/* The port of a row's default address is its `min`. */
static int port_of(slice in, int *port, weir_error *err) {
    int sum = 0;
    bool good = in.len > 0 && in.len <= 5;
    for (size_t i = 0; i < in.len && good; i++) {
        good = in.data[i] >= '0' && in.data[i] <= '9';
        sum = sum * 10 + (in.data[i] - '0');
    }
    if (!good || sum > 65535)
        return error_set(err, WEIR_ERR_INVALID, "\"%.*s\" is no port (0 to 65535; 0 takes a free one)",
                         in.len > 100 ? 100 : (int)in.len, in.data);
    *port = sum;
    return 0;
}

static int unix_path(const setting_row *row, slice in, settings *out, weir_error *err) {
    size_t len = in.len - 5;
    if (len == 0 || in.data[5] != '/')
        return error_set(err, WEIR_ERR_INVALID, "unix: wants an absolute path (unix:/run/…)");
    if (len >= sizeof((struct sockaddr_un *)0)->sun_path)
        return error_set(err, WEIR_ERR_INVALID,
                         "the socket's path has %zu bytes (the system takes at most %zu)", len,
                         sizeof((struct sockaddr_un *)0)->sun_path - 1);
    return setting_parse_text(row, in, out, err);
}

/* host as it is written back: "127.0.0.1" or "[::1]"; NULL: not loopback. */
static const char *loopback(slice host, char out[INET_ADDRSTRLEN]) {
    if (slice_is(host, "localhost")) return "127.0.0.1";
    if (slice_is(host, "::1") || slice_is(host, "[::1]")) return "[::1]";
    struct in_addr address;
    if (host.len >= INET_ADDRSTRLEN) return NULL;
    memcpy(out, host.data, host.len);
    out[host.len] = '\0';
    if (inet_pton(AF_INET, out, &address) != 1 || ntohl(address.s_addr) >> 24 != 127) return NULL;
    return out;
}

static int not_loopback(slice host, int port, weir_error *err) {
    return error_set(
        err, WEIR_ERR_INVALID,
        "\"%.*s\" is not loopback (listen on 127.0.0.1:%d and reach it from elsewhere by: ssh -L "
        "%d:127.0.0.1:%d HOST)",
        host.len > 100 ? 100 : (int)host.len, host.data, port, port, port);
}

int setting_parse_address(const setting_row *row, slice in, settings *out, weir_error *err) {
    if (slice_is(in, "off") || slice_is(in, "no"))
        return setting_parse_text(row, SLICE_LITERAL(""), out, err);
    if (in.len >= 5 && memcmp(in.data, "unix:", 5) == 0) return unix_path(row, in, out, err);
    slice host = SLICE_LITERAL("127.0.0.1"), rest = in;
    size_t colon = in.len;
    while (colon > 0 && in.data[colon - 1] != ':') colon--;
    if (colon > 0) {
        host = slice_make(in.data, colon - 1);
        rest = slice_make(in.data + colon, in.len - colon);
    }
    int port = (int)row->min;
    if (colon == 0 && in.len > 0 &&
        (in.data[0] < '0' || in.data[0] > '9' || memchr(in.data, '.', in.len) != NULL))
        return error_set(err, WEIR_ERR_INVALID,
                         "\"%.*s\" is no address (HOST:PORT, PORT, unix:/path, or off)",
                         in.len > 100 ? 100 : (int)in.len, in.data);
    if (in.len > 0 && port_of(rest, &port, err) != 0) return -1;
    char kept[INET_ADDRSTRLEN], made[64];
    const char *shown = loopback(host, kept);
    if (shown == NULL) return not_loopback(host, port, err);
    int len = snprintf(made, sizeof made, "%s:%d", shown, port);
    return setting_parse_text(row, slice_make(made, (size_t)len), out, err);
}
