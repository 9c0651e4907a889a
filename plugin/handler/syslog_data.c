/* syslog_data.c - see syslog_data.h. Checking on the thread that checks a configuration, adding on the
 * backend. Names are made of what RFC 5424 lets them have; values may be any text. */
#include "handler/syslog_data.h"

#include "record/escape.h"

static bool is_name_char(char c) { return c > 0x20 && c < 0x7f && c != '=' && c != ']' && c != '"'; }

int syslog_data_check(slice id, weir_error *err) {
    bool good = id.len > 0 && id.len <= SYSLOG_NAME_MAX;
    for (size_t i = 0; i < id.len; i++) good = good && is_name_char(id.data[i]);
    if (good) return 0;
    return error_set(err, WEIR_ERR_INVALID,
                     "sd_id is no name of RFC 5424 (1 to %d printable ASCII characters but blank, '=', ']', "
                     "'\"'; write 'name@number', the number being your enterprise's)",
                     SYSLOG_NAME_MAX);
}

static void add_name(text *out, slice key) {
    for (size_t i = 0; i < key.len && i < SYSLOG_NAME_MAX; i++)
        text_add_char(out, is_name_char(key.data[i]) ? key.data[i] : '_');
    if (key.len == 0) text_add_char(out, '_');
}

static void add_value(text *out, const value *v) {
    text printed, clean;
    text_init(&printed, 0);
    text_init(&clean, 0);
    value_print(v, &printed);
    escape_add(&clean, text_slice(&printed));
    for (size_t i = 0; i < clean.len; i++) {
        if (strchr("\"\\]", clean.data[i]) != NULL) text_add_char(out, '\\');
        text_add_char(out, clean.data[i]);
    }
    if (printed.failed || clean.failed) out->failed = true;
    text_done(&printed);
    text_done(&clean);
}

void syslog_data_add(text *out, slice id, const record *rec) {
    if (id.len == 0 || rec->field_count == 0) {
        text_add_char(out, '-');
        return;
    }
    text_add_char(out, '[');
    text_add_slice(out, id);
    for (size_t i = 0; i < rec->field_count; i++) {
        text_add_char(out, ' ');
        add_name(out, rec->fields[i].key);
        text_add_cstr(out, "=\"");
        add_value(out, &rec->fields[i].val);
        text_add_char(out, '"');
    }
    text_add_char(out, ']');
}
