/* weir.h - the public interface of Weir, a logging module for long-running services.
 *
 * C11 and C++17. Names and meanings are those of Python's logging: logger, level,
 * handler, formatter, filter, record, propagate; a level is Python's number.
 *
 *   #include <weir.h>
 *   int main(void) {
 *       weir_error err;
 *       if (weir_start("service.ini", &err) != 0) fprintf(stderr, "%s\n", err.message);
 *       weir_logger *log = weir_get_logger("app.net");
 *       WEIR_INFO(log, "listening on port %d", 8080);
 *       weir_stop();
 *   }
 *
 * Threads: every function may be called from any thread at any time, before weir_start
 * and after weir_stop too, unless its comment says otherwise. None is async-signal-safe
 * but weir_signal_log. Nothing here calls abort or exit, installs a signal handler, or
 * changes the host's locale, directory or environment. errno is preserved by every
 * logging call.
 */
#ifndef WEIR_H
#define WEIR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WEIR_API __attribute__((visibility("default")))
#define WEIR_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define WEIR_COLD __attribute__((cold))
#else
#error "Weir needs GCC or Clang"
#endif

#define WEIR_VERSION "0.1.0"

/* ---- levels: Python's numbers ------------------------------------------------------ */

#define WEIR_LEVEL_NOTSET 0
#define WEIR_LEVEL_DEBUG 10
#define WEIR_LEVEL_INFO 20
#define WEIR_LEVEL_WARNING 30
#define WEIR_LEVEL_ERROR 40
#define WEIR_LEVEL_CRITICAL 50

/* ---- errors ------------------------------------------------------------------------ */

/* The room for the text of an error. A configuration with more problems than fit ends
 * in a line "and N more problems: weir check FILE". */
#define WEIR_ERROR_MESSAGE_SIZE 4096

/* Codes, the same everywhere; the command's exit status and the API's status derive
 * from them. */
enum weir_error_code {
    WEIR_OK = 0,
    WEIR_ERR_INVALID = 1,  /* a configuration or an argument is wrong; message says what */
    WEIR_ERR_SYSTEM = 2,   /* the system refused (file, memory, thread); message says what */
    WEIR_ERR_STATE = 3,    /* not possible now: not started, already started, stopping */
    WEIR_ERR_TIMEOUT = 4,  /* not done within the time given */
    WEIR_ERR_CONFLICT = 5, /* superseded, or changed by somebody else meanwhile */
    WEIR_ERR_DENIED = 6    /* not allowed for the one who asks */
};

typedef struct weir_error {
    int code; /* enum weir_error_code */
    /* One line a problem, NUL-terminated, no newline at the end. */
    char message[WEIR_ERROR_MESSAGE_SIZE];
} weir_error;

/* ---- starting and stopping --------------------------------------------------------- */

/* Starts Weir by the configuration file at config_path. NULL: the file that WEIR_CONFIG
 * names; without that: root at WARNING to stderr, recent records, the local socket.
 * An empty path is an error. Returns 0 (with a message in err only where records are handled but there
 * was no memory or thread for the admin side); or -1 with every problem in err->message (err may be
 * NULL), and then the setup of weir_start(NULL) runs, so that no record vanishes, and the file
 * is watched: its first valid version is applied. Calling it while started is WEIR_ERR_STATE
 * and changes nothing. The path is copied. */
WEIR_API int weir_start(const char *config_path, weir_error *err);

/* Drains for at most stop_timeout (5 s), then stops and joins every thread of Weir.
 * What could not be drained stays recoverable and is counted. Harmless when not started.
 * Not to be called from a handler or filter of the host. */
WEIR_API void weir_stop(void);

/* Waits until every record whose call returned before this call is delivered or
 * counted as dropped. Returns 0, or -1 if timeout_ms (negative: no limit) ran out or
 * Weir is not started. */
WEIR_API int weir_flush(int timeout_ms);

/* The version of the library that runs, "MAJOR.MINOR.PATCH". Static. */
WEIR_API const char *weir_version(void);

/* ---- loggers ----------------------------------------------------------------------- */

/* Handles are immortal: kept until the process ends, valid over stop and start.
 * The struct is public only so that a disabled call is one load in the caller. */
typedef struct weir_logger {
    int threshold; /* private, as the next: the lowest level that may pass; read atomically */
    int own;       /* from here on no rule is asked */
} weir_logger;

/* The logger of that dotted name, made at its first request. NULL, "" and "root" are the
 * root logger. Never returns NULL: without memory it returns the root logger. Names are
 * at most 1,024 bytes; a longer one returns the root logger and is counted. If
 * weir_start was never called and WEIR_CONFIG is set, the first call starts Weir. */
WEIR_API weir_logger *weir_get_logger(const char *name);

/* Python's getChild. */
WEIR_API weir_logger *weir_get_child(weir_logger *logger, const char *suffix);

/* A logger that adds key=value to each of its records; made once per (logger, key,
 * value) and immortal, so not for values without bound (use weir_context_push for those).
 * Binding a bound logger adds to what it has. Without memory: returns logger. */
WEIR_API weir_logger *weir_bind(weir_logger *logger, const char *key, const char *value);

/* Python's setLevel: changes the configured level. A level set over it by page, command
 * or API stays in force. level 0 is NOTSET: the parent's level applies. */
WEIR_API void weir_set_level(weir_logger *logger, int level);

/* Python's getEffectiveLevel, with levels set over the configuration applied. */
WEIR_API int weir_get_effective_level(const weir_logger *logger);

/* The logger's name, "root" for the root. Immortal. */
WEIR_API const char *weir_logger_name(const weir_logger *logger);

/* Private, what the macros ask first: one relaxed load. May a call of that level pass? */
static inline int weir_may_pass_(const weir_logger *logger, int level) {
    return level >= __atomic_load_n(&logger->threshold, __ATOMIC_RELAXED);
}

/* Private: what weir_is_enabled asks below the logger's own level. */
WEIR_API int weir_is_enabled_by_rule(const weir_logger *logger, int level);
static inline int weir_is_enabled_with_(const weir_logger *logger, int level,
                                        int (*by_rule)(const weir_logger *logger, int level)) {
    if (!weir_may_pass_(logger, level)) return 0;
    return level >= __atomic_load_n(&logger->own, __ATOMIC_RELAXED) || by_rule(logger, level);
}

/* Python's isEnabledFor: one relaxed load where the answer is no, two where it is yes. Where a
 * weir.ContextLevelFilter lies over the logger, the context of the calling thread and what is
 * bound to the logger decide; the fields of a call are not known here. */
#ifdef WEIR_VIA
#define weir_is_enabled(logger, level) weir_is_enabled_with_(logger, level, (WEIR_VIA)->is_enabled_by_rule)
#else
static inline int weir_is_enabled(const weir_logger *logger, int level) {
    return weir_is_enabled_with_(logger, level, weir_is_enabled_by_rule);
}
#endif

/* Python's logging.disable: no record of this level or below is made; 0 undoes it. */
WEIR_API void weir_disable(int level);

/* Python's addLevelName. Returns 0, or -1 when the name is empty, longer than 63 bytes, or
 * 256 names exist already. */
WEIR_API int weir_add_level_name(int level, const char *name);

/* ---- call sites (private to the macros) ----------------------------------------------- */

enum {
    WEIR_SITE_EXCEPTION = 1, /* capture the C stack as exc_text */
    WEIR_SITE_STACK = 2      /* or as stack_info */
};

typedef struct weir_call_site {
    uint64_t token; /* 0: not yet registered; atomic */
    const char *file;
    const char *function;
    const char *format;
    int line;
    unsigned flags;
} weir_call_site;

/* A field given with one call. The key is borrowed for the call, values are copied. */
enum weir_field_type { WEIR_FIELD_STR, WEIR_FIELD_INT, WEIR_FIELD_UINT, WEIR_FIELD_DOUBLE, WEIR_FIELD_BOOL };
typedef struct weir_field {
    const char *key;
    enum weir_field_type type;
    union {
        const char *str;
        int64_t i64;
        uint64_t u64;
        double f64;
        int boolean;
    } value;
} weir_field;

/* What the macros call once the level may pass; use the macros. */
WEIR_API void weir_log_call(weir_logger *logger, weir_call_site *site, int level, const char *format, ...)
    WEIR_PRINTF(4, 5);
WEIR_API void weir_log_call_fields(weir_logger *logger, weir_call_site *site, int level,
                                   const weir_field *fields, size_t field_count, const char *format, ...)
    WEIR_PRINTF(6, 7);

/* ---- logging --------------------------------------------------------------------------- */

/* WEIR_LOG(logger, level, format, ...): printf's conversions, all but %n, checked by the
 * compiler; the format is a string literal. The other arguments are evaluated only if the
 * level may pass (with a weir.ContextLevelFilter over the logger: from that filter's level on). Strings are
 * copied during the call; a record of more than a quarter of `queue` (256 KiB) has its longest strings cut,
 * with "…[N bytes cut]", and is counted. */
#define WEIR_LOG(logger, level, ...) WEIR_CALL_(logger, level, 0u, WEIR_FORMAT_(__VA_ARGS__, 0), __VA_ARGS__)
#define WEIR_DEBUG(logger, ...) WEIR_LOG(logger, WEIR_LEVEL_DEBUG, __VA_ARGS__)
#define WEIR_INFO(logger, ...) WEIR_LOG(logger, WEIR_LEVEL_INFO, __VA_ARGS__)
#define WEIR_WARNING(logger, ...) WEIR_LOG(logger, WEIR_LEVEL_WARNING, __VA_ARGS__)
#define WEIR_ERROR(logger, ...) WEIR_LOG(logger, WEIR_LEVEL_ERROR, __VA_ARGS__)
#define WEIR_CRITICAL(logger, ...) WEIR_LOG(logger, WEIR_LEVEL_CRITICAL, __VA_ARGS__)

/* At ERROR, with the C stack of the caller as the record's exception text. */
#define WEIR_EXCEPTION(logger, ...)                                                                          \
    WEIR_CALL_(logger, WEIR_LEVEL_ERROR, WEIR_SITE_EXCEPTION, WEIR_FORMAT_(__VA_ARGS__, 0), __VA_ARGS__)

/* WEIR_LOG with fields of this one record:
 *   WEIR_LOG_FIELDS(log, WEIR_LEVEL_INFO, (weir_str("ip", ip), weir_int("port", 80)),
 *                   "accepted");
 * A field's key is shadowed by nothing and shadows the same key of logger and thread. */
#define WEIR_LOG_FIELDS(logger, level, fields, ...)                                                          \
    do {                                                                                                     \
        weir_logger *weir_lg_ = (logger);                                                                    \
        const int weir_lv_ = (level);                                                                        \
        if (__builtin_expect(weir_may_pass_(weir_lg_, weir_lv_), 0)) {                                       \
            static weir_call_site weir_site_ = WEIR_SITE_(WEIR_FORMAT_(__VA_ARGS__, 0), 0u);                 \
            const weir_field weir_fields_[] = {WEIR_UNWRAP_ fields};                                         \
            WEIR_ENTRY_(log_call_fields)                                                                     \
            (weir_lg_, &weir_site_, weir_lv_, weir_fields_, sizeof weir_fields_ / sizeof weir_fields_[0],    \
             __VA_ARGS__);                                                                                   \
        }                                                                                                    \
    } while (0)

static inline weir_field weir_str(const char *key, const char *v) {
    weir_field f;
    f.key = key, f.type = WEIR_FIELD_STR, f.value.str = v;
    return f;
}
static inline weir_field weir_int(const char *key, int64_t v) {
    weir_field f;
    f.key = key, f.type = WEIR_FIELD_INT, f.value.i64 = v;
    return f;
}
static inline weir_field weir_uint(const char *key, uint64_t v) {
    weir_field f;
    f.key = key, f.type = WEIR_FIELD_UINT, f.value.u64 = v;
    return f;
}
static inline weir_field weir_double(const char *key, double v) {
    weir_field f;
    f.key = key, f.type = WEIR_FIELD_DOUBLE, f.value.f64 = v;
    return f;
}
static inline weir_field weir_bool(const char *key, int v) {
    weir_field f;
    f.key = key, f.type = WEIR_FIELD_BOOL, f.value.boolean = v;
    return f;
}

/* A host that found Weir by dlopen defines WEIR_VIA, before it includes this header, as the
 * expression of its `const weir_plugin *`; the macros then call through that table. */
#ifdef WEIR_VIA
#define WEIR_ENTRY_(function) (WEIR_VIA)->function
#else
#define WEIR_ENTRY_(function) weir_##function
#endif

/* Private to the macros. "" makes the compiler refuse a format that is no literal. */
#define WEIR_FORMAT_(format, ...) "" format
#define WEIR_UNWRAP_(...) __VA_ARGS__
#define WEIR_SITE_(format, flags)                                                                            \
    { 0, __FILE__, __func__, format, __LINE__, flags }
#define WEIR_CALL_(logger, level, flags, format, ...)                                                        \
    do {                                                                                                     \
        weir_logger *weir_lg_ = (logger);                                                                    \
        const int weir_lv_ = (level);                                                                        \
        if (__builtin_expect(weir_may_pass_(weir_lg_, weir_lv_), 0)) {                                       \
            static weir_call_site weir_site_ = WEIR_SITE_(format, flags);                                    \
            WEIR_ENTRY_(log_call)(weir_lg_, &weir_site_, weir_lv_, __VA_ARGS__);                             \
        }                                                                                                    \
    } while (0)

/* For adapters of other logging interfaces, where file and format are no literals: the
 * message is formatted during the call. file and function may be NULL. */
WEIR_API void weir_vlog(weir_logger *logger, int level, const char *file, int line, const char *function,
                        const char *format, va_list args) WEIR_PRINTF(6, 0);

/* The one call that is safe in a signal handler: text as it is, at most 400 bytes (more is
 * cut and marked). Returns 0, or -1 when 64 such records wait already or Weir is not
 * started; both are counted. */
WEIR_API int weir_signal_log(weir_logger *logger, int level, const char *text);

/* ---- context ---------------------------------------------------------------------------- */

/* Adds key=value to every record of the calling thread until popped. Both are copied.
 * Returns 0, or -1 if the thread's context would exceed 4,096 bytes (nothing is added). */
WEIR_API int weir_context_push(const char *key, const char *value);
/* Removes the newest value of key; an earlier push of the key shows again. Returns 0, or
 * -1 when there is none. */
WEIR_API int weir_context_pop(const char *key);

/* ---- the config port ----------------------------------------------------------------------- */

/* Called with a pushed configuration (length bytes, not NUL-terminated) on the port's
 * thread. Returns the text to apply, allocated by malloc and owned by Weir then, with its
 * length in *out_length; or NULL to refuse it. Python's verify. */
typedef char *(*weir_verify)(const char *text, size_t length, size_t *out_length);

/* Python's logging.config.listen(): takes configurations on 127.0.0.1:port. port 0 is any
 * free one; negative is Python's default, 9030. verify may be NULL. Returns the port, or
 * -1: already listening, not started, or the port is taken (`weir stats` tells which). */
WEIR_API int weir_listen(int port, weir_verify verify);
/* Closes the port that weir_listen opened. Harmless when there is none. */
WEIR_API void weir_stop_listening(void);

/* ---- loading at run time -------------------------------------------------------------------- */

#define WEIR_PLUGIN_ABI 1

/* The table found by dlsym(handle, "weir_plugin_v1"): for a host that loads Weir with
 * dlopen and links nothing. load and unload are weir_start and weir_stop. The library's
 * text stays in the process after dlclose; it can be loaded again. */
typedef struct weir_plugin {
    unsigned abi;     /* WEIR_PLUGIN_ABI */
    const char *name; /* "weir" */
    int (*load)(const char *config_path, weir_error *err);
    void (*unload)(void);
    weir_logger *(*get_logger)(const char *name);
    int (*flush)(int timeout_ms);
    void (*log_call)(weir_logger *logger, weir_call_site *site, int level, const char *format, ...)
        WEIR_PRINTF(4, 5);
    void (*log_call_fields)(weir_logger *logger, weir_call_site *site, int level, const weir_field *fields,
                            size_t field_count, const char *format, ...) WEIR_PRINTF(6, 7);
    int (*context_push)(const char *key, const char *value);
    int (*context_pop)(const char *key);
    int (*is_enabled_by_rule)(const weir_logger *logger, int level);
} weir_plugin;

WEIR_API extern const weir_plugin weir_plugin_v1;

#ifdef __cplusplus
}
#endif
#endif
