/* HTTPHandler's form to attributes. */
#include "decoder_fixture.h"

Test(form, attributes_have_their_types) {
    expect_decoded(
        decode_form,
        "name=a.b&msg=user+%25s%26&args=%28%27b%C3%B6b%27%2C+3%2C+None%29&levelname=INFO&levelno=20&"
        "exc_info=None&exc_text=None&stack_info=x%0Ay&lineno=-5&created=1700000000.125&msecs=125.0&"
        "thread=140000000000000&ip=10.0.0.1&none=None&empty=",
        "{'name': 'a.b', 'msg': 'user %s&', 'args': ('böb', 3, None), 'levelname': 'INFO', 'levelno': 20, "
        "'stack_info': 'x\\ny', 'lineno': -5, 'created': 1700000000.125, 'msecs': 125.0, 'thread': "
        "140000000000000, 'ip': '10.0.0.1', 'none': 'None', 'empty': ''}");
    expect_decoded(decode_form, "args=%7B%27a%27%3A+1%7D", "{'args': {'a': 1}}");
    expect_decoded(decode_form, "args=%28%29&exc_info=%28%3Cclass+%27X%27%3E%2C%29",
                   "{'exc_info_text': \"(<class 'X'>,)\"}");
}

Test(form, arguments_that_are_no_literals_stay_text) {
    expect_decoded(decode_form, "args=%28%3Cobject+at+0x7f%3E%2C%29", "{'args_text': '(<object at 0x7f>,)'}");
    expect_decoded(decode_form, "args=__import__%28%27os%27%29", "{'args_text': \"__import__('os')\"}");
}

Test(form, refused) {
    expect_decoded(decode_form, "a=%4", "refused: a % in the form");
    expect_decoded(decode_form, "a=%zz", "refused: a % in the form");
    expect_decoded(decode_form, "a=1&a=2", "refused: a field is given twice");
    expect_decoded(decode_form, "levelno=high", "refused: levelno is no integer");
    expect_decoded(decode_form, "levelno=99999999999999999999", "refused: levelno is no integer");
    expect_decoded(decode_form, "created=soon", "refused: created is no number");
}
