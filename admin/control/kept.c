/* kept.c - the configurations that ran, for `weir config history` and rollback: the newest
 * LIMIT_CONFIG_HISTORY, of CONFIG_HISTORY_BYTES in all. The caller holds `change` unless said.
 *
 * Edits by the host are kept so that they cost what people pushed no place: of edits in a row the last one
 * stands for all, and where room is wanted the oldest edit goes before any whole configuration. The audit
 * names each. */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "config/secrets.h"

static void kept_free(control *c, kept_config *k) {
    c->kept_bytes -= k->len;
    free(k->name);
    free(k->text);
    free(k->masked);
    *k = (kept_config){0};
}

static void drop_at(control *c, size_t i) {
    kept_free(c, &c->kept[i]);
    memmove(&c->kept[i], &c->kept[i + 1], (--c->kept_count - i) * sizeof c->kept[0]);
    c->kept[c->kept_count] = (kept_config){0};
}

static void drop_one(control *c) {
    size_t i = c->kept_count - 1;
    while (i > 0 && c->kept[i].edits == 0) i--;
    drop_at(c, c->kept[i].edits > 0 ? i : c->kept_count - 1);
}

static bool mask(const config_plan *plan, kept_config *k) {
    text masked;
    slice whole = slice_make(k->text, k->len);
    text_init(&masked, 0);
    secrets_mask(plan, whole, &masked);
    bool good = !masked.failed;
    if (good && !slice_equal(text_slice(&masked), whole)) good = (k->masked = text_take(&masked)) != NULL;
    text_done(&masked);
    return good;
}

/* Before the new one is put in. */
static void make_place(control *c, kept_config *k) {
    if (k->edits > 0 && c->kept_count > 0 && c->kept[0].edits > 0) {
        k->edits += c->kept[0].edits;
        drop_at(c, 0);
    }
    while (c->kept_count == LIMIT_CONFIG_HISTORY ||
           (c->kept_count > 1 && c->kept_bytes + k->len > CONFIG_HISTORY_BYTES))
        drop_one(c);
}

void kept_add(control *c, const config_plan *plan, uint64_t number, bool edit, const requester *by) {
    kept_config k = {.generation = number,
                     .created_us = clock_realtime_ns() / 1000,
                     .edits = edit ? 1 : 0,
                     .origin = plan->origin,
                     .name = strdup(plan->file),
                     .text = malloc(plan->text_len + 1),
                     .len = plan->text_len};
    if (k.name == NULL || k.text == NULL) { /* it runs; only the way back to it is missing */
        free(k.name);
        free(k.text);
        return;
    }
    memcpy(k.text, plan->text, plan->text_len);
    k.text[plan->text_len] = '\0';
    if (!mask(plan, &k)) {
        free(k.name);
        free(k.text);
        return;
    }
    snprintf(k.way, sizeof k.way, "%s", by->way);
    snprintf(k.who, sizeof k.who, "%s", by->who);
    make_place(c, &k);
    memmove(&c->kept[1], &c->kept[0], c->kept_count * sizeof c->kept[0]);
    c->kept[0] = k;
    c->kept_count++;
    c->kept_bytes += k.len;
}

void kept_done(control *c) {
    while (c->kept_count > 0) drop_at(c, c->kept_count - 1);
}

void control_config_history(control *c, void (*each)(void *arg, const config_entry *e), void *arg) {
    pthread_mutex_lock(&c->change);
    for (size_t i = 0; i < c->kept_count; i++) {
        const kept_config *k = &c->kept[i];
        slice shown = k->masked != NULL ? slice_of(k->masked) : slice_make(k->text, k->len);
        config_entry e = {k->generation, k->edits, k->created_us, k->way, k->who, shown};
        each(arg, &e);
    }
    pthread_mutex_unlock(&c->change);
}

/* A copy, since the list moves while the push waits for its turn. */
static int kept_copy(control *c, uint64_t number, kept_config *out, weir_error *err) {
    int rc = -1;
    pthread_mutex_lock(&c->change);
    for (size_t i = 0; i < c->kept_count && rc != 0; i++) {
        if (c->kept[i].generation != number) continue;
        *out = c->kept[i];
        out->masked = NULL;
        out->name = strdup(out->name);
        out->text = strndup(out->text, out->len);
        rc = 0;
    }
    pthread_mutex_unlock(&c->change);
    if (rc != 0)
        return error_set(err, WEIR_ERR_INVALID, "generation %llu is not kept (see the history)",
                         (unsigned long long)number);
    return out->name == NULL || out->text == NULL ? error_set(err, WEIR_ERR_SYSTEM, "no memory") : 0;
}

int control_rollback(control *c, uint64_t number, const requester *by, push_result *result, weir_error *err) {
    kept_config k = {0};
    *result = (push_result){0};
    int rc = kept_copy(c, number, &k, err);
    /* It ran once by the rules of its origin: what the file allowed is allowed again. */
    config_origin origin = k.origin == CONFIG_START ? CONFIG_FILE : k.origin;
    push_request request = {.text = slice_make(k.text, k.len), .name = k.name, .origin = origin, .by = by};
    if (rc == 0) rc = push_apply(c, &request, result, err);
    free(k.name);
    free(k.text);
    return rc;
}

/* ---- the running text ---- */

char *plan_dump(const config_plan *plan) {
    text out;
    text_init(&out, 0);
    config_dump(plan, &out);
    return text_take(&out);
}

void running_changed(control *c) {
    free(c->running_dump);
    c->running_dump = plan_dump(c->core->plan);
}

bool file_differs(const control *c) {
    if (c->core->config_path == NULL) return false;
    if (c->file_dump == NULL || c->running_dump == NULL) return true;
    return strcmp(c->file_dump, c->running_dump) != 0;
}

void control_get_config(control *c, text *out, uint64_t *number, bool *differs_from_file) {
    pthread_mutex_lock(&c->change);
    if (out != NULL && c->running_dump != NULL) secrets_mask(c->core->plan, slice_of(c->running_dump), out);
    if (out != NULL && c->running_dump == NULL) out->failed = true;
    *number = c->core->generation->number;
    if (differs_from_file != NULL) *differs_from_file = file_differs(c);
    pthread_mutex_unlock(&c->change);
}

int control_print_config(control *c, config_form form, text *out, weir_error *err) {
    pthread_mutex_lock(&c->change);
    int rc = config_print(c->core->plan, form, true, out, err);
    pthread_mutex_unlock(&c->change);
    return rc;
}

void control_list_over(control *c, name_list *out) {
    pthread_mutex_lock(&c->change);
    over_list(c, out);
    pthread_mutex_unlock(&c->change);
}

const char *control_file(const control *c) { return c->core->config_path; }
