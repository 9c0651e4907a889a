/* path.c - see path.h. Runs on the thread that checks or builds a configuration. Whether a link leads
 * elsewhere is not decided here: the file is opened with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. */
#include "base/path.h"

slice path_absolute(arena *a, slice base, slice path) {
    bool absolute = path.len > 0 && path.data[0] == '/';
    char *data = arena_alloc(a, base.len + path.len + 3);
    if (data == NULL) return SLICE_NONE;
    size_t len = 0;
    for (int part = absolute ? 1 : 0; part < 2; part++) {
        slice in = part == 0 ? base : path;
        for (size_t at = 0; at < in.len;) {
            size_t end = at;
            while (end < in.len && in.data[end] != '/') end++;
            slice name = slice_make(in.data + at, end - at);
            at = end + 1;
            if (name.len == 0 || slice_is(name, ".")) continue;
            if (slice_is(name, "..")) {
                while (len > 0 && data[--len] != '/') continue;
                continue;
            }
            data[len++] = '/';
            memcpy(data + len, name.data, name.len);
            len += name.len;
        }
    }
    if (len == 0) data[len++] = '/';
    data[len] = '\0';
    return slice_make(data, len);
}

bool path_is_below(slice path, slice dir) {
    if (slice_is(dir, "/")) return path.len > 1;
    return path.len > dir.len + 1 && memcmp(path.data, dir.data, dir.len) == 0 && path.data[dir.len] == '/';
}

slice path_below(slice path, slice dir) {
    size_t skip = slice_is(dir, "/") ? 1 : dir.len + 1;
    return slice_make(path.data + skip, path.len - skip);
}

slice path_parent(slice path) {
    size_t len = path.len;
    while (len > 0 && path.data[len - 1] != '/') len--;
    return len <= 1 ? SLICE_LITERAL("/") : slice_make(path.data, len - 1);
}
