/* formatter_kinds.c - the table of formatter classes. Read by config/check (class names), by the
 * command's help and by config/build. Stateless; any thread. */
#include "format/host_formatter.h"
#include "format/style.h"

static const formatter_kind *const formatter_kinds[] = {&logging_formatter_kind, &json_formatter_kind};
#define KIND_COUNT (sizeof formatter_kinds / sizeof formatter_kinds[0])
#define ALIAS_COUNT (sizeof((formatter_kind *)NULL)->aliases / sizeof(const char *))

static bool has_name(const formatter_kind *kind, slice name) {
    if (slice_is(name, kind->name)) return true;
    for (size_t i = 0; i < ALIAS_COUNT; i++) {
        if (kind->aliases[i] != NULL && slice_is(name, kind->aliases[i])) return true;
    }
    return false;
}

const formatter_kind *formatter_kind_find_own(slice class_name) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (has_name(formatter_kinds[i], class_name)) return formatter_kinds[i];
    }
    return NULL;
}

const formatter_kind *formatter_kind_find(slice class_name) {
    const formatter_kind *own = formatter_kind_find_own(class_name);
    return own != NULL ? own : host_formatter_find(class_name);
}

const formatter_kind *formatter_kind_at(size_t index) {
    return index < KIND_COUNT ? formatter_kinds[index] : host_formatter_at(index - KIND_COUNT);
}
