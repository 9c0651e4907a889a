/* codec.h - text in another encoding than UTF-8, byte for byte as Python's codecs write it, with Python's
 * ways (errors=) for what the encoding lacks. A codec is made where configurations are checked and built,
 * never changed, and may be used by any thread. */
#ifndef WEIR_BASE_CODEC_H
#define WEIR_BASE_CODEC_H

#include "base/error.h"
#include "base/text.h"

typedef struct codec codec;

/* encoding by any of Python's names for it; errors "" is "strict". *out NULL: UTF-8, nothing is to be done.
 * -1: an encoding or a way that is not known here; err says which are. */
int codec_create(slice encoding, slice errors, codec **out, weir_error *err);
/* UTF-8, for text in which surrogates stand alone (base/utf8.h): what it lacks. */
int codec_create_lone(slice errors, codec **out, weir_error *err);
/* The same, strict; constant. */
const codec *codec_strict(void);
void codec_free(codec *c); /* may be NULL */
/* Appends in, which is UTF-8 with surrogates; any other byte that is none counts as the lone surrogate that
 * Python's surrogateescape makes of it. -1: a character that the encoding lacks, by Python's words
 * ("UnicodeEncodeError: …"); out is as before. No memory: out->failed. */
int codec_encode(const codec *c, slice in, text *out, weir_error *err);
/* What Python writes first into an empty file of that encoding: a byte order mark. Returns its length, 0:
 * none. */
#define CODEC_MARK_MAX 4
size_t codec_mark(slice encoding, char out[CODEC_MARK_MAX]);

#endif
