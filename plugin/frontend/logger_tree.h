/* logger_tree.h - the tree of named loggers, and what decides each one's threshold.
 *
 * A logger's level is, in this order: the level set over the configuration (`over`), the
 * configured one (`level`), else its parent's. threshold, the one word that a call reads, is
 * max(effective level, disable + 1), or INT_MAX while the logger is disabled. Every change takes
 * the tree's lock and stores thresholds relaxed; a call sees the new one at its next load.
 *
 * Rules (level_rule.h) of a logger and of those above it may let records through below its level,
 * whatever levels stand between: threshold is then that of the lowest of them, and `own` what
 * threshold would be without.
 *
 * Loggers are immortal and never move; they survive stop and start with their names only
 * (levels are those of the next configuration). Any thread. */
#ifndef WEIR_FRONTEND_LOGGER_TREE_H
#define WEIR_FRONTEND_LOGGER_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/level.h"

/* A weir_logger, from the inside. `head` is first: the public handle points at it. A bound
 * logger has a head and fields of its own and shares all the rest of its `core`. */
typedef struct logger logger;
typedef struct bound_logger bound_logger;

struct bound_logger {
    weir_logger head;   /* kept equal to core's */
    logger *core;       /* itself for a logger that is not bound */
    slice fields;       /* wire pairs, see queue/entry.h */
    bound_logger *next; /* of the same core */
};

/* Where a logger's rules come from: the configuration that runs, the one that is about to. */
enum rule_set { RULES_RUNNING, RULES_PLANNED, RULE_SETS };

struct logger {
    bound_logger self;
    uint32_t index;  /* dense, from 0 (the root): tables by logger are indexed by it */
    logger *parent;  /* NULL for the root; the names between are made with it, so it never changes */
    slice name;      /* "root" for the root */
    uint64_t token;  /* atomic: number, or of no epoch while hooks concern the logger or it is lowered */
    uint64_t number; /* atomic: epoch << 32 | dictionary id, see frontend/capture.h */
    struct hook_list *hooks;              /* atomic; NULL: none */
    struct level_rules *rules[RULE_SETS]; /* atomic; owned; NULL: none */
    bool lowered;                         /* atomic: see level_rule.h */
    int level;                            /* configured; 0: NOTSET */
    int over;                             /* LEVEL_UNSET: none */
    bool disabled;
    bool requested; /* asked for by weir_get_logger or a configuration, not only an intermediate */
    /* The rest is private to frontend/. */
    int effective;         /* atomic: what level and over come to */
    int lowest;            /* of the rules of it and of all above it; INT_MAX: there are none */
    int planned_effective; /* the same under the plan that logger_tree_prepare was given */
    bool planned_disabled;
    uint8_t plan_role; /* during a commit */
    int plan_level;
    logger *first_child, *next_sibling;
};

logger *logger_root(void);
/* Finds or makes; *created (was it asked for the first time?) may be NULL. NULL: no memory, name
 * too long, LIMIT_LOGGERS. "" and "root" are the root. */
logger *logger_get(slice name, bool *created);
/* Names that logger_get refused so far because they were too long, or too many. */
uint64_t logger_names_refused(void);
/* Finds only. */
logger *logger_find(slice name);
/* Python's Logger.parent: the nearest one above that somebody asked for. NULL for the root. */
logger *logger_parent(const logger *l);
/* What is run, in the thread that asked, when a logger is asked for the first time: Python's logger class.
 * made NULL: nothing. No lock is held. */
typedef void (*logger_made)(void *arg, weir_logger *made);
void logger_set_made(logger_made made, void *arg);
logger_made logger_get_made(void **arg);
static inline bound_logger *logger_of_handle(const weir_logger *handle) {
    return (bound_logger *)(uintptr_t)handle;
}
/* By index; NULL beyond logger_count. Lock-free. */
logger *logger_at(uint32_t index);
uint32_t logger_count(void);
/* Binds key=value; see weir_bind. */
bound_logger *logger_bind(bound_logger *base, slice key, slice value);

int logger_effective_level(const logger *l);
int logger_level(const logger *l);           /* configured */
void logger_set_level(logger *l, int level); /* configured */
bool logger_is_disabled(const logger *l);
void logger_set_disabled(logger *l, bool disabled); /* until the next configuration says otherwise */
void logger_set_over(logger *l, int level);         /* LEVEL_UNSET removes it */
void logger_disable_all(int level);                 /* Python's logging.disable */
int logger_disable_level(void);

/* A change of the whole tree, in the two steps that a swap needs. The plan names each logger of
 * the new configuration; all others are reset to NOTSET if they are below a named one (not counting
 * the root), else disabled, or enabled again, as disable_existing says. Python's rules. */
typedef struct tree_plan_row {
    logger *logger;
    int level;                 /* LEVEL_UNSET: keep the current one (no `level` key) */
    bool enable;               /* of an edit: it is disabled no more */
    struct level_rules *rules; /* prepare takes them, and leaves NULL; NULL: none */
} tree_plan_row;
typedef struct tree_plan {
    tree_plan_row *rows;
    size_t count;
    bool disable_existing;
    bool edit; /* by the host: rows get their levels, and nothing else changes */
} tree_plan;
/* Lowers every threshold to the smaller of now and then; rules of both apply. Holds nothing afterwards. */
void logger_tree_prepare(const tree_plan *plan);
/* Back to what was before prepare. */
void logger_tree_cancel(void);
/* Stores levels, disabled flags, rules and thresholds of the plan. Cannot fail. When it returns the rules
 * that were there before are freed, and no call passes by them. disabled (may be NULL)
 * is called for each logger that this disables; the tree is locked then: it must not call back. */
void logger_tree_commit(const tree_plan *plan, void (*disabled)(void *arg, logger *l), void *arg);
/* What commit would disable, without doing it. */
void logger_tree_preview(const tree_plan *plan, void (*disabled)(void *arg, logger *l), void *arg);
/* No rules any more. */
void logger_tree_drop_rules(void);
/* Loggers over which no rule lies any more may take the shorter ways again, RULES_LINGER_MS after the last
 * one went. Returns when to call it again (monotonic); 0: after another change. */
#define RULES_LINGER_MS 1000
int64_t logger_tree_unlower(int64_t now_ns);
/* Its token matches no epoch from now on; who was about to number it cannot. Any thread. */
void logger_divert(logger *l);
/* Everything that a call may not pass: thresholds to INT_MAX (after stop) and back. */
void logger_tree_open(bool open);

/* fork: prepare takes the lock, the others give it back. */
void logger_tree_fork_prepare(void);
void logger_tree_fork_release(void);

#endif
