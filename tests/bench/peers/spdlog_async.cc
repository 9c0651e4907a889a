// spdlog as Debian has it, with its thread pool: the default queue of 8,192 messages, blocking when full.
#include "../measure.h"
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

static std::shared_ptr<spdlog::logger> logger;

static void peer_open(const char *path) {
    logger = spdlog::basic_logger_mt<spdlog::async_factory>("service.part", path);
    logger->set_pattern("%Y-%m-%d %H:%M:%S,%e %l %n %v");
    logger->set_level(spdlog::level::info);
}

// The pool's end is the only sure sign that all is written.
static void peer_close() {
    logger->flush();
    logger.reset();
    spdlog::shutdown();
}

static inline void peer_numbers(int a, int b, double c) { logger->info("request {} of {} took {:g} ms", a, b, c); }
static inline void peer_text(const char *s) { logger->info("user {} signed in", s); }
static inline void peer_disabled(int a, int b, double c) { logger->debug("request {} of {} took {:g} ms", a, b, c); }
