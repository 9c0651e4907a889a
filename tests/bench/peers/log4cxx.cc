// log4cxx as Debian has it: a FileAppender with a buffer.
#include "../measure.h"
#include <log4cxx/fileappender.h>
#include <log4cxx/helpers/pool.h>
#include <log4cxx/logger.h>
#include <log4cxx/patternlayout.h>

static log4cxx::LoggerPtr logger;
static log4cxx::FileAppenderPtr appender;

static void peer_open(const char *path) {
    auto layout = std::make_shared<log4cxx::PatternLayout>("%d{yyyy-MM-dd HH:mm:ss,SSS} %p %c %m%n");
    appender = std::make_shared<log4cxx::FileAppender>(layout, path, true, true, 8192);
    log4cxx::helpers::Pool pool;
    appender->activateOptions(pool);
    log4cxx::Logger::getRootLogger()->addAppender(appender);
    log4cxx::Logger::getRootLogger()->setLevel(log4cxx::Level::getInfo());
    logger = log4cxx::Logger::getLogger("service.part");
}

// Both must be gone before the library's own destructors run.
static void peer_close() {
    appender->close();
    log4cxx::Logger::getRootLogger()->removeAllAppenders();
    appender.reset();
    logger.reset();
}

static inline void peer_numbers(int a, int b, double c) {
    LOG4CXX_INFO(logger, "request " << a << " of " << b << " took " << c << " ms");
}
static inline void peer_text(const char *s) { LOG4CXX_INFO(logger, "user " << s << " signed in"); }
static inline void peer_disabled(int a, int b, double c) {
    LOG4CXX_DEBUG(logger, "request " << a << " of " << b << " took " << c << " ms");
}
