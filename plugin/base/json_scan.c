/* json_scan.c - strict UTF-8 and paired surrogates. Runs before the parse, on the same thread;
 * knows of JSON's grammar only where strings begin and end. */
#include "base/json_scan.h"

#include "base/utf8.h"

size_t json_line(slice in, size_t at) {
    size_t line = 1;
    for (size_t i = 0; i < at && i < in.len; i++) line += in.data[i] == '\n';
    return line;
}

/* The code unit of the escape \uXXXX at `at`; -1 when there is none. */
static int32_t escape_unit(slice in, size_t at) {
    if (in.len < 6 || at > in.len - 6 || in.data[at] != '\\' || in.data[at + 1] != 'u') return -1;
    int32_t unit = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = in.data[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool is_high(int32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
static bool is_low(int32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/* The length of the escape at `at`, a pair of surrogates taken together; 0: unpaired. */
static size_t escape_len(slice in, size_t at) {
    int32_t unit = escape_unit(in, at);
    if (is_low(unit)) return 0;
    if (is_high(unit)) return is_low(escape_unit(in, at + 6)) ? 12 : 0;
    bool hides_next = at + 1 < in.len && (in.data[at + 1] == '"' || in.data[at + 1] == '\\');
    return hides_next ? 2 : 1;
}

int json_scan(slice in, weir_error *err) {
    bool in_string = false;
    for (size_t at = 0; at < in.len;) {
        uint32_t code;
        size_t len = utf8_decode(in.data + at, in.len - at, &code);
        if (len == 0) {
            return error_set(err, WEIR_ERR_INVALID, "line %zu: invalid UTF-8 (byte 0x%02X)",
                             json_line(in, at), (unsigned char)in.data[at]);
        }
        if (code == '"') in_string = !in_string;
        if (in_string && code == '\\') {
            len = escape_len(in, at);
            if (len == 0) {
                return error_set(err, WEIR_ERR_INVALID, "line %zu: unpaired surrogate %.6s",
                                 json_line(in, at), in.data + at);
            }
        }
        at += len;
    }
    return 0;
}
