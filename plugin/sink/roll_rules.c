/* roll_rules.c - the rules of a rolling file, from Python's words and as the options of a sink's description.
 * Pure; any thread. */
#include "base/calendar.h"
#include "sink/roll.h"

/* Longer than a log will live, and far from overflow. */
#define INTERVAL_MAX ((int64_t)100 * 366 * CALENDAR_DAY)

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

/* Seconds of one interval, 0: no such word. word is in capitals, NUL-terminated, cut if it is too long. */
static int64_t unit_of(slice when, const char *word, roll_rules *out) {
    static const struct {
        const char *name;
        roll_when when;
        int64_t unit;
    } words[] = {{"S", ROLL_SECOND, 1},
                 {"M", ROLL_MINUTE, 60},
                 {"H", ROLL_HOUR, 3600},
                 {"D", ROLL_DAY, CALENDAR_DAY},
                 {"MIDNIGHT", ROLL_MIDNIGHT, CALENDAR_DAY}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (when.len != strlen(word) || strcmp(word, words[i].name) != 0) continue;
        out->when = words[i].when;
        return words[i].unit;
    }
    return 0;
}

static int take_week(slice when, const char *word, roll_rules *out, weir_error *err) {
    if (when.len != 2)
        return error_set(err, WEIR_ERR_INVALID,
                         "You must specify a day for weekly rollover from 0 to 6 (0 is Monday): %s", word);
    if (word[1] < '0' || word[1] > '6')
        return error_set(err, WEIR_ERR_INVALID, "Invalid day specified for weekly rollover: %s", word);
    out->when = ROLL_WEEK;
    out->weekday = word[1] - '0';
    return 0;
}

int roll_rules_when(slice when, int64_t interval, roll_rules *out, weir_error *err) {
    char word[16] = "";
    size_t len = when.len < sizeof word - 1 ? when.len : sizeof word - 1;
    for (size_t i = 0; i < len; i++) word[i] = upper(when.data[i]);
    int64_t unit = unit_of(when, word, out);
    if (unit == 0 && word[0] == 'W') {
        if (take_week(when, word, out, err) != 0) return -1;
        unit = 7 * CALENDAR_DAY;
    }
    if (unit == 0)
        return error_set(err, WEIR_ERR_INVALID,
                         "Invalid rollover interval specified: %s (right are S, M, H, D, midnight, W0 to W6)",
                         word);
    if (interval < 1 || interval > INTERVAL_MAX / unit)
        return error_set(err, WEIR_ERR_INVALID, "interval %lld is not between 1 and %lld",
                         (long long)interval, (long long)(INTERVAL_MAX / unit));
    out->interval = interval * unit;
    return 0;
}

int roll_rules_suffix(slice suffix, roll_rules *out, weir_error *err) {
    if (suffix.len > ROLL_SUFFIX_MAX)
        return error_set(err, WEIR_ERR_INVALID, "suffix has %zu bytes (at most %d)", suffix.len,
                         ROLL_SUFFIX_MAX);
    if (memchr(suffix.data, '/', suffix.len) != NULL || memchr(suffix.data, '\0', suffix.len) != NULL ||
        memmem(suffix.data, suffix.len, "%D", 2) != NULL || memmem(suffix.data, suffix.len, "%x", 2) != NULL)
        return error_set(err, WEIR_ERR_INVALID, "suffix '%.*s' makes a path and no file's name (without '/')",
                         (int)suffix.len, suffix.data);
    memcpy(out->suffix, suffix.data, suffix.len);
    out->suffix[suffix.len] = '\0';
    out->named = true;
    return 0;
}

void roll_rules_json(slice when, const roll_rules *rules, int64_t interval, text *out) {
    json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    json_key(&w, "backups");
    json_int(&w, rules->backups);
    if (rules->when == ROLL_SIZE) {
        json_key(&w, "max_bytes");
        json_int(&w, rules->max_bytes);
    } else {
        json_key(&w, "when");
        json_string(&w, when);
        json_key(&w, "interval");
        json_int(&w, interval);
        json_key(&w, "at");
        json_int(&w, rules->at);
        json_key(&w, "utc");
        json_bool(&w, rules->utc);
        if (rules->named) json_key(&w, "suffix");
        if (rules->named) json_cstr(&w, rules->suffix);
    }
    json_end(&w);
}

static int64_t number(const value *options, const char *key, int64_t otherwise) {
    const value *v = value_get(options, slice_of(key));
    return v != NULL && v->type == VALUE_INT ? v->i64 : otherwise;
}

int roll_rules_parse(slice options, roll_rules *out, weir_error *err) {
    arena memory;
    value v;
    arena_init(&memory, 0);
    int rc = json_parse(options, 2, &memory, &v, err);
    if (rc == 0) {
        *out = (roll_rules){.backups = number(&v, "backups", 0),
                            .max_bytes = number(&v, "max_bytes", 0),
                            .at = number(&v, "at", -1)};
        const value *suffix = value_get(&v, SLICE_LITERAL("suffix"));
        const value *utc = value_get(&v, SLICE_LITERAL("utc")), *when = value_get(&v, SLICE_LITERAL("when"));
        out->utc = utc != NULL && utc->type == VALUE_BOOL && utc->boolean;
        if (suffix != NULL && suffix->type == VALUE_STR) rc = roll_rules_suffix(suffix->str, out, err);
        if (rc == 0 && when != NULL && when->type == VALUE_STR)
            rc = roll_rules_when(when->str, number(&v, "interval", 1), out, err);
    }
    arena_done(&memory);
    return rc;
}
