/* connection.h - one SQLite connection of Weir's own, and what its result codes mean to us.
 *
 * sqlite3_config and sqlite3_shutdown are never called: the host may use SQLite itself. A connection
 * is used by one thread at a time (NOMUTEX), always inside the fork gate (fork_gate.h), and it never
 * opens its file by other means: closing any descriptor of a file drops the process's locks on it. */
#ifndef WEIR_STORE_CONNECTION_H
#define WEIR_STORE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* The longest that one call waits for another process's lock: a writer is to end within 100 ms. */
#define CONNECTION_BUSY_MS 80
/* The writer's page cache. The indexes' hot pages are a few hundred; 8 MiB keeps the FTS index's too. */
#define CONNECTION_CACHE_KIB 8192
/* The reader's: a page of records needs little. */
#define CONNECTION_READER_CACHE_KIB 2048
/* The WAL is cut to this length when it starts anew. */
#define CONNECTION_WAL_KEEP (16 * 1024 * 1024)

typedef enum store_status {
    STORE_OK,
    STORE_BUSY,    /* somebody else holds the lock; try again */
    STORE_TROUBLE, /* disk full, I/O error, no memory; may pass */
    STORE_DENIED,  /* cannot be opened or written by us */
    STORE_CORRUPT, /* the file is damaged: to be set aside */
    STORE_REFUSED  /* will never work: not ours, newer than we are, a value that cannot be kept */
} store_status;

typedef struct connection {
    sqlite3 *db;        /* NULL: closed */
    char *path;         /* as given to SQLite; owned */
    dev_t dev;          /* of the file that is open */
    ino_t ino, wal_ino; /* wal_ino 0: not yet seen */
    int wal_pages;      /* after the last commit; writers only */
} connection;

/* path is copied. connection_done closes. */
int connection_init(connection *c, const char *path, weir_error *err);
void connection_done(connection *c);

/* Opens for writing: WAL, limits, no triggers. The file exists already. no_links: a symbolic link
 * anywhere in the path is refused. */
store_status connection_open_writer(connection *c, bool fsync_each, bool no_links, weir_error *err);
/* Opens for reading only; a file on a read-only medium is read as immutable if it has no WAL. */
store_status connection_open_reader(connection *c, weir_error *err);
void connection_close(connection *c);
/* Closes without touching the WAL (a damaged file is kept as it is). */
void connection_close_raw(connection *c);
/* Is the file at the path still the one that is open, and its WAL too? */
bool connection_in_place(connection *c);

/* Statements of ours without parameters; several at once are allowed. */
store_status connection_run(connection *c, const char *sql, weir_error *err);
/* First column of the first row; 0 when there is none. */
store_status connection_int(connection *c, const char *sql, int64_t *out, weir_error *err);
store_status connection_prepare(connection *c, const char *sql, sqlite3_stmt **out, weir_error *err);
/* What rc means; sets err to "PATH: what SQLite says: what the system says". Never STORE_OK. */
store_status connection_failed(const connection *c, int rc, weir_error *err);

#endif
