/* build.c - a plan becomes a generation, aside: nothing that runs sees it until the swap. Runs on the thread
 * that starts Weir or pushes, one at a time. It opens targets and truncates none; what is in the way
 * becomes a problem, and then nothing of it is left. The generation has its own memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/level.h"
#include "base/utf8.h"
#include "config/build.h"
#include "frontend/level_rule.h"
#include "handler/hold.h"
#include "handler/host_handler.h"
#include "sink/file_open.h"

int build_no_memory(build *b) {
    problems_add(b->p, 0, NULL, NULL, "no memory to build the configuration");
    return -1;
}

void build_tell(build *b, int line, const char *prefix, slice name, const char *key, const char *why) {
    char section[LIMIT_SECTION_NAME + 16];
    snprintf(section, sizeof section, "%s%.*s", prefix, (int)name.len, name.data);
    problems_add(b->p, line, section, key, "%s", why);
}

/* ---- formatters ---- */

static int build_formatters(build *b) {
    const config_plan *plan = b->plan;
    b->g->formatters = calloc(plan->formatter_count + 1, sizeof *b->g->formatters);
    if (b->g->formatters == NULL) return build_no_memory(b);
    for (size_t i = 0; i < plan->formatter_count; i++) {
        const plan_formatter *f = &plan->formatters[i];
        weir_error err;
        if (f->kind->create(&f->options, &b->g->formatters[i], &err) != 0) {
            build_tell(b, f->line, "formatter_", f->name, NULL, err.message);
            return -1;
        }
        b->g->formatter_count++;
    }
    return 0;
}

/* ---- handlers ---- */

void build_handler_name(slice name, char out[HANDLER_STATS_NAME]) {
    size_t len = name.len < HANDLER_STATS_NAME ? name.len : HANDLER_STATS_NAME - 1;
    while (len < name.len && len > 0 && ((unsigned char)name.data[len] & 0xc0) == 0x80) len--;
    memcpy(out, name.data, len);
    out[len] = '\0';
}

/* The log root that a pushed handler's file lies below, held open until the build is done or undone. */
static int open_beneath(build *b, slice dir, int *fd, weir_error *err) {
    for (size_t i = 0; i < b->out->beneath_count; i++)
        if (slice_equal(b->beneath_dirs[i], dir)) {
            *fd = b->out->beneath[i];
            return 0;
        }
    *fd = descriptor_above(open(dir.data, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (*fd >= 0 && *fd <= 2) { /* the host closed one of these; nothing of Weir's may take its place */
        int higher = fcntl(*fd, F_DUPFD_CLOEXEC, 3), reason = errno;
        close(*fd);
        *fd = higher;
        errno = reason;
    }
    if (*fd < 0) return error_system(err, errno, "the log root %s cannot be opened", dir.data);
    b->beneath_dirs[b->out->beneath_count] = dir;
    b->out->beneath[b->out->beneath_count++] = *fd;
    return 0;
}

/* The entry of a file that may be made now: filled before, so that it can be removed without memory. */
static int prepare_created(build *b, const sink_spec *spec, weir_error *err) {
    built_file *f = &b->out->created[b->out->created_count];
    *f = (built_file){.beneath_fd = spec->beneath_fd};
    f->path = strndup(spec->path.data, spec->path.len);
    f->below = strndup(spec->beneath_path.len ? spec->beneath_path.data : "", spec->beneath_path.len);
    if (f->path != NULL && f->below != NULL) return 0;
    free(f->path);
    free(f->below);
    return error_set(err, WEIR_ERR_SYSTEM, "no memory");
}

static void settle_created(build *b, bool created) {
    built_file *f = &b->out->created[b->out->created_count];
    if (created) {
        b->out->created_count++;
        return;
    }
    free(f->path);
    free(f->below);
}

static int open_target(build *b, const plan_handler *plan, handler *h, weir_error *err) {
    handler_args args = plan->args;
    sink_spec spec = {.fd = -1, .beneath_fd = -1};
    bool has_target = false, created = false;
    if (args.beneath_dir.len > 0 && open_beneath(b, args.beneath_dir, &args.beneath_fd, err) != 0) return -1;
    arena_reset(&b->scratch);
    if (plan->kind->spec(&args, &b->scratch, &spec, &has_target, err) != 0) return -1;
    if (!has_target) return 0;
    if (prepare_created(b, &spec, err) != 0) return -1;
    h->truncate = spec.mode == 'w';
    h->options_tag = sink_options_tag(spec.options);
    int rc = target_acquire(b->targets, &spec, &h->target, &created, err);
    settle_created(b, rc == 0 && created);
    return rc;
}

/* An edit opens nothing anew that it does not change: the path may lead elsewhere by now, or be closed to a
 * process that has given up its rights. */
static const handler *unchanged(const build *b, const plan_handler *plan) {
    for (size_t i = 0; b->edited != NULL && b->old != NULL && i < b->old->handler_count; i++)
        if (b->old->handlers[i]->definition == plan->definition) return b->old->handlers[i];
    return NULL;
}

static int take_target(build *b, const plan_handler *plan, handler *h, weir_error *err) {
    const handler *was = unchanged(b, plan);
    if (was != NULL) {
        if (was->target != NULL) target_retain(was->target);
        h->target = was->target;
        h->options_tag = was->options_tag;
        return 0;
    }
    return open_target(b, plan, h, err);
}

/* The old generation's handler that this one goes on as: the same definition, on the same target, whose
 * writer alone counts what is delivered. */
static handler_stats *old_row(const build *b, const handler *h) {
    for (size_t i = 0; b->old != NULL && i < b->old->handler_count; i++) {
        const handler *was = b->old->handlers[i];
        if (was->definition == h->definition && was->target == h->target && was->stats != NULL)
            return was->stats;
    }
    return NULL;
}

static int take_row(build *b, handler *h, weir_error *err) {
    if ((h->stats = old_row(b, h)) != NULL) {
        process_map_share_row(h->stats);
        if (b->repeats) h->truncate = false;
        return 0;
    }
    h->stats = process_map_take_row(b->process, slice_of(h->name), (uint32_t)b->g->number);
    if (h->stats != NULL) {
        h->stats->holds = h->kind->holds;
        return 0;
    }
    return error_set(err, WEIR_ERR_SYSTEM,
                     "more than %d handlers at one time, with those of the configuration before",
                     LIMIT_HANDLERS);
}

static formatter *formatter_of(const build *b, const plan_handler *plan) {
    return plan->formatter ? b->g->formatters[plan->formatter - b->plan->formatters] : formatter_default();
}

static int build_handler(build *b, const plan_handler *plan) {
    weir_error err;
    handler *h = calloc(1, sizeof *h);
    if (h == NULL) return build_no_memory(b);
    b->g->handlers[b->g->handler_count++] = h;
    build_handler_name(plan->name, h->name);
    h->kind = plan->kind;
    h->line = plan->level_line;
    h->level = plan->level;
    h->escape = plan->escape;
    h->overflow = plan->overflow;
    h->overflow_given = plan->overflow_given;
    h->definition = plan->definition;
    h->whole = plan->whole;
    h->formatter = formatter_of(b, plan);
    h->terminator = SLICE_LITERAL("\n");
    h->filters = build_filter_list(b, &plan->filters);
    if (h->filters == NULL || (plan->kind->holds && (h->held = hold_create()) == NULL))
        return build_no_memory(b);
    h->filter_count = plan->filters.count;
    bool prepared = plan->kind->prepare == NULL || plan->kind->prepare(&plan->args, h, &err) == 0;
    if (prepared && take_target(b, plan, h, &err) == 0 && take_row(b, h, &err) == 0) return 0;
    build_tell(b, plan->args_line, "handler_", plan->name, "args", err.message);
    return -1;
}

/* When all are there. */
static int link_feeds(build *b) {
    for (size_t i = 0; i < b->plan->handler_count; i++) {
        const plan_handler *plan = &b->plan->handlers[i];
        handler *h = b->g->handlers[i];
        if (plan->feed_count == 0) continue;
        h->feeds = calloc(plan->feed_count, sizeof *h->feeds);
        if (h->feeds == NULL) return build_no_memory(b);
        for (size_t n = 0; n < plan->feed_count; n++)
            h->feeds[h->feed_count++] = b->g->handlers[plan->feeds[n] - b->plan->handlers];
        host_object_set_target(h->host, h->feeds[0]->name);
    }
    return 0;
}

handler *build_listened(build *b, const plan_handler *plan, filter **filters, formatter *own) {
    handler *of = b->g->handlers[plan - b->plan->handlers], *h = calloc(1, sizeof *h);
    weir_error err;
    if (h == NULL) {
        build_no_memory(b);
        return NULL;
    }
    memcpy(h->name, of->name, sizeof h->name);
    h->kind = of->kind;
    h->line = of->line;
    h->level = of->level;
    h->escape = of->escape;
    h->overflow = of->overflow;
    h->overflow_given = of->overflow_given;
    h->formatter = own != NULL ? own : formatter_default();
    h->terminator = of->terminator;
    h->filters = filters;
    h->filter_count = plan->filters.count;
    h->options_tag = of->options_tag;
    if (plan->kind->prepare != NULL && plan->kind->prepare(&plan->args, h, &err) != 0) {
        build_tell(b, plan->args_line, "handler_", plan->name, "args", err.message);
        handler_free(h);
        return NULL;
    }
    h->target = of->target;
    if (h->target != NULL) target_retain(h->target);
    if (h->target != NULL) chunk_queue_share(target_queue(h->target));
    h->stats = of->stats;
    process_map_share_row(h->stats);
    of->listened = h->listened = true;
    h->whole = of->whole;
    h->rank = of->rank;
    if (!plan->kind->holds || (h->held = hold_create()) != NULL) return h;
    build_no_memory(b);
    handler_free(h);
    return NULL;
}

/* All that cannot be opened is told, not only the first. */
static int build_handlers(build *b) {
    size_t count = b->plan->handler_count;
    int rc = 0;
    b->g->handlers = calloc(count + 1, sizeof *b->g->handlers);
    b->out->created = calloc(count + 1, sizeof *b->out->created);
    b->out->beneath = calloc(count + 1, sizeof *b->out->beneath);
    b->beneath_dirs = calloc(count + 1, sizeof *b->beneath_dirs);
    if (b->g->handlers == NULL || b->out->created == NULL || b->out->beneath == NULL ||
        b->beneath_dirs == NULL)
        return build_no_memory(b);
    for (size_t i = 0; i < count; i++)
        if (build_handler(b, &b->plan->handlers[i]) != 0) rc = -1;
    return rc;
}

/* ---- loggers ---- */

/* Row i of the plan, in the plan that it is an edit of; mostly at the same place. NULL: it is new. */
static const plan_logger *edited_row(const build *b, size_t i) {
    slice name = b->plan->loggers[i].qualname;
    if (b->edited == NULL) return NULL;
    if (i < b->edited->logger_count && slice_equal(b->edited->loggers[i].qualname, name))
        return &b->edited->loggers[i];
    for (size_t k = 0; k < b->edited->logger_count; k++)
        if (slice_equal(b->edited->loggers[k].qualname, name)) return &b->edited->loggers[k];
    return NULL;
}

static int planned_level(const build *b, size_t i) {
    if (b->plan->loggers[i].level_again) return b->plan->loggers[i].level;
    const plan_logger *was = edited_row(b, i);
    return was != NULL && was->level == b->plan->loggers[i].level ? LEVEL_UNSET : b->plan->loggers[i].level;
}

static bool take_level(tree_plan_row *row, level_rule *rule, size_t most) {
    if (row->rules == NULL) row->rules = level_rules_create(most);
    if (row->rules != NULL) level_rules_add(row->rules, rule);
    return row->rules != NULL;
}

/* Those that run at the call, and levels by context, go to the front end; the rest is the backend's. */
static bool take_filters(build *b, logger_rule *rule, size_t count, tree_plan_row *row) {
    for (size_t i = 0; i < count; i++) {
        filter *f = rule->filters[i];
        if (f->rule != NULL) {
            if (!take_level(row, f->rule, count)) return false;
            continue;
        }
        if (f->at_call == NULL) {
            rule->filters[rule->filter_count++] = f;
            continue;
        }
        hook_rule *hooks = realloc(b->g->hooks, (b->g->hook_count + 1) * sizeof *hooks);
        if (hooks == NULL) return false;
        hooks[b->g->hook_count++] =
            (hook_rule){.logger = rule->logger, .run = f->at_call, .arg = f->at_call_arg};
        b->g->hooks = hooks;
    }
    return true;
}

static int build_rule(build *b, const plan_logger *plan) {
    logger_rule *rule = &b->g->rules[b->g->rule_count];
    logger *l = logger_get(plan->qualname, NULL);
    if (l == NULL) {
        build_tell(b, plan->line, "", plan->section, "qualname",
                   "no memory for the logger, or too many loggers");
        return -1;
    }
    tree_plan_row *row = &b->out->rows[b->out->tree.count++];
    *row = (tree_plan_row){
        .logger = l, .level = planned_level(b, (size_t)(plan - b->plan->loggers)), .enable = plan->enable};
    *rule = (logger_rule){.logger = l, .propagate = plan->propagate, .line = plan->level_line};
    rule->handlers = calloc(plan->handler_count + 1, sizeof *rule->handlers);
    b->g->rule_count++;
    rule->filters = build_filter_list(b, &plan->filters);
    if (rule->handlers == NULL || rule->filters == NULL) return build_no_memory(b);
    if (!take_filters(b, rule, plan->filters.count, row)) return build_no_memory(b);
    for (size_t i = 0; i < plan->handler_count; i++)
        rule->handlers[rule->handler_count++] = b->g->handlers[plan->handlers[i] - b->plan->handlers];
    return 0;
}

static int build_rules(build *b) {
    size_t count = b->plan->logger_count;
    b->g->rules = calloc(count + 1, sizeof *b->g->rules);
    b->out->rows = calloc(count + 1, sizeof *b->out->rows);
    if (b->g->rules == NULL || b->out->rows == NULL) return build_no_memory(b);
    b->out->tree = (tree_plan){
        .rows = b->out->rows, .disable_existing = b->plan->disable_existing, .edit = b->edited != NULL};
    for (size_t i = 0; i < count; i++)
        if (build_rule(b, &b->plan->loggers[i]) != 0) return -1;
    return 0;
}

/* ---- all of it ---- */

static generation *make_generation(const config_plan *plan, uint64_t number) {
    generation *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    g->number = number;
    g->overflow = plan->settings.overflow;
    g->stall_timeout_ms = (int)plan->settings.stall_timeout_ms;
    g->escape = plan->settings.escape;
    return g;
}

static int build_redaction(build *b) {
    const settings *s = &b->plan->settings;
    weir_error err;
    if (redaction_create(slice_of(s->redact_keys), slice_of(s->redact_patterns), &b->g->redaction, &err) == 0)
        return 0;
    problems_add(b->p, 0, "weir", NULL, "%s", err.message);
    return -1;
}

int config_build(const config_plan *plan, uint64_t number, target_registry *targets, process_map *process,
                 const generation *old, const config_rules *rules, built_config *out, problems *p) {
    *out = (built_config){0};
    build b = {.plan = plan,
               .targets = targets,
               .process = process,
               .old = old,
               .out = out,
               .p = p,
               .repeats = rules != NULL && rules->repeats,
               .edited = plan->changes != NULL ? plan->changes
                         : rules != NULL       ? rules->edited
                                               : NULL};
    arena_init(&b.scratch, 0);
    b.g = out->generation = make_generation(plan, number);
    if (b.g != NULL) b.g->flushes_holds = rules != NULL && rules->python_defaults;
    int rc = b.g == NULL ? build_no_memory(&b) : build_formatters(&b);
    if (rc == 0) rc = build_redaction(&b);
    if (rc == 0) rc = build_filters(&b);
    if (rc == 0) rc = build_handlers(&b);
    if (rc == 0) rc = link_feeds(&b);
    if (rc == 0) rc = build_queues(&b);
    if (rc == 0) rc = build_rules(&b);
    arena_done(&b.scratch);
    free(b.beneath_dirs);
    if (rc == 0) return 0;
    problems_sort(p);
    config_discard(out);
    return -1;
}

void config_discard(built_config *built) {
    generation_free(built->generation);
    built->generation = NULL;
    for (size_t i = 0; i < built->created_count; i++) {
        const built_file *f = &built->created[i];
        file_place place = {.path = f->path, .below = f->below, .beneath_fd = f->beneath_fd};
        file_unmake(&place);
    }
    config_built_done(built);
}

void config_built_done(built_config *built) {
    for (size_t i = 0; i < built->created_count; i++) {
        free(built->created[i].path);
        free(built->created[i].below);
    }
    for (size_t i = 0; i < built->beneath_count; i++) close(built->beneath[i]);
    for (size_t i = 0; i < built->tree.count; i++) level_rules_free(built->rows[i].rules);
    free(built->created);
    free(built->beneath);
    free(built->rows);
    *built = (built_config){0};
}
