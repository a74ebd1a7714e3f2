//! The tables, and what makes a log ours.
//!
//! One text for both databases, but for two words: `PostgreSQL` says `BIGINT`
//! for `INTEGER`, and is strict by itself. (`INTEGER PRIMARY KEY` is the table's
//! own order in `SQLite`, so reading the log in order is one walk without an
//! index.) The triggers are each database's own.

use std::path::Path;

use super::{StoreError, tx};

/// The format of the log; a higher one is a newer program's.
pub(super) const VERSION: i64 = 1;

/// The format of a file whose numbers a server gives: an older program would
/// give some itself.
pub(super) const REPLICA_VERSION: i64 = 2;

/// `warL` in ASCII: a file with another mark belongs to another program.
pub(super) const APPLICATION: i64 = 0x7761_724c;

/// Refuses what would make the log shorter.
macro_rules! lock {
    () => {
        "CREATE TRIGGER entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER head_rises BEFORE UPDATE ON head
WHEN NEW.seq < OLD.seq OR NEW.writes < OLD.writes OR NEW.rseq < OLD.rseq
BEGIN SELECT RAISE(ABORT, 'the head of the log never falls'); END;
"
    };
}

/// What [`UNLOCK`] took away.
pub(super) const LOCK: &str = lock!();

/// For the one transaction in which entries move to the outbox.
pub(super) const UNLOCK: &str = "DROP TRIGGER entries_remain; DROP TRIGGER head_rises;";

/// What a copy has beside: entries that wait for a number.
pub(super) const REPLICA: &str = "
CREATE TABLE outbox (
    nr INTEGER PRIMARY KEY,
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
    told INTEGER NOT NULL,
    refused TEXT
) STRICT;
PRAGMA user_version = 2;
";

/// Makes the tables, in the transaction that also makes the triggers and sets
/// the two numbers above.
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
CREATE INDEX deliveries_unfinished ON deliveries (nr) WHERE state NOT IN ('sent', 'cancelled');
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
CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;
";

const TRIGGERS_IN_A_FILE: &str = concat!(
    "
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
",
    lock!(),
    "CREATE TRIGGER head_remains BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'the head of the log is never deleted'); END;
"
);

const TRIGGERS_ON_A_SERVER: &str = "
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
FOR EACH ROW EXECUTE FUNCTION refuse('an entry is never changed');
CREATE TRIGGER entries_remain BEFORE DELETE OR TRUNCATE ON entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse('an entry is never deleted');
CREATE TRIGGER head_rises BEFORE UPDATE ON head FOR EACH ROW
WHEN (NEW.seq < OLD.seq OR NEW.writes < OLD.writes OR NEW.rseq < OLD.rseq)
EXECUTE FUNCTION refuse('the head of the log never falls');
CREATE TRIGGER head_remains BEFORE DELETE OR TRUNCATE ON head
FOR EACH STATEMENT EXECUTE FUNCTION refuse('the head of the log is never deleted');
";

/// Makes everything in a file.
pub(super) fn in_a_file() -> String {
    format!(
        "{TABLES}{TRIGGERS_IN_A_FILE}\
         PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    )
}

/// Makes everything in a schema of a server.
pub(super) fn on_server() -> String {
    let tables = TABLES.replace("INTEGER", "BIGINT").replace(" STRICT", "");
    format!(
        "{tables}{TRIGGERS_ON_A_SERVER}\
         INSERT INTO meta (name, value) VALUES ('format', '{VERSION}');"
    )
}

/// Whether this program knows the format `found`, up to `newest`.
pub(super) fn known(path: &Path, found: i64, newest: i64) -> Result<(), StoreError> {
    if found > newest {
        return Err(StoreError::Newer {
            path: path.into(),
            found,
            known: newest,
        });
    }
    if found < VERSION {
        return Err(tx::damaged(path, "its format number was never in use"));
    }
    Ok(())
}
