/* pickle_scan.c - the pickle machine: runs a frame's opcodes on references, makes nodes, imports and calls
 * nothing. Each opcode is one row's function; what is no row is refused. Pure. */
#include "base/limits.h"
#include "receiver/pickle_machine.h"

bool pickle_fail(pickle_machine *m, pickle_result result, const char *why) {
    m->result = result;
    m->why = why;
    return false;
}

static bool malformed(pickle_machine *m, const char *why) { return pickle_fail(m, PICKLE_MALFORMED, why); }
static bool no_room(pickle_machine *m) {
    return pickle_fail(m, PICKLE_TOO_MUCH, "it needs more memory than four times its size");
}

/* ---- stack ---- */

static bool push(pickle_machine *m, uint32_t ref) {
    if (m->sp >= m->low) return no_room(m);
    m->words[m->sp++] = ref;
    return true;
}

/* How many items lie above the uppermost mark. */
static uint32_t above(const pickle_machine *m) { return m->sp - 1 - (m->mark == NO_MARK ? 0 : m->mark); }

static bool need(pickle_machine *m, uint32_t count) {
    return above(m) >= count || malformed(m, "an opcode finds too few items on the stack");
}

static bool need_mark(pickle_machine *m) {
    return m->mark != NO_MARK || malformed(m, "an opcode finds no mark on the stack");
}

/* Forgets the uppermost mark and all above it. */
static void drop_mark(pickle_machine *m) {
    uint32_t before = m->words[m->mark] & REF_INDEX;
    m->sp = m->mark;
    m->mark = before == REF_INDEX ? NO_MARK : before;
}

/* ---- nodes ---- */

static bool take_words(pickle_machine *m, uint32_t count, uint32_t *at) {
    if (m->low - m->sp < count) return no_room(m);
    m->low -= count;
    *at = m->low;
    return true;
}

static bool make_node(pickle_machine *m, node_kind kind, uint32_t *ref) {
    uint32_t at;
    if (!take_words(m, NODE_WORDS, &at)) return false;
    m->words[at + NODE_KIND] = kind;
    m->words[at + NODE_FIRST] = m->words[at + NODE_LAST] = 0;
    *ref = REF_NODE | at;
    return true;
}

/* refs lie on the stack, which nodes do not touch. */
static bool add_to_node(pickle_machine *m, uint32_t ref, uint32_t from, uint32_t count) {
    uint32_t node = ref & REF_INDEX, chunk;
    if (count == 0) return true;
    if (!take_words(m, CHUNK_REFS + count, &chunk)) return false;
    m->words[chunk + CHUNK_NEXT] = 0;
    m->words[chunk + CHUNK_COUNT] = count;
    memcpy(&m->words[chunk + CHUNK_REFS], &m->words[from], count * sizeof m->words[0]);
    if (m->words[node + NODE_FIRST] == 0)
        m->words[node + NODE_FIRST] = chunk;
    else
        m->words[m->words[node + NODE_LAST] + CHUNK_NEXT] = chunk;
    m->words[node + NODE_LAST] = chunk;
    return true;
}

/* The count uppermost items become one node. */
static bool wrap(pickle_machine *m, node_kind kind, uint32_t count) {
    uint32_t ref;
    if (!need(m, count) || !make_node(m, kind, &ref)) return false;
    if (!add_to_node(m, ref, m->sp - count, count)) return false;
    m->sp -= count;
    return push(m, ref);
}

/* All above the mark. */
static bool wrap_marked(pickle_machine *m, node_kind kind) {
    uint32_t ref;
    if (!need_mark(m) || !make_node(m, kind, &ref)) return false;
    if (kind == NODE_DICT && above(m) % 2 != 0) return malformed(m, "a dict has a key without a value");
    if (!add_to_node(m, ref, m->mark + 1, above(m))) return false;
    drop_mark(m);
    return push(m, ref);
}

/* ---- what is not read ---- */

bool pickle_is_code(const pickle_machine *m, uint32_t ref) {
    if (ref_is_node(ref)) return m->words[(ref & REF_INDEX) + NODE_KIND] == NODE_GLOBAL;
    switch (m->frame[ref]) {
    case 'c':
    case 'i':
    case 'o':
    case 'R':
    case 'b':
    case 'P':
    case 'Q':
    case 0x81:
    case 0x82:
    case 0x83:
    case 0x84:
    case 0x92: return true;
    default: return false;
    }
}

/* The callable under so many arguments stands for its result; where that is plain data, the opcode does. */
static bool call(pickle_machine *m, uint32_t at, uint32_t arguments) {
    if (!need(m, arguments + 1)) return false;
    m->sp -= arguments;
    uint32_t *top = &m->words[m->sp - 1];
    if (!pickle_is_code(m, *top)) *top = at;
    return true;
}

/* ---- adding to containers ---- */

/* Items above `to` go into it: a list, a set or a dict; what is not read swallows them. */
static bool add(pickle_machine *m, uint32_t to, uint32_t from, uint32_t count, node_kind kind) {
    uint32_t ref = m->words[to];
    if (ref_is_mark(ref)) return malformed(m, "an opcode finds a mark where a container belongs");
    if (pickle_is_code(m, ref)) return true;
    if (!ref_is_node(ref) || m->words[(ref & REF_INDEX) + NODE_KIND] != kind)
        return malformed(m, "an opcode finds no container of its kind");
    return add_to_node(m, ref, from, count);
}

static bool add_top(pickle_machine *m, uint32_t count, node_kind kind) {
    if (!need(m, count + 1)) return false;
    if (!add(m, m->sp - count - 1, m->sp - count, count, kind)) return false;
    m->sp -= count;
    return true;
}

static bool add_marked(pickle_machine *m, node_kind kind) {
    if (!need_mark(m)) return false;
    if (m->mark == 1) return malformed(m, "an opcode finds no container below the mark");
    if (kind == NODE_DICT && above(m) % 2 != 0) return malformed(m, "a dict has a key without a value");
    if (!add(m, m->mark - 1, m->mark + 1, above(m), kind)) return false;
    drop_mark(m);
    return true;
}

/* ---- memo ---- */

static bool remember(pickle_machine *m, uint64_t index) {
    if (!need(m, 1)) return false;
    if (index >= LIMIT_PICKLE_MEMO)
        return pickle_fail(m, PICKLE_TOO_MUCH, "it remembers more than 10,000 objects");
    if (m->memo[index] == 0) m->remembered++;
    m->memo[index] = m->words[m->sp - 1] + 1;
    if (index >= m->highest) m->highest = (uint32_t)index + 1;
    return true;
}

static bool recall(pickle_machine *m, uint64_t index) {
    if (index >= m->highest || m->memo[index] == 0)
        return malformed(m, "it recalls what it did not remember");
    return push(m, m->memo[index] - 1);
}

/* A decimal index of a protocol 0 line. */
static uint64_t index_of(slice line) {
    uint64_t n = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] < '0' || line.data[i] > '9' || n > LIMIT_PICKLE_MEMO) return UINT64_MAX;
        n = n * 10 + (uint64_t)(line.data[i] - '0');
    }
    return line.len == 0 ? UINT64_MAX : n;
}

/* ---- opcodes ---- */

static bool push_mark(pickle_machine *m) {
    uint32_t before = m->mark == NO_MARK ? REF_INDEX : m->mark;
    m->mark = m->sp;
    return push(m, REF_MARK | before);
}

static bool pop(pickle_machine *m) {
    if (m->mark != NO_MARK && m->sp == m->mark + 1) {
        drop_mark(m);
        return true;
    }
    if (!need(m, 1)) return false;
    m->sp--;
    return true;
}

static bool duplicate(pickle_machine *m) { return need(m, 1) && push(m, m->words[m->sp - 1]); }

/* INST and OBJ: a class called with all above the mark. */
static bool call_marked(pickle_machine *m, uint32_t at, bool class_on_stack) {
    if (!need_mark(m)) return false;
    uint32_t class = at;
    if (class_on_stack) {
        if (!need(m, 1)) return false;
        if (pickle_is_code(m, m->words[m->mark + 1])) class = m->words[m->mark + 1];
    }
    drop_mark(m);
    return push(m, class);
}

static bool proto(pickle_machine *m, slice argument) {
    return (unsigned char)argument.data[0] <= 5 ? true : malformed(m, "a protocol above 5");
}

static bool frame_fits(pickle_machine *m, slice argument) {
    return pickle_unsigned(argument) <= m->len - m->at ? true
                                                       : malformed(m, "a frame is longer than the pickle");
}

static bool step(pickle_machine *m, uint32_t at, slice argument) {
    switch (m->frame[at]) {
    case '(': return push_mark(m);
    case '0': return pop(m);
    case '1': return need_mark(m) ? (drop_mark(m), true) : false;
    case '2': return duplicate(m);
    case ']': return wrap(m, NODE_LIST, 0);
    case '}': return wrap(m, NODE_DICT, 0);
    case ')': return wrap(m, NODE_TUPLE, 0);
    case 0x8f: return wrap(m, NODE_SET, 0);
    case 0x85: return wrap(m, NODE_TUPLE, 1);
    case 0x86: return wrap(m, NODE_TUPLE, 2);
    case 0x87: return wrap(m, NODE_TUPLE, 3);
    case 't': return wrap_marked(m, NODE_TUPLE);
    case 'l': return wrap_marked(m, NODE_LIST);
    case 'd': return wrap_marked(m, NODE_DICT);
    case 0x91: return wrap_marked(m, NODE_FROZENSET);
    case 'a': return add_top(m, 1, NODE_LIST);
    case 'e': return add_marked(m, NODE_LIST);
    case 's': return add_top(m, 2, NODE_DICT);
    case 'u': return add_marked(m, NODE_DICT);
    case 0x90: return add_marked(m, NODE_SET);
    case 'g': return recall(m, index_of(argument));
    case 'h':
    case 'j': return recall(m, pickle_unsigned(argument));
    case 'p': return remember(m, index_of(argument));
    case 'q':
    case 'r': return remember(m, pickle_unsigned(argument));
    case 0x94: return remember(m, m->remembered);
    case 'R':
    case 'b':
    case 0x81: return call(m, at, 1);
    case 0x92: return call(m, at, 2);
    case 'i': return call_marked(m, at, false);
    case 'o': return call_marked(m, at, true);
    case 0x93: return wrap(m, NODE_GLOBAL, 2);
    case 'Q': return need(m, 1) ? (m->words[m->sp - 1] = at, true) : false;
    case 0x80: return proto(m, argument);
    case 0x95: return frame_fits(m, argument);
    case 0x97:
    case 0x98: return malformed(m, "it refers to bytes outside the pickle");
    default: return push(m, at); /* a scalar; 'c', 'P' and the extensions, which are not read */
    }
}

bool pickle_scan(pickle_machine *m, uint32_t *top) {
    m->sp = 1; /* word 0 stays unused */
    m->mark = NO_MARK;
    for (;;) {
        slice argument;
        uint32_t at = m->at;
        if (!pickle_argument_at(m, at, &argument, &m->at))
            return malformed(m, at >= m->len ? "it ends before its STOP" : "an unknown or unfinished opcode");
        if (m->frame[at] == '.') break;
        if (!step(m, at, argument)) return false;
    }
    if (!need(m, 1)) return false;
    *top = m->words[m->sp - 1];
    return true;
}
