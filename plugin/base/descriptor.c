/* descriptor.c - see descriptor.h. Any thread. */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int descriptor_above(int fd) {
    if (fd < 0 || fd > STDERR_FILENO) return fd;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), saved = errno;
    close(fd);
    errno = saved;
    return copy;
}
