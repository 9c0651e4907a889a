/* schema.c - the embedded schema files, and migration by user_version. Runs on the thread that opens
 * a history for writing; it never looks at records. */
#include "store/schema.h"

#define EMBED(symbol, file)                                                                                  \
    __asm__(".section .rodata\n"                                                                             \
            ".global " #symbol "\n.hidden " #symbol "\n" #symbol ":\n.incbin \"" file "\"\n.byte 0\n"        \
            ".previous\n");                                                                                  \
    extern const char symbol[]

EMBED(schema_0001, "schema/0001_history.sql");

/* Step i takes user_version i to i + 1. */
static const char *const steps[] = {schema_0001};
#define STEP_COUNT ((int)(sizeof steps / sizeof steps[0]))

int schema_latest(void) { return STEP_COUNT; }

typedef struct version {
    int64_t application, user, tables;
} version;

static store_status read_version(connection *c, version *out, weir_error *err) {
    store_status s = connection_int(c, "PRAGMA application_id", &out->application, err);
    if (s == STORE_OK) s = connection_int(c, "PRAGMA user_version", &out->user, err);
    if (s == STORE_OK) s = connection_int(c, "SELECT count(*) FROM sqlite_master", &out->tables, err);
    return s;
}

static store_status judge(const connection *c, const version *v, weir_error *err) {
    if (v->application != SCHEMA_APPLICATION_ID) {
        error_set(err, WEIR_ERR_INVALID, "%s is a SQLite database, but no history of Weir; it is left alone",
                  c->path);
        return STORE_REFUSED;
    }
    if (v->user > STEP_COUNT) {
        error_set(err, WEIR_ERR_INVALID,
                  "%s was made by a newer Weir (its schema is %lld, this one knows up to %d)", c->path,
                  (long long)v->user, STEP_COUNT);
        return STORE_REFUSED;
    }
    return STORE_OK;
}

/* One step; looks at the version again, now under the write lock: another process may have won. */
static store_status step_forward(connection *c, int from, weir_error *err) {
    int64_t now = 0;
    char finish[128];
    store_status s = connection_run(c, "BEGIN IMMEDIATE", err);
    if (s != STORE_OK) return s;
    s = connection_int(c, "PRAGMA user_version", &now, err);
    if (s == STORE_OK && now == from) {
        snprintf(finish, sizeof finish, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                 SCHEMA_APPLICATION_ID, from + 1);
        s = connection_run(c, steps[from], err);
        if (s == STORE_OK) s = connection_run(c, finish, err);
    }
    if (s == STORE_OK) s = connection_run(c, "COMMIT", err);
    if (s != STORE_OK) connection_run(c, "ROLLBACK", NULL);
    return s;
}

store_status schema_migrate(connection *c, weir_error *err) {
    for (;;) {
        version v;
        store_status s = read_version(c, &v, err);
        bool empty = s == STORE_OK && v.application == 0 && v.user == 0 && v.tables == 0;
        if (s == STORE_OK && !empty) s = judge(c, &v, err);
        if (s != STORE_OK || v.user == STEP_COUNT) return s;
        s = step_forward(c, (int)v.user, err);
        if (s != STORE_OK) return s;
    }
}

store_status schema_check(connection *c, weir_error *err) {
    version v;
    store_status s = read_version(c, &v, err);
    if (s == STORE_OK) s = judge(c, &v, err);
    if (s == STORE_OK && v.user < STEP_COUNT) {
        error_set(
            err, WEIR_ERR_STATE,
            "%s is of an older Weir (schema %lld of %d); a service that writes to it brings it up to date",
            c->path, (long long)v.user, STEP_COUNT);
        return STORE_REFUSED;
    }
    return s;
}
