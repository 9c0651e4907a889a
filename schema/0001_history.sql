-- The history: every record once, its repeated parts in three dictionaries, a full-text index over
-- the messages, and counts per minute. docs/decisions/0003-history-schema.md gives the reasons.
-- Run by plugin/store/schema.c inside one transaction that also sets user_version.

-- Loggers by name. Kept for as long as anything may refer to one: see used_until.
CREATE TABLE loggers (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    used_until INTEGER NOT NULL
);

-- What all records of one call site share. template is NULL where it is the message itself. lineno is
-- that of the first record; one that differs in nothing else has its own in records.lineno (lines
-- that `weir log` reads are numbered, so each would make a site).
-- used_until (here, in loggers and in threads): no record younger than this refers to the row
-- unless the writer has moved it on first. So what ends before the oldest record can be deleted
-- without looking for references. One site may have several rows.
CREATE TABLE sites (
    id         INTEGER PRIMARY KEY,
    logger     INTEGER NOT NULL REFERENCES loggers (id),
    level      INTEGER NOT NULL,
    level_name TEXT NOT NULL,
    template   TEXT,
    pathname   TEXT NOT NULL,
    lineno     INTEGER NOT NULL,
    func       TEXT NOT NULL,
    used_until INTEGER NOT NULL
);

CREATE TABLE threads (
    id           INTEGER PRIMARY KEY,
    process      INTEGER NOT NULL,
    process_name TEXT NOT NULL,
    thread       INTEGER NOT NULL,
    thread_name  TEXT NOT NULL,
    used_until   INTEGER NOT NULL
);

-- id is the record's own 64-bit id. created: microseconds since the epoch, UTC. exc: exception and
-- stack text. fields: a JSON object, NULL for an empty one. lineno: NULL where it is its site's.
CREATE TABLE records (
    id      INTEGER PRIMARY KEY,
    created INTEGER NOT NULL,
    site    INTEGER NOT NULL REFERENCES sites (id),
    thread  INTEGER NOT NULL REFERENCES threads (id),
    message TEXT NOT NULL,
    exc     TEXT,
    fields  TEXT,
    lineno  INTEGER
);
CREATE INDEX records_created ON records (created);
CREATE INDEX records_site ON records (site, created);

-- Written and emptied by the writer itself, in the transaction of the rows (triggers cost more).
CREATE VIRTUAL TABLE records_text USING fts5 (
    message,
    content = 'records', content_rowid = 'id',
    detail = none, columnsize = 0, tokenize = 'ascii'
);
INSERT INTO records_text (records_text, rank) VALUES ('automerge', 8);

-- How many records a minute, level and logger have: kept with the rows, since counting two million
-- of them takes a second. minute: created / 60,000,000, rounded down.
CREATE TABLE rollup (
    minute INTEGER NOT NULL,
    level  INTEGER NOT NULL,
    logger INTEGER NOT NULL REFERENCES loggers (id),
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, level, logger)
) WITHOUT ROWID;

-- Up to where each chunk queue is in here: what lies before the position is committed.
CREATE TABLE queues (
    identity INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    updated  INTEGER NOT NULL
);

-- sweeps: counts deletions from the dictionaries, so that another writer of this file knows that
-- what it has cached may be gone.
CREATE TABLE state (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO state (name, value) VALUES ('sweeps', 0);

-- For people with a sqlite3 shell: SELECT * FROM log ORDER BY created DESC LIMIT 20;
CREATE VIEW log AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', r.created / 1000000, 'unixepoch') || '.' ||
           substr('000000' || (r.created % 1000000), -6) || 'Z' AS timestamp,
       s.level_name AS level, l.name AS logger, r.message, r.fields, r.exc,
       t.process_name, t.process, t.thread_name, t.thread, s.pathname, coalesce(r.lineno, s.lineno) AS lineno, s.func,
       coalesce(s.template, r.message) AS template, r.created, r.id
FROM records r
LEFT JOIN sites s ON s.id = r.site
LEFT JOIN loggers l ON l.id = s.logger
LEFT JOIN threads t ON t.id = r.thread;
