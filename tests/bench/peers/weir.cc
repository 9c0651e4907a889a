// Weir, linked as a user links it; admin on, `overflow = block`.
#include "../measure.h"
#include "weir.h"

static weir_logger *logger;

/* WEIR_BENCH_KEYS: more keys of [weir], for what Weir alone has. */
static std::string more_keys() {
    const char *keys = getenv("WEIR_BENCH_KEYS");
    return keys != nullptr ? std::string(keys) + "\n" : "";
}

static std::string write_config(const char *target) {
    char path[] = "/tmp/weir-bench-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) exit(1);
    close(fd);
    std::ofstream out(path);
    out << "[weir]\nservice = weir-bench\noverflow = block\nstop_timeout = 1m\n"
        << more_keys() <<
           "[admin]\nhttp = 127.0.0.1:0\nconfig_port = 127.0.0.1:0\n"
           "[loggers]\nkeys = root\n[handlers]\nkeys = file\n[formatters]\nkeys = line\n"
           "[logger_root]\nlevel = INFO\nhandlers = file\n"
           "[handler_file]\nclass = FileHandler\nformatter = line\nargs = ('"
        << target << "',)\n[formatter_line]\nformat = %(asctime)s %(levelname)s %(name)s %(message)s\n";
    return path;
}

static void peer_open(const char *path) {
    std::string config = write_config(path);
    weir_error err;
    if (weir_start(config.c_str(), &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    unlink(config.c_str());
    logger = weir_get_logger("service.part");
}

static void peer_close() {
    if (weir_flush(-1) != 0) exit(1);
}

static inline void peer_numbers(int a, int b, double c) { WEIR_INFO(logger, "request %d of %d took %g ms", a, b, c); }
static inline void peer_text(const char *s) { WEIR_INFO(logger, "user %s signed in", s); }
static inline void peer_disabled(int a, int b, double c) { WEIR_DEBUG(logger, "request %d of %d took %g ms", a, b, c); }
