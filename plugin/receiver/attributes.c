/* attributes.c - a dict of attributes as the decoders fill it. Pure. */
#include "base/level.h"
#include "receiver/decode.h"
#include "record/query.h"

/* levelname and levelno of a level that has no name. */
#define LEVEL_NAME_ROOM 32

int attributes_begin(attribute_list *to, arena *a, size_t room) {
    *to = (attribute_list){.memory = a, .room = room};
    to->pairs = arena_alloc(a, room * sizeof *to->pairs);
    return to->pairs == NULL ? -1 : 0;
}

void attributes_add_slice(attribute_list *to, slice key, value v) {
    if (to->count < to->room) to->pairs[to->count++] = (value_pair){value_str(key), v};
}

void attributes_add(attribute_list *to, const char *key, value v) {
    attributes_add_slice(to, slice_of(key), v);
}

void attributes_add_level(attribute_list *to, int level) {
    char buffer[LEVEL_NAME_ROOM];
    slice name = arena_copy(to->memory, level_name(level, buffer));
    attributes_add(to, "levelno", value_int(level));
    attributes_add(to, "levelname", value_str(name));
}

void attributes_add_nobody(attribute_list *to) {
    attributes_add(to, "process", value_int(0));
    attributes_add(to, "processName", value_str(SLICE_LITERAL("")));
    attributes_add(to, "thread", value_int(0));
    attributes_add(to, "threadName", value_str(SLICE_LITERAL("")));
}

value attributes_dict(const attribute_list *from) {
    return (value){.type = VALUE_DICT, .dict = {from->pairs, from->count}};
}

/* query_parse_time also reads "-15m" and local times. */
bool read_timestamp(slice in, double *seconds) {
    int64_t micros;
    size_t sign = in.len >= 6 ? in.len - 6 : 0;
    if (in.len < 20 || in.data[0] < '0' || in.data[0] > '9') return false;
    if (in.data[in.len - 1] != 'Z' && in.data[sign] != '+' && in.data[sign] != '-') return false;
    if (query_parse_time(in, 0, &micros, NULL) != 0) return false;
    *seconds = (double)micros / 1e6;
    return true;
}

bool read_integer(slice in, int64_t *out) {
    bool negative = in.len > 0 && in.data[0] == '-';
    int64_t n = 0;
    if (in.len == (size_t)negative) return false;
    for (size_t i = negative; i < in.len; i++) {
        if (in.data[i] < '0' || in.data[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, in.data[i] - '0', &n))
            return false;
    }
    *out = negative ? -n : n;
    return true;
}
