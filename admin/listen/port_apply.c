/* port_apply.c - complete messages of the config port become pushes, results become answers. Thread
 * "weir-port"; a push takes as long as it takes to build, and messages that come meanwhile wait in
 * the kernel. */
#include <stdlib.h>

#include "admin/listen/port_internal.h"

#define PORT_NAME "<port>"

static void add_lines(text *out, const char *what, const name_list *lines) {
    for (size_t i = 0; i < lines->count; i++) text_addf(out, "%s: %s\n", what, lines->names[i]);
}

/* problem_print says itself which are warnings. Errors beyond LIMIT_PROBLEMS are counted. */
static void add_problems(text *out, const problems *p, bool warnings) {
    size_t listed = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->list[i].warning != warnings) continue;
        problem_print(p, &p->list[i], out);
        text_add_char(out, '\n');
        listed++;
    }
    if (!warnings && p->errors > listed) text_addf(out, "and %zu more problems\n", p->errors - listed);
}

static void answer_applied(text *out, const push_result *r) {
    text_addf(out, "ok generation %llu", (unsigned long long)r->generation);
    if (r->disabled.count > 0) text_addf(out, ", %zu loggers disabled", r->disabled.count);
    if (r->over.count > 0) text_addf(out, ", %zu levels over it", r->over.count);
    text_add_char(out, '\n');
    add_lines(out, "disabled", &r->disabled);
    add_lines(out, "over", &r->over);
    add_lines(out, "restart", &r->restart);
    add_problems(out, &r->problems, true);
}

static void answer_refused(text *out, const push_result *r, const weir_error *err) {
    if (r->problems.errors > 0) {
        text_addf(out, "refused: %zu problems\n", r->problems.errors);
        add_problems(out, &r->problems, false);
    } else if (r->superseded_by > 0) {
        text_addf(out, "superseded by generation %llu\n", (unsigned long long)r->superseded_by);
    } else {
        text_addf(out, "failed: %s\n", err->message);
    }
}

/* The generation that runs because of it; 0: refused. */
static uint64_t push_text(const port_server *s, port_connection *p, slice content) {
    push_result result;
    weir_error err;
    requester by = {"port", p->who};
    int rc = control_push(s->control, content, PORT_NAME, CONFIG_PORT, &by, false, &result, &err);
    if (rc == 0)
        answer_applied(&p->answer, &result);
    else
        answer_refused(&p->answer, &result, &err);
    uint64_t applied = rc == 0 ? result.generation : 0;
    push_result_done(&result);
    return applied;
}

/* The host's own check comes first; it may replace the text. */
static uint64_t apply_one(const port_server *s, port_connection *p) {
    if (s->verify == NULL) return push_text(s, p, slice_make(p->body, p->length));
    size_t len = 0;
    char *verified = s->verify(p->body, p->length, &len);
    uint64_t applied = 0;
    if (verified == NULL) {
        text_add_cstr(&p->answer, "refused: 1 problems\n" PORT_NAME ": the service's own check refused it\n");
        control_note(s->control, &(requester){"port", p->who},
                     "configuration " PORT_NAME " refused by verify");
    } else if (len > LIMIT_CONFIG_TEXT) {
        text_addf(&p->answer,
                  "refused: 1 problems\n" PORT_NAME ": the service's own check made %zu bytes of it (at most "
                  "%d are taken)\n",
                  len, LIMIT_CONFIG_TEXT);
    } else {
        applied = push_text(s, p, slice_make(verified, len));
    }
    free(verified);
    return applied;
}

static port_connection *newest_ready(port_server *s) {
    port_connection *newest = NULL;
    for (size_t i = 0; i < LIMIT_PORT_CONNECTIONS; i++) {
        port_connection *p = &s->connections[i];
        if (p->state == PORT_READY && (newest == NULL || p->number > newest->number)) newest = p;
    }
    return newest;
}

void port_apply(port_server *s) {
    uint64_t applied = 0;
    port_connection *p;
    while ((p = newest_ready(s)) != NULL) {
        if (applied == 0) {
            applied = apply_one(s, p);
        } else {
            text_addf(&p->answer, "superseded by generation %llu\n", (unsigned long long)applied);
            control_note(s->control, &(requester){"port", p->who},
                         "configuration " PORT_NAME " superseded by generation %llu",
                         (unsigned long long)applied);
        }
        port_client_answer(p, clock_monotonic_ns());
    }
}
