/* Where a door may stand: loopback and UNIX sockets. */
#include "listen/address.h"

#include <criterion/criterion.h>

/* covers: promise 6 */
Test(address, loopback_only) {
    static const char *const refused[] = {"0.0.0.0:9030",
                                          "192.168.1.1:9030",
                                          "*:9030",
                                          "[::]:9030",
                                          "[::1",
                                          "localhost.:1",
                                          "example.com:9030",
                                          "127.0.0.1:70000",
                                          "127.0.0.1:",
                                          "127.0.0.1:-1",
                                          "127.0.0.1:9030x",
                                          "127.1:9030",
                                          "",
                                          "unix:relative",
                                          "::1:9030"};
    static const char *const taken[] = {"127.0.0.1:9030", "127.0.0.2:0", "localhost:9030",
                                        "[::1]:9030",     "127.0.0.1",   "unix:/a"};
    listen_address a;
    weir_error err;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        cr_assert_eq(address_parse(refused[i], 9030, &a, &err), -1, "%s", refused[i]);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        cr_assert_eq(address_parse(taken[i], 9030, &a, &err), 0, "%s: %s", taken[i], err.message);
}

Test(address, ports_and_paths) {
    listen_address a;
    weir_error err;
    char path[200] = "unix:/";
    cr_assert_eq(address_parse("127.0.0.1", 9030, &a, &err), 0);
    cr_assert_eq(address_port(&a), 9030);
    cr_assert_eq(address_parse("[::1]:17", 9030, &a, &err), 0);
    cr_assert_eq(address_port(&a), 17);
    memset(path + 6, 'x', 120);
    cr_assert_eq(address_parse(path, 0, &a, &err), -1);
    cr_assert(strstr(err.message, "107 bytes") != NULL, "%s", err.message);
    cr_assert_eq(address_parse("10.0.0.1:1", 0, &a, &err), -1);
    cr_assert(strstr(err.message, "ssh -L") != NULL, "%s", err.message);
}
