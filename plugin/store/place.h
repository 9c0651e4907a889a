/* place.h - where a history lies, and how the file there is looked at and made without following
 * what a stranger may have put in the way.
 *
 * A history of the start configuration may lie anywhere (links are followed). One that was pushed
 * lies below a directory that is held open: every look and every creation goes through openat2 with
 * RESOLVE_BENEATH and NO_SYMLINKS, and SQLite is given the real path with SQLITE_OPEN_NOFOLLOW. */
#ifndef WEIR_STORE_PLACE_H
#define WEIR_STORE_PLACE_H

#include <sys/stat.h>

#include "sink/sink.h"

typedef struct place {
    char *path;     /* what SQLite opens; owned */
    char *relative; /* below beneath_fd; NULL: anywhere; owned */
    int beneath_fd; /* a duplicate of the spec's; -1: anywhere */
    mode_t permissions;
} place;

int place_init(place *p, const sink_spec *spec, weir_error *err);
void place_done(place *p);
/* 0 with st filled; 1: there is nothing; -1: something that is no regular file, or not allowed.
 * Uses O_PATH: a descriptor that was opened for reading would drop SQLite's locks when closed. */
int place_look(const place *p, struct stat *st, weir_error *err);
/* Makes the empty file where there is none. *created is set only when this call made it. */
int place_create(const place *p, bool *created, weir_error *err);
/* Renames the damaged file to PATH.corrupt-TIME, its -wal likewise; the -shm is removed. The new
 * name goes into name (at least PATH_MAX). */
int place_set_aside(const place *p, char *name, size_t size, weir_error *err);

#endif
