/* net_handler.c - see net_handler.h. Runs on the thread that checks or builds a configuration, framing on the
 * backend. It opens nothing and looks no name up. */
#include "handler/net_handler.h"

#include "base/path.h"
#include "record/host_class.h"

int net_check_host(slice host, const char *what, weir_error *err) {
    if (host.len == 0) return error_set(err, WEIR_ERR_INVALID, "%s is empty (a host's name is wanted)", what);
    if (host.len > 255)
        return error_set(err, WEIR_ERR_INVALID, "%s is longer than any host's name (at most 255 bytes)",
                         what);
    for (size_t i = 0; i < host.len; i++) {
        unsigned char c = (unsigned char)host.data[i];
        if (c == '@')
            return error_set(err, WEIR_ERR_INVALID,
                             "%s has an '@' (a user and password belong into credentials)", what);
        if (c <= 0x20 || c >= 0x7f || strchr("/\\?#\"'<>", c) != NULL)
            return error_set(err, WEIR_ERR_INVALID, "%s has a character that no host's name has", what);
    }
    return 0;
}

int net_check_secret(const handler_args *args, const value *credentials, weir_error *err) {
    bool pair = credentials->type == VALUE_TUPLE || credentials->type == VALUE_LIST;
    if (!args->pushed || !pair || credentials->list.count != 2) return 0;
    const value *secret = &credentials->list.items[1];
    if (secret->type != VALUE_STR || !slice_is(secret->str, "***")) return 0;
    return error_set(err, WEIR_ERR_INVALID,
                     "'***' stands for a password, and no running handler of this name has one (write it)");
}

int net_check_port(const value *v, const char *what, int *port, weir_error *err) {
    if (v->type != VALUE_INT || v->i64 < 0 || v->i64 > 65535)
        return error_set(err, WEIR_ERR_INVALID, "%s is no port (a number from 0 to 65535 is wanted)", what);
    *port = (int)v->i64;
    return 0;
}

int net_read_address(const value *v, const char *what, slice *host, int *port, weir_error *err) {
    const value *name = v;
    if (v->type == VALUE_TUPLE || v->type == VALUE_LIST) {
        if (v->list.count != 2)
            return error_set(err, WEIR_ERR_INVALID, "%s is no pair (write ('host', port))", what);
        name = &v->list.items[0];
        if (net_check_port(&v->list.items[1], what, port, err) != 0) return -1;
    }
    if (name->type != VALUE_STR)
        return error_set(err, WEIR_ERR_INVALID, "%s names no host (write ('host', port))", what);
    *host = name->str;
    return net_check_host(*host, what, err);
}

int net_local_path(const handler_args *args, slice path, arena *a, slice *out, weir_error *err) {
    if (path.len == 0 || memchr(path.data, '\0', path.len) != NULL)
        return error_set(err, WEIR_ERR_INVALID, "the path of a UNIX socket is empty, or has a NUL");
    if (args->base_dir.len == 0 && path.data[0] != '/')
        return error_set(err, WEIR_ERR_INVALID, "a relative path, and there is no working directory");
    slice whole = path_absolute(a, args->base_dir, path);
    if (whole.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (whole.len > NET_LOCAL_MAX)
        return error_set(err, WEIR_ERR_INVALID, "the path of a UNIX socket is longer than %d bytes",
                         NET_LOCAL_MAX);
    *out = whole;
    return 0;
}

static void add_shown(const net_peer *peer, text *out) {
    bool figures = peer->port >= 0 && memchr(peer->host.data, ':', peer->host.len) != NULL;
    text_addf(out, "%s://%s", peer->scheme, figures ? "[" : "");
    text_add_slice(out, peer->host);
    if (figures) text_add_char(out, ']');
    if (peer->port >= 0) text_addf(out, ":%d", peer->port);
    text_add_slice(out, peer->shown);
}

static void add_options(const handler_args *args, const net_peer *peer, text *out) {
    text_add_cstr(out, "{\"host\":");
    json_add_string(out, peer->host);
    text_addf(out, ",\"port\":%d", peer->port);
    if (peer->stream) text_add_cstr(out, ",\"stream\":true");
    if (peer->datagram) text_add_cstr(out, ",\"datagram\":true");
    if (peer->ipv4) text_add_cstr(out, ",\"ipv4\":true");
    if (peer->journal) text_add_cstr(out, ",\"journal\":true");
    if (args->pushed && !args->named) text_add_cstr(out, ",\"guarded\":true");
    const host_class *c =
        args->kind == NULL ? NULL : host_class_find(HOST_HANDLER, slice_of(args->kind->name));
    if (c != NULL && c->as.handler.make_socket != NULL) {
        text_add_cstr(out, ",\"socket_class\":");
        json_add_string(out, slice_of(c->name));
    }
    text_add_slice(out, peer->more);
    text_add_char(out, '}');
}

int net_spec(const handler_args *args, const net_peer *peer, arena *a, sink_spec *out, weir_error *err) {
    text shown, options;
    text_init(&shown, 0);
    text_init(&options, 0);
    add_shown(peer, &shown);
    add_options(args, peer, &options);
    sink_spec spec = {.kind = slice_of(peer->kind),
                      .fd = -1,
                      .mode = 'a',
                      .beneath_fd = -1,
                      .beneath_path = SLICE_LITERAL("")};
    bool whole = !shown.failed && !options.failed;
    spec.path = whole ? arena_copy(a, text_slice(&shown)) : SLICE_NONE;
    spec.options = whole ? arena_copy(a, text_slice(&options)) : SLICE_NONE;
    text_done(&shown);
    text_done(&options);
    if (spec.path.data == NULL || spec.options.data == NULL)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    *out = spec;
    return 0;
}

int net_frame_end(text *out, size_t begin, int rc, weir_error *err) {
    if (rc == 0) frame_end(out, begin);
    if (rc == 0 && !out->failed) return 0;
    if (rc == 0)
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a record of more than %zu bytes", out->len - begin);
    out->len = begin;
    if (out->data != NULL) out->data[begin] = '\0';
    return -1;
}
