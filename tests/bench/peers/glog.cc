// glog as Debian has it. Its prefix has no logger's name: the message begins with it. Microseconds
// cannot be had as milliseconds. Its disabled call is VLOG(1), as its users write it.
#include "../measure.h"
#include <glog/logging.h>

static void peer_open(const char *path) {
    FLAGS_logtostderr = false;
    FLAGS_alsologtostderr = false;
    FLAGS_stderrthreshold = google::GLOG_FATAL;
    FLAGS_timestamp_in_logfile_name = false;
    google::InitGoogleLogging("weir-bench");
    google::SetLogDestination(google::GLOG_INFO, path);
    for (int level : {google::GLOG_WARNING, google::GLOG_ERROR, google::GLOG_FATAL})
        google::SetLogDestination(level, "");
}

static void peer_close() { google::FlushLogFiles(google::GLOG_INFO); }
static inline void peer_numbers(int a, int b, double c) {
    LOG(INFO) << "service.part request " << a << " of " << b << " took " << c << " ms";
}
static inline void peer_text(const char *s) { LOG(INFO) << "service.part user " << s << " signed in"; }
static inline void peer_disabled(int a, int b, double c) {
    VLOG(1) << "service.part request " << a << " of " << b << " took " << c << " ms";
}
