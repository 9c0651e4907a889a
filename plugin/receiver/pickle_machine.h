/* pickle_machine.h - what the files of the pickle decoder share: references, nodes, the machine.
 *
 * A reference is 32 bits:
 *   0…              the place of an opcode in the frame: a scalar, or something that is not read
 *   REF_NODE | i    a node that begins at word i
 *   REF_MARK | i    on the stack only: a mark; i is the place of the mark before it
 *
 * A node is three words: kind, first and last chunk (0: none); a chunk is the next one (0: none), a count and
 * so many references, of dicts key and value by turns. A global's two references stand in its chunk.
 * Words are handed out from the end of the memory downward; the stack grows from its beginning. */
#ifndef WEIR_RECEIVER_PICKLE_MACHINE_H
#define WEIR_RECEIVER_PICKLE_MACHINE_H

#include "receiver/pickle_decoder.h"

#define REF_NODE 0x80000000u
#define REF_MARK 0xC0000000u
#define REF_INDEX 0x3FFFFFFFu

typedef enum node_kind { NODE_LIST, NODE_TUPLE, NODE_DICT, NODE_SET, NODE_FROZENSET, NODE_GLOBAL } node_kind;
enum { NODE_KIND, NODE_FIRST, NODE_LAST, NODE_WORDS };
enum { CHUNK_NEXT, CHUNK_COUNT, CHUNK_REFS };

typedef struct pickle_machine {
    const unsigned char *frame;
    uint32_t len, at;
    uint32_t *words; /* index 0 is never a node's or a chunk's */
    uint32_t sp, low;
    uint32_t mark;    /* place of the uppermost mark; NO_MARK */
    uint32_t *memo;   /* LIMIT_PICKLE_MEMO references + 1; 0: none */
    uint32_t highest; /* of memo: all from here on are 0 */
    uint32_t remembered;
    pickle_result result; /* when something failed: why */
    const char *why;
} pickle_machine;
#define NO_MARK UINT32_MAX

static inline bool ref_is_node(uint32_t ref) { return (ref & REF_MARK) == REF_NODE; }
static inline bool ref_is_mark(uint32_t ref) { return (ref & REF_MARK) == REF_MARK; }

/* Fails, once: false. */
bool pickle_fail(pickle_machine *m, pickle_result result, const char *why);

/* ---- pickle_ops.c: how long an opcode is ---- */
typedef enum pickle_argument {
    ARG_UNKNOWN, /* no opcode */
    ARG_NONE,
    ARG_1,
    ARG_2,
    ARG_4,
    ARG_8,
    ARG_LINE,      /* to the next line feed */
    ARG_TWO_LINES, /* module and name */
    ARG_BYTES_1,   /* so many bytes, as one byte says */
    ARG_BYTES_4,
    ARG_BYTES_8
} pickle_argument;
/* The argument's bytes (without its length, without a line's end) of the opcode at `at`, and where the next
 * opcode begins. false: it is none, or the frame ends in it. */
bool pickle_argument_at(const pickle_machine *m, uint32_t at, slice *argument, uint32_t *next);
pickle_argument pickle_argument_of(unsigned char opcode);
/* Little-endian, at most 8 bytes. */
uint64_t pickle_unsigned(slice bytes);

/* ---- pickle_scan.c ---- */
/* Runs the opcodes up to STOP; *top is what is left. */
bool pickle_scan(pickle_machine *m, uint32_t *top);
/* Is it something that is not read: a class, a call, a persistent id? */
bool pickle_is_code(const pickle_machine *m, uint32_t ref);

/* ---- pickle_value.c, pickle_scalar.c ---- */
/* Values are made in the words that neither stack nor nodes use. */
typedef struct pickle_values {
    pickle_machine *m;
    char *next, *end; /* free memory */
    size_t work;      /* what may still be done */
    size_t bytes;     /* what may still be written out */
    unsigned deepest; /* of the present attribute */
    text *scratch;
    bool last; /* what does not fit becomes a text that says so */
} pickle_values;
void *pickle_alloc(pickle_values *v, size_t size);
/* Takes it from work and bytes. */
bool pickle_spend(pickle_values *v, size_t work, size_t bytes);
bool pickle_scalar(pickle_values *v, uint32_t at, value *out);
/* "<module.name not read>" */
bool pickle_not_read(pickle_values *v, uint32_t ref, value *out);
/* v->scratch as a string of the values' memory. */
bool pickle_take_scratch(pickle_values *v, value *out);
bool pickle_top(pickle_values *v, uint32_t ref, value *out);

#endif
