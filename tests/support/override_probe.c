/* override_probe.c - a host whose handler classes make their sockets themselves, or choose what a queue
 * takes.
 *
 *   override_probe CONFIG PATH     logs each line of its standard input, flushes, and answers "ok"
 *
 * The class "choosy.Queue" is a QueueHandler that takes no record whose message has "no" in it. The classes
 * "tunnel.Stream" and "tunnel.Datagram" connect to the UNIX socket PATH (.stream, .datagram behind it),
 * whatever host and port the configuration names; the first time they fail. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <weir_classes.h>

static const char *base_path;
static int asked[2];

static int connect_to(const char *kind, int type, int *count) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s.%s", base_path, kind);
    if ((*count)++ == 0) {
        errno = ENETUNREACH;
        return -1;
    }
    int fd = socket(AF_UNIX, type, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
    int reason = errno;
    if (fd >= 0) close(fd);
    errno = reason;
    return -1;
}

static int make_stream(void *user, const char *host, int port) {
    (void)user;
    printf("stream %s %d\n", host, port);
    return connect_to("stream", SOCK_STREAM, &asked[0]);
}

static int make_datagram(void *user, const char *host, int port) {
    (void)user;
    printf("datagram %s %d\n", host, port);
    return connect_to("datagram", SOCK_DGRAM, &asked[1]);
}

static int take(void *self, const weir_record *record) {
    (void)self;
    return strstr(weir_record_message(record, NULL), "no") == NULL;
}

static int add(weir_handler_class c) {
    weir_error err;
    c.size = sizeof c;
    c.abi = WEIR_CLASSES_ABI;
    if (weir_register_handler_class(&c, &err) == 0) return 0;
    fprintf(stderr, "%s\n", err.message);
    return -1;
}

static int add_classes(void) {
    const weir_handler_class stream = {
        .name = "tunnel.Stream", .base = "handlers.SocketHandler", .make_socket = make_stream};
    const weir_handler_class datagram = {
        .name = "tunnel.Datagram", .base = "handlers.DatagramHandler", .make_socket = make_datagram};
    const weir_handler_class queue = {
        .name = "choosy.Queue", .base = "handlers.QueueHandler", .enqueue = take};
    return add(stream) == 0 && add(datagram) == 0 && add(queue) == 0 ? 0 : -1;
}

int main(int argc, char **argv) {
    char line[256];
    weir_error err;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 3) return 2;
    base_path = argv[2];
    if (add_classes() != 0) return 2;
    if (weir_start(argv[1], &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        WEIR_INFO(weir_get_logger("tunnel"), "%s", line);
        weir_flush(10000);
        puts("ok");
    }
    weir_stop();
    return 0;
}
