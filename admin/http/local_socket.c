/* local_socket.c - see local_socket.h. Thread that starts Weir. */
#include "admin/http/local_socket.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/http/token.h"

/* "weir-NAME-123.sock" of a process that is gone (or was, when another one got its number: then the bind
 * of that one finds out). */
static bool is_dead(const char *file, const char *prefix) {
    size_t len = strlen(prefix);
    char *end;
    if (strncmp(file, prefix, len) != 0) return false;
    long pid = strtol(file + len, &end, 10);
    return end != file + len && strcmp(end, ".sock") == 0 && pid > 0 && pid != getpid() &&
           kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static void remove_dead(const char *directory, const char *prefix) {
    DIR *d = opendir(directory);
    if (d == NULL) return;
    struct dirent *e;
    while ((e = readdir(d)) != NULL)
        if (is_dead(e->d_name, prefix)) unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
}

int local_socket_address(const char *service, listen_address *out, weir_error *err) {
    text directory, path;
    char safe[256], prefix[280], end[32];
    text_init(&directory, 0);
    text_init(&path, 0);
    int rc = runtime_dir_find(&directory, err);
    if (rc == 0) {
        size_t fixed = directory.len + sizeof "/weir-" - 1 +
                       (size_t)snprintf(end, sizeof end, "-%d.sock", (int)getpid());
        size_t room = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
        token_safe_name(service, safe,
                        fixed + sizeof safe <= room ? sizeof safe
                        : fixed < room              ? room - fixed + 1
                                                    : 1);
        snprintf(prefix, sizeof prefix, "weir-%s-", safe);
        remove_dead(text_cstr(&directory), prefix);
        text_addf(&path, "%s/weir-%s%s", text_cstr(&directory), safe, end);
        rc = address_unix(text_cstr(&path), out, err);
    }
    text_done(&directory);
    text_done(&path);
    return rc;
}
