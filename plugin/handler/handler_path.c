/* handler_path.c - from a file name in a configuration to the part of a sink_spec that says where: absolute
 * as Python's os.path.abspath makes it; below which directory, and with which mode, if it was pushed. Runs on
 * the thread that checks or builds a configuration; opens nothing. */
#include "base/path.h"
#include "handler/handler_kinds.h"

/* A pushed configuration makes files that others cannot read; the start configuration's get what the
 * process's umask leaves, as in Python. */
#define PERMISSIONS_PUSHED 0640
#define PERMISSIONS_START 0666

int handler_path_spec(const handler_args *args, slice path, arena *a, sink_spec *out, weir_error *err) {
    sink_spec spec = {.fd = -1,
                      .mode = 'a',
                      .permissions = args->pushed ? PERMISSIONS_PUSHED : PERMISSIONS_START,
                      .beneath_fd = -1,
                      .beneath_path = SLICE_LITERAL(""),
                      .options = SLICE_LITERAL("{}")};
    spec.path = path_absolute(a, args->base_dir, path);
    if (spec.path.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (args->beneath_dir.len > 0) {
        if (!path_is_below(spec.path, args->beneath_dir))
            return error_set(err, WEIR_ERR_DENIED, "'%s' is not below '%.*s'", spec.path.data,
                             (int)args->beneath_dir.len, args->beneath_dir.data);
        spec.beneath_fd = args->beneath_fd;
        spec.beneath_path = path_below(spec.path, args->beneath_dir);
    }
    *out = spec;
    return 0;
}
