/* settings_values.c - parsers and printers of the rows of settings_table.c. Run on the thread that checks a
 * configuration; they change `out` only when the value is right. */
#include "base/units.h"
#include "config/ini_text.h"
#include "config/settings.h"
#include "filter/redaction.h"

static void *field(const setting_row *row, settings *s) { return (char *)s + row->offset; }
static const void *const_field(const setting_row *row, const settings *s) {
    return (const char *)s + row->offset;
}

/* ---- words and flags ---- */

int setting_parse_word(const setting_row *row, slice in, settings *out, weir_error *err) {
    text known;
    text_init(&known, 0);
    for (int i = 0; row->words[i] != NULL; i++) {
        if (slice_is(in, row->words[i])) {
            text_done(&known);
            *(int *)field(row, out) = i; /* enums of this file's rows have an int's size */
            return 0;
        }
        text_addf(&known, "%s%s", i ? ", " : "", row->words[i]);
    }
    int rc = error_set(err, WEIR_ERR_INVALID, "unknown value \"%.*s\" (%s)", (int)in.len, in.data,
                       text_cstr(&known));
    text_done(&known);
    return rc;
}

_Static_assert(sizeof(overflow_policy) == sizeof(int) && sizeof(escape_mode) == sizeof(int),
               "words are ints");

void setting_print_word(const setting_row *row, const settings *in, text *out) {
    text_add_cstr(out, row->words[*(const int *)const_field(row, in)]);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same_word(slice in, const char *word) {
    if (in.len != strlen(word)) return false;
    for (size_t i = 0; i < in.len; i++)
        if (lower(in.data[i]) != word[i]) return false;
    return true;
}

/* configparser's boolean words. */
int setting_parse_flag(const setting_row *row, slice in, settings *out, weir_error *err) {
    static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!same_word(in, words[i])) continue;
        *(bool *)field(row, out) = i % 2 == 1;
        if (row->offset == offsetof(settings, disable_existing)) out->disable_existing_given = true;
        return 0;
    }
    return error_set(err, WEIR_ERR_INVALID, "\"%.*s\" is neither yes nor no", (int)in.len, in.data);
}

void setting_print_flag(const setting_row *row, const settings *in, text *out) {
    text_add_cstr(out, *(const bool *)const_field(row, in) ? "yes" : "no");
}

/* ---- numbers ---- */

static void print_number(const setting_row *row, int64_t n, text *out) {
    if (strcmp(row->type, "duration") == 0)
        units_add_duration(out, n);
    else if (strcmp(row->type, "size") == 0)
        units_add_size(out, n);
    else
        text_add_i64(out, n);
}

static int parse_count(slice in, int64_t *out, weir_error *err) {
    int64_t sum = 0;
    for (size_t i = 0; i < in.len; i++) {
        if (in.data[i] < '0' || in.data[i] > '9' || i > 15)
            return error_set(err, WEIR_ERR_INVALID, "\"%.*s\" is no number", (int)in.len, in.data);
        sum = sum * 10 + (in.data[i] - '0');
    }
    if (in.len == 0) return error_set(err, WEIR_ERR_INVALID, "a number is missing");
    *out = sum;
    return 0;
}

int setting_parse_number(const setting_row *row, slice in, settings *out, weir_error *err) {
    int64_t n;
    int rc = strcmp(row->type, "duration") == 0 ? units_parse_duration(in, &n, err)
             : strcmp(row->type, "size") == 0   ? units_parse_size(in, &n, err)
                                                : parse_count(in, &n, err);
    if (rc != 0) return -1;
    if (n < row->min || n > row->max) {
        text range;
        text_init(&range, 0);
        print_number(row, row->min, &range);
        text_add_cstr(&range, " to ");
        print_number(row, row->max, &range);
        error_set(err, WEIR_ERR_INVALID, "%.*s is out of range (%s)", (int)in.len, in.data,
                  text_cstr(&range));
        text_done(&range);
        return -1;
    }
    *(int64_t *)field(row, out) = n;
    return 0;
}

void setting_print_number(const setting_row *row, const settings *in, text *out) {
    print_number(row, *(const int64_t *)const_field(row, in), out);
}

/* ---- texts ---- */

int setting_parse_text(const setting_row *row, slice in, settings *out, weir_error *err) {
    if (in.len >= (size_t)row->max)
        return error_set(err, WEIR_ERR_INVALID, "the value has %zu bytes (at most %lld)", in.len,
                         (long long)row->max - 1);
    for (size_t i = 0; i < in.len; i++)
        if ((unsigned char)in.data[i] < ' ' || in.data[i] == 0x7f)
            return error_set(err, WEIR_ERR_INVALID, "a control character or a second line in the value");
    char *to = field(row, out);
    memset(to, 0, (size_t)row->max); /* equal settings are equal in every byte */
    memcpy(to, in.data, in.len);
    return 0;
}

void setting_print_text(const setting_row *row, const settings *in, text *out) {
    text_add_cstr(out, const_field(row, in));
}

/* It becomes a directory's name. */
int setting_parse_service(const setting_row *row, slice in, settings *out, weir_error *err) {
    if (in.len > 100) return error_set(err, WEIR_ERR_INVALID, "the name has %zu bytes (at most 100)", in.len);
    if (memchr(in.data, '/', in.len) != NULL || slice_is(in, ".") || slice_is(in, ".."))
        return error_set(err, WEIR_ERR_INVALID, "\"%.*s\" cannot be a directory's name", (int)in.len,
                         in.data);
    return setting_parse_text(row, in, out, err);
}

/* A logger's name: what would make two names of one is refused. */
int setting_parse_logger(const setting_row *row, slice in, settings *out, weir_error *err) {
    bool dots = in.len > 0 && (in.data[0] == '.' || in.data[in.len - 1] == '.');
    if (dots || (in.len > 1 && memmem(in.data, in.len, "..", 2) != NULL))
        return error_set(err, WEIR_ERR_INVALID, "\"%.*s\" is no logger's name (dots stand between its parts)",
                         in.len > 100 ? 100 : (int)in.len, in.data);
    return setting_parse_text(row, in, out, err);
}

/* One absolute path, or several with ':' between them where the row's type is "paths". */
int setting_parse_paths(const setting_row *row, slice in, settings *out, weir_error *err) {
    bool several = strcmp(row->type, "paths") == 0;
    size_t begin = 0;
    while (begin < in.len) {
        const char *colon = several ? memchr(in.data + begin, ':', in.len - begin) : NULL;
        size_t end = colon ? (size_t)(colon - in.data) : in.len;
        if (end == begin || in.data[begin] != '/')
            return error_set(err, WEIR_ERR_INVALID, "\"%.*s\" is no absolute path (begin it with '/')",
                             (int)(end - begin), in.data + begin);
        begin = end + 1;
    }
    return setting_parse_text(row, in, out, err);
}

/* ---- redaction ---- */

static int check_redaction(slice keys, slice patterns, weir_error *err) {
    redaction *made;
    if (redaction_create(keys, patterns, &made, err) != 0) return -1;
    redaction_free(made);
    return 0;
}

int setting_parse_keys(const setting_row *row, slice in, settings *out, weir_error *err) {
    return check_redaction(in, SLICE_NONE, err) != 0 ? -1 : setting_parse_text(row, in, out, err);
}

int setting_parse_patterns(const setting_row *row, slice in, settings *out, weir_error *err) {
    if (in.len >= (size_t)row->max)
        return error_set(err, WEIR_ERR_INVALID, "the patterns have %zu bytes (at most %lld)", in.len,
                         (long long)row->max - 1);
    if (check_redaction(SLICE_NONE, in, err) != 0) return -1;
    for (size_t i = 0; i < in.len; i++)
        if (((unsigned char)in.data[i] < ' ' && strchr("\t\n", in.data[i]) == NULL) || in.data[i] == '\0')
            return error_set(err, WEIR_ERR_INVALID, "a control character in a pattern (write \\x%02x)",
                             (unsigned char)in.data[i]);
    char *to = field(row, out);
    size_t len = 0;
    memset(to, 0, (size_t)row->max);
    for (size_t at = 0; at < in.len;) {
        const char *end = memchr(in.data + at, '\n', in.len - at);
        size_t next = end != NULL ? (size_t)(end - in.data) : in.len;
        slice line = ini_strip(slice_make(in.data + at, next - at));
        if (line.len > 0 && len > 0) to[len++] = '\n';
        memcpy(to + len, line.data, line.len);
        len += line.len;
        at = next + 1;
    }
    return 0;
}

/* As continuation lines of an INI file. */
void setting_print_patterns(const setting_row *row, const settings *in, text *out) {
    for (const char *at = const_field(row, in); *at != '\0'; at++) {
        text_add_char(out, *at);
        if (*at == '\n') text_add_cstr(out, "    ");
    }
}

int setting_parse_hosts(const setting_row *row, slice in, settings *out, weir_error *err) {
    for (size_t i = 0; i < in.len; i++) {
        char c = in.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && strchr("-._:[], \t\n", c) == NULL)
            return error_set(err, WEIR_ERR_INVALID,
                             "'%c' in a host name (write HOST or HOST:PORT, without http://)", c);
    }
    char flat[sizeof out->hosts];
    if (in.len >= sizeof flat) return setting_parse_text(row, in, out, err);
    for (size_t i = 0; i < in.len; i++) flat[i] = in.data[i] == '\n' || in.data[i] == '\t' ? ' ' : in.data[i];
    return setting_parse_text(row, slice_make(flat, in.len), out, err);
}
