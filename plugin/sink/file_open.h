/* file_open.h - opens a log file for appending: never truncates, never waits for a FIFO's reader, never
 * takes descriptors 0 to 2. Two ways: a path that the start configuration names is opened as Python
 * would (links, FIFOs and devices are its author's wish); a pushed one lies below a directory that
 * is held open, is a regular file, and no link leads to it. */
#ifndef WEIR_SINK_FILE_OPEN_H
#define WEIR_SINK_FILE_OPEN_H

#include <sys/stat.h>

#include "sink/sink.h"

typedef struct file_place {
    const char *path;  /* absolute */
    const char *below; /* relative to beneath_fd */
    int beneath_fd;    /* -1: the first way */
    mode_t permissions;
} file_place;

typedef struct file_opened {
    int fd; /* -1: a FIFO that nobody reads yet */
    struct stat st;
    bool created;
} file_opened;

int file_open(const file_place *place, file_opened *out, weir_error *err);
/* What stands at the name, without opening it. -1: errno. */
int file_see(const file_place *place, struct stat *st);
/* The directory that the name stands in, opened for *at calls, and the name's last part. -1: errno. */
int file_open_parent(const file_place *place, const char **name);
/* Makes that directory, and those above it, when they are gone. Not for pushed places. -1: errno. */
int file_make_directory(const file_place *place);
/* Removes a file that was made for a configuration that is not applied. */
void file_unmake(const file_place *place);
/* Renames the file to NAME.bad-YYYYmmddTHHMMSS, if NAME is still the file that `st` tells of; does
 * nothing and succeeds if it is not. The new name's last part goes to out. */
int file_set_aside(const file_place *place, const struct stat *st, text *out, weir_error *err);

#endif
