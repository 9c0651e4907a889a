/* name_list.c - lists of lines for answers, and the ends of the results that hold them. Any thread.
 * Without memory a line is left out: the lists explain a change, they do not make it. */
#include <stdlib.h>
#include <string.h>

#include "admin/control/control_internal.h"

static bool grow(name_list *l) {
    if ((l->count & (l->count - 1)) != 0 || (l->count != 0 && l->count < 8)) return true;
    size_t cap = l->count < 8 ? 8 : l->count * 2;
    char **names = realloc(l->names, cap * sizeof *names);
    if (names == NULL) return false;
    l->names = names;
    return true;
}

static bool take(name_list *l, char *name) {
    if (name == NULL || !grow(l)) {
        free(name);
        return false;
    }
    l->names[l->count++] = name;
    return true;
}

bool name_list_add(name_list *l, slice name) {
    char *copy = malloc(name.len + 1);
    if (copy != NULL) {
        if (name.len > 0) memcpy(copy, name.data, name.len);
        copy[name.len] = '\0';
    }
    return take(l, copy);
}

bool name_list_addf(name_list *l, const char *format, ...) {
    text line;
    va_list args;
    text_init(&line, 0);
    va_start(args, format);
    text_vaddf(&line, format, args);
    va_end(args);
    return take(l, text_take(&line));
}

void name_list_copy(name_list *to, const name_list *from) {
    for (size_t i = 0; i < from->count; i++) name_list_add(to, slice_of(from->names[i]));
}

void name_list_done(name_list *l) {
    for (size_t i = 0; i < l->count; i++) free(l->names[i]);
    free(l->names);
    *l = (name_list){0};
}

void push_result_done(push_result *r) {
    name_list_done(&r->disabled);
    name_list_done(&r->over);
    name_list_done(&r->restart);
    problems_done(&r->problems);
}

void level_change_done(level_change *l) { name_list_done(&l->dropping); }
