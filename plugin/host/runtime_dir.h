/* runtime_dir.h - where sockets and tokens lie (not mappings: see queue/run_dir.h).
 *
 * The first of $RUNTIME_DIRECTORY (of systemd; the first of its list), /run/weir (root), or
 * $XDG_RUNTIME_DIR/weir, /dev/shm/weir-UID, /tmp/weir-UID that exists or can be made as a directory
 * of our own, mode 0700, no link. Any thread; secure_getenv. */
#ifndef WEIR_HOST_RUNTIME_DIR_H
#define WEIR_HOST_RUNTIME_DIR_H

#include "base/error.h"

/* Its absolute path in path (without '/' at the end); made if need be. -1: none of them can be
 * used; err names the last reason. */
int runtime_dir_find(text *path, weir_error *err);

#endif
