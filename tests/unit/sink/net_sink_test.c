/* Records to sockets: peers that are down, that close, that never read; every record is counted once.
 * covers: fault 22 */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "sink/frame.h"
#include "sink/net_options.h"
#include "support/sink_fixture.h"

typedef struct stage {
    fixture f;
    target *t;
    uint16_t row;
    char options[256], shown[64];
} stage;

static void begin_sized(stage *s, const char *scheme, const char *host, int port, const char *type,
                        size_t queue_size) {
    fixture_begin(&s->f, queue_size);
    snprintf(s->options, sizeof s->options, "{\"host\":\"%s\",\"port\":%d,\"%s\":true}", host, port, type);
    snprintf(s->shown, sizeof s->shown, "%s://peer", scheme);
    sink_spec spec = {.kind = SLICE_LITERAL("net"),
                      .path = slice_of(s->shown),
                      .fd = -1,
                      .mode = 'a',
                      .beneath_fd = -1,
                      .beneath_path = SLICE_LITERAL(""),
                      .options = slice_of(s->options)};
    s->t = fixture_target(&s->f, &spec);
    s->row = fixture_row(&s->f, "net");
    target_activate(s->t);
}

static void begin(stage *s, const char *scheme, const char *host, int port, const char *type) {
    begin_sized(s, scheme, host, port, type, 256 * 1024);
}

static void end(stage *s) {
    target_release(s->t);
    cr_assert_eq(fixture_end(&s->f, 5000), 0);
}

static void put_framed(stage *s, const char *payload, size_t len) {
    static uint64_t id;
    text t;
    text_init(&t, 0);
    size_t at = frame_begin(&t);
    text_add(&t, payload, len);
    frame_end(&t, at);
    cr_assert(chunk_queue_add(target_queue(s->t), s->row, ++id, text_slice(&t), 1));
    text_done(&t);
}

static uint64_t dropped(const stage *s) {
    return __atomic_load_n(&s->f.process->handlers[s->row].dropped[DROP_ERROR], __ATOMIC_ACQUIRE);
}

static int listen_any(int *port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    cr_assert_eq(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    cr_assert_eq(listen(fd, 8), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

static int take(int listener) {
    struct pollfd p = {.fd = listener, .events = POLLIN};
    cr_assert_eq(poll(&p, 1, FIXTURE_PATIENCE_MS), 1);
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static void expect(int fd, const char *want) {
    char have[256];
    size_t got = 0, len = strlen(want);
    while (got < len) {
        ssize_t n = recv(fd, have + got, len - got, 0);
        cr_assert(n > 0, "%m");
        got += (size_t)n;
    }
    cr_assert_eq(memcmp(have, want, len), 0);
}

Test(net_sink, a_stream_gets_payloads_without_frames) {
    stage s;
    int port, listener = listen_any(&port);
    begin(&s, "tcp", "127.0.0.1", port, "stream");
    put_framed(&s, "one", 3);
    put_framed(&s, "two", 3);
    publish(s.t);
    int fd = take(listener);
    expect(fd, "onetwo");
    cr_assert(drain(s.t, FIXTURE_PATIENCE_MS));
    cr_assert_eq(delivered(&s.f, s.row), 2);
    end(&s);
    close(fd);
    close(listener);
}

Test(net_sink, nobody_there_drops_and_counts_each_record) {
    stage s;
    int port, listener = listen_any(&port);
    close(listener);
    begin(&s, "tcp", "127.0.0.1", port, "stream");
    for (int i = 0; i < 5; i++) put_framed(&s, "gone", 4);
    publish(s.t);
    WAIT_UNTIL(dropped(&s) == 5);
    WAIT_FOR_NOTICE(&s.f, 1);
    cr_assert_not_null(strstr(s.f.last_notice, "cannot connect"), "%s", s.f.last_notice);
    cr_assert_not_null(strstr(s.f.last_notice, "5 records lost"), "%s", s.f.last_notice);
    put_framed(&s, "soon", 4); /* within the second: not even tried */
    publish(s.t);
    WAIT_UNTIL(dropped(&s) == 6);
    cr_assert_eq(delivered(&s.f, s.row), 0);
    end(&s);
}

Test(net_sink, a_peer_that_closed_is_connected_to_again) {
    stage s;
    int port, listener = listen_any(&port);
    begin(&s, "tcp", "127.0.0.1", port, "stream");
    put_framed(&s, "one", 3);
    publish(s.t);
    int fd = take(listener);
    expect(fd, "one");
    close(fd);
    put_framed(&s, "two", 3);
    publish(s.t);
    fd = take(listener);
    expect(fd, "two");
    cr_assert(drain(s.t, FIXTURE_PATIENCE_MS));
    cr_assert_eq(delivered(&s.f, s.row), 2);
    cr_assert_eq(dropped(&s), 0);
    end(&s);
    close(fd);
    close(listener);
}

/* A UNIX socket: what it holds is bounded, so the frame is cut for sure. */
Test(net_sink, a_frame_cut_by_a_reset_is_sent_again_whole) {
    stage s;
    size_t big = 1000 * 1024;
    char *payload = malloc(big), some[1000], path[64];
    memset(payload, 'x', big);
    payload[0] = '<';
    snprintf(path, sizeof path, "/dev/shm/weir-net-test-%d", (int)getpid());
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    memcpy(un.sun_path, path, strlen(path));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&un, sizeof un), 0);
    cr_assert_eq(listen(listener, 8), 0);
    begin_sized(&s, "unix", path, -1, "stream", 4 * 1024 * 1024);
    put_framed(&s, payload, big);
    publish(s.t);
    int fd = take(listener);
    cr_assert_eq(recv(fd, some, sizeof some, MSG_WAITALL), (ssize_t)sizeof some);
    close(fd); /* with unread bytes: a reset */
    fd = take(listener);
    for (size_t total = 0; total < big;) {
        ssize_t n = recv(fd, some, sizeof some, 0);
        cr_assert(n > 0);
        if (total == 0) cr_assert_eq(some[0], '<', "the new connection begins with a whole frame");
        total += (size_t)n;
    }
    WAIT_UNTIL(delivered(&s.f, s.row) == 1);
    cr_assert_eq(dropped(&s), 0);
    end(&s);
    close(fd);
    close(listener);
    unlink(path);
    free(payload);
}

Test(net_sink, a_peer_that_never_reads_keeps_the_records_and_lets_stop) {
    stage s;
    int port, listener = listen_any(&port);
    begin(&s, "tcp", "127.0.0.1", port, "stream");
    static char payload[60000];
    int fd = -1;
    for (int i = 0; i < 200 && fd < 0; i++) {
        int64_t until = clock_monotonic_ns() + 300 * (int64_t)1000000;
        text t;
        text_init(&t, 0);
        size_t at = frame_begin(&t);
        text_add(&t, payload, sizeof payload);
        frame_end(&t, at);
        while (!chunk_queue_add(target_queue(s.t), s.row, (uint64_t)i + 1, text_slice(&t), 1)) {
            uint64_t seen = chunk_queue_read_pos(target_queue(s.t));
            publish(s.t);
            chunk_queue_wait_room(target_queue(s.t), seen, 50);
            if (clock_monotonic_ns() > until) {
                fd = listener; /* full, and stays so */
                break;
            }
        }
        text_done(&t);
    }
    cr_assert_eq(fd, listener, "a peer that does not read fills the queue");
    cr_assert_eq(dropped(&s), 0);
    int64_t before = clock_monotonic_ns();
    target_release(s.t);
    cr_assert_eq(fixture_end(&s.f, 300), 0, "the writer is joined");
    cr_assert(clock_monotonic_ns() - before < 3 * (int64_t)1000000000);
    close(listener);
}

Test(net_sink, a_datagram_a_record_and_too_long_ones_are_counted) {
    stage s;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    cr_assert_eq(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    static char big[70000], got[100];
    begin(&s, "udp", "127.0.0.1", ntohs(in.sin_port), "datagram");
    put_framed(&s, "one", 3);
    put_framed(&s, big, sizeof big);
    put_framed(&s, "three", 5);
    publish(s.t);
    cr_assert_eq(recv(fd, got, sizeof got, 0), 3);
    cr_assert_eq(recv(fd, got, sizeof got, 0), 5);
    cr_assert(drain(s.t, FIXTURE_PATIENCE_MS));
    WAIT_UNTIL(delivered(&s.f, s.row) == 2);
    cr_assert_eq(dropped(&s), 1);
    end(&s);
    close(fd);
}

Test(net_sink, link_local_peers_are_not_for_pushed_configurations) {
    static const char *const refused[] = {"tcp://169.254.169.254:80", "udp://[fe80::1]:9",
                                          "unix:///run/docker.sock", "tcp://0xa9fea9fe:80",
                                          "http://[::ffff:169.254.1.1]:80/x"};
    static const char *const allowed[] = {"tcp://127.0.0.1:9020", "udp://logs.example:514", "unix:///dev/log",
                                          "http://[2001:db8::1]:80/x"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        cr_assert(net_path_is_guarded(slice_of(refused[i])), "%s", refused[i]);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        cr_assert_not(net_path_is_guarded(slice_of(allowed[i])), "%s", allowed[i]);
}
