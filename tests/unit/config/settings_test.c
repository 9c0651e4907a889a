/* [weir] and [admin]: what is accepted, what it means, and what the messages say. */
#include "config/settings.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static arena memory;
static problems found;
static settings got;

static void begin(void) {
    arena_init(&memory, 0);
    problems_init(&found, "t.ini");
}
static void end(void) {
    arena_done(&memory);
    problems_done(&found);
}
TestSuite(settings, .init = begin, .fini = end);

static void read_text(const char *in) {
    ini_file f;
    settings_default(&got);
    cr_assert_eq(ini_parse_text(slice_of(in), &memory, &f, &found), 0);
    settings_read(&f, &got, &memory, &found);
}

static void expect_problem(const char *in, int line, const char *words) {
    problems_done(&found);
    problems_init(&found, "t.ini");
    read_text(in);
    cr_assert_eq(found.errors, 1, "%s: %zu problems", in, found.errors);
    cr_assert_eq(found.list[0].line, line, "%s: line %d", in, found.list[0].line);
    cr_assert_not_null(strstr(found.list[0].message, words), "%s: %s", in, found.list[0].message);
}

Test(settings, defaults_are_those_of_the_design) {
    read_text("");
    cr_assert_eq(got.stall_timeout_ms, 250);
    cr_assert_eq(got.stop_timeout_ms, 5000);
    cr_assert_eq(got.queue, 1024 * 1024);
    cr_assert_eq(got.queue_total, 64 * 1024 * 1024);
    cr_assert_eq(got.recent, 10000);
    cr_assert_eq(got.recent_bytes, 16 * 1024 * 1024);
    cr_assert(got.overflow == OVERFLOW_ADAPTIVE && got.escape == ESCAPE_ARGUMENTS);
    cr_assert(got.socket && !got.has_admin && !got.disable_existing && !got.disable_existing_given);
    cr_assert(got.http[0] == '\0' && got.config_port[0] == '\0' && got.service[0] == '\0');
}

Test(settings, what_is_to_be_hidden) {
    text out;
    text_init(&out, 0);
    read_text("[weir]\nredact_keys = password, token\nredact_patterns = a b\n    x,y\n\n  (?i)z\n");
    cr_assert_eq(found.count, 0, "%s", found.count ? found.list[0].message : "");
    cr_assert_str_eq(got.redact_keys, "password, token");
    cr_assert_str_eq(got.redact_patterns, "a b\nx,y\n(?i)z");
    for (size_t i = 0; setting_at(i) != NULL; i++)
        if (strcmp(setting_at(i)->key, "redact_patterns") == 0) setting_print(setting_at(i), &got, &out);
    cr_assert_str_eq(text_cstr(&out), "a b\n    x,y\n    (?i)z");
    text_done(&out);
    expect_problem("[weir]\nqueue = 64KiB\nredact_patterns = a\n  (b\n", 3,
                   "pattern 2, \"(b\", is no regular");
    expect_problem("[weir]\nredact_keys = args\n", 2, "is an attribute of every record");
    expect_problem("[weir]\nredact_patterns = a\tb\x01\n", 2,
                   "a control character in a pattern (write \\x01)");
}

Test(settings, every_key_is_read) {
    read_text(
        "[weir]\nservice = kvd\noverflow = drop_low\nstall_timeout = 1s\nstop_timeout = 0\nqueue = 64KiB\n"
        "queue_total = 128KiB\nrecent = 5\nrecent_bytes = 1MiB\nrun_dir = /dev/shm/x\nlog_root = /a:/b\n"
        "escape = none\ndisable_existing_loggers = yes\n[admin]\nhttp =\nconfig_port = unix:/run/x\n"
        "hosts = localhost:8080, [::1]:80\nsocket = off\n");
    cr_assert_eq(found.count, 0, "%s", found.count ? found.list[0].message : "");
    cr_assert_str_eq(got.service, "kvd");
    cr_assert(got.overflow == OVERFLOW_DROP_LOW && got.escape == ESCAPE_NONE);
    cr_assert(got.stall_timeout_ms == 1000 && got.stop_timeout_ms == 0 && got.queue == 65536);
    cr_assert(got.disable_existing && got.disable_existing_given && got.has_admin && !got.socket);
    cr_assert_str_eq(got.http, "127.0.0.1:9031");
    cr_assert_str_eq(got.config_port, "unix:/run/x");
    cr_assert_str_eq(got.log_root, "/a:/b");
}

static void address(const char *in, const char *out) {
    char line[300];
    snprintf(line, sizeof line, "[admin]\nconfig_port = %s\n", in);
    read_text(line);
    cr_assert_eq(found.count, 0, "%s: %s", in, found.count ? found.list[0].message : "");
    cr_assert_str_eq(got.config_port, out);
}

Test(settings, addresses) {
    address("", "127.0.0.1:9030");
    address("9999", "127.0.0.1:9999");
    address("0", "127.0.0.1:0");
    address("localhost:80", "127.0.0.1:80");
    address("127.1.2.3:80", "127.1.2.3:80");
    address("[::1]:80", "[::1]:80");
    address("off", "");
    address("unix:/run/weir/port", "unix:/run/weir/port");
}

Test(settings, what_is_no_loopback_is_refused_with_the_way_out) {
    expect_problem("[admin]\nhttp = 0.0.0.0:9031\n", 2, "ssh -L 9031:127.0.0.1:9031");
    expect_problem("[admin]\nhttp = 192.168.0.1:80\n", 2, "not loopback");
    expect_problem("[admin]\nhttp = :80\n", 2, "not loopback");
    expect_problem("[admin]\nhttp = [::]:80\n", 2, "not loopback");
    expect_problem("[admin]\nhttp = example.org:80\n", 2, "not loopback");
    expect_problem("[admin]\nhttp = 127.0.0.1\n", 2, "no address");
    expect_problem("[admin]\nhttp = 127.0.0.1:70000\n", 2, "no port");
    expect_problem("[admin]\nhttp = 127.0.0.1:\n", 2, "no port");
    expect_problem("[admin]\nhttp = localhost:99999999999999999999\n", 2, "no port");
    expect_problem("[admin]\nconfig_port = unix:x\n", 2, "absolute path");
    expect_problem("[admin]\nhttp = unix:/x\n", 2, "wants TCP");
    for (const char *const *bad = (const char *const[]){"::1", "[::1", "::2:9031", NULL}; *bad; bad++) {
        char line[64];
        snprintf(line, sizeof line, "[admin]\nhttp = %s\n", *bad);
        expect_problem(line, 2, "is no address (HOST:PORT, [::1]:PORT, PORT, or off)");
    }
}

Test(settings, mistakes_are_told_with_what_would_be_right) {
    expect_problem("[weir]\nserivce = x\n", 2, "did you mean service?");
    expect_problem("[weir]\nhttp = 1\n", 2, "belongs into [admin]");
    expect_problem("[admin]\nzzzzzzz = 1\n", 2, "known: http, config_port, hosts, socket");
    expect_problem("[weir]\noverflow = wait\n", 2, "adaptive, block, drop, drop_low");
    expect_problem("[weir]\nstall_timeout = 250\n", 2, "");
    expect_problem("[weir]\nstall_timeout = 2h\n", 2, "1ms to 1h");
    expect_problem("[weir]\nqueue = 1KiB\n", 2, "16KiB to 64MiB");
    expect_problem("[weir]\nqueue = 64MiB\n", 2, "twice queue");
    expect_problem("[weir]\nrecent = many\n", 2, "no number");
    expect_problem("[weir]\nrecent = -1\n", 2, "no number");
    expect_problem("[weir]\nescape = all\n", 2, "arguments, none");
    expect_problem("[weir]\ndisable_existing_loggers = maybe\n", 2, "neither yes nor no");
    expect_problem("[weir]\nrun_dir = run\n", 2, "absolute");
    expect_problem("[weir]\nlog_root = /a:b\n", 2, "\"b\" is no absolute path");
    expect_problem("[weir]\nservice = a/b\n", 2, "directory's name");
    expect_problem("[weir]\nservice = ..\n", 2, "directory's name");
    expect_problem("[weir]\nservice = a%\n", 2, "write %% for a percent sign");
    expect_problem("[admin]\nhosts = http://x\n", 2, "'/'");
}

Test(settings, every_row_prints_what_it_reads) {
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        const setting_row *row = setting_at(i);
        settings a, b;
        text shown;
        text_init(&shown, 0);
        settings_default(&a);
        setting_print(row, &a, &shown);
        cr_assert_str_eq(text_cstr(&shown), row->initial, "%s", row->key);
        settings_default(&b);
        slice in =
            shown.len == 0 && strcmp(row->type, "address") == 0 ? SLICE_LITERAL("off") : text_slice(&shown);
        cr_assert_eq(row->parse(row, in, &b, NULL), 0, "%s", row->key);
        const setting_row *changed[SETTING_ROWS];
        cr_assert_eq(settings_differ(&a, &b, SETTING_PUSHED_FIXED, changed, SETTING_ROWS), 0, "%s", row->key);
        cr_assert(strlen(row->help) > 20 && row->pushed_fixed);
        text_done(&shown);
    }
}

Test(settings, what_needs_a_restart_is_named) {
    const setting_row *changed[SETTING_ROWS];
    settings a;
    settings_default(&a);
    read_text("[weir]\nqueue = 2MiB\noverflow = drop\nrun_dir = /x\n[admin]\nhttp = 1\n");
    size_t count = settings_differ(&a, &got, SETTING_START_ONLY, changed, SETTING_ROWS);
    cr_assert_eq(count, 3);
    cr_assert_str_eq(changed[0]->key, "queue");
    cr_assert_str_eq(changed[1]->key, "run_dir");
    cr_assert_str_eq(changed[2]->key, "http");
}

Test(settings, doors_of_receivers) {
    read_text(
        "[receivers]\npickle_tcp =\npickle_udp = 9\nhttp = localhost:1\nsyslog_udp = [::1]:2\n"
        "syslog_unix = unix:/dev/x\njson_tcp = unix:/run/j\njson_udp = off\nlogname = a.b\nprefix = remote\n"
        "frame = 64KiB\nnames = 5\nconnections = 9\nconnections_per_address = 2\ndeadline = 1s\n");
    cr_assert_eq(found.count, 0, "%s", found.count ? found.list[0].message : "");
    const receiver_settings *r = &got.receivers;
    cr_assert_str_eq(r->address[DOOR_PICKLE_TCP], "127.0.0.1:9020");
    cr_assert_str_eq(r->address[DOOR_PICKLE_UDP], "127.0.0.1:9");
    cr_assert_str_eq(r->address[DOOR_HTTP], "127.0.0.1:1");
    cr_assert_str_eq(r->address[DOOR_SYSLOG_UDP], "[::1]:2");
    cr_assert_str_eq(r->address[DOOR_SYSLOG_UNIX], "unix:/dev/x");
    cr_assert_str_eq(r->address[DOOR_JSON_TCP], "unix:/run/j");
    cr_assert(r->address[DOOR_JSON_UDP][0] == '\0' && r->address[DOOR_SYSLOG_TCP][0] == '\0');
    cr_assert_str_eq(r->logname, "a.b");
    cr_assert(r->frame == 65536 && r->names == 5 && r->connections == 9 && r->connections_per_address == 2);
    cr_assert(r->deadline_ms == 1000 && !r->beyond_loopback);
}

/* covers: receivers: address beyond loopback */
Test(settings, doors_beyond_loopback) {
    expect_problem("[receivers]\npickle_tcp = 0.0.0.0:9020\n", 2, "is not loopback");
    expect_problem("[receivers]\nhttp = [::]:9020\n", 2, "beyond_loopback = yes");
    expect_problem("[receivers]\nhttp = example.com:9020\n", 2, "names are not looked up");
    expect_problem("[receivers]\nhttp = unix:/x\n", 2, "over TCP");
    expect_problem("[receivers]\nsyslog_unix = 127.0.0.1:5\n", 2, "unix:/path");
    expect_problem("[receivers]\njson_tcp =\n", 2, "no default address");
    expect_problem("[receivers]\nlogname = a..b\n", 2, "no logger's name");
    read_text("[receivers]\nbeyond_loopback = yes\npickle_tcp = 0.0.0.0:9020\nhttp = [2001:db8::1]:5\n");
    cr_assert_eq(found.errors, 1, "only the problem of before");
    cr_assert_str_eq(got.receivers.address[DOOR_HTTP], "[2001:db8::1]:5");
}
