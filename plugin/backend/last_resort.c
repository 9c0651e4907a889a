/* last_resort.c - Python's lastResort: where no handler is found, the bare message goes to stderr, from
 * WARNING up, or to what the host set in its place. Backend thread. How it gets to stderr is
 * standard_error.c's. */
#include "backend/parts.h"
#include "frontend/module_state.h"
#include "record/record_view.h"

/* Python's words where there is no lastResort. */
static void say_no_handlers(backend *b, const record *rec) {
    if (!module_may_say_no_handlers()) return;
    text_clear(&b->scratch);
    text_addf(&b->scratch, "No handlers could be found for logger \"%.*s\"\n", (int)rec->name.len,
              rec->name.data);
    standard_error_write(b, b->scratch.failed ? SLICE_NONE : text_slice(&b->scratch));
}

/* true: done with it. */
static bool hand_to_host(const last_resort_rule *rule, record *rec) {
    weir_record view;
    if (rule->call == NULL) return false;
    record_view_of(&view, rec, SLICE_NONE);
    rule->call(rule->arg, &view);
    return true;
}

void last_resort_write(backend *b, record *rec, escape_mode escape) {
    last_resort_rule rule;
    last_resort_rule_get(&rule);
    if (rule.level == WEIR_LAST_RESORT_NONE) say_no_handlers(b, rec);
    if (rule.level == WEIR_LAST_RESORT_NONE || rec->level < rule.level || hand_to_host(&rule, rec)) return;
    text_clear(&b->scratch);
    b->err.message[0] = '\0';
    formatter *bare = formatter_default(); /* the message, and exception text after it as Python's */
    if (bare->format(bare, rec, escape, &b->scratch, &b->err) != 0) {
        if (b->set.python_errors) logging_error_write(b, rec, b->err.message);
        return;
    }
    text_add_char(&b->scratch, '\n');
    standard_error_write(b, b->scratch.failed ? SLICE_NONE : text_slice(&b->scratch));
}
