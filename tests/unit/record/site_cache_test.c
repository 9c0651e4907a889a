/* Call sites by their dictionary id. */
#include "record/site_cache.h"

#include "support/record_fixture.h"

TestSuite(site_cache, .init = fixture_init, .fini = fixture_done);

static void expect_path(const char *path, const char *filename, const char *module) {
    slice name = path_filename(slice_of(path));
    fixture_expect(name, filename);
    fixture_expect(path_module(name), module);
}

Test(site_cache, basename_and_splitext_as_in_python) {
    expect_path("/a/b/c.tar.gz", "c.tar.gz", "c.tar");
    expect_path("plain", "plain", "plain");
    expect_path("/dir/", "", "");
    expect_path("/dir/.profile", ".profile", ".profile");
    expect_path("..a.b", "..a.b", "..a");
    expect_path("...", "...", "...");
    expect_path("", "", "");
}

Test(site_cache, each_site_is_parsed_once) {
    site_cache *c = site_cache_create(fixture.dict, NULL);
    site_format parsed;
    site_parse(SLICE_LITERAL("%s is %d"), &parsed);
    uint32_t id = fixture_site("%s is %d", &parsed);
    const site_info *info = site_cache_get(c, id);
    cr_assert_not_null(info);
    cr_assert_eq(site_cache_get(c, id), info);
    cr_assert(info->text_arguments);
    cr_assert_eq(info->arg_count, 2);
    cr_assert_eq(info->fixed_size, 0);
    site_cache_free(c);
}

Test(site_cache, unknown_and_damaged_sites) {
    site_cache *c = site_cache_create(fixture.dict, NULL);
    cr_assert_null(site_cache_get(c, 0));
    cr_assert_null(site_cache_get(c, 12345));
    cr_assert_null(site_cache_get(c, UINT32_MAX));
    struct {
        site_content head;
        char rest[8];
    } content = {.head = {.file_len = 1, .function_len = 1, .format_len = 100}};
    cr_assert_null(site_cache_get(c, dictionary_add(fixture.dict, DICT_SITE, &content, sizeof content)));
    cr_assert_null(site_cache_get(c, dictionary_add(fixture.dict, DICT_SITE, &content, 3)));
    site_format parsed;
    site_parse(SLICE_LITERAL("%d"), &parsed);
    parsed.types[0] = ARG_STRING; /* not what the format says */
    cr_assert_null(site_cache_get(c, fixture_site("%d", &parsed)));
    uint32_t logger = dictionary_add(fixture.dict, DICT_LOGGER, "a.b", 3);
    cr_assert_null(site_cache_get(c, logger));
    site_cache_free(c);
}
