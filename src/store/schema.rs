//! The tables, and what makes a file ours.
//!
//! Only this text is `SQLite`'s own: on `PostgreSQL` `INTEGER` would be `BIGINT`,
//! and the triggers functions. (`INTEGER PRIMARY KEY` is the table's own order
//! in `SQLite`, so reading the log in order is one walk without an index.)

/// The format of the file; a higher one is a newer program's.
pub(super) const VERSION: i64 = 1;

/// `warL` in ASCII: a file with another mark belongs to another program.
pub(super) const APPLICATION: i64 = 0x7761_724c;

/// Makes everything, in the transaction that also sets the two numbers above.
///
/// `total` is the chained check of an entry: the hash of the one before and of
/// its own content. `head.writes` counts transactions, so that a lost one is
/// noticed even if it added no entry.
pub(super) const TABLES: &str = "
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    total TEXT NOT NULL,
    rseq INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    epoch TEXT NOT NULL
) STRICT;
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    incident TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    via TEXT NOT NULL,
    replica TEXT NOT NULL,
    rseq INTEGER,
    base INTEGER NOT NULL,
    body TEXT NOT NULL,
    total TEXT NOT NULL
) STRICT;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER head_rises BEFORE UPDATE ON head
WHEN NEW.seq < OLD.seq OR NEW.writes < OLD.writes OR NEW.rseq < OLD.rseq
BEGIN SELECT RAISE(ABORT, 'the head of the log never falls'); END;
CREATE TRIGGER head_remains BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'the head of the log is never deleted'); END;
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE losses (
    nr INTEGER PRIMARY KEY,
    after_seq INTEGER NOT NULL,
    upto_seq INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT;
CREATE TABLE deliveries (
    nr INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    incident TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'in_flight', 'sent', 'uncertain', 'dead', 'cancelled')),
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    owner TEXT NOT NULL,
    lease_until INTEGER,
    maybe_repeat INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    sent_at INTEGER,
    created_at INTEGER NOT NULL,
    intent TEXT NOT NULL,
    total TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_open ON deliveries (nr) WHERE state IN ('queued', 'in_flight', 'uncertain');
CREATE INDEX deliveries_origin ON deliveries (origin);
CREATE TABLE lease (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    fence INTEGER NOT NULL,
    owner TEXT,
    since INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ticked_at INTEGER
) STRICT;
INSERT INTO lease (one, fence, owner, since, expires_at) VALUES (1, 0, NULL, 0, 0);
CREATE TABLE drafts (
    key TEXT PRIMARY KEY,
    json TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    total TEXT NOT NULL
) STRICT;
";

/// Who may speak to a server over this log.
pub(super) const TOKENS: &str = "
CREATE TABLE IF NOT EXISTS tokens (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;
";
