//! The log on disk, beside bare `SQLite` through the same driver.

use std::path::Path;

use futures::TryStreamExt as _;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::runtime::Runtime;
use warroom::{
    domain::{board::Board, entry::Entry},
    store::{Log, OpenMode},
};

use super::{
    history::{self, Raw},
    rounds::{self, Goal, Rounds},
};

/// Entries in the log.
const COUNT: u32 = 100_000;
/// Rows of the first screen.
const SCREEN: u32 = 200;

/// Measures all of it.
pub fn measure() {
    let runtime = Runtime::new().expect("threads can be had");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the folder is ours");
    let (ours, floor) = (folder.path().join("log.db"), folder.path().join("raw.db"));
    let lines = history::lines(COUNT.into());
    runtime.block_on(fill(&ours, &floor, &lines));

    let all = Rounds::take(
        9,
        || runtime.block_on(open(&ours)),
        || runtime.block_on(open_raw(&floor)),
    );
    rounds::times("open a log of 100,000, all of it", &all, 1, &Goal(1.5, 0.6));
    // Somebody else has both open as well: the last one to close would tidy up
    // while the next round begins.
    let _others = runtime.block_on(async { (writable(&ours).await, connect(&floor).await) });
    let last = Rounds::take(
        41,
        || runtime.block_on(first_screen(&ours)),
        || runtime.block_on(first_screen_raw(&floor)),
    );
    rounds::times(
        "open a log of 100,000, its last 200",
        &last,
        1,
        &Goal(2.0, 1.3),
    );
    append(&runtime, &ours, &floor);
}

/// One entry, until it is on the disk.
fn append(runtime: &Runtime, ours: &Path, floor: &Path) {
    let log = runtime.block_on(writable(ours));
    let mut raw = runtime.block_on(connect(floor));
    let (mut seq, mut raw_seq) = (u64::from(COUNT), u64::from(COUNT));
    let taken = Rounds::take(
        401,
        || {
            seq += 1;
            let entry = history::entry(&history::line(seq));
            let now = entry.at;
            runtime
                .block_on(log.append(&[entry], &[], now))
                .expect("there is room")
        },
        || {
            raw_seq += 1;
            let line = history::line(raw_seq);
            runtime.block_on(insert(&mut raw, raw_seq, &line));
        },
    );
    rounds::times("append one entry, on disk", &taken, 1, &Goal(1.5, 1.1));
}

async fn fill(ours: &Path, floor: &Path, lines: &[String]) {
    let log = writable(ours).await;
    for some in lines.chunks(5_000) {
        let entries: Vec<Entry> = some.iter().map(|line| history::entry(line)).collect();
        let now = entries[0].at;
        log.append(&entries, &[], now).await.expect("there is room");
    }
    log.close().await;
    let mut raw = connect(floor).await;
    sqlx::query("CREATE TABLE ev (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        .execute(&mut raw)
        .await
        .expect("it is new");
    let mut transaction = raw.begin().await.expect("nobody else writes");
    for (line, seq) in lines.iter().zip(1_i64..) {
        sqlx::query("INSERT INTO ev VALUES ($1, $2)")
            .bind(seq)
            .bind(line.as_str())
            .execute(&mut *transaction)
            .await
            .expect("there is room");
    }
    transaction.commit().await.expect("there is room");
    raw.close().await.expect("it is idle");
}

async fn writable(path: &Path) -> Log {
    let log = Log::open(path, OpenMode::ReadWrite).await;
    log.expect("it is ours")
}

async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .row_buffer_size(1024);
    let conn = SqliteConnection::connect_with(&options).await;
    conn.expect("it is ours")
}

async fn open(path: &Path) -> Board {
    let log = writable(path).await;
    let mut board = Board::default();
    for entry in log.after(0, u32::MAX).await.expect("it is sound") {
        board.apply(entry);
    }
    board
}

async fn open_raw(path: &Path) -> Raw {
    let mut conn = connect(path).await;
    let mut raw = Raw::default();
    let mut rows =
        sqlx::query_scalar::<_, String>("SELECT body FROM ev ORDER BY seq").fetch(&mut conn);
    while let Some(line) = rows.try_next().await.expect("it is sound") {
        raw.apply(&line);
    }
    raw
}

async fn first_screen(path: &Path) -> Vec<Entry> {
    let log = writable(path).await;
    log.last(SCREEN).await.expect("it is sound")
}

async fn first_screen_raw(path: &Path) -> Raw {
    let mut conn = connect(path).await;
    let lines: Vec<String> = sqlx::query_scalar("SELECT body FROM ev ORDER BY seq DESC LIMIT $1")
        .bind(SCREEN)
        .fetch_all(&mut conn)
        .await
        .expect("it is sound");
    Raw::of(&lines)
}

async fn insert(conn: &mut SqliteConnection, seq: u64, line: &str) {
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *conn)
        .await
        .expect("nobody else writes");
    sqlx::query("INSERT INTO ev VALUES ($1, $2)")
        .bind(i64::try_from(seq).unwrap_or(i64::MAX))
        .bind(line)
        .execute(&mut *conn)
        .await
        .expect("there is room");
    sqlx::query("COMMIT")
        .execute(conn)
        .await
        .expect("there is room");
}
