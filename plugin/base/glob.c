/* glob.c - matching by '*' and '?'. Any thread, in a log call too. It never backtracks further than to the
 * last '*', and knows nothing of dots or slashes. */
#include "base/glob.h"

#include <stdint.h>

bool glob_matches(slice pattern, slice name) {
    size_t p = 0, n = 0, star = SIZE_MAX, resume = 0;
    while (n < name.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.len && (pattern.data[p] == '?' || pattern.data[p] == name.data[n])) {
            p++;
            n++;
        } else if (star != SIZE_MAX) { /* let the last '*' take one byte more */
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*') p++;
    return p == pattern.len;
}
