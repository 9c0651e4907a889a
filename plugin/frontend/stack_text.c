/* stack_text.c - the C stack of the caller as text, for WEIR_EXCEPTION. In the caller's thread.
 *
 * backtrace() loads the unwinder at its first use, which calls malloc: front_open makes that first
 * use, so that a call does not. Names are those of the dynamic symbol table (dladdr); functions that
 * are not exported show as object and offset, which addr2line reads. The issue on exceptions refines
 * this (other frames, C++ names). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <stdio.h>
#include <sys/mman.h>

#include "frontend/front_internal.h"

#define STACK_FRAMES 64

void stack_text_setup(void) {
    void *frame[2];
    backtrace(frame, 2);
}

static size_t add_frame(char *out, size_t space, int number, const char *address) {
    Dl_info info = {0};
    int n;
    /* The address is where the call returns to: the call itself may be the last of its function. */
    if (dladdr(address - 1, &info) == 0 || info.dli_fname == NULL)
        n = snprintf(out, space, "\n  #%d %p", number, (const void *)address);
    else if (info.dli_sname == NULL)
        n = snprintf(out, space, "\n  #%d %s+0x%lx", number, info.dli_fname,
                     (unsigned long)(address - (const char *)info.dli_fbase));
    else
        n = snprintf(out, space, "\n  #%d %s+0x%lx (%s)", number, info.dli_sname,
                     (unsigned long)(address - (const char *)info.dli_saddr), info.dli_fname);
    return n > 0 && (size_t)n < space ? (size_t)n : 0;
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
    return slice_make(t->stack_text, len);
}
