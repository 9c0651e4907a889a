/* names.c - which logger handles a received record. What names senders may bring into being is bounded; so
 * one who makes up names can neither fill the tree nor the memory. Thread "weir-recv". */
#include "frontend/logger_tree.h"
#include "receiver/receivers_internal.h"

#define OTHER_NAME "weir.received.other"

/* Loggers that received records brought into being, those between included. They are immortal: over stop
 * and start too. */
static uint32_t made;

static bool is_root(slice name) { return name.len == 0 || slice_is(name, "root"); }

/* Below the prefix, in the arena. */
static slice below(receivers *r, slice name) {
    slice prefix = slice_of(r->settings.prefix);
    if (prefix.len == 0) return name;
    if (is_root(name)) return prefix;
    char *joined = arena_alloc(&r->memory, prefix.len + 1 + name.len);
    if (joined == NULL) return SLICE_NONE;
    memcpy(joined, prefix.data, prefix.len);
    joined[prefix.len] = '.';
    memcpy(joined + prefix.len + 1, name.data, name.len);
    return slice_make(joined, prefix.len + 1 + name.len);
}

/* How many loggers a name would make: itself and those between. */
static uint32_t missing(slice name) {
    uint32_t count = 0;
    for (size_t i = 1; i <= name.len; i++)
        if ((i == name.len || name.data[i] == '.') && logger_find(slice_make(name.data, i)) == NULL) count++;
    return count;
}

static logger *other_logger(receivers *r, slice *full) {
    *full = below(r, SLICE_LITERAL(OTHER_NAME));
    return full->data == NULL ? NULL : logger_get(*full, NULL);
}

logger *receive_logger(receivers *r, slice sent, slice *full, bool *other) {
    slice fixed = slice_of(r->settings.logname);
    *other = false;
    *full = below(r, fixed.len > 0 ? fixed : sent);
    if (full->data == NULL && full->len == 0 && sent.len > 0) return NULL;
    if (fixed.len > 0) return logger_get(*full, NULL);
    if (full->len <= LIMIT_LOGGER_NAME) {
        uint32_t most = (uint32_t)r->settings.names, more = 0;
        bool known = logger_find(*full) != NULL;
        if (!known && made < most) more = missing(*full);
        bool fits = known || (more > 0 && made + more <= most);
        logger *found = fits ? logger_get(*full, NULL) : NULL;
        if (found != NULL) {
            made += more;
            return found;
        }
    }
    *other = true;
    return other_logger(r, full);
}
