/* settings_address.c - where a listener may listen: loopback or a UNIX socket, and for
 * receivers any address in digits. Runs on the
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

/* "::1" alone has meant itself without brackets; of other colons nobody knows which begins the port. */
static bool is_host(slice host) {
    bool bracketed = host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';
    if (host.len == 0 || bracketed || slice_is(host, "::1")) return true;
    return memchr(host.data, ':', host.len) == NULL && host.data[0] != '[';
}

static bool is_http(const setting_row *row) { return strcmp(row->key, "http") == 0; }

static int no_address(const setting_row *row, slice in, weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID, "\"%.*s\" is no address (HOST:PORT, [::1]:PORT, PORT, %sor off)",
                     in.len > 100 ? 100 : (int)in.len, in.data, is_http(row) ? "" : "unix:/path, ");
}

static int not_loopback(slice host, int port, weir_error *err) {
    return error_set(
        err, WEIR_ERR_INVALID,
        "\"%.*s\" is not loopback (listen on 127.0.0.1:%d and reach it from elsewhere by: ssh -L "
        "%d:127.0.0.1:%d HOST)",
        host.len > 100 ? 100 : (int)host.len, host.data, port, port, port);
}

/* What stands before the last ':' (or nothing) and the port; false: no address at all. */
static int split(const setting_row *row, slice in, slice *host, int *port, weir_error *err) {
    slice rest = in;
    size_t colon = in.len;
    *host = SLICE_LITERAL("127.0.0.1");
    while (colon > 0 && in.data[colon - 1] != ':') colon--;
    if (colon > 0) {
        *host = slice_make(in.data, colon - 1);
        rest = slice_make(in.data + colon, in.len - colon);
    }
    if (colon == 0 && in.len > 0 &&
        (in.data[0] < '0' || in.data[0] > '9' || memchr(in.data, '.', in.len) != NULL))
        return no_address(row, in, err);
    *port = (int)row->min;
    if (in.len == 0 && *port < 0)
        return error_set(err, WEIR_ERR_INVALID,
                         "there is no default address (HOST:PORT, PORT, unix:/path, or off)");
    return in.len > 0 ? port_of(rest, port, err) : 0;
}

static int take_address(const setting_row *row, const char *host, int port, settings *out, weir_error *err) {
    char made[64];
    int len = snprintf(made, sizeof made, "%s:%d", host, port);
    return setting_parse_text(row, slice_make(made, (size_t)len), out, err);
}

static bool is_off(slice in) { return slice_is(in, "off") || slice_is(in, "no"); }
static bool is_unix(slice in) { return in.len >= 5 && memcmp(in.data, "unix:", 5) == 0; }

int setting_parse_address(const setting_row *row, slice in, settings *out, weir_error *err) {
    slice host;
    int port;
    char kept[INET_ADDRSTRLEN];
    if (is_off(in)) return setting_parse_text(row, SLICE_LITERAL(""), out, err);
    if (is_unix(in) && is_http(row))
        return error_set(err, WEIR_ERR_INVALID,
                         "a browser wants TCP (HOST:PORT, or off; the local socket is there anyway)");
    if (is_unix(in)) return unix_path(row, in, out, err);
    if (split(row, in, &host, &port, err) != 0) return -1;
    if (!is_host(host)) return no_address(row, in, err);
    const char *shown = loopback(host, kept);
    if (shown == NULL) return not_loopback(host, port, err);
    return take_address(row, shown, port, out, err);
}

/* ---- [receivers] ---- */

/* An address in digits of either family, as it is written back; false: none. */
static bool digits_of(slice host, char out[INET6_ADDRSTRLEN + 2]) {
    unsigned char bytes[sizeof(struct in6_addr)];
    char plain[INET6_ADDRSTRLEN];
    bool bracketed = host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';
    if (slice_is(host, "localhost")) host = SLICE_LITERAL("127.0.0.1");
    if (bracketed) host = slice_make(host.data + 1, host.len - 2);
    if (host.len >= sizeof plain) return false;
    memcpy(plain, host.data, host.len);
    plain[host.len] = '\0';
    bool v6 = inet_pton(AF_INET6, plain, bytes) == 1;
    if (!v6 && (bracketed || inet_pton(AF_INET, plain, bytes) != 1)) return false;
    snprintf(out, INET6_ADDRSTRLEN + 2, v6 ? "[%s]" : "%s", plain);
    return true;
}

int setting_parse_door(const setting_row *row, slice in, settings *out, weir_error *err) {
    slice host;
    int port;
    char shown[INET6_ADDRSTRLEN + 2];
    bool only_unix = strcmp(row->key, receiver_door_names[DOOR_SYSLOG_UNIX]) == 0;
    if (is_off(in)) return setting_parse_text(row, SLICE_LITERAL(""), out, err);
    if (is_unix(in) && strcmp(row->key, receiver_door_names[DOOR_HTTP]) == 0)
        return error_set(err, WEIR_ERR_INVALID, "forms come over TCP (HOST:PORT, or off)");
    if (is_unix(in)) return unix_path(row, in, out, err);
    if (only_unix) return error_set(err, WEIR_ERR_INVALID, "it is a UNIX socket (write unix:/path)");
    if (split(row, in, &host, &port, err) != 0) return -1;
    if (!digits_of(host, shown))
        return error_set(err, WEIR_ERR_INVALID,
                         "\"%.*s\" is no address in digits (names are not looked up: write 127.0.0.1:%d)",
                         host.len > 100 ? 100 : (int)host.len, host.data, port);
    return take_address(row, shown, port, out, err);
}

bool setting_is_loopback(const char *address) {
    char kept[INET_ADDRSTRLEN];
    slice all = slice_of(address);
    if (is_unix(all)) return true;
    while (all.len > 0 && all.data[all.len - 1] != ':') all.len--;
    return all.len > 0 && loopback(slice_make(all.data, all.len - 1), kept) != NULL;
}
