/* stack_text.c - the C stack of the caller: as text, for WEIR_EXCEPTION and WEIR_LOG_STACK, and one place on
 * it, for `stacklevel`. In the caller's thread.
 *
 * backtrace() loads the unwinder at its first use, which calls malloc: front_open makes that first use. A
 * frame shows its function, file and line where debug information tells them (base/symbols.h, which calls
 * malloc when an address is new to it); else the symbol or the object with an offset, which addr2line reads.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/symbols.h"
#include "frontend/front_internal.h"

#define STACK_FRAMES 64

void stack_text_setup(void) {
    void *frame[2];
    backtrace(frame, 2);
}

/* What snprintf wrote, 0: it did not fit. */
static size_t fitting(int n, size_t space) { return n > 0 && (size_t)n < space ? (size_t)n : 0; }

static size_t add_bare_frame(char *out, size_t space, int number, const char *address, const Dl_info *info) {
    if (info->dli_fname == NULL)
        return fitting(snprintf(out, space, "\n  #%d %p", number, (const void *)address), space);
    if (info->dli_sname == NULL)
        return fitting(snprintf(out, space, "\n  #%d %s+0x%lx", number, info->dli_fname,
                                (unsigned long)(address - (const char *)info->dli_fbase)),
                       space);
    return fitting(snprintf(out, space, "\n  #%d %s+0x%lx (%s)", number, info->dli_sname,
                            (unsigned long)(address - (const char *)info->dli_saddr), info->dli_fname),
                   space);
}

/* The address is where the call returns to: the call itself may be the last of its function. */
static size_t add_frame(char *out, size_t space, int number, const char *address) {
    Dl_info info = {0};
    symbol s;
    if (dladdr(address - 1, &info) == 0) info = (Dl_info){0};
    if (!symbol_of_call(address, &s) || (s.line == 0 && info.dli_sname != NULL))
        return add_bare_frame(out, space, number, address, &info);
    const char *object = info.dli_fname != NULL ? info.dli_fname : "?";
    const char *function = s.function[0] != '\0' ? s.function : "?";
    if (s.line == 0)
        return fitting(snprintf(out, space, "\n  #%d %s (%s+0x%lx)", number, function, object,
                                (unsigned long)(address - (const char *)info.dli_fbase)),
                       space);
    return fitting(snprintf(out, space, "\n  #%d %s at %s:%d (%s)", number, function, s.file, s.line, object),
                   space);
}

/* The frame that the caller of the library returns to; what comes before it is the library's own. */
static int first_frame(void *const *frames, int count, const void *from) {
    for (int i = 0; i < count; i++)
        if (frames[i] == from) return i;
    return 0;
}

static bool make_buffer(thread_state *t) {
    if (t->stack_text != NULL) return true;
    void *p = mmap(NULL, STACK_TEXT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return false;
    t->stack_text = p;
    return true;
}

slice stack_text_capture(thread_state *t, const void *from) {
    static const char title[] = "Stack (most recent call first):";
    static const char more[] = "\n  ...";
    void *frames[STACK_FRAMES];
    if (!make_buffer(t)) return SLICE_LITERAL("Stack: no memory");
    int count = backtrace(frames, STACK_FRAMES);
    size_t len = sizeof title - 1, space = STACK_TEXT_SIZE - sizeof more;
    memcpy(t->stack_text, title, len);
    int first = first_frame(frames, count, from);
    for (int i = first; i < count; i++) {
        size_t added = add_frame(t->stack_text + len, space - len, i - first, frames[i]);
        len += added;
        if (added > 0 && !(i + 1 == count && count == STACK_FRAMES)) continue;
        memcpy(t->stack_text + len, more, sizeof more - 1); /* the text or the frames do not fit */
        len += sizeof more - 1;
        break;
    }
    symbols_close();
    return slice_make(t->stack_text, len);
}

/* Beyond the outermost frame it is that one, as in Python. */
void stack_place(const void *from, int up, symbol *out) {
    static const char unknown_file[] = "(unknown file)", unknown_function[] = "(unknown function)";
    void *frames[STACK_FRAMES];
    int count = backtrace(frames, STACK_FRAMES);
    int at = first_frame(frames, count, from);
    at = up < count - at ? at + up : count - 1;
    if (count <= 0 || !symbol_of_call(frames[at], out)) out->file[0] = out->function[0] = '\0';
    symbols_close();
    if (out->file[0] == '\0') memcpy(out->file, unknown_file, sizeof unknown_file);
    if (out->function[0] == '\0') memcpy(out->function, unknown_function, sizeof unknown_function);
}
