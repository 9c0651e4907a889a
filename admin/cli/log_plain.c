/* log_plain.c - a line of text is a record's message, as it is. */
#include "admin/cli/log.h"
#include "base/level.h"

void log_plain_line(log_session *s, slice line) {
    const invocation *call = s->call;
    int level = WEIR_LEVEL_INFO;
    const char *name = call->option[OPT_LOGGER], *given = call->option[OPT_LEVEL];
    if (given != NULL && !level_parse(slice_of(given), &level)) {
        if (s->line == 1)
            log_complain(s, "unknown level '%s' (DEBUG, INFO, WARNING, ERROR, CRITICAL or a number)", given);
        return;
    }
    weir_logger *to = weir_get_logger(name);
    if (!weir_is_enabled(to, level)) return;
    const value_pair pairs[] = {
        {value_str(SLICE_LITERAL("msg")), value_str(line)},
        {value_str(SLICE_LITERAL("pathname")), value_str(SLICE_LITERAL("<stdin>"))},
        {value_str(SLICE_LITERAL("lineno")), value_int((int64_t)s->line)},
        {value_str(SLICE_LITERAL("threadName")), value_str(slice_of(log_thread_name))},
        {value_str(SLICE_LITERAL("processName")), value_str(slice_of(log_process_name))},
    };
    value attributes = {.type = VALUE_DICT};
    attributes.dict.pairs = pairs;
    attributes.dict.count = sizeof pairs / sizeof pairs[0];
    front_emit_made(logger_of_handle(to), level, &attributes);
}
