/* problems.c - the list of everything wrong in one configuration. Runs on the thread that
 * reads the configuration. It never loses count: what it cannot keep is counted as dropped. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"

int problems_init(problems *p, const char *file) {
    *p = (problems){0};
    p->file = strdup(file);
    return p->file == NULL ? -1 : 0;
}

static void problem_done(problem *one) {
    free(one->section);
    free(one->key);
    free(one->message);
}

void problems_cut(problems *p, size_t keep) {
    for (; p->count > keep; p->count--) {
        if (!p->list[p->count - 1].warning) p->errors--;
        problem_done(&p->list[p->count - 1]);
    }
    p->errors -= p->dropped;
    p->dropped = 0;
}

void problems_done(problems *p) {
    for (size_t i = 0; i < p->count; i++) problem_done(&p->list[i]);
    free(p->list);
    free(p->file);
    *p = (problems){0};
}

/* Room for one more, by doubling; false at the limit or without memory. */
static bool problems_room(problems *p) {
    if (p->count >= LIMIT_PROBLEMS) return false;
    bool power_of_two = (p->count & (p->count - 1)) == 0;
    if (!power_of_two) return true;
    size_t size = p->count == 0 ? 1 : p->count * 2;
    problem *list = realloc(p->list, size * sizeof(*list));
    if (list == NULL) return false;
    p->list = list;
    return true;
}

/* strdup of something that may be absent; *ok turns false without memory. */
static char *copy_optional(const char *s, bool *ok) {
    if (s == NULL) return NULL;
    char *copy = strdup(s);
    if (copy == NULL) *ok = false;
    return copy;
}

static void problems_vadd(problems *p, const problem *like, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void problems_vadd(problems *p, const problem *like, const char *format, va_list args) {
    if (!like->warning) p->errors++;
    problem one = {.line = like->line, .warning = like->warning};
    bool ok = problems_room(p);
    if (ok) {
        text message;
        text_init(&message, 0);
        text_vaddf(&message, format, args);
        one.message = text_take(&message);
        ok = one.message != NULL;
        one.section = copy_optional(like->section, &ok);
        one.key = copy_optional(like->key, &ok);
    }
    if (ok) {
        p->list[p->count++] = one;
    } else {
        problem_done(&one);
        p->dropped++;
    }
}

void problems_add(problems *p, int line, const char *section, const char *key, const char *format, ...) {
    problem like = {.line = line, .section = (char *)section, .key = (char *)key};
    va_list args;
    va_start(args, format);
    problems_vadd(p, &like, format, args);
    va_end(args);
}

void problems_warn(problems *p, int line, const char *section, const char *key, const char *format, ...) {
    problem like = {.line = line, .section = (char *)section, .key = (char *)key, .warning = true};
    va_list args;
    va_start(args, format);
    problems_vadd(p, &like, format, args);
    va_end(args);
}

/* Stable and in place: at most LIMIT_PROBLEMS, and nearly in order already. */
void problems_sort(problems *p) {
    for (size_t i = 1; i < p->count; i++) {
        problem one = p->list[i];
        size_t at = i;
        while (at > 0 && p->list[at - 1].line > one.line) {
            p->list[at] = p->list[at - 1];
            at--;
        }
        p->list[at] = one;
    }
}

void problem_print(const problems *p, const problem *one, text *out) {
    text_add_cstr(out, p->file);
    if (one->line > 0) text_addf(out, ":%d", one->line);
    text_add_cstr(out, ": ");
    if (one->section != NULL) text_addf(out, "[%s] ", one->section);
    if (one->key != NULL) text_addf(out, "%s: ", one->key);
    if (one->warning) text_add_cstr(out, "warning: ");
    text_add_cstr(out, one->message);
}

/* Room for "\nand N more problems", and for "…[N bytes cut]". */
#define MORE_SIZE 64
/* A file's name longer than this is not repeated in the last line. */
#define MORE_FILE_SIZE 512

/* Adds one line, if it fits; the very first is cut visibly rather than left out. */
static bool error_add_line(const problems *p, const problem *one, text *out) {
    size_t before = out->len;
    if (before > 0) text_add_char(out, '\n');
    problem_print(p, one, out);
    if (!out->failed) return true;
    out->failed = false;
    out->len = before;
    if (before > 0) return false;
    text line;
    text_init(&line, 0);
    problem_print(p, one, &line);
    size_t keep = line.len < out->limit - MORE_SIZE ? line.len : out->limit - MORE_SIZE;
    while (keep > 0 && ((unsigned char)line.data[keep] & 0xC0) == 0x80) keep--;
    text_add(out, text_cstr(&line), keep);
    text_addf(out, "…[%zu bytes cut]", line.len - keep);
    text_done(&line);
    return true;
}

/* The last line: how many are not told, and how to see them (a text that came by port has no file). */
static void error_add_rest(const problems *p, size_t untold, text *out) {
    text_addf(out, "%s%zu more problem%s", out->len > 0 ? "\nand " : "", untold, untold == 1 ? "" : "s");
    if (p->file[0] != '<' && strlen(p->file) <= MORE_FILE_SIZE) text_addf(out, ": weir check %s", p->file);
}

void problems_to_error(const problems *p, weir_error *err) {
    if (err == NULL) return;
    size_t most = sizeof(err->message) - 1;
    text out;
    text_init(&out, most - MORE_SIZE - MORE_FILE_SIZE);
    size_t told = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->list[i].warning) continue;
        if (!error_add_line(p, &p->list[i], &out)) break;
        told++;
    }
    out.limit = most;
    if (p->errors > told) error_add_rest(p, p->errors - told, &out);
    err->code = WEIR_ERR_INVALID;
    memcpy(err->message, text_cstr(&out), out.len);
    err->message[out.len] = '\0';
    if (out.len == 0) error_set(err, WEIR_ERR_SYSTEM, "no memory to tell of %zu problems", p->errors);
    text_done(&out);
}
