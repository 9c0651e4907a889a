/* dump.c - the running configuration as text: what was given, lines ended by \n, without a byte order mark.
 * Nothing is rewritten, so it means the same, comments are kept, and a dump of a dump is itself. */
#include "config/config.h"
#include "config/ini_text.h"

void config_dump(const config_plan *plan, text *out) {
    slice in = slice_make(plan->text, plan->text_len), line;
    size_t at = in.len >= 3 && memcmp(in.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (ini_next_line(in, &at, &line)) {
        text_add_slice(out, line);
        text_add_char(out, '\n');
    }
}
