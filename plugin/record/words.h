/* words.h - the search of the recent records, the same as that of the history's full-text index
 * (SQLite FTS5, unicode61) wherever both are ASCII: a token is a run of letters and digits, in any
 * case. Other characters: every one above U+007F counts as a letter and is compared byte by byte,
 * while unicode61 folds the case of all scripts, strips diacritics, and parts words at punctuation
 * beyond ASCII. Pure functions. */
#ifndef WEIR_RECORD_WORDS_H
#define WEIR_RECORD_WORDS_H

#include "base/slice.h"

/* Is there a letter or digit in it? */
bool words_has_token(slice word);
/* Do word's tokens ("disk-full" has two) stand one after the other in the message, all whole but the
 * last, which may be the beginning of a token? */
bool words_match(slice message, slice word);

#endif
