/* print.c - records and lists on the terminal. */
#include "admin/cli/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/level.h"
#include "base/zone.h"
#include "record/escape.h"

static bool colours(void) {
    static int known = -1;
    if (known < 0) {
        const char *no = getenv("NO_COLOR");
        known = isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0');
    }
    return known == 1;
}

const char *print_level_colour(int levelno) {
    if (!colours()) return "";
    if (levelno >= 40) return "\033[31m";
    if (levelno >= 30) return "\033[33m";
    return levelno >= 20 ? "\033[32m" : "\033[2m";
}

const char *print_reset(void) { return colours() ? "\033[0m" : ""; }

void print_escaped(FILE *out, slice s) {
    text escaped;
    text_init(&escaped, 0);
    escape_add(&escaped, s);
    if (escaped.failed)
        fputs("[no memory]", out);
    else
        fwrite(text_cstr(&escaped), 1, escaped.len, out);
    text_done(&escaped);
}

void print_json_body(const answer *a) {
    fwrite(text_cstr(&a->body), 1, a->body.len, stdout);
    if (a->body.len == 0 || a->body.data[a->body.len - 1] != '\n') fputc('\n', stdout);
}

static void print_indented(FILE *out, const char *indent, slice lines) {
    for (size_t at = 0; at < lines.len;) {
        const char *end = memchr(lines.data + at, '\n', lines.len - at);
        size_t n = end ? (size_t)(end - lines.data) - at : lines.len - at;
        fputs(indent, out);
        print_escaped(out, slice_make(lines.data + at, n));
        fputc('\n', out);
        at += n + 1;
    }
}

void print_lines(FILE *out, slice lines) { print_indented(out, "", lines); }

int complain(int status, const char *format, ...) {
    va_list args;
    text said;
    text_init(&said, 0);
    va_start(args, format);
    text_vaddf(&said, format, args);
    va_end(args);
    fputs("weir: ", stderr);
    print_lines(stderr, text_slice(&said));
    text_done(&said);
    return status;
}

/* As --where takes it. */
static void print_field(const value *v, text *out) {
    if (v->type == VALUE_STR)
        value_print(v, out);
    else
        value_json(v, out);
}

#define LOGGER_WIDTH 24

void print_head(const invocation *call) {
    if (call->table) printf("%-23s %-8s %-*s %s\n", "TIME", "LEVEL", LOGGER_WIDTH, "LOGGER", "MESSAGE");
}

/* "2026-11-20 10:06:00.123 INFO     kvd.net: message key=value"; as a table in columns. */
static void print_line(const invocation *call, slice date, slice level, int levelno, slice logger,
                       slice message, const value *fields, slice exc) {
    fwrite(date.data, 1, date.len, stdout);
    printf(" %s%-8.*s%s ", print_level_colour(levelno), (int)level.len, level.data, print_reset());
    print_escaped(stdout, logger);
    if (call->table)
        printf("%*s ", logger.len < LOGGER_WIDTH ? (int)(LOGGER_WIDTH - logger.len) : 0, "");
    else
        fputs(": ", stdout);
    print_escaped(stdout, message);
    for (size_t i = 0; fields && fields->type == VALUE_DICT && i < fields->dict.count; i++) {
        text shown;
        text_init(&shown, 0);
        print_field(&fields->dict.pairs[i].val, &shown);
        fputc(' ', stdout);
        print_escaped(stdout, fields->dict.pairs[i].key.str);
        fputc('=', stdout);
        print_escaped(stdout, text_slice(&shown));
        text_done(&shown);
    }
    fputc('\n', stdout);
    print_indented(stdout, "    ", exc);
}

#define DATE_SECONDS 19 /* of a date, up to its seconds */

/* Local time with milliseconds: what people compare with the clock on the wall. */
static slice local_date(int64_t us, char out[40]) {
    civil_time t;
    int64_t seconds = us / 1000000, rest = us % 1000000;
    if (rest < 0) seconds--, rest += 1000000;
    zone_civil(zone_local(), seconds, &t);
    int n = snprintf(out, 40, "%04d-%02d-%02d %02d:%02d:%02d.%03d", t.year, t.month, t.day, t.hour, t.minute,
                     t.second, (int)(rest / 1000));
    return slice_make(out, n > 0 ? (size_t)n : 0);
}

/* "2026-11-20T10:06:00.123456Z" -> microseconds; the API's only form. */
static int64_t parse_timestamp(slice s) {
    char copy[40];
    int us = 0;
    civil_time t = {0};
    size_t n = s.len < sizeof copy - 1 ? s.len : sizeof copy - 1;
    memcpy(copy, s.data, n);
    copy[n] = '\0';
    if (sscanf(copy, "%d-%d-%dT%d:%d:%d.%6dZ", &t.year, &t.month, &t.day, &t.hour, &t.minute, &t.second,
               &us) < 6)
        return 0;
    return zone_seconds(zone_utc(), &t, 0) * 1000000 + us;
}

void print_time(FILE *out, slice timestamp) {
    char date[40];
    slice local = local_date(parse_timestamp(timestamp), date);
    fwrite(local.data, 1, local.len < DATE_SECONDS ? local.len : DATE_SECONDS, out);
}

void print_record(const invocation *call, const value *object, slice json) {
    char date[40];
    if (call->json) {
        fwrite(json.data, 1, json.len, stdout);
        fputc('\n', stdout);
        return;
    }
    print_line(call, local_date(parse_timestamp(get_str(object, "timestamp")), date),
               get_str(object, "level"), (int)get_int(object, "levelno"), get_str(object, "logger"),
               get_str(object, "message"), value_get(object, SLICE_LITERAL("fields")),
               get_str(object, "exc"));
}

void print_row(const invocation *call, const row *r) {
    char date[40];
    text out;
    text_init(&out, 0);
    if (call->json) {
        json_writer w;
        json_writer_init(&w, &out);
        row_json(r, &w);
        fwrite(text_cstr(&out), 1, out.len, stdout);
        fputc('\n', stdout);
    } else {
        arena memory;
        value fields = value_none();
        arena_init(&memory, 0);
        if (json_parse(r->fields, LIMIT_VALUE_DEPTH, &memory, &fields, NULL) != 0) fields = value_none();
        print_line(call, local_date(r->created_us, date), r->level_name, r->level, r->logger, r->message,
                   &fields, r->exc_text);
        arena_done(&memory);
    }
    text_done(&out);
}

void print_list(FILE *out, const char *label, const value *texts) {
    for (size_t i = 0; i < texts->list.count; i++) {
        fprintf(out, "%s ", label);
        if (texts->list.items[i].type == VALUE_STR) print_escaped(out, texts->list.items[i].str);
        fputc('\n', out);
    }
}
