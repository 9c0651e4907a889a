/* value.c - small questions about values. Stateless; any thread. */
#include "base/value.h"

const value *value_get(const value *dict, slice key) {
    if (dict == NULL || dict->type != VALUE_DICT) return NULL;
    for (size_t i = dict->dict.count; i-- > 0;) {
        const value_pair *pair = &dict->dict.pairs[i];
        if (pair->key.type == VALUE_STR && slice_equal(pair->key.str, key)) return &pair->val;
    }
    return NULL;
}

const char *value_type_name(const value *v) {
    switch (v->type) {
    case VALUE_NONE: return "NoneType";
    case VALUE_BOOL: return "bool";
    case VALUE_INT:
    case VALUE_BIGINT: return "int";
    case VALUE_FLOAT: return "float";
    case VALUE_STR: return "str";
    case VALUE_LIST: return "list";
    case VALUE_TUPLE: return "tuple";
    case VALUE_DICT: return "dict";
    }
    return "object";
}
