/* command.c - the commands, one row each in `commands`. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "log.h"

static bool to_int(bytes b, int64_t *out) {
    char digits[24], *end;
    if (b.len == 0 || b.len >= sizeof digits) return false;
    memcpy(digits, b.data, b.len);
    digits[b.len] = '\0';
    errno = 0;
    *out = strtoll(digits, &end, 10);
    return errno == 0 && *end == '\0';
}

static const char not_integer[] = "-ERR value is not an integer or out of range";

static void do_ping(const request *q, reply *out) {
    if (q->count > 1)
        reply_bulk(out, q->args[1]);
    else
        reply_text(out, "+PONG");
}

static void do_get(const request *q, reply *out) {
    bytes value;
    if (!store_get(q->args[1], &value)) {
        reply_text(out, "$-1");
        return;
    }
    reply_bulk(out, value);
    free(value.data);
}

static void do_set(const request *q, reply *out) {
    int64_t ttl = 0;
    if (q->count == 5 && strncasecmp(q->args[3].data, "EX", 2) == 0 && q->args[3].len == 2) {
        if (!to_int(q->args[4], &ttl) || ttl <= 0 || ttl > INT64_MAX / 1000) {
            reply_text(out, "-ERR invalid expire time in 'set' command");
            return;
        }
        ttl *= 1000;
    } else if (q->count != 3) {
        reply_text(out, "-ERR syntax error");
        return;
    }
    reply_text(out, store_set(q->args[1], q->args[2], ttl) ? "+OK" : "-ERR no memory");
}

static void do_del(const request *q, reply *out) {
    int64_t count = 0;
    for (int i = 1; i < q->count; i++) count += store_delete(q->args[i]);
    reply_int(out, count);
}

static void do_expire(const request *q, reply *out) {
    int64_t seconds;
    if (!to_int(q->args[2], &seconds) || seconds > INT64_MAX / 1000 || seconds < 0)
        reply_text(out, not_integer);
    else
        reply_int(out, store_expire(q->args[1], seconds * 1000));
}

static void do_ttl(const request *q, reply *out) {
    int64_t left = store_ttl(q->args[1]);
    reply_int(out, left > 0 ? (left + 500) / 1000 : left);
}

static void do_incr(const request *q, reply *out) {
    int64_t value;
    if (store_add(q->args[1], 1, &value))
        reply_int(out, value);
    else
        reply_text(out, not_integer);
}

static void do_dbsize(const request *q, reply *out) {
    (void)q;
    reply_int(out, (int64_t)store_size());
}

static void do_command(const request *q, reply *out) {
    (void)q;
    reply_text(out, "*0"); /* redis-cli asks at its start */
}

static const struct command {
    const char *name;
    int least, most; /* words, the command's name included */
    void (*run)(const request *q, reply *out);
} commands[] = {
    {"PING", 1, 2, do_ping}, {"GET", 2, 2, do_get},       {"SET", 3, 5, do_set},
    {"DEL", 2, 64, do_del},  {"EXPIRE", 3, 3, do_expire}, {"TTL", 2, 2, do_ttl},
    {"INCR", 2, 2, do_incr}, {"DBSIZE", 1, 1, do_dbsize}, {"COMMAND", 1, 64, do_command},
};

static bool named(bytes word, const char *name) {
    return strlen(name) == word.len && strncasecmp(word.data, name, word.len) == 0;
}

static void run_row(const struct command *row, const request *req, reply *out) {
    struct timespec begin, end;
    if (req->count < row->least || req->count > row->most) {
        WEIR_WARNING(log_command, "%s with %d words refused", row->name, req->count);
        reply_text(out, "-ERR wrong number of arguments");
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &begin);
    row->run(req, out);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double us = (double)(end.tv_sec - begin.tv_sec) * 1e6 + (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
    WEIR_DEBUG(log_command, "%s took %.1f us", row->name, us);
}

bool command_run(const request *req, reply *out) {
    if (req->count == 0) return false;
    if (named(req->args[0], "QUIT")) {
        reply_text(out, "+OK");
        return true;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (named(req->args[0], commands[i].name)) {
            run_row(&commands[i], req, out);
            return false;
        }
    WEIR_WARNING(log_command, "unknown command %.*s", (int)req->args[0].len, req->args[0].data);
    reply_text(out, "-ERR unknown command");
    return false;
}
