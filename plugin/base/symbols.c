/* symbols.c - addresses to functions and lines, by libdw (docs/decisions/0009-stack-lines.md). In the thread
 * that asks, under one lock: exceptions and `stacklevel` only.
 *
 * A guest's care: objects are opened here, by their own path or by their build id below /usr/lib/debug, and
 * never asked for over a network (debuginfod); no descriptor is one of 0 to 2, or is inherited. Where libdw
 * runs out of memory it would end the process: its handler jumps out of the look-up instead. */
#define _GNU_SOURCE
#include "base/symbols.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/limits.h"

typedef struct kept_symbol {
    const void *returns;   /* NULL: free */
    char *function, *file; /* malloc'd; NULL: not known */
    int line;
} kept_symbol;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all that follows */
static kept_symbol *kept;
static size_t kept_count;
static unsigned long long unloads; /* when `kept` was true: an address may be another object's later */
static Dwfl *opened;               /* the objects of the look-ups since the last symbols_close; NULL: none */
static jmp_buf out_of_memory;

void symbols_fork_prepare(void) { pthread_mutex_lock(&lock); }
void symbols_fork_release(void) { pthread_mutex_unlock(&lock); }

/* ---- what is kept ---- */

static int see_unloads(struct dl_phdr_info *info, size_t size, void *arg) {
    (void)size;
    *(unsigned long long *)arg = info->dlpi_subs;
    return 1;
}

static void close_objects(void);

static void forget_all(void) {
    close_objects();
    for (size_t i = 0; i < LIMIT_SYMBOLS * 2; i++) {
        free(kept[i].function);
        free(kept[i].file);
    }
    memset(kept, 0, LIMIT_SYMBOLS * 2 * sizeof *kept);
    kept_count = 0;
}

/* The slot of an address: its own, or a free one. NULL: no memory, or all are in use. */
static kept_symbol *slot_of(const void *returns) {
    unsigned long long now = unloads;
    dl_iterate_phdr(see_unloads, &now);
    if (kept == NULL) kept = calloc(LIMIT_SYMBOLS * 2, sizeof *kept);
    if (kept == NULL) return NULL;
    if (now != unloads) {
        forget_all();
        unloads = now;
    }
    size_t at = (uintptr_t)returns * 0x9E3779B97F4A7C15u >> 32 & (LIMIT_SYMBOLS * 2 - 1);
    while (kept[at].returns != NULL && kept[at].returns != returns) at = (at + 1) & (LIMIT_SYMBOLS * 2 - 1);
    return kept[at].returns == NULL && kept_count == LIMIT_SYMBOLS ? NULL : &kept[at];
}

/* ---- opening objects ---- */

static int find_no_elf(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, char **file,
                       Elf **elf) {
    (void)module, (void)data, (void)name, (void)base, (void)file, (void)elf;
    return -1; /* dwfl_report_elf was given it */
}

static int open_object(const char *path) { return descriptor_above(open(path, O_RDONLY | O_CLOEXEC)); }

/* Debian's -dbgsym packages: /usr/lib/debug/.build-id/ab/cdef….debug */
static int find_debug(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, const char *file,
                      const char *link, GElf_Word crc, char **found) {
    const unsigned char *id = NULL;
    GElf_Addr at;
    char path[256] = "/usr/lib/debug/.build-id/";
    (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc;
    int len = dwfl_module_build_id(module, &id, &at);
    if (len < 2 || len > 64) return -1;
    size_t end = strlen(path);
    for (int i = 0; i < len; i++) end += (size_t)snprintf(path + end, 4, i == 0 ? "%02x/" : "%02x", id[i]);
    memcpy(path + end, ".debug", sizeof ".debug");
    int fd = open_object(path);
    if (fd >= 0 && (*found = strdup(path)) == NULL) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The object of the address as a module of its own, at the place where it is loaded. */
static Dwfl_Module *report(Dwfl *dwfl, const void *address) {
    Dl_info info;
    struct link_map *map = NULL;
    if (dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) == 0 || map == NULL) return NULL;
    const char *path = map->l_name != NULL && map->l_name[0] != '\0' ? map->l_name : "/proc/self/exe";
    int fd = open_object(path);
    if (fd < 0) return NULL;
    Dwfl_Module *module = dwfl_report_elf(dwfl, path, path, fd, map->l_addr, true);
    if (module == NULL) close(fd);
    if (dwfl_report_end(dwfl, NULL, NULL) != 0) return NULL;
    return module;
}

/* ---- reading ---- */

static __attribute__((noreturn)) void jump_out(void) { longjmp(out_of_memory, 1); }

/* The compilation unit of an address; without .debug_aranges (clang makes none) by looking at each. */
static Dwarf_Die *unit_of(Dwfl_Module *module, Dwarf_Addr address, Dwarf_Addr *bias) {
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
    if (unit != NULL) return unit;
    while ((unit = dwfl_module_nextcu(module, unit, bias)) != NULL)
        if (dwarf_haspc(unit, address - *bias) == 1) return unit;
    return NULL;
}

/* The innermost function: also one that the compiler put into its caller. */
static const char *function_of(Dwarf_Die *unit, Dwarf_Addr address) {
    Dwarf_Die *scopes = NULL;
    const char *name = NULL;
    int count = dwarf_getscopes(unit, address, &scopes);
    for (int i = 0; i < count && name == NULL; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) name = dwarf_diename(&scopes[i]);
    }
    free(scopes);
    return name;
}

static char *copy(const char *s) { return s == NULL ? NULL : strdup(s); }

static void read_dwarf(Dwfl_Module *module, Dwarf_Addr address, kept_symbol *out) {
    Dwarf_Addr bias = 0;
    Dwarf *dwarf = dwfl_module_getdwarf(module, &bias);
    if (dwarf == NULL) return;
    dwarf_new_oom_handler(dwarf, jump_out);
    Dwarf_Die *unit = unit_of(module, address, &bias);
    if (unit == NULL) return;
    out->function = copy(function_of(unit, address - bias));
    Dwarf_Line *line = dwarf_getsrc_die(unit, address - bias);
    if (line == NULL) return;
    out->file = copy(dwarf_linesrc(line, NULL, NULL));
    if (out->file == NULL || dwarf_lineno(line, &out->line) != 0) out->line = 0;
}

static void close_objects(void) {
    if (opened != NULL) dwfl_end(opened);
    opened = NULL;
}

/* NULL: there is none, or it cannot be read. */
static Dwfl_Module *module_of(Dwarf_Addr address) {
    static const Dwfl_Callbacks callbacks = {.find_elf = find_no_elf, .find_debuginfo = find_debug};
    if (opened == NULL) {
        opened = dwfl_begin(&callbacks);
    } else {
        Dwfl_Module *known = dwfl_addrmodule(opened, address);
        if (known != NULL) return known;
        dwfl_report_begin_add(opened);
    }
    return opened == NULL ? NULL : report(opened, (const void *)(uintptr_t)address);
}

/* returns - 1 lies in the call itself, which may be the last instruction of its line or function. */
static void look_up(const void *returns, kept_symbol *out) {
    Dwarf_Addr address = (Dwarf_Addr)(uintptr_t)returns - 1;
    Dwfl_Module *module = module_of(address);
    if (module == NULL) return;
    read_dwarf(module, address, out);
    if (out->function == NULL) out->function = copy(dwfl_module_addrname(module, address));
}

/* What libdw holds when it jumps out is lost: its state is not to be trusted then. */
static void look_up_safely(const void *returns, kept_symbol *out) {
    if (setjmp(out_of_memory) == 0)
        look_up(returns, out);
    else
        opened = NULL;
}

void symbols_close(void) {
    int cancel;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    pthread_mutex_lock(&lock);
    close_objects();
    pthread_mutex_unlock(&lock);
    pthread_setcancelstate(cancel, NULL);
}

static void put(char *out, size_t size, const char *s) {
    static const char more[] = "…";
    if (s == NULL) return;
    size_t len = strlen(s), keep = len < size ? len : size - sizeof more;
    while (keep < len && keep > 0 && ((unsigned char)s[keep] & 0xc0) == 0x80) keep--;
    memcpy(out, s, keep);
    memcpy(out + keep, keep < len ? more : "", keep < len ? sizeof more : 1);
}

bool symbol_of_call(const void *returns, symbol *out) {
    out->function[0] = out->file[0] = '\0';
    out->line = 0;
    int cancel;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel); /* a look-up opens files */
    pthread_mutex_lock(&lock);
    kept_symbol *slot = slot_of(returns);
    if (slot != NULL && slot->returns == NULL) {
        look_up_safely(returns, slot);
        slot->returns = returns;
        kept_count++;
    }
    if (slot != NULL) {
        put(out->function, sizeof out->function, slot->function);
        put(out->file, sizeof out->file, slot->file);
        out->line = slot->line;
    }
    pthread_mutex_unlock(&lock);
    pthread_setcancelstate(cancel, NULL);
    return out->function[0] != '\0' || out->file[0] != '\0';
}
