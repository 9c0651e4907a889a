/* roll_files.c - renames and removes the files of a rolling log, so that at every system call a kill leaves
 * each line in one file and at most `backups` old ones. Runs on the writer, and in recovery. A rename onto
 * a file replaces it in one step, where Python removes first. Opens no log file. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sink/roll.h"

#define HOUR 3600

/* The directory, and the log's own name in it. */
typedef struct roll_place {
    int dir;
    const char *name;
    const char *path; /* for messages */
} roll_place;

static int failed(const roll_place *p, const char *what, weir_error *err) {
    return error_system(err, errno, "'%s' is not rolled over: cannot %s", p->path, what);
}

static int open_place(const file_place *place, roll_place *out, weir_error *err) {
    out->path = place->path;
    out->dir = file_open_parent(place, &out->name);
    return out->dir >= 0 ? 0 : failed(out, "open its directory", err);
}

/* ---- by number ---- */

/* "app.log.3"; 0 is the log itself. */
static bool numbered(const roll_place *p, uint64_t number, char out[NAME_MAX + 1]) {
    int n = number == 0 ? snprintf(out, NAME_MAX + 1, "%s", p->name)
                        : snprintf(out, NAME_MAX + 1, "%s.%llu", p->name, (unsigned long long)number);
    return n > 0 && n <= NAME_MAX;
}

static uint64_t inode_of(const roll_place *p, const char *name) {
    struct stat st;
    return fstatat(p->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)st.st_ino : 0;
}

/* step may be told only after ino is: with the old step, another inode means "that one is renamed". */
static void tell(chunk_roll *note, uint64_t step, uint64_t ino) {
    __atomic_store_n(&note->ino, ino, __ATOMIC_RELEASE);
    __atomic_store_n(&note->step, step, __ATOMIC_RELEASE);
}

/* Renames `number` to the next one, if there is such a file. */
static int shift_one(const roll_place *p, uint64_t number, chunk_roll *note, weir_error *err) {
    char from[NAME_MAX + 1], to[NAME_MAX + 1];
    struct stat st;
    if (!numbered(p, number, from) || !numbered(p, number + 1, to)) {
        errno = ENAMETOOLONG;
        return failed(p, "name its old files", err);
    }
    tell(note, number, inode_of(p, from));
    if (fstatat(p->dir, from, &st, 0) != 0)
        return errno == ENOENT ? 0 : failed(p, "look at its old files", err);
    return renameat(p->dir, from, p->dir, to) == 0 ? 0 : failed(p, "rename its old files", err);
}

/* From where it was left: note->step is the file that was being renamed, with that inode. */
int roll_shift(const file_place *place, int64_t backups, chunk_roll *note, weir_error *err) {
    roll_place p;
    char name[NAME_MAX + 1];
    int rc = 0;
    if (backups <= 0 || note->step == CHUNK_ROLL_DONE) return 0;
    if (open_place(place, &p, err) != 0) return -1;
    uint64_t at = note->step;
    bool begun = note->ino != 0 && numbered(&p, at, name) && inode_of(&p, name) != note->ino;
    for (int64_t number = (int64_t)at - (begun ? 1 : 0); rc == 0 && number >= 0; number--)
        rc = shift_one(&p, (uint64_t)number, note, err);
    close(p.dir);
    return rc;
}

/* ---- by time ---- */

typedef struct name_bag {
    char **names;
    size_t count, room;
} name_bag;

static bool keep_name(name_bag *bag, const char *name) {
    for (size_t i = 0; i < bag->count; i++)
        if (strcmp(bag->names[i], name) == 0) return true;
    if (bag->count == bag->room) {
        size_t room = bag->room ? bag->room * 2 : 16;
        char **names = realloc(bag->names, room * sizeof *names);
        if (names == NULL) return false;
        bag->names = names;
        bag->room = room;
    }
    char *copy = strdup(name);
    if (copy == NULL) return false;
    bag->names[bag->count++] = copy;
    return true;
}

/* Python's splitext: the last dot, but for dots that the name begins with. */
static size_t stem_length(const char *name) {
    const char *dot = strrchr(name, '.');
    size_t leading = strspn(name, ".");
    return dot == NULL || (size_t)(dot - name) < leading ? strlen(name) : (size_t)(dot - name);
}

/* Python's getFilesToDelete: begins with the log's name, and between its dots is such a date. */
static bool is_old(const roll_place *p, const roll_rules *rules, const char *name) {
    size_t stem = stem_length(p->name);
    if (strcmp(name, p->name) == 0 || strncmp(name, p->name, strlen(p->name)) != 0) return false;
    if (strncmp(name, p->name, stem) != 0 || name[stem] != '.') return false;
    for (const char *part = name + stem; part != NULL;) {
        part++;
        const char *dot = strchr(part, '.');
        slice s = slice_make(part, dot == NULL ? strlen(part) : (size_t)(dot - part));
        if (roll_time_is_suffix(rules, s)) return true;
        part = dot;
    }
    return false;
}

static int list_old(const roll_place *p, const roll_rules *rules, name_bag *bag) {
    int fd = openat(p->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        if (fd >= 0) close(fd);
        return -1;
    }
    bool good = true;
    for (struct dirent *e = readdir(dir); good && e != NULL; e = readdir(dir))
        if (is_old(p, rules, e->d_name)) good = keep_name(bag, e->d_name);
    closedir(dir);
    if (!good) errno = ENOMEM;
    return good ? 0 : -1;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Removes what will be too much once `next` is there: before the rename, so that there is never one more.
 * *next_too: the one that is to come is itself the oldest (the clock went back). */
static int remove_oldest(const roll_place *p, const roll_rules *rules, const char *next, bool *next_too,
                         weir_error *err) {
    name_bag bag = {0};
    int rc = 0;
    if (rules->backups <= 0) return 0;
    bool listed = list_old(p, rules, &bag) == 0;
    if (listed && is_old(p, rules, next)) listed = keep_name(&bag, next);
    if (!listed) rc = failed(p, "list its old files", err);
    if (bag.count > 1) qsort(bag.names, bag.count, sizeof *bag.names, by_name);
    size_t most = (size_t)rules->backups;
    for (size_t i = 0; rc == 0 && bag.count > most && i < bag.count - most; i++) {
        if (strcmp(bag.names[i], next) == 0)
            *next_too = true;
        else if (unlinkat(p->dir, bag.names[i], 0) != 0 && errno != ENOENT)
            rc = failed(p, "remove its oldest file", err);
    }
    for (size_t i = 0; i < bag.count; i++) free(bag.names[i]);
    free(bag.names);
    return rc;
}

/* Is what has the new name already the log of that very time? So it is after a start within the second in
 * which another process rolled over, and in the hour that comes twice when summer time ends. Python removes
 * it; here its lines are kept, and the present file is gone on with until the next rollover. Older ones of
 * that name are replaced, as in Python. */
static bool is_of_that_time(const roll_place *p, const char *next, const roll_rules *rules,
                            int64_t rollover_at) {
    struct stat st;
    if (fstatat(p->dir, next, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) return false;
    int64_t changed = (int64_t)st.st_mtime, begun = rollover_at - rules->interval;
    return changed >= begun - HOUR - 1 && changed <= rollover_at + HOUR + 1;
}

int roll_rename(const file_place *place, const roll_rules *rules, int64_t rollover_at, slice suffix,
                weir_error *err) {
    roll_place p;
    char next[NAME_MAX + 1];
    struct stat st;
    bool next_too = false;
    if (open_place(place, &p, err) != 0) return -1;
    int n = snprintf(next, sizeof next, "%s.%.*s", p.name, (int)suffix.len, suffix.data), rc = 0;
    if (n < 0 || (size_t)n >= sizeof next) {
        errno = ENAMETOOLONG;
        rc = failed(&p, "name its old file", err);
    }
    if (rc == 0 && is_of_that_time(&p, next, rules, rollover_at)) {
        close(p.dir);
        return 0;
    }
    if (rc == 0) rc = remove_oldest(&p, rules, next, &next_too, err);
    if (rc == 0 && fstatat(p.dir, p.name, &st, 0) == 0 && renameat(p.dir, p.name, p.dir, next) != 0)
        rc = failed(&p, "rename it", err);
    if (rc == 0 && next_too && unlinkat(p.dir, next, 0) != 0) rc = failed(&p, "remove its oldest file", err);
    close(p.dir);
    return rc;
}
