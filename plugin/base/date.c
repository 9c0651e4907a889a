/* date.c - strftime as glibc's in the C locale, flags, widths and modifiers included, and the ISO
 * stamp. Any thread; depends on no locale and no environment. It has no cache: who prints the
 * same second often keeps the text. */
#include "base/date.h"

#include "base/calendar.h"
#include "base/digits.h"

/* A wider field than this is no date: such a directive stays as it is, as an unknown one does. */
#define DATE_WIDTH_MAX 4096

/* What the conversions read. */
typedef struct moment {
    const civil_time *civil;
    int64_t seconds;
} moment;

/* One directive: %[flags][width][E|O]letter */
typedef struct directive {
    char pad;           /* '_', '-', '0', or 0: the conversion's own */
    int width;          /* -1: none */
    bool upper, change; /* ^ and # */
    char modifier;      /* 'E', 'O' or 0 */
    char letter;
} directive;

typedef enum form {
    FORM_UNKNOWN,
    FORM_NUMBER, /* zeros in front */
    FORM_SPACED, /* spaces in front */
    FORM_NAME,
    FORM_FORMAT, /* a format of its own */
    FORM_OFFSET  /* %z */
} form;

typedef enum change { CHANGE_NONE, CHANGE_UPPER, CHANGE_LOWER } change;

/* How one letter is printed. */
typedef struct conversion {
    form form;
    int digits;
    const char *modifiers; /* that it takes */
    int64_t (*number)(const moment *m);
    const char *(*name)(const moment *m);
    const char *format;
    change change; /* what # does to a name */
} conversion;

static const char *const weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};
static const char *const short_weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
static const char *const short_months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* ---- what the letters mean ---- */

static const char *get_weekday(const moment *m) {
    int day = m->civil->weekday;
    return day >= 0 && day < 7 ? weekdays[day] : "?";
}
static const char *get_short_weekday(const moment *m) {
    int day = m->civil->weekday;
    return day >= 0 && day < 7 ? short_weekdays[day] : "?";
}
static const char *get_month_name(const moment *m) {
    int month = m->civil->month;
    return month >= 1 && month <= 12 ? months[month - 1] : "?";
}
static const char *get_short_month(const moment *m) {
    int month = m->civil->month;
    return month >= 1 && month <= 12 ? short_months[month - 1] : "?";
}
static const char *get_half(const moment *m) { return m->civil->hour >= 12 ? "PM" : "AM"; }
static const char *get_small_half(const moment *m) { return m->civil->hour >= 12 ? "pm" : "am"; }
static const char *get_zone(const moment *m) {
    return m->civil->abbreviation == NULL ? "" : m->civil->abbreviation;
}
static const char *get_newline(const moment *m) { return (void)m, "\n"; }
static const char *get_tab(const moment *m) { return (void)m, "\t"; }
static const char *get_percent(const moment *m) { return (void)m, "%"; }

static int64_t get_year(const moment *m) { return m->civil->year; }
static int64_t get_century(const moment *m) { return calendar_floor_div(m->civil->year, 100); }
static int64_t of_century(int64_t year) { return year - calendar_floor_div(year, 100) * 100; }
static int64_t get_year_of_century(const moment *m) { return of_century(m->civil->year); }
static int64_t get_month(const moment *m) { return m->civil->month; }
static int64_t get_day(const moment *m) { return m->civil->day; }
static int64_t get_yearday(const moment *m) { return (int64_t)m->civil->yearday + 1; }
static int64_t get_hour(const moment *m) { return m->civil->hour; }
static int64_t get_hour12(const moment *m) { return (m->civil->hour + 11) % 12 + 1; }
static int64_t get_minute(const moment *m) { return m->civil->minute; }
static int64_t get_second(const moment *m) { return m->civil->second; }
static int64_t get_seconds(const moment *m) { return m->seconds; }
static int64_t get_weekday_number(const moment *m) { return m->civil->weekday; }
static int64_t get_iso_weekday(const moment *m) { return (m->civil->weekday + 6) % 7 + 1; }
static int64_t get_sunday_week(const moment *m) { return (m->civil->yearday - m->civil->weekday + 7) / 7; }
static int64_t get_monday_week(const moment *m) {
    return (m->civil->yearday - (m->civil->weekday + 6) % 7 + 7) / 7;
}

/* ISO 8601: week 1 is that of the year's first Thursday; weeks begin on Monday. */
static void iso_week(const civil_time *c, int64_t *year, int64_t *week) {
    int64_t thursday = c->yearday - (c->weekday + 6) % 7 + 3; /* of this week, as a day of the year */
    *year = c->year;
    if (thursday < 0) {
        --*year;
        thursday += calendar_is_leap(*year) ? 366 : 365;
    } else if (thursday >= (calendar_is_leap(*year) ? 366 : 365)) {
        thursday -= calendar_is_leap(*year) ? 366 : 365;
        ++*year;
    }
    *week = thursday / 7 + 1;
}
static int64_t get_iso_week(const moment *m) {
    int64_t year, week;
    iso_week(m->civil, &year, &week);
    return week;
}
static int64_t get_iso_year(const moment *m) {
    int64_t year, week;
    iso_week(m->civil, &year, &week);
    return year;
}
static int64_t get_iso_year_of_century(const moment *m) { return of_century(get_iso_year(m)); }

/* ---- the table; the modifiers are those that glibc lets pass ---- */

#define NUMBER(count, get)                                                                                   \
    { .form = FORM_NUMBER, .digits = (count), .modifiers = "O", .number = (get) }
#define SPACED(count, get)                                                                                   \
    { .form = FORM_SPACED, .digits = (count), .modifiers = "O", .number = (get) }
#define NAME(get, allowed, sharp)                                                                            \
    { .form = FORM_NAME, .modifiers = (allowed), .name = (get), .change = (sharp) }
#define FORMAT(text, allowed)                                                                                \
    { .form = FORM_FORMAT, .modifiers = (allowed), .format = (text) }

static const conversion conversions[128] = {
    ['%'] = NAME(get_percent, "EO", CHANGE_NONE),
    ['A'] = NAME(get_weekday, "", CHANGE_UPPER),
    ['B'] = NAME(get_month_name, "O", CHANGE_UPPER),
    ['C'] = {.form = FORM_NUMBER, .digits = 1, .modifiers = "EO", .number = get_century},
    ['D'] = FORMAT("%m/%d/%y", ""),
    ['F'] = FORMAT("%Y-%m-%d", ""),
    ['G'] = NUMBER(1, get_iso_year),
    ['H'] = NUMBER(2, get_hour),
    ['I'] = NUMBER(2, get_hour12),
    ['M'] = NUMBER(2, get_minute),
    ['P'] = NAME(get_small_half, "EO", CHANGE_LOWER),
    ['R'] = FORMAT("%H:%M", "EO"),
    ['S'] = NUMBER(2, get_second),
    ['T'] = FORMAT("%H:%M:%S", "EO"),
    ['U'] = NUMBER(2, get_sunday_week),
    ['V'] = NUMBER(2, get_iso_week),
    ['W'] = NUMBER(2, get_monday_week),
    ['X'] = FORMAT("%H:%M:%S", "E"),
    ['Y'] = {.form = FORM_NUMBER, .digits = 1, .modifiers = "E", .number = get_year},
    ['Z'] = NAME(get_zone, "EO", CHANGE_LOWER),
    ['a'] = NAME(get_short_weekday, "", CHANGE_UPPER),
    ['b'] = NAME(get_short_month, "O", CHANGE_UPPER),
    ['c'] = FORMAT("%a %b %e %H:%M:%S %Y", "E"),
    ['d'] = NUMBER(2, get_day),
    ['e'] = SPACED(2, get_day),
    ['g'] = NUMBER(2, get_iso_year_of_century),
    ['h'] = NAME(get_short_month, "O", CHANGE_UPPER),
    ['j'] = NUMBER(3, get_yearday),
    ['k'] = SPACED(2, get_hour),
    ['l'] = SPACED(2, get_hour12),
    ['m'] = NUMBER(2, get_month),
    ['n'] = NAME(get_newline, "EO", CHANGE_NONE),
    ['p'] = NAME(get_half, "EO", CHANGE_LOWER),
    ['r'] = FORMAT("%I:%M:%S %p", "EO"),
    ['s'] = {.form = FORM_NUMBER, .digits = 1, .modifiers = "EO", .number = get_seconds},
    ['t'] = NAME(get_tab, "EO", CHANGE_NONE),
    ['u'] = {.form = FORM_NUMBER, .digits = 1, .modifiers = "EO", .number = get_iso_weekday},
    ['w'] = NUMBER(1, get_weekday_number),
    ['x'] = FORMAT("%m/%d/%y", "E"),
    ['y'] = {.form = FORM_NUMBER, .digits = 2, .modifiers = "EO", .number = get_year_of_century},
    ['z'] = {.form = FORM_OFFSET, .digits = 4, .modifiers = "EO"},
};

/* ---- printing ---- */

static void add_field_padding(text *out, const directive *d, size_t len) {
    if (d->width > 0 && (size_t)d->width > len) {
        text_add_repeat(out, d->pad == '0' ? '0' : ' ', (size_t)d->width - len);
    }
}

static void add_cased(text *out, slice s, bool upper) {
    if (!upper) {
        text_add_slice(out, s);
        return;
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        text_add_char(out, c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c);
    }
}

static void add_lowered(text *out, slice s) {
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        text_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
    }
}

static void add_name(text *out, const directive *d, const conversion *c, const char *name) {
    bool upper = d->upper, lower = d->letter == 'P';
    if (d->change && c->change == CHANGE_UPPER) upper = true;
    if (d->change && c->change == CHANGE_LOWER) lower = true;
    add_field_padding(out, d, strlen(name));
    if (lower) {
        add_lowered(out, slice_of(name));
    } else {
        add_cased(out, slice_of(name), upper);
    }
}

static void add_number(text *out, const directive *d, const conversion *c, int64_t number) {
    char digits[DIGITS_MAX];
    bool negative = number < 0;
    size_t len = digits_u64(digits, negative ? 0 - (uint64_t)number : (uint64_t)number);
    size_t whole = len + negative;
    char pad = d->pad != 0 ? d->pad : c->form == FORM_SPACED ? '_' : '0';
    int least = pad == '-' ? 0 : c->digits; /* a width never takes away of a number's own */
    size_t wanted = (size_t)(d->width > least ? d->width : least);
    size_t padding = wanted > whole ? wanted - whole : 0;
    if (pad != '0') text_add_repeat(out, ' ', padding);
    if (negative) text_add_char(out, '-');
    if (pad == '0') text_add_repeat(out, '0', padding);
    text_add(out, digits, len);
}

static void add_offset(text *out, const directive *d, const conversion *c, const civil_time *civil) {
    int offset = civil->offset < 0 ? -civil->offset : civil->offset;
    add_field_padding(out, d, 1);
    text_add_char(out, civil->offset < 0 ? '-' : '+');
    add_number(out, d, c, offset / 3600 * 100 + offset / 60 % 60);
}

static void add_formatted(text *out, const char *format, const moment *m);

static void add_format(text *out, const directive *d, const conversion *c, const moment *m) {
    text inner;
    text_init(&inner, 0);
    add_formatted(&inner, c->format, m);
    add_field_padding(out, d, inner.len);
    add_cased(out, text_slice(&inner), d->upper);
    if (inner.failed) out->failed = true;
    text_done(&inner);
}

static void add_directive(text *out, const directive *d, const conversion *c, const moment *m) {
    switch (c->form) {
    case FORM_NUMBER:
    case FORM_SPACED: add_number(out, d, c, c->number(m)); break;
    case FORM_NAME: add_name(out, d, c, c->name(m)); break;
    case FORM_FORMAT: add_format(out, d, c, m); break;
    case FORM_OFFSET: add_offset(out, d, c, m->civil); break;
    case FORM_UNKNOWN: break;
    }
}

/* ---- reading ---- */

/* Reads the directive behind the '%' at `at`; returns its length with the '%', or 0: the format
 * ends within it. */
static size_t read_directive(slice format, size_t at, directive *d) {
    size_t i = at + 1;
    *d = (directive){.width = -1};
    for (; i < format.len && strchr("_-0^#", format.data[i]) != NULL && format.data[i] != '\0'; i++) {
        if (format.data[i] == '^') {
            d->upper = true;
        } else if (format.data[i] == '#') {
            d->change = true;
        } else {
            d->pad = format.data[i];
        }
    }
    for (; i < format.len && format.data[i] >= '0' && format.data[i] <= '9'; i++) {
        if (d->width < 0) d->width = 0;
        if (d->width <= DATE_WIDTH_MAX) d->width = d->width * 10 + (format.data[i] - '0');
    }
    if (i < format.len && (format.data[i] == 'E' || format.data[i] == 'O')) d->modifier = format.data[i++];
    if (i == format.len) return 0;
    d->letter = format.data[i];
    return i + 1 - at;
}

static const conversion *find_conversion(const directive *d) {
    if ((unsigned char)d->letter >= 128 || d->width > DATE_WIDTH_MAX) return NULL;
    const conversion *c = &conversions[(unsigned char)d->letter];
    if (c->form == FORM_UNKNOWN) return NULL;
    return d->modifier == 0 || strchr(c->modifiers, d->modifier) != NULL ? c : NULL;
}

/* Stays as it is; but glibc, and so Python, obeys width and ^ even then, and # for some letters. */
static void add_unknown(text *out, const directive *d, slice as_written) {
    if (d->width <= DATE_WIDTH_MAX) add_field_padding(out, d, as_written.len);
    bool upper = d->upper || (d->change && d->letter != '\0' && strchr("bBh", d->letter) != NULL);
    add_cased(out, as_written, upper);
}

static void add_all(text *out, slice format, const moment *m) {
    for (size_t at = 0; at < format.len;) {
        const char *percent = memchr(format.data + at, '%', format.len - at);
        size_t plain = percent == NULL ? format.len - at : (size_t)(percent - format.data) - at;
        text_add(out, format.data + at, plain);
        at += plain;
        if (at == format.len) return;
        directive d;
        size_t len = read_directive(format, at, &d);
        const conversion *c = len == 0 ? NULL : find_conversion(&d);
        if (len == 0) len = format.len - at;
        if (c != NULL) {
            add_directive(out, &d, c, m);
        } else {
            add_unknown(out, &d, slice_make(format.data + at, len));
        }
        at += len;
    }
}

static void add_formatted(text *out, const char *format, const moment *m) {
    add_all(out, slice_of(format), m);
}

void date_strftime(text *out, slice format, const civil_time *t, int64_t seconds) {
    moment m = {t, seconds};
    add_all(out, format, &m);
}

void date_iso_utc(text *out, int64_t microseconds) {
    int64_t seconds = calendar_floor_div(microseconds, 1000000);
    int64_t days = calendar_floor_div(seconds, CALENDAR_DAY);
    uint64_t rest = (uint64_t)(seconds - days * CALENDAR_DAY);
    int64_t year;
    int month, day;
    calendar_date(days, &year, &month, &day);
    if (year < 0 || year > 9999) { /* a damaged stamp; still one that can be read */
        text_add_i64(out, year);
    } else {
        char digits[4];
        digits_write(digits, (uint64_t)year, 4);
        text_add(out, digits, 4);
    }
    char rests[] = "-00-00T00:00:00.000000Z";
    digits_write(rests + 1, (uint64_t)month, 2);
    digits_write(rests + 4, (uint64_t)day, 2);
    digits_write(rests + 7, rest / 3600, 2);
    digits_write(rests + 10, rest / 60 % 60, 2);
    digits_write(rests + 13, rest % 60, 2);
    int64_t fraction = microseconds % 1000000;
    digits_write(rests + 16, (uint64_t)(fraction < 0 ? fraction + 1000000 : fraction), 6);
    text_add(out, rests, sizeof(rests) - 1);
}
