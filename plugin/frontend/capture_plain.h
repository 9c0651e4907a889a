/* capture_plain.h - arguments of the two shortest ways of a call: numbers, and numbers with plain strings.
 * All inline, for capture.c alone: va_arg wants it, and so do 10 ns. In the caller's thread. */
#ifndef WEIR_FRONTEND_CAPTURE_PLAIN_H
#define WEIR_FRONTEND_CAPTURE_PLAIN_H

#include <string.h>

#include "frontend/call_site.h"

/* The arguments of a call with strings among them. */
typedef struct plain_args {
    uint64_t words[PLAN_CODES]; /* of a string its address */
    uint32_t lens[PLAN_CODES];  /* of a string; else NO_STRING */
    size_t count;
} plain_args;
#define NO_STRING UINT32_MAX

static inline char *put_word(char *out, uint64_t word) {
    memcpy(out, &word, sizeof word);
    return out + sizeof word;
}

static inline uint32_t padded(uint32_t bytes) { return (bytes + ENTRY_ALIGN - 1) & ~(ENTRY_ALIGN - 1); }
static inline uint32_t string_room(uint32_t len) { return padded((uint32_t)sizeof len + len); }

/* Most strings are that short: copies that overlap, without a call. */
static inline void copy_string(char *out, const char *s, uint32_t len) {
    if (len >= 16 && len <= 32) {
        memcpy(out, s, 16);
        memcpy(out + len - 16, s + len - 16, 16);
    } else if (len >= 8 && len < 16) {
        memcpy(out, s, 8);
        memcpy(out + len - 8, s + len - 8, 8);
    } else if (len > 0) {
        memcpy(out, s, len);
    }
}

static inline char *put_string(char *out, uint64_t address, uint32_t len) {
    const char *s = (const char *)(uintptr_t)address;
    uint32_t head = s == NULL ? ENTRY_NULL_STRING : len;
    memcpy(out, &head, sizeof head);
    copy_string(out + sizeof head, s, len);
    return out + string_room(len);
}

/* A number as its word. A macro's worth of code that cannot be a function: va_arg. */
static inline __attribute__((always_inline)) uint64_t take_number(uint64_t code, va_list *args) {
    switch (code) {
    case CODE_INT: return (uint64_t)(int64_t)va_arg(*args, int);
    case CODE_UINT: return va_arg(*args, unsigned);
    case CODE_DOUBLE: {
        double d = va_arg(*args, double);
        uint64_t word;
        memcpy(&word, &d, sizeof word);
        return word;
    }
    default: return va_arg(*args, uint64_t);
    }
}

/* Numbers straight into the ring. */
static inline __attribute__((always_inline)) void put_numbers(char *out, uint64_t plan, va_list *args) {
    for (plan &= PLAN_CODES_MASK; plan != 0; plan >>= 4) out = put_word(out, take_number(plan & 15, args));
}

static inline __attribute__((always_inline)) void put_plain(char *out, const plain_args *from) {
    for (size_t i = 0; i < from->count; i++)
        out = from->lens[i] == NO_STRING ? put_word(out, from->words[i])
                                         : put_string(out, from->words[i], from->lens[i]);
}

/* Returns the bytes of all arguments; 0: more than `most`. */
static inline __attribute__((always_inline)) uint32_t take_plain(uint64_t plan, uint32_t most,
                                                                 plain_args *out, va_list *args) {
    uint32_t size = 0;
    out->count = 0;
    for (plan &= PLAN_CODES_MASK; plan != 0; plan >>= 4) {
        size_t i = out->count++;
        if ((plan & 15) == CODE_STRING) {
            const char *s = va_arg(*args, const char *);
            size_t len = s == NULL ? 0 : strlen(s);
            if (len > most - size) return 0;
            out->words[i] = (uintptr_t)s;
            out->lens[i] = (uint32_t)len;
            size += string_room((uint32_t)len);
        } else {
            out->words[i] = take_number(plan & 15, args);
            out->lens[i] = NO_STRING;
            size += 8;
        }
        if (size > most) return 0;
    }
    return size;
}

#endif
