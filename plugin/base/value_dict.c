/* value_dict.c - dicts and lists of values with one thing changed. Used where a configuration is edited, on
 * the thread that does. Pure but for the arena. */
#include "base/value_dict.h"

static value_pair *pairs_with_room(arena *a, const value *dict, size_t room) {
    value_pair *pairs = arena_alloc(a, room * sizeof *pairs + 1);
    if (pairs != NULL && dict->dict.count > 0)
        memcpy(pairs, dict->dict.pairs, dict->dict.count * sizeof *pairs);
    return pairs;
}

static bool is_key(const value_pair *pair, slice key) {
    return pair->key.type == VALUE_STR && slice_equal(pair->key.str, key);
}

bool value_dict_set(arena *a, value *dict, slice key, const value *to) {
    size_t at = 0, count = dict->dict.count;
    while (at < count && !is_key(&dict->dict.pairs[at], key)) at++;
    value_pair *pairs = pairs_with_room(a, dict, count + 1);
    if (pairs == NULL) return false;
    if (at == count) {
        slice copy = arena_copy(a, key);
        if (copy.data == NULL) return false;
        pairs[at].key = value_str(copy);
        count++;
    }
    pairs[at].val = *to;
    dict->dict.pairs = pairs;
    dict->dict.count = count;
    return true;
}

bool value_dict_remove(arena *a, value *dict, slice key) {
    value_pair *pairs = pairs_with_room(a, dict, dict->dict.count);
    size_t kept = 0;
    if (pairs == NULL) return false;
    for (size_t i = 0; i < dict->dict.count; i++)
        if (!is_key(&dict->dict.pairs[i], key)) pairs[kept++] = dict->dict.pairs[i];
    dict->dict.pairs = pairs;
    dict->dict.count = kept;
    return true;
}

bool value_list_has(const value *list, slice string) {
    for (size_t i = 0; i < list->list.count; i++)
        if (list->list.items[i].type == VALUE_STR && slice_equal(list->list.items[i].str, string))
            return true;
    return false;
}

bool value_list_add(arena *a, value *list, const value *item) {
    size_t count = list->list.count;
    value *items = arena_alloc(a, (count + 1) * sizeof *items);
    if (items == NULL) return false;
    if (count > 0) memcpy(items, list->list.items, count * sizeof *items);
    items[count] = *item;
    list->list.items = items;
    list->list.count = count + 1;
    return true;
}

bool value_list_remove(arena *a, value *list, slice string) {
    value *items = arena_alloc(a, list->list.count * sizeof *items + 1);
    size_t kept = 0;
    if (items == NULL) return false;
    for (size_t i = 0; i < list->list.count; i++) {
        const value *v = &list->list.items[i];
        if (v->type != VALUE_STR || !slice_equal(v->str, string)) items[kept++] = *v;
    }
    list->list.items = items;
    list->list.count = kept;
    return true;
}

bool value_list_replace(arena *a, value *list, slice string, const value *to) {
    value *items = arena_alloc(a, list->list.count * sizeof *items + 1);
    if (items == NULL) return false;
    for (size_t i = 0; i < list->list.count; i++) {
        items[i] = list->list.items[i];
        if (items[i].type == VALUE_STR && slice_equal(items[i].str, string)) items[i] = *to;
    }
    list->list.items = items;
    return true;
}

static bool copy_list(arena *a, const value *from, value *to) {
    value *items = arena_alloc(a, from->list.count * sizeof *items + 1);
    if (items == NULL) return false;
    for (size_t i = 0; i < from->list.count; i++)
        if (!value_copy(a, &from->list.items[i], &items[i])) return false;
    to->list.items = items;
    return true;
}

/* As deep as the value, which no reader makes deeper than LIMIT_VALUE_DEPTH. */
bool value_copy(arena *a, const value *from, value *to) {
    *to = *from;
    switch (from->type) {
    case VALUE_STR:
    case VALUE_BIGINT: return (to->str = arena_copy(a, from->str)).data != NULL;
    case VALUE_LIST:
    case VALUE_TUPLE: return copy_list(a, from, to);
    case VALUE_DICT: {
        value_pair *pairs = arena_alloc(a, from->dict.count * sizeof *pairs + 1);
        for (size_t i = 0; pairs != NULL && i < from->dict.count; i++)
            if (!value_copy(a, &from->dict.pairs[i].key, &pairs[i].key) ||
                !value_copy(a, &from->dict.pairs[i].val, &pairs[i].val))
                return false;
        to->dict.pairs = pairs;
        return pairs != NULL;
    }
    default: return true;
    }
}
