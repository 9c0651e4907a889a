/* kvd_load.c - a modest load for kvd, so that `make run` has something to show: a few clients that come,
 * set, get, count, let keys expire, make a mistake now and then, and go.
 *
 *   kvd-load PORT    until killed, or until kvd is gone */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int connect_to(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* Sends one line and waits for the answer. false: the server is gone. */
static int ask(int fd, const char *line) {
    char answer[4096];
    return send(fd, line, strlen(line), MSG_NOSIGNAL) > 0 && recv(fd, answer, sizeof answer, 0) > 0;
}

static int one_request(int fd) {
    static const char *const names[] = {"cart", "session", "user", "price", "stock"};
    char line[128];
    int key = rand() % 200, kind = rand() % 40;
    const char *name = names[rand() % 5];
    if (kind < 14)
        snprintf(line, sizeof line, "GET %s:%d\r\n", name, key);
    else if (kind < 26)
        snprintf(line, sizeof line, "SET %s:%d value-%d\r\n", name, key, rand());
    else if (kind < 32)
        snprintf(line, sizeof line, "SET session:%d token-%d EX %d\r\n", key, rand(), 1 + rand() % 20);
    else if (kind < 37)
        snprintf(line, sizeof line, "INCR hits:%d\r\n", key % 10);
    else if (kind < 39)
        snprintf(line, sizeof line, "DEL %s:%d\r\n", name, key);
    else
        snprintf(line, sizeof line, rand() % 4 ? "GET\r\n" : "FLUSHALL\r\n"); /* a mistake: kvd warns */
    return ask(fd, line);
}

int main(int argc, char **argv) {
    int port = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 6390, clients[3];
    srand((unsigned)getpid());
    for (size_t i = 0; i < 3; i++) clients[i] = connect_to(port);
    for (unsigned long long n = 1;; n++) {
        int *fd = &clients[(size_t)rand() % 3];
        if (*fd < 0 || !one_request(*fd)) break;
        if (n % 150 == 0) { /* a client goes, another comes */
            close(*fd);
            *fd = connect_to(port);
        }
        nanosleep(&(struct timespec){0, 20 * 1000 * 1000}, NULL);
    }
    return 0;
}
