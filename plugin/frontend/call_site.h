/* call_site.h - what the front end knows of a call site: its number in the dictionary, and its plan,
 * one word that says how the arguments are fetched.
 *
 *   bits 0-47   up to 12 codes of 4 bits, first argument lowest, 0 ends; with PLAN_LONG an address
 *   bits 48-55  with PLAN_FIXED: the bytes of all arguments, / 8
 *   bits 56-63  flags
 *
 * Plans lie in a table by dictionary id, for one epoch. Made at a site's first call, under locks. */
#ifndef WEIR_FRONTEND_CALL_SITE_H
#define WEIR_FRONTEND_CALL_SITE_H

#include "frontend/front_internal.h"
#include "queue/site.h"

enum plan_code {
    CODE_END,
    CODE_INT,
    CODE_UINT,
    CODE_WORD, /* 64 bits of any kind */
    CODE_DOUBLE,
    CODE_LONG_DOUBLE,
    CODE_STRING,
    CODE_STRING_STAR,  /* at most as many bytes as the CODE_INT before it says */
    CODE_STRING_LIMIT, /* as the long plan says */
    CODE_ERRNO
};
#define PLAN_CODES 12
#define PLAN_WORDS_SHIFT 48
#define PLAN_CODES_MASK (((uint64_t)1 << PLAN_WORDS_SHIFT) - 1)
#define PLAN_FLAG(n) ((uint64_t)1 << (56 + (n)))
#define PLAN_KNOWN PLAN_FLAG(0)
#define PLAN_FIXED PLAN_FLAG(1)     /* codes INT to DOUBLE only, no exception: the shortest way */
#define PLAN_LONG PLAN_FLAG(2)      /* more arguments, or literal precisions: see long_plan */
#define PLAN_TEXT PLAN_FLAG(3)      /* not capturable: formatted at the call */
#define PLAN_EXCEPTION PLAN_FLAG(4) /* with a stack trace */
#define PLAN_PLAIN PLAN_FLAG(5)     /* as PLAN_FIXED, but with CODE_STRING among them: the next shortest */
#define PLAN_STACK PLAN_FLAG(6)     /* with the C stack as stack_info */

typedef struct long_plan {
    uint32_t count;
    uint8_t codes[LIMIT_CALL_ARGS];
    int32_t limits[LIMIT_CALL_ARGS];
} long_plan;

static inline const long_plan *plan_long(uint64_t plan) {
    return (const long_plan *)(uintptr_t)(plan & PLAN_CODES_MASK);
}
static inline uint64_t plan_at(uint32_t site) {
    return __atomic_load_n(&__atomic_load_n(&front.plans, __ATOMIC_RELAXED)[site], __ATOMIC_RELAXED);
}

/* All inside a call. The site's id under the thread's epoch, registered if need be; 0: the dictionary
 * is full, or there is no memory. */
uint32_t call_site_id(weir_call_site *site, uint32_t epoch);
/* Of a site that is no static struct (weir_vlog); its entries are texts. */
uint32_t call_site_id_of_text(const char *file, int line, const char *function);
uint32_t call_site_logger_id(logger *l, uint32_t epoch);

/* ---- by front_open and front_close ---- */
/* Numbers all loggers that somebody asked for, so that weir_signal_log finds them numbered. */
void call_site_name_loggers(uint32_t epoch);
void call_site_free_plans(void);
void call_site_leave_plans(void); /* forgets them; they stay mapped */

#endif
