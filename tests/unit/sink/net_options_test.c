/* What a sink with a peer elsewhere is told of it, what makes two of them one, and where a pushed
 * configuration may not send. */
#include "sink/net_options.h"

#include <criterion/criterion.h>

static arena memory;
static weir_error err;

static void begin(void) { arena_init(&memory, 0); }
static void end(void) { arena_done(&memory); }
TestSuite(net_options, .init = begin, .fini = end);

static sink_spec spec_of(const char *options) {
    return (sink_spec){
        .kind = SLICE_LITERAL("net"), .path = SLICE_LITERAL("tcp://h:1"), .options = slice_of(options)};
}

static int read_it(const char *options, net_options *out, value *all) {
    const sink_spec spec = spec_of(options);
    return net_options_read(&spec, &memory, out, all, &err);
}

Test(net_options, everything_is_read) {
    net_options o;
    cr_assert_eq(read_it("{\"host\":\"logs.example\",\"port\":9020,\"stream\":true,\"guarded\":true,"
                         "\"socket_class\":\"app.S\",\"more\":[1]}",
                         &o, NULL),
                 0);
    cr_assert_str_eq(o.host, "logs.example");
    cr_assert(o.port == 9020 && o.stream && o.guarded && !o.datagram && !o.ipv4 && !o.journal);
    cr_assert_str_eq(o.socket_class, "app.S");
}

Test(net_options, what_is_damaged_is_refused) {
    static const char *const damaged[] = {"",
                                          "[]",
                                          "{}",
                                          "{\"host\":\"h\"}",
                                          "{\"host\":\"\",\"port\":1}",
                                          "{\"host\":7,\"port\":1}",
                                          "{\"host\":\"h\",\"port\":65536}",
                                          "{\"host\":\"h\",\"port\":-2}",
                                          "{\"host\":\"h\",\"port\":\"1\"}",
                                          "{\"host\":\"a\\u0000b\",\"port\":1}"};
    net_options o;
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
        cr_expect_eq(read_it(damaged[i], &o, NULL), -1, "%s", damaged[i]);
    char longest[400];
    snprintf(longest, sizeof longest, "{\"host\":\"%0256d\",\"port\":1}", 0);
    cr_expect_eq(read_it(longest, &o, NULL), -1);
    snprintf(longest, sizeof longest, "{\"host\":\"%0255d\",\"port\":1}", 0);
    cr_expect_eq(read_it(longest, &o, NULL), 0);
}

static const char *key_of(const char *options, char key[128]) {
    const sink_spec spec = spec_of(options);
    net_options o;
    value all;
    cr_assert_eq(net_options_read(&spec, &memory, &o, &all, &err), 0, "%s", err.message);
    net_options_key(&spec, &all, key);
    return key;
}

Test(net_options, two_are_one_where_all_but_the_guard_is_the_same) {
    char a[128], b[128];
    key_of("{\"host\":\"h\",\"port\":1,\"stream\":true}", a);
    cr_assert_str_eq(key_of("{\"host\":\"h\",\"port\":1,\"stream\":true,\"guarded\":true}", b), a);
    cr_assert_str_neq(key_of("{\"host\":\"h\",\"port\":2,\"stream\":true}", b), a);
    cr_assert_str_neq(key_of("{\"host\":\"h\",\"port\":1,\"stream\":true,\"password\":\"x\"}", b), a);
}

Test(net_options, which_paths_lead_elsewhere) {
    static const char *const remote[] = {"tcp://h:1", "udp://h:1", "unix:///dev/log", "https://h",
                                         "smtp://h:25"};
    static const char *const local[] = {"/var/log/tcp://x", "tcp://", "relative", "", "ftp://h"};
    for (size_t i = 0; i < 5; i++) cr_expect(net_path_is_remote(slice_of(remote[i])), "%s", remote[i]);
    for (size_t i = 0; i < 5; i++) cr_expect_not(net_path_is_remote(slice_of(local[i])), "%s", local[i]);
}

Test(net_options, where_a_pushed_configuration_may_not_send) {
    static const char *const guarded[] = {"unix:///run/other.sock", "http://169.254.169.254/x",
                                          "tcp://[fe80::1]:1", "tcp://0xa9fea9fe:80", "udp://2852039166:1"};
    static const char *const open[] = {"unix:///dev/log",           "unix:///run/systemd/journal/socket",
                                       "tcp://127.0.0.1:1",         "tcp://[::1]:1",
                                       "http://metadata.example/x", "tcp://10.1.2.3:514"};
    for (size_t i = 0; i < sizeof guarded / sizeof guarded[0]; i++)
        cr_expect(net_path_is_guarded(slice_of(guarded[i])), "%s", guarded[i]);
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        cr_expect_not(net_path_is_guarded(slice_of(open[i])), "%s", open[i]);
}
