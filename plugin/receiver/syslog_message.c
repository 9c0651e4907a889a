/* syslog_message.c - one syslog message: "<PRI>1 …" of RFC 5424, "<PRI>Mmm dd hh:mm:ss host tag[pid]: text"
 * of RFC 3164 with or without the host, or "<PRI>text" as Python sends it: without a time what follows is the
 * text, all of it. Pure. */
#include "receiver/decode.h"

#include "weir.h"

#define PRI_MAX 191
/* name, msg, level and its name, created, nobody's four, facility, severity, host, app, msgid, data. */
#define ATTRIBUTES_ROOM 16
/* Structured data: elements, and parameters of one. */
#define ELEMENTS_MAX 32
#define PARAMETERS_MAX 32
#define BOM SLICE_LITERAL("\xef\xbb\xbf")

static const char *const severities[8] = {"emerg",   "alert",  "crit", "err",
                                          "warning", "notice", "info", "debug"};
static const int levels[8] = {WEIR_LEVEL_CRITICAL, WEIR_LEVEL_CRITICAL, WEIR_LEVEL_CRITICAL,
                              WEIR_LEVEL_ERROR,    WEIR_LEVEL_WARNING,  WEIR_LEVEL_INFO,
                              WEIR_LEVEL_INFO,     WEIR_LEVEL_DEBUG};
/* As Python's SysLogHandler names them. */
static const char *const facilities[24] = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};

typedef struct cursor {
    const char *at, *end;
} cursor;

static size_t left(const cursor *c) { return (size_t)(c->end - c->at); }
static slice rest(const cursor *c) { return slice_make(c->at, left(c)); }

static bool take(cursor *c, char wanted) {
    if (c->at == c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

/* Up to the next blank, which is taken too; or all. */
static slice take_word(cursor *c) {
    const char *blank = left(c) == 0 ? NULL : memchr(c->at, ' ', left(c));
    slice word = slice_make(c->at, blank == NULL ? left(c) : (size_t)(blank - c->at));
    c->at = blank == NULL ? c->end : blank + 1;
    return word;
}

static bool take_priority(cursor *c, int *out) {
    int n = 0, digits = 0;
    if (!take(c, '<')) return false;
    for (; digits < 3 && left(c) > 0 && *c->at >= '0' && *c->at <= '9'; digits++)
        n = n * 10 + (*c->at++ - '0');
    *out = n;
    return digits > 0 && n <= PRI_MAX && take(c, '>');
}

static bool is_nil(slice word) { return slice_is(word, "-"); }

static void add_word(attribute_list *to, const char *key, slice word) {
    if (word.len > 0 && !is_nil(word)) attributes_add(to, key, value_str(word));
}

/* The logger and, where it is a number, the process. */
static void add_origin(attribute_list *to, slice app, slice process) {
    int64_t pid;
    bool named = app.len > 0 && !is_nil(app);
    attributes_add(to, "name", value_str(named ? app : SLICE_LITERAL("syslog")));
    if (read_integer(process, &pid)) attributes_add(to, "process", value_int(pid));
    if (named) attributes_add(to, "processName", value_str(app));
}

/* ---- RFC 5424: structured data ---- */

static int broken(weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID, "broken structured data ([id name=\"value\" …], or -)");
}

/* The text between quotes: \" \\ \] stand for the second character. */
static bool take_quoted(cursor *c, arena *a, slice *out) {
    if (!take(c, '"')) return false;
    char *copy = arena_alloc(a, left(c) + 1);
    size_t len = 0;
    if (copy == NULL) return false;
    while (left(c) > 0 && *c->at != '"') {
        if (*c->at == '\\' && left(c) > 1 && strchr("\"\\]", c->at[1]) != NULL && c->at[1] != '\0') c->at++;
        copy[len++] = *c->at++;
    }
    *out = slice_make(copy, len);
    return take(c, '"');
}

static slice take_name(cursor *c, const char *ends) {
    const char *begin = c->at;
    while (left(c) > 0 && *c->at != '\0' && strchr(ends, *c->at) == NULL) c->at++;
    return slice_make(begin, (size_t)(c->at - begin));
}

static int take_element(cursor *c, attribute_list *to, weir_error *err) {
    attribute_list parameters;
    slice id = take_name(c, " ]=\""), shown = SLICE_NONE;
    if (id.len == 0 || attributes_begin(&parameters, to->memory, PARAMETERS_MAX) != 0) return broken(err);
    while (take(c, ' ')) {
        slice name = take_name(c, " ]=\"");
        if (name.len == 0 || !take(c, '=') || !take_quoted(c, to->memory, &shown)) return broken(err);
        if (parameters.count == PARAMETERS_MAX) return broken(err);
        attributes_add_slice(&parameters, name, value_str(shown));
    }
    if (!take(c, ']')) return broken(err);
    attributes_add_slice(to, id, attributes_dict(&parameters));
    return 0;
}

static int take_data(cursor *c, attribute_list *to, weir_error *err) {
    attribute_list elements;
    if (take(c, '-')) return 0;
    if (attributes_begin(&elements, to->memory, ELEMENTS_MAX) != 0) return broken(err);
    while (take(c, '[')) {
        if (elements.count == ELEMENTS_MAX || take_element(c, &elements, err) != 0) return broken(err);
    }
    if (elements.count == 0) return broken(err);
    attributes_add(to, "structured_data", attributes_dict(&elements));
    return 0;
}

static int read_5424(cursor *c, attribute_list *to, weir_error *err) {
    double seconds;
    slice time = take_word(c), host = take_word(c), app = take_word(c), process = take_word(c),
          id = take_word(c);
    if (!is_nil(time)) {
        if (!read_timestamp(time, &seconds))
            return error_set(err, WEIR_ERR_INVALID, "the time of an RFC 5424 message is none");
        attributes_add(to, "created", value_float(seconds));
    }
    add_origin(to, app, process);
    add_word(to, "hostname", host);
    add_word(to, "msgid", id);
    if (take_data(c, to, err) != 0) return -1;
    if (left(c) > 0 && !take(c, ' ')) return broken(err);
    if (left(c) >= BOM.len && memcmp(c->at, BOM.data, BOM.len) == 0) c->at += BOM.len;
    attributes_add(to, "msg", value_str(rest(c)));
    return 0;
}

/* ---- RFC 3164 ---- */

/* "Nov 20 10:06:00 ". It has neither year nor zone, so the time of a record is that of its coming. */
static bool take_old_time(cursor *c) {
    static const char pattern[] = "Aaa dd dd:dd:dd "; /* the first of the day's two may be a blank */
    if (left(c) < sizeof pattern - 1) return false;
    for (size_t i = 0; i < sizeof pattern - 1; i++) {
        char ch = c->at[i];
        bool digit = ch >= '0' && ch <= '9', letter = (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z';
        if (pattern[i] == 'd'                        ? !digit && !(i == 4 && ch == ' ')
            : pattern[i] == 'A' || pattern[i] == 'a' ? !letter
                                                     : ch != pattern[i])
            return false;
    }
    c->at += sizeof pattern - 1;
    return true;
}

/* "tag[pid]: " or "tag: "; false: nothing is taken. */
static bool take_tag(cursor *c, slice *tag, slice *process) {
    cursor look = *c;
    slice name = take_name(&look, "[: "), pid = SLICE_NONE;
    if (name.len == 0) return false;
    if (take(&look, '[')) {
        pid = take_name(&look, "] ");
        if (!take(&look, ']')) return false;
    }
    if (!take(&look, ':')) return false;
    take(&look, ' ');
    *tag = name;
    *process = pid;
    *c = look;
    return true;
}

static int read_old(cursor *c, attribute_list *to) {
    slice tag = SLICE_NONE, process = SLICE_NONE;
    if (take_old_time(c) && !take_tag(c, &tag, &process)) {
        add_word(to, "hostname", take_word(c));
        take_tag(c, &tag, &process);
    }
    add_origin(to, tag, process);
    attributes_add(to, "msg", value_str(rest(c)));
    return 0;
}

int decode_syslog(slice message, arena *a, value *out, weir_error *err) {
    cursor c = {message.data, message.data + message.len};
    attribute_list to;
    int priority;
    if (left(&c) > 0 && c.end[-1] == '\0') c.end--; /* Python's append_nul */
    if (!take_priority(&c, &priority))
        return error_set(err, WEIR_ERR_INVALID, "a syslog message without its <PRI> (0 to %d)", PRI_MAX);
    if (attributes_begin(&to, a, ATTRIBUTES_ROOM) != 0)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for the record");
    attributes_add_level(&to, levels[priority & 7]);
    attributes_add_nobody(&to);
    attributes_add(&to, "facility", value_str(slice_of(facilities[priority >> 3])));
    attributes_add(&to, "severity", value_str(slice_of(severities[priority & 7])));
    bool new = left(&c) >= 2 && c.at[0] == '1' && c.at[1] == ' ';
    if (new) c.at += 2;
    if ((new ? read_5424(&c, &to, err) : read_old(&c, &to)) != 0) return -1;
    *out = attributes_dict(&to);
    return 0;
}
