/* ini_text.h - bytes of a configuration as Python's str sees them: its white space, its strip(), its
 * lines, its UTF-8. Stateless. */
#ifndef WEIR_CONFIG_INI_TEXT_H
#define WEIR_CONFIG_INI_TEXT_H

#include "base/slice.h"

/* The length of the white space character that begins at s.data[at]; 0: it is none. */
size_t ini_space_at(slice s, size_t at);
slice ini_strip(slice s);
slice ini_rstrip(slice s);
/* Code points of white space at the start: Python's indentation. */
size_t ini_indent(slice s);
/* The next line of in from *at on, without its end (\n, \r\n or \r: universal newlines). false:
 * there is no more. */
bool ini_next_line(slice in, size_t *at, slice *line);
/* Where the first byte is that is not UTF-8 (strict: no surrogates, nothing overlong); s.len: none. */
size_t ini_utf8_end(slice s);

#endif
