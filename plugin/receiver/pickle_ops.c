/* pickle_ops.c - pickle opcodes and their arguments, as pickletools lists them. Constant data and pure
 * functions. */
#include "base/limits.h"
#include "receiver/pickle_machine.h"

static const unsigned char arguments[256] = {
    ['('] = ARG_NONE,      ['.'] = ARG_NONE,     ['0'] = ARG_NONE,      ['1'] = ARG_NONE,
    ['2'] = ARG_NONE,      ['F'] = ARG_LINE,     ['I'] = ARG_LINE,      ['J'] = ARG_4,
    ['K'] = ARG_1,         ['L'] = ARG_LINE,     ['M'] = ARG_2,         ['N'] = ARG_NONE,
    ['P'] = ARG_LINE,      ['Q'] = ARG_NONE,     ['R'] = ARG_NONE,      ['S'] = ARG_LINE,
    ['T'] = ARG_BYTES_4,   ['U'] = ARG_BYTES_1,  ['V'] = ARG_LINE,      ['X'] = ARG_BYTES_4,
    ['a'] = ARG_NONE,      ['b'] = ARG_NONE,     ['c'] = ARG_TWO_LINES, ['d'] = ARG_NONE,
    ['}'] = ARG_NONE,      ['e'] = ARG_NONE,     ['g'] = ARG_LINE,      ['h'] = ARG_1,
    ['i'] = ARG_TWO_LINES, ['j'] = ARG_4,        ['l'] = ARG_NONE,      [']'] = ARG_NONE,
    ['o'] = ARG_NONE,      ['p'] = ARG_LINE,     ['q'] = ARG_1,         ['r'] = ARG_4,
    ['s'] = ARG_NONE,      ['t'] = ARG_NONE,     [')'] = ARG_NONE,      ['u'] = ARG_NONE,
    ['G'] = ARG_8,         ['B'] = ARG_BYTES_4,  ['C'] = ARG_BYTES_1,   [0x80] = ARG_1,
    [0x81] = ARG_NONE,     [0x82] = ARG_1,       [0x83] = ARG_2,        [0x84] = ARG_4,
    [0x85] = ARG_NONE,     [0x86] = ARG_NONE,    [0x87] = ARG_NONE,     [0x88] = ARG_NONE,
    [0x89] = ARG_NONE,     [0x8a] = ARG_BYTES_1, [0x8b] = ARG_BYTES_4,  [0x8c] = ARG_BYTES_1,
    [0x8d] = ARG_BYTES_8,  [0x8e] = ARG_BYTES_8, [0x8f] = ARG_NONE,     [0x90] = ARG_NONE,
    [0x91] = ARG_NONE,     [0x92] = ARG_NONE,    [0x93] = ARG_NONE,     [0x94] = ARG_NONE,
    [0x95] = ARG_8,        [0x96] = ARG_BYTES_8, [0x97] = ARG_NONE,     [0x98] = ARG_NONE,
};

pickle_argument pickle_argument_of(unsigned char opcode) { return (pickle_argument)arguments[opcode]; }

uint64_t pickle_unsigned(slice bytes) {
    uint64_t n = 0;
    for (size_t i = bytes.len; i-- > 0;) n = n << 8 | (unsigned char)bytes.data[i];
    return n;
}

static bool line(slice rest, slice *out) {
    const char *end = rest.len == 0 ? NULL : memchr(rest.data, '\n', rest.len);
    if (end != NULL) *out = slice_make(rest.data, (size_t)(end - rest.data));
    return end != NULL;
}

/* Both lines, with the line feed between them. */
static bool two_lines(slice rest, slice *out) {
    slice first, second;
    if (!line(rest, &first)) return false;
    if (!line(slice_make(first.data + first.len + 1, rest.len - first.len - 1), &second)) return false;
    *out = slice_make(first.data, first.len + 1 + second.len);
    return true;
}

static bool counted(slice rest, size_t width, slice *out) {
    if (rest.len < width) return false;
    uint64_t count = pickle_unsigned(slice_make(rest.data, width));
    if (count > rest.len - width) return false;
    *out = slice_make(rest.data + width, (size_t)count);
    return true;
}

static bool fixed(slice rest, size_t width, slice *out) {
    *out = slice_make(rest.data, width);
    return rest.len >= width;
}

bool pickle_argument_at(const pickle_machine *m, uint32_t at, slice *argument, uint32_t *next) {
    if (at >= m->len) return false;
    slice rest = slice_make((const char *)m->frame + at + 1, m->len - at - 1);
    size_t tail = 0;
    bool good = false;
    switch (pickle_argument_of(m->frame[at])) {
    case ARG_UNKNOWN: return false;
    case ARG_NONE: good = fixed(rest, 0, argument); break;
    case ARG_1: good = fixed(rest, 1, argument); break;
    case ARG_2: good = fixed(rest, 2, argument); break;
    case ARG_4: good = fixed(rest, 4, argument); break;
    case ARG_8: good = fixed(rest, 8, argument); break;
    case ARG_LINE: good = line(rest, argument), tail = 1; break;
    case ARG_TWO_LINES: good = two_lines(rest, argument), tail = 1; break;
    case ARG_BYTES_1: good = counted(rest, 1, argument); break;
    case ARG_BYTES_4: good = counted(rest, 4, argument); break;
    case ARG_BYTES_8: good = counted(rest, 8, argument); break;
    }
    if (good) *next = (uint32_t)((size_t)(argument->data - (const char *)m->frame) + argument->len + tail);
    return good;
}
