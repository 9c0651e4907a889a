/* formatters.c - weir_formatter_* and weir_buffering_format: Python's Formatter and BufferingFormatter in the
 * hands of the host. In its threads, one call at a time in one formatter; the backend has formatters of its
 * own. */
#include <stdlib.h>

#include "api/api.h"
#include "api/records.h"
#include "base/value_dict.h"
#include "format/asctime.h"

/* ---- life ---- */

/* With Python's words, which a section's check has in others. */
static int check_style(const char *style, weir_error *err) {
    bool known =
        style == NULL || strcmp(style, "%") == 0 || strcmp(style, "{") == 0 || strcmp(style, "$") == 0;
    return known ? 0 : error_set(err, WEIR_ERR_INVALID, "Style must be one of: %%,{,$");
}

weir_formatter *weir_formatter_create(const char *fmt, const char *datefmt, const char *style,
                                      weir_error *err) {
    const char *const given[] = {fmt, datefmt, style}, *const keys[] = {"format", "datefmt", "style"};
    value dict = {.type = VALUE_DICT};
    weir_formatter *f = NULL;
    arena a;
    if (check_style(style, err) != 0) return NULL;
    arena_init(&a, 0);
    bool made = true;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const value v = value_str(slice_of(given[i]));
        if (given[i] != NULL) made = made && value_dict_set(&a, &dict, slice_of(keys[i]), &v);
    }
    if (made)
        f = object_formatter(&dict, SLICE_NONE, err);
    else
        api_no_memory(err);
    arena_done(&a);
    return f;
}

/* As a factory: a dictConfig's "class" takes few arguments, and no attributes. */
static bool as_factory(arena *a, value *dict, const char *class_name) {
    const value name = value_str(slice_of(class_name));
    if (formatter_kind_find(slice_of(class_name)) == NULL) return true; /* the check says so better */
    return value_dict_remove(a, dict, SLICE_LITERAL("class")) &&
           value_dict_set(a, dict, SLICE_LITERAL("()"), &name);
}

weir_formatter *weir_formatter_create_class(const char *class_name, const char *kwargs, weir_error *err) {
    static const char *const refused[] = {"class", "()", NULL};
    weir_formatter *f = NULL;
    value dict;
    arena a;
    arena_init(&a, 0);
    if (object_arguments(&a, class_name, kwargs, refused, &dict, err) == 0) {
        if (as_factory(&a, &dict, class_name))
            f = object_formatter(&dict, SLICE_NONE, err);
        else
            api_no_memory(err);
    }
    arena_done(&a);
    return f;
}

weir_formatter *weir_formatter_ref(weir_formatter *f) {
    if (f != NULL) object_ref(&f->head);
    return f;
}

void weir_formatter_free(weir_formatter *f) {
    if (f != NULL) object_free(&f->head);
}

/* ---- texts for the host ---- */

long api_give(text *made, int rc, char *buffer, size_t size, weir_error *err) {
    long length = -1;
    if (rc == 0 && made->failed) rc = api_no_memory(err);
    if (rc == 0) {
        size_t fits = size == 0 ? 0 : made->len < size ? made->len : size - 1;
        if (fits > 0) memcpy(buffer, text_cstr(made), fits);
        if (size > 0) buffer[fits] = '\0';
        length = (long)made->len;
    }
    text_done(made);
    return length;
}

/* Python leaves `asctime` in a record that a formatter ran over; that text is the formatter's, which may end.
 */
static void keep_asctime(weir_record *r, record *rec) {
    text out;
    weir_error ignored;
    if (rec->dated_by == NULL) return;
    text_init(&out, 0);
    if (asctime_add(rec->dated_by, rec, &out, &ignored) == 0 && !out.failed)
        r->asctime = arena_copy(r->memory, text_slice(&out));
    text_done(&out);
    rec->dated_by = NULL;
}

int api_format(weir_formatter *f, weir_record *r, text *out, weir_error *err) {
    record *rec = api_record(r, err);
    if (rec == NULL) return -1;
    formatter *with = f != NULL ? f->made : formatter_default();
    if (f != NULL) pthread_mutex_lock(&f->use);
    int rc = with->format(with, rec, ESCAPE_NONE, out, err);
    keep_asctime(r, rec);
    if (f != NULL) pthread_mutex_unlock(&f->use);
    return rc;
}

long weir_formatter_format(weir_formatter *f, weir_record *r, char *buffer, size_t size, weir_error *err) {
    text out;
    text_init(&out, 0);
    int rc = api_format(f, r, &out, err);
    return api_give(&out, rc, buffer, size, err);
}

long weir_formatter_format_time(weir_formatter *f, weir_record *r, const char *datefmt, char *buffer,
                                size_t size, weir_error *err) {
    text out;
    asctime_text date;
    record *rec = api_record(r, err);
    if (rec == NULL) return -1;
    text_init(&out, 0);
    asctime_init_like(&date, f != NULL ? f->made->time : NULL, slice_of(datefmt));
    int rc = asctime_add(&date, rec, &out, err);
    rec->dated_by = NULL;
    asctime_done(&date);
    return api_give(&out, rc, buffer, size, err);
}

long weir_formatter_format_exception(weir_formatter *f, weir_record *r, char *buffer, size_t size,
                                     weir_error *err) {
    text out;
    record *rec = api_record(r, err);
    (void)f;
    if (rec == NULL) return -1;
    text_init(&out, 0);
    text_add_slice(&out, rec->exc_text);
    return api_give(&out, 0, buffer, size, err);
}

long weir_formatter_format_stack(weir_formatter *f, const char *stack, char *buffer, size_t size,
                                 weir_error *err) {
    text out;
    (void)f;
    if (stack == NULL) return api_missing("stack text", err);
    text_init(&out, 0);
    text_add_cstr(&out, stack);
    return api_give(&out, 0, buffer, size, err);
}

/* As Python's PercentStyle, StrFormatStyle and StringTemplateStyle look for it. */
int weir_formatter_uses_time(const weir_formatter *f) {
    if (f == NULL) return 0;
    const value *format = value_get(&f->head.def->dict, SLICE_LITERAL("format")),
                *style = value_get(&f->head.def->dict, SLICE_LITERAL("style"));
    if (format == NULL || format->type != VALUE_STR) return 0;
    char mark = style != NULL && style->type == VALUE_STR && style->str.len == 1 ? style->str.data[0] : '%';
    const char *const searched = mark == '{' ? "{asctime" : mark == '$' ? "$asctime" : "%(asctime)";
    bool found = memmem(format->str.data, format->str.len, searched, strlen(searched)) != NULL;
    if (!found && mark == '$') found = memmem(format->str.data, format->str.len, "${asctime}", 10) != NULL;
    return found ? 1 : 0;
}

/* ---- several records ---- */

/* A callback of the host writes into memory that grows until it fits. */
static int add_from(weir_buffering_text from, const weir_buffering_formatter *f, weir_record *const *records,
                    size_t count, text *out, weir_error *err) {
    if (from == NULL) return 0;
    long length = from(f->arg, records, count, NULL, 0);
    if (length < 0)
        return error_set(err, WEIR_ERR_INVALID, "the header or footer was given up by its function");
    if (!text_reserve(out, (size_t)length + 1)) return api_no_memory(err);
    long again = from(f->arg, records, count, out->data + out->len, (size_t)length + 1);
    if (again < 0 || again > length)
        return error_set(err, WEIR_ERR_INVALID, "the header or footer changed while it was written");
    out->len += (size_t)again;
    out->data[out->len] = '\0';
    return 0;
}

long weir_buffering_format(const weir_buffering_formatter *f, weir_record *const *records, size_t count,
                           char *buffer, size_t size, weir_error *err) {
    text out;
    if (f == NULL || (records == NULL && count > 0))
        return api_missing(f == NULL ? "formatter" : "record", err);
    text_init(&out, 0);
    int rc = count == 0 ? 0 : add_from(f->header, f, records, count, &out, err);
    for (size_t i = 0; i < count && rc == 0; i++) rc = api_format(f->line, records[i], &out, err);
    if (rc == 0 && count > 0) rc = add_from(f->footer, f, records, count, &out, err);
    return api_give(&out, rc, buffer, size, err);
}
