/* check_own_file.c - is a path the configuration file itself? Lines of a log in it would be read as a
 * configuration, and one that comes from the file may do what a pushed one may not. Asks the file
 * system, so that no second way to the file (a link, another spelling) is missed. Runs on the thread
 * that checks. */
#include <limits.h>
#include <sys/stat.h>

#include "base/path.h"
#include "config/check.h"

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool stat_parent(slice path, struct stat *out) {
    char dir[PATH_MAX];
    slice parent = path_parent(path);
    if (parent.len >= sizeof dir) return false;
    memcpy(dir, parent.data, parent.len);
    dir[parent.len] = '\0';
    return stat(dir, out) == 0;
}

static slice last_part(slice path) {
    size_t at = path.len;
    while (at > 0 && path.data[at - 1] != '/') at--;
    return slice_make(path.data + at, path.len - at);
}

/* The file may be away for a moment, or not be made yet: then its place is what counts. */
bool check_is_own_file(const checker *c, slice path) {
    const char *file = c->rules->config_file;
    struct stat a, b;
    if (file == NULL) return false;
    if (stat(path.data, &a) == 0 && stat(file, &b) == 0) return is_same(&a, &b);
    return slice_equal(last_part(path), last_part(slice_of(file))) && stat_parent(path, &a) &&
           stat_parent(slice_of(file), &b) && is_same(&a, &b);
}
