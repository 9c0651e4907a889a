/* Manual pages: no text of a table can be taken for a command of roff. */
#include "admin/cli/manual.h"
#include "support/printed.h"

static const char *shown(const char *s) {
    FILE *out = printed_begin();
    roff_text(out, s);
    return printed_end(out);
}

Test(roff, texts_are_texts) {
    cr_assert_str_eq(shown("a-b \\ c"), "a\\-b \\e c");
    cr_assert_str_eq(shown(".TH x\n'quoted'\na.b"), "\\&.TH x\n\\&'quoted'\na.b");
    cr_assert_str_eq(shown("\xc2\xb7 \xe2\x80\xa6"), "\\[u00B7] \\[u2026]");
}
