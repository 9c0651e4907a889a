/* net_options.c - see net_options.h. Pure functions: any thread. */
#include "sink/net_options.h"

#include <stdio.h>

#include "sink/lookup.h"

#define NET_OPTIONS_DEPTH 6

static bool flag(const value *all, const char *key) {
    const value *v = value_get(all, slice_of(key));
    return v != NULL && v->type == VALUE_BOOL && v->boolean;
}

static int64_t number(const value *all, const char *key, int64_t otherwise) {
    const value *v = value_get(all, slice_of(key));
    return v != NULL && v->type == VALUE_INT && v->i64 >= 0 ? v->i64 : otherwise;
}

int net_options_read(const sink_spec *spec, arena *a, net_options *out, value *all, weir_error *err) {
    value object;
    if (json_parse(spec->options, NET_OPTIONS_DEPTH, a, &object, err) != 0) return -1;
    const value *host = value_get(&object, SLICE_LITERAL("host")),
                *port = value_get(&object, SLICE_LITERAL("port"));
    bool good = host != NULL && host->type == VALUE_STR && host->str.len > 0 &&
                host->str.len < sizeof out->host && memchr(host->str.data, '\0', host->str.len) == NULL &&
                port != NULL && port->type == VALUE_INT && port->i64 >= -1 && port->i64 <= 65535;
    if (!good) return error_set(err, WEIR_ERR_INVALID, "the description of a peer is damaged");
    *out = (net_options){.port = (int)port->i64};
    memcpy(out->host, host->str.data, host->str.len);
    out->stream = flag(&object, "stream");
    out->datagram = flag(&object, "datagram");
    out->ipv4 = flag(&object, "ipv4");
    out->guarded = flag(&object, "guarded");
    out->journal = flag(&object, "journal");
    const net_retry usual = NET_RETRY_USUAL;
    out->retry = (net_retry){.start_ms = number(&object, "retry_start_ms", usual.start_ms),
                             .max_ms = number(&object, "retry_max_ms", usual.max_ms),
                             .factor = number(&object, "retry_factor", usual.factor)};
    const value *class = value_get(&object, SLICE_LITERAL("socket_class"));
    if (class != NULL && class->type == VALUE_STR && class->str.len < sizeof out->socket_class)
        memcpy(out->socket_class, class->str.data, class->str.len);
    if (all != NULL) *all = object;
    return 0;
}

static uint64_t hash_add(uint64_t h, slice s) {
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.data[i]) * 0x100000001b3u;
    return (h ^ 0xff) * 0x100000001b3u;
}

void net_options_key(const sink_spec *spec, const value *all, char key_out[128]) {
    uint64_t sum = hash_add(hash_add(0xcbf29ce484222325u, spec->kind), spec->path);
    text printed;
    text_init(&printed, 0);
    for (size_t i = 0; i < all->dict.count; i++) {
        if (slice_is(all->dict.pairs[i].key.str, "guarded")) continue;
        text_clear(&printed);
        value_repr(&all->dict.pairs[i].key, &printed);
        value_repr(&all->dict.pairs[i].val, &printed);
        sum = hash_add(sum, text_slice(&printed));
    }
    text_done(&printed);
    snprintf(key_out, 128, "net:%016llx:%.*s", (unsigned long long)sum,
             (int)(spec->path.len < 90 ? spec->path.len : 90), spec->path.data);
}

bool net_path_is_remote(slice path) {
    static const char *const schemes[] = {"tcp://", "udp://", "unix://", "http://", "https://", "smtp://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t len = strlen(schemes[i]);
        if (path.len > len && memcmp(path.data, schemes[i], len) == 0) return true;
    }
    return false;
}

/* The host of "scheme://host…", without brackets. */
static slice host_of(slice path) {
    size_t at = 0, end;
    while (at + 2 < path.len && memcmp(path.data + at, "://", 3) != 0) at++;
    at += 3;
    if (at < path.len && path.data[at] == '[') {
        const char *close = memchr(path.data + at, ']', path.len - at);
        return close == NULL ? SLICE_NONE
                             : slice_make(path.data + at + 1, (size_t)(close - path.data) - at - 1);
    }
    for (end = at; end < path.len && path.data[end] != ':' && path.data[end] != '/';) end++;
    return at < path.len ? slice_make(path.data + at, end - at) : SLICE_NONE;
}

bool net_path_is_guarded(slice path) {
    static const char *const system_logs[] = {"unix:///dev/log", "unix:///run/systemd/journal/socket",
                                              "unix:///run/systemd/journal/syslog"};
    if (path.len > 7 && memcmp(path.data, "unix://", 7) == 0) {
        for (size_t i = 0; i < sizeof system_logs / sizeof system_logs[0]; i++)
            if (slice_is(path, system_logs[i])) return false;
        return true;
    }
    lookup_answer found;
    char host[256];
    slice name = host_of(path);
    if (name.len == 0 || name.len >= sizeof host) return false;
    memcpy(host, name.data, name.len);
    host[name.len] = '\0';
    if (strspn(host, "0123456789abcdefABCDEFxX.:%") != name.len)
        return false; /* a name: held to at connect */
    if (!lookup_figures(host, &found)) return false;
    for (size_t i = 0; i < found.count; i++)
        if (lookup_is_guarded(&found.list[i].addr)) return true;
    return false;
}
