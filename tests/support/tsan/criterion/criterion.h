/* criterion.h - a stand-in for Criterion under ThreadSanitizer, where Criterion's own workers do not start
 * ("could not initialize inheritable arena"). The same macros, as far as Weir's unit tests use them: every
 * test is a process made by fork, the last line is the same. tests.mk puts this folder first for
 * -fsanitize=thread. */
#ifndef WEIR_TESTS_TSAN_CRITERION_H
#define WEIR_TESTS_TSAN_CRITERION_H

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STANDIN_SKIPPED 77
#define STANDIN_TIMEOUT 240 /* seconds; ThreadSanitizer is slow */

typedef struct standin_options {
    int unused;
    void (*init)(void);
    void (*fini)(void);
    double timeout;
    bool disabled;
    int signal;
    int exit_code;
} standin_options;

typedef struct standin_test {
    const char *suite, *name; /* name NULL: the suite itself */
    standin_options options;
    void (*run)(void);
    struct standin_test *next;
} standin_test;

static standin_test *standin_first, **standin_last = &standin_first;
static bool standin_failed;

static inline void standin_add(standin_test *t) {
    *standin_last = t;
    standin_last = &t->next;
}

#define TestSuite(Suite, ...)                                                                                \
    static standin_test Suite##_suite = {#Suite, NULL, {.unused = 0, __VA_ARGS__}, NULL, NULL};              \
    __attribute__((constructor)) static void standin_add_##Suite(void) { standin_add(&Suite##_suite); }      \
    _Static_assert(1, "")

#define Test(Suite, Name, ...)                                                                               \
    static void Suite##_##Name##_impl(void);                                                                 \
    static standin_test Suite##_##Name##_test = {                                                            \
        #Suite, #Name, {.unused = 0, __VA_ARGS__}, Suite##_##Name##_impl, NULL};                             \
    __attribute__((constructor)) static void Suite##_##Name##_add(void) {                                    \
        standin_add(&Suite##_##Name##_test);                                                                 \
    }                                                                                                        \
    static void Suite##_##Name##_impl(void)

__attribute__((format(printf, 6, 7))) static inline void
standin_check(bool good, bool fatal, const char *file, int line, const char *what, const char *format, ...) {
    if (good) return;
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: %s:", file, line, what);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    standin_failed = true;
    if (fatal) exit(1);
}

#define STANDIN(fatal, condition, ...)                                                                       \
    standin_check((condition), fatal, __FILE__, __LINE__, #condition, " " __VA_ARGS__)

#define cr_assert(c, ...) STANDIN(true, (c), __VA_ARGS__)
#define cr_assert_not(c, ...) STANDIN(true, !(c), __VA_ARGS__)
#define cr_assert_eq(a, b, ...) STANDIN(true, (a) == (b), __VA_ARGS__)
#define cr_assert_neq(a, b, ...) STANDIN(true, (a) != (b), __VA_ARGS__)
#define cr_assert_lt(a, b, ...) STANDIN(true, (a) < (b), __VA_ARGS__)
#define cr_assert_leq(a, b, ...) STANDIN(true, (a) <= (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...) STANDIN(true, (a) > (b), __VA_ARGS__)
#define cr_assert_geq(a, b, ...) STANDIN(true, (a) >= (b), __VA_ARGS__)
#define cr_assert_null(p, ...) STANDIN(true, (p) == NULL, __VA_ARGS__)
#define cr_assert_not_null(p, ...) STANDIN(true, (p) != NULL, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) STANDIN(true, strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...) STANDIN(true, strcmp((a), (b)) != 0, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, n, ...) STANDIN(true, memcmp((a), (b), (n)) == 0, __VA_ARGS__)
#define cr_assert_float_eq(a, b, e, ...) STANDIN(true, fabs((double)((a) - (b))) <= (double)(e), __VA_ARGS__)
#define cr_assert_fail(...) STANDIN(true, false, __VA_ARGS__)
#define cr_expect(c, ...) STANDIN(false, (c), __VA_ARGS__)
#define cr_expect_not(c, ...) STANDIN(false, !(c), __VA_ARGS__)
#define cr_expect_eq(a, b, ...) STANDIN(false, (a) == (b), __VA_ARGS__)
#define cr_expect_neq(a, b, ...) STANDIN(false, (a) != (b), __VA_ARGS__)
#define cr_expect_lt(a, b, ...) STANDIN(false, (a) < (b), __VA_ARGS__)
#define cr_expect_gt(a, b, ...) STANDIN(false, (a) > (b), __VA_ARGS__)
#define cr_expect_null(p, ...) STANDIN(false, (p) == NULL, __VA_ARGS__)
#define cr_expect_not_null(p, ...) STANDIN(false, (p) != NULL, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) STANDIN(false, strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_skip_test(...)                                                                                    \
    (fprintf(stderr, "skipped: " __VA_ARGS__), fputc('\n', stderr), exit(STANDIN_SKIPPED))
#define cr_log_info(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr))

static inline const standin_options *standin_suite(const char *suite) {
    static const standin_options none = {0};
    for (const standin_test *t = standin_first; t != NULL; t = t->next) {
        if (t->name == NULL && strcmp(t->suite, suite) == 0) return &t->options;
    }
    return &none;
}

static inline void standin_run(const standin_test *t) {
    const standin_options *suite = standin_suite(t->suite);
    alarm(STANDIN_TIMEOUT);
    if (suite->init != NULL) suite->init();
    if (t->options.init != NULL) t->options.init();
    t->run();
    if (t->options.fini != NULL) t->options.fini();
    if (suite->fini != NULL) suite->fini();
    exit(standin_failed ? 1 : 0);
}

int main(void) {
    int tested = 0, passing = 0, crashing = 0;
    for (const standin_test *t = standin_first; t != NULL; t = t->next) {
        if (t->name == NULL || t->options.disabled || standin_suite(t->suite)->disabled) continue;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) standin_run(t);
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) != child) return 1;
        bool by_signal =
            WIFSIGNALED(status) && t->options.signal != 0 && WTERMSIG(status) == t->options.signal;
        bool by_exit = WIFEXITED(status) && (WEXITSTATUS(status) == t->options.exit_code ||
                                             WEXITSTATUS(status) == STANDIN_SKIPPED);
        tested++;
        passing += by_signal || (by_exit && t->options.signal == 0);
        crashing += WIFSIGNALED(status) && !by_signal;
        if (!by_signal && !by_exit)
            fprintf(stderr, "[FAIL] %s::%s (status %#x)\n", t->suite, t->name, (unsigned)status);
    }
    fprintf(stderr, "[====] Synthesis: Tested: %d | Passing: %d | Failing: %d | Crashing: %d \n", tested,
            passing, tested - passing, crashing);
    return tested == passing ? 0 : 1;
}

#endif
