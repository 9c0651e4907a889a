/* Addresses of a peer: figures are found at once, a stop ends the waiting, and which addresses nothing that
 * came from outside may lead to. */
#include "sink/lookup.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>

static weir_error err;

static struct sockaddr_storage address(const char *figures) {
    lookup_answer found;
    cr_assert(lookup_figures(figures, &found), "%s", figures);
    cr_assert_geq(found.count, 1);
    return found.list[0].addr;
}

Test(lookup, figures_are_found_without_asking) {
    const uint32_t stop = 1; /* nothing may be waited for */
    lookup *l = NULL;
    lookup_answer found;
    cr_assert_eq(lookup_ask(&l, "127.0.0.1", 514, AF_UNSPEC, 0, &stop, &found, &err), LOOKUP_FOUND);
    cr_assert_null(l);
    struct sockaddr_in in;
    memcpy(&in, &found.list[0].addr, sizeof in);
    cr_assert(found.count == 1 && in.sin_port == htons(514) && in.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    cr_assert_eq(lookup_ask(&l, "::1", 1, AF_UNSPEC, 0, &stop, &found, &err), LOOKUP_FOUND);
    cr_assert_eq(found.list[0].addr.ss_family, AF_INET6);
    cr_assert_not(lookup_figures("localhost", &found));
}

Test(lookup, a_name_is_found_on_a_thread_of_its_own) {
    const uint32_t stop = 0;
    lookup *l = NULL;
    lookup_answer found;
    cr_assert_eq(lookup_ask(&l, "localhost", 25, AF_INET, 20000, &stop, &found, &err), LOOKUP_FOUND, "%s",
                 err.message);
    cr_assert_null(l);
    cr_assert_geq(found.count, 1);
}

Test(lookup, one_that_is_not_waited_for_can_be_asked_for_again_or_given_up) {
    const uint32_t go = 0, stop = 1;
    lookup *l = NULL;
    lookup_answer found;
    lookup_status got = lookup_ask(&l, "localhost", 25, AF_INET, 0, &stop, &found, &err);
    cr_assert(got == LOOKUP_FOUND || (got == LOOKUP_WAITING && l != NULL), "it may have been quick");
    cr_assert_eq(lookup_ask(&l, "localhost", 25, AF_INET, 20000, &go, &found, &err), LOOKUP_FOUND, "%s",
                 err.message);
    lookup_ask(&l, "localhost", 25, AF_INET, 0, &stop, &found, &err);
    lookup_give_up(&l);
    cr_assert_null(l);
    lookup_give_up(&l);
}

Test(lookup, a_name_that_there_is_not_is_told) {
    const uint32_t stop = 0;
    lookup *l = NULL;
    lookup_answer found;
    /* An empty label: no resolver asks anybody for it. */
    cr_assert_eq(lookup_ask(&l, "no..name", 25, AF_UNSPEC, 20000, &stop, &found, &err), LOOKUP_FAILED);
    cr_assert_null(l);
    cr_assert_not_null(strstr(err.message, "the name no..name is not found"), "%s", err.message);
}

Test(lookup, where_clouds_keep_their_secrets) {
    static const char *const guarded[] = {"169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254",
                                          "::ffff:169.254.169.254"};
    static const char *const open[] = {"127.0.0.1", "169.253.1.1",     "10.0.0.1",   "::1",
                                       "fd00::1",   "::ffff:10.0.0.1", "2001:db8::1"};
    for (size_t i = 0; i < sizeof guarded / sizeof guarded[0]; i++) {
        const struct sockaddr_storage a = address(guarded[i]);
        cr_expect(lookup_is_guarded(&a), "%s", guarded[i]);
    }
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        const struct sockaddr_storage a = address(open[i]);
        cr_expect_not(lookup_is_guarded(&a), "%s", open[i]);
    }
    const struct sockaddr_storage local = {.ss_family = AF_UNIX};
    cr_expect_not(lookup_is_guarded(&local));
}
