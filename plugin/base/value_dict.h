/* value_dict.h - dicts and lists of values with one thing changed: a new array in the arena, the old one is
 * left as it was for whoever still looks at it. Pure but for the arena; one thread at a time. */
#ifndef WEIR_BASE_VALUE_DICT_H
#define WEIR_BASE_VALUE_DICT_H

#include "base/value.h"

/* The key's value replaced where it stands, or added as the last one. false: no memory, dict is as it was. */
bool value_dict_set(arena *a, value *dict, slice key, const value *to);
/* Without that key; nothing happens where there is none. */
bool value_dict_remove(arena *a, value *dict, slice key);
/* One more item at the end of a list. */
bool value_list_add(arena *a, value *list, const value *item);
/* Without the strings that equal it. */
bool value_list_remove(arena *a, value *list, slice string);
/* With `to` in the place of a string. */
bool value_list_replace(arena *a, value *list, slice string, const value *to);
bool value_list_has(const value *list, slice string);
/* All of it, strings too, in another arena. */
bool value_copy(arena *a, const value *from, value *to);

#endif
