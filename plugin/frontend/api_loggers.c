/* api_loggers.c - what weir_logging.h says of loggers and of level names: doors to logger_tree.h and
 * level.h. Any thread, at any time. What handlers a logger has is the configuration's (admin/control). */
#include <stdio.h>

#include "frontend/logger_tree.h"
#include "weir_logging.h"

static logger *core_of(const weir_logger *of) { return logger_of_handle(of)->core; }

int weir_get_level(const weir_logger *of) { return logger_level(core_of(of)); }
int weir_get_disabled(const weir_logger *of) { return logger_is_disabled(core_of(of)); }
void weir_set_disabled(weir_logger *of, int disabled) { logger_set_disabled(core_of(of), disabled != 0); }
int weir_get_disable(void) { return logger_disable_level(); }

weir_logger *weir_get_parent(const weir_logger *of) {
    logger *parent = logger_parent(core_of(of));
    return parent == NULL ? NULL : &parent->self.head;
}

static bool was_requested(const logger *l) { return __atomic_load_n(&l->requested, __ATOMIC_RELAXED); }

/* A logger that is made meanwhile is visited or not. */
static void visit(const logger *parent, weir_logger_visitor each, void *arg) {
    uint32_t count = logger_count();
    for (uint32_t i = 1; i < count; i++) {
        logger *l = logger_at(i);
        if (parent == NULL)
            each(arg, l->name.data, was_requested(l) ? &l->self.head : NULL);
        else if (l->parent == parent && was_requested(l))
            each(arg, l->name.data, &l->self.head);
    }
}

void weir_each_child(const weir_logger *of, weir_logger_visitor each, void *arg) {
    visit(core_of(of), each, arg);
}

void weir_each_logger(weir_logger_visitor each, void *arg) { visit(NULL, each, arg); }

void weir_set_logger_class(weir_logger_made made, void *arg) { logger_set_made(made, arg); }
weir_logger_made weir_get_logger_class(void **arg) { return logger_get_made(arg); }

/* ---- level names ---- */

int weir_get_level_name(int level, char *buffer, size_t size) {
    char unknown[32];
    slice name = level_name(level, unknown);
    return snprintf(buffer, size, "%.*s", (int)name.len, name.data);
}

int weir_get_level_number(const char *name, int *level) {
    return level_from_name(slice_of(name), level) ? 0 : -1;
}

void weir_each_level_name(weir_level_visitor each, void *arg) {
    slice name;
    int level;
    for (size_t i = 0; level_name_at(i, &name, &level); i++) each(arg, name.data, level);
}
