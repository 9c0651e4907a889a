/* literal_parser.h - what the files of the literal grammar share. Private to config/literal*.c. */
#ifndef WEIR_CONFIG_LITERAL_PARSER_H
#define WEIR_CONFIG_LITERAL_PARSER_H

#include "config/literal.h"

/* One string, list or integer of a result, and all that one text may allocate on the way. */
#define LITERAL_RESULT (64 * 1024)
#define LITERAL_WORK (1024 * 1024)
/* Parentheses, signs and powers inside one another: Python stops at 200 parentheses. */
#define LITERAL_RECURSION 100

typedef struct literal_parser {
    slice in;
    size_t at;
    arena *memory;
    weir_error *err;
    int brackets; /* open ones: newlines are blanks inside them */
    int recursion;
    size_t work;
} literal_parser;

/* Sets err with the column of `at`; returns -1. */
int literal_fail(literal_parser *p, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Memory of a result, counted; NULL with err set. */
void *literal_alloc(literal_parser *p, size_t size);
int literal_peek(const literal_parser *p, size_t ahead); /* 0 at the end */
bool literal_is_word(int c);                             /* a letter, digit, '_' or any byte above 0x7f */

/* At a quote, or a prefix before one: reads one string (not its neighbours), appends it to out. */
int literal_string(literal_parser *p, text *out);
/* The length of the prefix of a string that begins here; -1: none begins here. */
int literal_string_prefix(const literal_parser *p);
/* At a digit, or a '.' before one. */
int literal_number(literal_parser *p, value *out);
int literal_unary(literal_parser *p, size_t at, char op, value *v);
/* op: "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^". left becomes the result. */
int literal_binary(literal_parser *p, size_t at, const char *op, value *left, const value *right);
/* sys.stdout, handlers.SysLogHandler.LOG_USER, …; false: not in the table. */
bool literal_name(slice name, value *out);

#endif
