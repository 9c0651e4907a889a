/* What a configuration's author notices of reading: lines, names, values; tests/compat/ini_test.py
 * compares with Python. */
/* covers: config: NUL, config: binary, config: 80-byte section names */
/* covers: config: duplicate section, config: duplicate key */
#include "config/ini.h"

#include <criterion/criterion.h>
#include <ini.h>
#include <stdlib.h>

#include "base/limits.h"

static arena memory;
static problems found;
static ini_file file;

static void begin(void) {
    arena_init(&memory, 0);
    problems_init(&found, "t.ini");
}
static void end(void) {
    arena_done(&memory);
    problems_done(&found);
}
TestSuite(ini, .init = begin, .fini = end);

static void read_text(slice in) { cr_assert_eq(ini_parse_text(in, &memory, &file, &found), 0); }

static void read_cstr(const char *in) { read_text(slice_of(in)); }

static slice raw(const char *section, const char *key) {
    const ini_section *s = ini_find(&file, slice_of(section));
    cr_assert_not_null(s, "no section %s", section);
    const ini_key *k = ini_get_raw(&file, s, key);
    cr_assert_not_null(k, "no key %s", key);
    return k->raw;
}

static void expect_problem(int line, const char *words) {
    for (size_t i = 0; i < found.count; i++)
        if (found.list[i].line == line && strstr(found.list[i].message, words) != NULL) return;
    cr_assert_fail("no problem in line %d with \"%s\" (first: %s)", line, words,
                   found.count ? found.list[0].message : "none at all");
}

Test(ini, sections_keys_values_and_lines) {
    read_cstr("# c\n[a]\nKey = v\n\n[b]\nx: 1\n  2\n\n  3\n");
    cr_assert_eq(found.count, 0);
    cr_assert_eq(file.count, 2);
    cr_assert(slice_is(raw("a", "key"), "v"));
    cr_assert(slice_is(raw("b", "x"), "1\n2\n\n3"));
    cr_assert_eq(ini_find(&file, SLICE_LITERAL("b"))->line, 5);
    cr_assert_eq(ini_get_raw(&file, ini_find(&file, SLICE_LITERAL("b")), "x")->line, 6);
}

Test(ini, defaults_apply_to_every_section) {
    read_cstr("[a]\nk = own\n[DEFAULT]\nk = general\nm = %(k)s!\n[b]\n");
    cr_assert(slice_is(raw("a", "k"), "own"));
    cr_assert(slice_is(raw("b", "k"), "general"));
    slice got;
    bool there;
    int line;
    cr_assert_eq(
        ini_get(&file, ini_find(&file, SLICE_LITERAL("a")), "m", &memory, &got, &there, &line, &found), 0);
    cr_assert(there && slice_is(got, "own!") && line == 5);
    cr_assert_eq(
        ini_get(&file, ini_find(&file, SLICE_LITERAL("a")), "zz", &memory, &got, &there, &line, &found), 0);
    cr_assert_not(there);
}

Test(ini, lines_of_64_kib_and_names_of_255_bytes_are_kept) {
    text in;
    text_init(&in, 0);
    text_add_char(&in, '[');
    text_add_repeat(&in, 's', 255);
    text_add_cstr(&in, "]\nk = ");
    while (in.len < 60000) text_add_cstr(&in, "x ; y = # ");
    text_add_cstr(&in, "end");
    size_t line_end = in.len;
    text_add_cstr(&in, "\n[");
    text_add_repeat(&in, 's', 254);
    text_add_cstr(&in, "t]\nk = 2\n");
    read_text(text_slice(&in));
    cr_assert_eq(found.count, 0);
    cr_assert_eq(file.count, 2);
    cr_assert_eq(file.sections[0].name.len, 255);
    cr_assert(slice_equal(file.sections[0].keys[0].raw, slice_make(in.data + 262, line_end - 262)));
    cr_assert(slice_is(file.sections[1].keys[0].raw, "2"));
    text_done(&in);
}

Test(ini, the_last_line_of_64_kib_is_read_and_one_byte_more_is_told) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, "[a]\nk =");
    text_add_repeat(&in, 'x', LIMIT_CONFIG_LINE - 3);
    text_add_cstr(&in, "\nl =");
    text_add_repeat(&in, 'y', LIMIT_CONFIG_LINE - 2);
    text_add_cstr(&in, "\nm = 1\n");
    read_text(text_slice(&in));
    cr_assert_eq(raw("a", "k").len, LIMIT_CONFIG_LINE - 3);
    cr_assert_eq(found.errors, 1);
    expect_problem(3, "65537 bytes");
    cr_assert(slice_is(raw("a", "m"), "1"));
    text_done(&in);
}

Test(ini, a_name_of_256_bytes_is_told) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, "\n[");
    text_add_repeat(&in, 's', 256);
    text_add_cstr(&in, "]\n");
    read_text(text_slice(&in));
    expect_problem(2, "256 bytes");
    text_done(&in);
}

Test(ini, every_problem_is_told_with_its_line) {
    static const char in[] =
        "x = 0\n[a]\nb\0c = 1\nd = \xff\xfe\nlonely\n[open\n= v\n[a]\n[e]\nf = 1\nF = 2\ng = \xed\xa0\x80\n";
    read_text(slice_make(in, sizeof in - 1));
    expect_problem(1, "before the first [section]");
    expect_problem(3, "NUL byte in column 2");
    expect_problem(4, "0xFF in column 5");
    expect_problem(5, "neither [section] nor key");
    expect_problem(6, "no section header");
    expect_problem(7, "without a key");
    expect_problem(8, "first in line 2");
    expect_problem(11, "first in line 10");
    expect_problem(12, "0xED");
    cr_assert_eq(found.errors, 9);
}

Test(ini, a_byte_order_mark_is_passed_over_only_at_the_start) {
    read_cstr("\xef\xbb\xbf[a]\nk = 1\n");
    cr_assert_eq(found.count, 0);
    cr_assert(slice_is(raw("a", "k"), "1"));
    read_cstr("\n\xef\xbb\xbf[a]\n");
    expect_problem(2, "before the first [section]");
}

Test(ini, all_line_ends_count) {
    read_cstr("[a]\rk = 1\r\nl = 2\n\rm = 3");
    cr_assert_eq(found.count, 0);
    cr_assert_eq(ini_get_raw(&file, &file.sections[0], "m")->line, 5);
}

Test(ini, nothing_depends_on_what_the_host_does_with_inihs_settings) {
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_start_comment_prefixes = "k";
    ini_stop_on_first_error = true;
    read_cstr("[a]\nl = 1 ; x\n  more\n\n  end\n[b]\n");
    cr_assert_eq(found.count, 0);
    cr_assert(slice_is(raw("a", "l"), "1 ; x\nmore\n\nend"));
    cr_assert_eq(file.count, 2);
}

static void expand(const char *in, const char *words) {
    slice got;
    bool there;
    int line;
    read_cstr(in);
    size_t before = found.errors;
    int rc = ini_get(&file, &file.sections[0], "k", &memory, &got, &there, &line, &found);
    cr_assert_eq(rc, -1);
    cr_assert_eq(found.errors, before + 1);
    expect_problem(2, words);
}

Test(ini, what_cannot_be_interpolated_is_told) {
    expand("[a]\nk = 5%\n", "must be followed by");
    expand("[a]\nk = %(x\n", "no reference");
    expand("[a]\nk = %()s\n", "no reference");
    expand("[a]\nk = %(x)d\nx = 1\n", "no reference");
    expand("[a]\nk = %(x)s\n", "names no key");
    expand("[a]\nk = %(k)s\n", "nested more than 10");
    expand("[a]\nk = %(l)s\nl = %(k)s\n", "nested more than 10");
}

Test(ini, expansion_is_bounded) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, "[a]\nk = ");
    for (int i = 0; i < 10; i++) text_add_cstr(&in, "%(b)s");
    for (char c = 'b'; c < 'h'; c++) {
        text_addf(&in, "\n%c = ", c);
        for (int i = 0; i < 10; i++) text_addf(&in, "%%(%c)s", c + 1);
    }
    text_add_cstr(&in, "\nh = x");
    expand(text_cstr(&in), "more than 65536 bytes");
    text_done(&in);
}

Test(ini, expansion_of_nothing_is_bounded_too) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, "[a]\nk = ");
    for (int i = 0; i < 5000; i++) text_add_cstr(&in, "%(b)s");
    text_add_cstr(&in, "\nb = ");
    for (int i = 0; i < 5000; i++) text_add_cstr(&in, "%(c)s");
    text_add_cstr(&in, "\nc =\n");
    expand(text_cstr(&in), "16 MiB in all");
    text_done(&in);
}

Test(ini, many_keys_and_sections_take_linear_time, .timeout = 20) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, "[a]\n");
    for (int i = 0; i < 60000; i++) text_addf(&in, "k%d=1\n", i);
    for (int i = 0; i < 60000; i++) text_addf(&in, "[%d]\n", i);
    read_text(text_slice(&in));
    cr_assert_eq(found.count, 0);
    cr_assert_eq(file.count, 60001);
    cr_assert_eq(file.sections[0].count, 60000);
    text_done(&in);
}
