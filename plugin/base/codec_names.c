/* codec_names.c - the table of encodings: a new one of a byte a character is a row here. Constant data. */
#include "base/codec_names.h"

#define BYTES(python, names, iconv)                                                                          \
    { CODEC_TABLE, python, names, false, false, iconv }
#define BIG (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)

/* Not here are those whose table differs between iconv and Python (mac-roman), and those of several bytes a
 * character (gbk, shift_jis, …): a log that needs them is better UTF-8. */
static const codec_row rows[] = {
    {CODEC_UTF8, "utf-8", "utf8 u8 utf cp65001 utf8ucs2 utf8ucs4", false, false, NULL},
    {CODEC_UTF8, "utf-8", "utf8sig", true, false, NULL},
    {CODEC_ASCII, "ascii",
     "ascii 646 usascii ansix3.41968 ansix341968 ansix3.41986 cp367 csascii ibm367 us iso646us "
     "iso646.irv1991 isoir6 iso646irv1991",
     false, false, NULL},
    {CODEC_LATIN1, "latin-1",
     "latin1 iso88591 88591 8859 cp819 csisolatin1 ibm819 iso8859 iso885911987 isoir100 l1 latin", false,
     false, NULL},
    {CODEC_UTF16, "utf-16", "utf16 u16", true, BIG, NULL},
    {CODEC_UTF16, "utf-16-le", "utf16le unicodelittleunmarked", false, false, NULL},
    {CODEC_UTF16, "utf-16-be", "utf16be unicodebigunmarked", false, true, NULL},
    {CODEC_UTF32, "utf-32", "utf32 u32", true, BIG, NULL},
    {CODEC_UTF32, "utf-32-le", "utf32le", false, false, NULL},
    {CODEC_UTF32, "utf-32-be", "utf32be", false, true, NULL},
    BYTES("iso8859-2", "iso88592 latin2 l2 csisolatin2 iso885921987 isoir101", "ISO-8859-2"),
    BYTES("iso8859-3", "iso88593 latin3 l3 csisolatin3 iso885931988 isoir109", "ISO-8859-3"),
    BYTES("iso8859-4", "iso88594 latin4 l4 csisolatin4 iso885941988 isoir110", "ISO-8859-4"),
    BYTES("iso8859-5", "iso88595 cyrillic csisolatincyrillic iso885951988 isoir144", "ISO-8859-5"),
    BYTES("iso8859-6", "iso88596 arabic asmo708 csisolatinarabic ecma114 iso885961987 isoir127",
          "ISO-8859-6"),
    BYTES("iso8859-7", "iso88597 greek greek8 csisolatingreek ecma118 elot928 iso885971987 isoir126",
          "ISO-8859-7"),
    BYTES("iso8859-8", "iso88598 hebrew csisolatinhebrew iso885981988 iso88598e iso88598i isoir138",
          "ISO-8859-8"),
    BYTES("iso8859-9", "iso88599 latin5 l5 csisolatin5 iso885991989 isoir148", "ISO-8859-9"),
    BYTES("iso8859-10", "iso885910 latin6 l6 csisolatin6 iso8859101992 isoir157", "ISO-8859-10"),
    BYTES("iso8859-11", "iso885911 thai iso8859112001", "ISO-8859-11"),
    BYTES("iso8859-13", "iso885913 latin7 l7", "ISO-8859-13"),
    BYTES("iso8859-14", "iso885914 latin8 l8 isoceltic iso8859141998 isoir199", "ISO-8859-14"),
    BYTES("iso8859-15", "iso885915 latin9 l9", "ISO-8859-15"),
    BYTES("iso8859-16", "iso885916 latin10 l10 iso8859162001 isoir226", "ISO-8859-16"),
    BYTES("cp437", "cp437 437 cspc8codepage437 ibm437", "CP437"),
    BYTES("cp850", "cp850 850 cspc850multilingual ibm850", "CP850"),
    BYTES("cp852", "cp852 852 cspcp852 ibm852", "CP852"),
    BYTES("cp855", "cp855 855 csibm855 ibm855", "CP855"),
    BYTES("cp862", "cp862 862 cspc862latinhebrew ibm862", "CP862"),
    BYTES("cp866", "cp866 866 csibm866 ibm866", "CP866"),
    BYTES("cp1250", "cp1250 1250 windows1250", "CP1250"),
    BYTES("cp1251", "cp1251 1251 windows1251", "CP1251"),
    BYTES("cp1252", "cp1252 1252 windows1252", "CP1252"),
    BYTES("cp1253", "cp1253 1253 windows1253", "CP1253"),
    BYTES("cp1254", "cp1254 1254 windows1254", "CP1254"),
    BYTES("cp1255", "cp1255 1255 windows1255", "CP1255"),
    BYTES("cp1256", "cp1256 1256 windows1256", "CP1256"),
    BYTES("cp1257", "cp1257 1257 windows1257", "CP1257"),
    BYTES("cp1258", "cp1258 1258 windows1258", "CP1258"),
    BYTES("koi8-r", "koi8r cskoi8r", "KOI8-R"),
    BYTES("koi8-u", "koi8u", "KOI8-U"),
};

/* The longest name in the table is below that. */
#define NAME_MAX_BYTES 24

static size_t plain_name(slice name, char out[NAME_MAX_BYTES]) {
    size_t n = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (c == '-' || c == '_' || c == ' ') continue;
        if (n == NAME_MAX_BYTES) return 0;
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    return n;
}

static bool is_among(const char *names, slice wanted) {
    while (*names != '\0') {
        size_t len = strcspn(names, " ");
        if (slice_equal(slice_make(names, len), wanted)) return true;
        names += len + (names[len] == ' ');
    }
    return false;
}

const codec_row *codec_row_find(slice encoding) {
    char plain[NAME_MAX_BYTES];
    slice wanted = slice_make(plain, plain_name(encoding, plain));
    for (size_t i = 0; wanted.len > 0 && i < sizeof rows / sizeof rows[0]; i++)
        if (is_among(rows[i].names, wanted)) return &rows[i];
    return NULL;
}

void codec_row_list(text *out) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (i > 0 && strcmp(rows[i].python, rows[i - 1].python) == 0)
            text_add_cstr(out, ", utf-8-sig");
        else
            text_addf(out, "%s%s", i > 0 ? ", " : "", rows[i].python);
    }
}
