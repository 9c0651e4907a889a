/* symbols_test.c - addresses of this very program, which has debug information, and of none. */
#include "base/symbols.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static const void *where;
static int line;

static __attribute__((noinline)) void note_caller(void) {
    where = __builtin_return_address(0);
    __asm__ volatile("");
}

static __attribute__((noinline)) void calls(void) {
    line = __LINE__ + 1;
    note_caller();
    __asm__ volatile("");
}

Test(symbols, a_call_is_found_with_function_file_and_line) {
    symbol s, again;
    calls();
    cr_assert(symbol_of_call(where, &s));
    cr_assert_str_eq(s.function, "calls");
    cr_assert_not_null(strstr(s.file, "symbols_test.c"));
    cr_assert_eq(s.line, line);
    cr_assert(symbol_of_call(where, &again), "kept");
    cr_assert_str_eq(again.function, "calls");
}

Test(symbols, what_is_no_code_is_nothing) {
    symbol s;
    cr_assert_not(symbol_of_call((const void *)16, &s));
    cr_assert_eq(s.function[0], '\0');
    cr_assert_eq(s.file[0], '\0');
    cr_assert_eq(s.line, 0);
    cr_assert_not(symbol_of_call(&line, &s));
}

Test(symbols, no_descriptor_is_left_open) {
    symbol s;
    calls();
    int before = dup(0);
    close(before);
    symbol_of_call(where, &s);
    symbol_of_call((const char *)where + 1, &s);
    symbols_close();
    symbols_close();
    int after = dup(0);
    close(after);
    cr_assert_eq(before, after);
}

static void *look(void *arg) {
    symbol s;
    for (int i = 0; i < 1000; i++)
        if (!symbol_of_call(where, &s) || strcmp(s.function, "calls") != 0)
            *(int *)arg = 1;
        else
            symbols_close();
    return NULL;
}

Test(symbols, many_threads) {
    pthread_t threads[4];
    int wrong = 0;
    calls();
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, look, &wrong);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    cr_assert_eq(wrong, 0);
}
