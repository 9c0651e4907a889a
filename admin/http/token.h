/* token.h - the secret of the TCP door: 128 random bits as 32 hexadecimal digits, kept over restarts in
 * the runtime directory, in a file that only its user can read. */
#ifndef WEIR_ADMIN_TOKEN_H
#define WEIR_ADMIN_TOKEN_H

#include <stdint.h>

#include "base/error.h"

#define TOKEN_DIGITS 32
/* Wrong tokens answered 401 at once; after that one a second, the others are answered 429. */
#define TOKEN_BURST 20

typedef struct token {
    char digits[TOKEN_DIGITS + 1];
    int64_t refill_ns; /* when `left` was counted last */
    int left;
    uint64_t wrong; /* in all */
} token;

/* Reads DIRECTORY/weir-SERVICE.token, or makes it. What is there but is not a file of ours of mode 0600 with
 * a token in it is replaced. -1: it could not be written; the token is good all the same until the end. */
int token_load(const char *directory, const char *service, token *out, weir_error *err);
/* A new one, kept nowhere. -1: no random bytes. */
int token_make(token *out, weir_error *err);
/* Constant time in what was given. */
bool token_equal(const token *t, slice given);
/* A wrong one was given: true while it is to be answered 401, false when 429. */
bool token_failed(token *t, int64_t now_ns);
/* A file name's part: letters, digits, '.', '_', '-'; all else becomes '_'. */
void token_safe_name(const char *service, char *out, size_t size);

#endif
