/* codec_names.h - the encodings by their Python names. Private to base/codec*.c. */
#ifndef WEIR_BASE_CODEC_NAMES_H
#define WEIR_BASE_CODEC_NAMES_H

#include "base/text.h"

typedef enum codec_kind {
    CODEC_UTF8,
    CODEC_ASCII,
    CODEC_LATIN1,
    CODEC_UTF16,
    CODEC_UTF32,
    CODEC_TABLE
} codec_kind;

typedef struct codec_row {
    codec_kind kind;
    const char *python; /* as its errors call it */
    const char *names;  /* lower case, without '-', '_' and blanks; with blanks between them */
    bool marked;        /* a byte order mark is written first into an empty file */
    bool big_endian;
    const char *iconv; /* CODEC_TABLE: the name of its 256 characters */
} codec_row;

const codec_row *codec_row_find(slice encoding);
/* "ascii, latin-1, …", for a message. */
void codec_row_list(text *out);

#endif
