/* The pickle machine, opcode by opcode; whole pickles are compared with Python's own unpickler in
 * tests/integration/pickle_test.py. */
#include <criterion/criterion.h>

#include "receiver/pickle_decoder.h"

static pickle_decoder *decoder;

static void begin(void) { decoder = pickle_decoder_create(NULL); }
static void end(void) { pickle_decoder_free(decoder); }
TestSuite(pickle_decoder, .init = begin, .fini = end);

static void expect(slice frame, pickle_result result, const char *wanted) {
    value v;
    weir_error err = {.message = ""};
    text shown;
    text_init(&shown, 0);
    pickle_result got = pickle_decode(decoder, frame, &v, &err);
    if (got == PICKLE_RECORD || got == PICKLE_CODE)
        value_repr(&v, &shown);
    else
        text_add_cstr(&shown, err.message);
    cr_assert_eq(got, result, "%d, not %d: %s", got, result, text_cstr(&shown));
    cr_assert(strstr(text_cstr(&shown), wanted) != NULL, "%s\nwanted: %s", text_cstr(&shown), wanted);
    text_done(&shown);
}

#define RECORD(frame, wanted) expect(SLICE_LITERAL(frame), PICKLE_RECORD, wanted)
#define MALFORMED(frame, wanted) expect(SLICE_LITERAL(frame), PICKLE_MALFORMED, wanted)
#define CODE(frame, wanted) expect(SLICE_LITERAL(frame), PICKLE_CODE, wanted)

Test(pickle_decoder, numbers) {
    RECORD("}(U\1aK\xffU\1bM\xff\xffU\1cJ\xff\xff\xff\xffU\1dI-7\nU\1eI01\nU\1fL-12L\nu.",
           "{'a': 255, 'b': 65535, 'c': -1, 'd': -7, 'e': True, 'f': -12}");
    RECORD("}("
           "U\1a\x8a\1\x80U\1b\x8a\0U\1c\x8a\x09\0\0\0\0\0\0\0\x80\0U\1d\x8a\x09\xff\xff\xff\xff\xff\xff\xff"
           "\x7f\xffu.",
           "{'a': -128, 'b': 0, 'c': 9223372036854775808, 'd': -9223372036854775809}");
    RECORD("}(U\1aF1e3\nU\1bG\x3f\xf8\0\0\0\0\0\0U\1cL00000000000000000000000000000000000000000007L\nu.",
           "{'a': 1000.0, 'b': 1.5, 'c': 7}");
    MALFORMED("}U\1aI1x\ns.", "other than digits");
    MALFORMED("}U\1aIL\ns.", "without digits");
    MALFORMED("}U\1aF0x10\ns.", "a float that is none");
}

Test(pickle_decoder, strings) {
    RECORD("}(U\1aS'x\\'\\n\\x41\\q'\nU\1bV\\u00e9\\n\\U0001f600\nU\1cC\2b'u.",
           "{'a': \"x'\\nA\\\\q\", 'b': 'é\\\\n😀', 'c': 'b\"b\\'\"'}");
    MALFORMED("}U\1aS'x\ns.", "without its quotes");
    MALFORMED("}U\1aV\\u00\ns.", "broken escape");
}

Test(pickle_decoder, containers_and_marks) {
    RECORD("}(U\1a](K\1K\2eU\1b(K\1tU\1c)U\1d(U\1xK\1dU\1e(K\1lu.",
           "{'a': [1, 2], 'b': (1,), 'c': (), 'd': {'x': 1}, 'e': [1]}");
    RECORD("}U\1a]q\0K\1as.", "{'a': [1]}");
    RECORD("}(U\1a]q\0U\1bh\0u0}U\1ch\0K\5a\x30}.", "{}");
    RECORD("(K\1K\2"
           "1}2"
           "0.",
           "{}");
    MALFORMED("K\1a.", "too few items");
    MALFORMED("(e.", "no container below");
    MALFORMED("((e.", "a mark where a container");
    MALFORMED("}(U\1au.", "a key without a value");
    MALFORMED("K\1(K\2u.", "a key without a value");
    MALFORMED("K\1K\2K\3s.", "no container of its kind");
    MALFORMED("t.", "no mark");
    MALFORMED("(.", "too few items");
    MALFORMED("}", "before its STOP");
    MALFORMED("}\xfe.", "unknown or unfinished opcode");
    MALFORMED("h\0.", "did not remember");
}

Test(pickle_decoder, nothing_is_imported_or_called) {
    CODE("cos\nsystem\n(S'touch x'\ntR.", "<os.system not read>");
    CODE("(S'touch x'\nios\nsystem\n.", "<os.system not read>");
    CODE("(cos\nsystem\nS'touch x'\no.", "<os.system not read>");
    CODE("\x80\4\x8c\2os\x8c\6system\x93\x8c\1x\x85R.", "<os.system not read>");
    CODE("cos\nsystem\n)\x81}b.", "<os.system not read>");
    CODE("cos\nsystem\n)}\x92.", "<os.system not read>");
    CODE("P5\n.", "<a persistent object not read>");
    CODE("K\5Q.", "<a persistent object not read>");
    CODE("\x82\5.", "<extension 5 not read>");
    CODE("K\1K\2R.", "<a call not read>");
    RECORD("}(U\1acos\nsystem\nK\1\x85RU\1bK\2u.", "{'a': '<os.system not read>', 'b': 2}");
    RECORD("}U\1accollections\nOrderedDict\n)R(U\1xK\1us.", "{'a': '<collections.OrderedDict not read>'}");
}

Test(pickle_decoder, what_is_no_record) {
    expect(SLICE_LITERAL("K\1."), PICKLE_NO_RECORD, "no dict");
    expect(SLICE_LITERAL("]."), PICKLE_NO_RECORD, "no dict");
    MALFORMED("\x80\6}.", "protocol above 5");
    MALFORMED("\x95\xff\0\0\0\0\0\0\0}.", "longer than the pickle");
    MALFORMED("\x97.", "outside the pickle");
    RECORD("}(K\1K\2U\1aK\3u.", "{'a': 3}"); /* what is no name is no attribute */
    RECORD("}(U\1aK\1U\1bK\2U\1aK\3u.", "{'a': 3, 'b': 2}");
}
