/* Finding services: by their sockets, whoever runs them; one where it is clear which. */
#include "admin/cli/discover.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static int listening[8], count;

static void begin(void) {
    snprintf(dir, sizeof dir, "/tmp/weir-discover-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
}
static void end(void) {
    char command[128];
    for (int i = 0; i < count; i++) close(listening[i]);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}
TestSuite(discover, .init = begin, .fini = end);

static void offer(const char *name) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%.50s/%.50s", dir, name);
    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0, "%s: %m", at.sun_path);
    cr_assert_eq(listen(fd, 1), 0);
    listening[count++] = fd;
}

/* Those of this test: others may run on the machine. */
static size_t found(found_service *out) {
    found_service all[DISCOVER_MAX];
    size_t n = discover_all(all, DISCOVER_MAX), mine = 0;
    for (size_t i = 0; i < n; i++)
        if (strncmp(all[i].path, dir, strlen(dir)) == 0) out[mine++] = all[i];
    return mine;
}

static void name_of(const char *service, int pid, char out[64]) {
    snprintf(out, 64, "weir-%s-%d.sock", service, pid);
}

Test(discover, a_service_is_found_by_the_name_of_its_socket) {
    found_service all[DISCOVER_MAX];
    char name[64];
    name_of("my-app", getpid(), name);
    offer(name);
    offer("weir-x.sock"), offer("weir--1.sock"), offer("other-a-1.sock"), offer("weir-a-1x.sock"),
        offer("weir-a-1.sock.old");
    cr_assert_eq(found(all), 1);
    cr_assert_str_eq(all[0].service, "my-app");
    cr_assert_eq(all[0].pid, getpid());
}

Test(discover, the_socket_of_a_dead_process_is_none) {
    found_service all[DISCOVER_MAX];
    char name[64];
    pid_t child = fork();
    if (child == 0) _exit(0);
    cr_assert_gt(child, 0);
    waitpid(child, NULL, 0);
    name_of("gone", child, name);
    offer(name);
    cr_assert_eq(found(all), 0);
}

Test(discover, one_by_its_name_or_its_process) {
    char name[64], pid[16], parent[16];
    found_service one;
    invocation call = {0};
    name_of("discover.first", getpid(), name), offer(name);
    name_of("discover.second", getppid(), name), offer(name);
    call.option[OPT_SERVICE] = "discover.second";
    cr_assert_eq(discover_one(&call, &one), 0);
    cr_assert_eq(one.pid, getppid());
    snprintf(pid, sizeof pid, "%d", getpid());
    snprintf(parent, sizeof parent, "%d", getppid());
    call.option[OPT_PID] = pid;
    cr_assert_eq(discover_one(&call, &one), EXIT_UNREACHABLE, "both must fit");
    call.option[OPT_PID] = parent;
    cr_assert_eq(discover_one(&call, &one), 0);
    call.option[OPT_SERVICE] = call.option[OPT_PID] = NULL;
    cr_assert_eq(discover_one(&call, &one), EXIT_USAGE, "which of them is not said");
    call.option[OPT_SERVICE] = "nobody";
    cr_assert_eq(discover_one(&call, &one), EXIT_UNREACHABLE);
}
