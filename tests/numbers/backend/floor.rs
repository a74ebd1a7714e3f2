//! The least that could do the same: no checks, no tokens, no fold.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use serde::Deserialize;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{Mutex, watch};

/// Names the folder in which this process is to be the floor.
pub const FLOOR: &str = "WARROOM_BENCH_FLOOR";

struct Floor {
    database: Mutex<SqliteConnection>,
    entries: watch::Sender<Vec<Arc<str>>>,
}

#[derive(Deserialize)]
struct After {
    after: usize,
    wait: u64,
}

/// Is the floor, until it is killed, where [`FLOOR`] says so; else answers
/// `false`.
pub fn serve() -> bool {
    let Some(folder) = std::env::var_os(FLOOR).map(PathBuf::from) else {
        return false;
    };
    let runtime = tokio::runtime::Runtime::new().expect("threads can be had");
    runtime.block_on(async {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("raw.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut database = SqliteConnection::connect_with(&options)
            .await
            .expect("it opens");
        let table = "CREATE TABLE entries (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)";
        sqlx::query(table)
            .execute(&mut database)
            .await
            .expect("it is new");
        let floor = Arc::new(Floor {
            database: Mutex::new(database),
            entries: watch::Sender::new(Vec::new()),
        });
        let route = get(follow).post(append);
        let router = Router::new()
            .route("/v1/ws/prod/events", route)
            .with_state(floor);
        let socket = tokio::net::TcpSocket::new_v4().expect("sockets can be had");
        socket
            .bind("127.0.0.1:0".parse().expect("an address"))
            .expect("a port is free");
        let listener = socket.listen(4_096).expect("it listens");
        let port = listener.local_addr().expect("it is bound").port();
        fs::write(folder.join("port"), port.to_string()).expect("the folder is ours");
        axum::serve(listener, router).await.expect("it serves");
    });
    true
}

async fn append(State(floor): State<Arc<Floor>>, body: String) -> String {
    let mut database = floor.database.lock().await;
    let insert = sqlx::query("INSERT INTO entries (body) VALUES ($1)").bind(&body);
    let done = insert.execute(&mut *database).await.expect("there is room");
    floor
        .entries
        .send_modify(|all| all.push(body.as_str().into()));
    format!("{{\"seq\":{}}}", done.last_insert_rowid())
}

async fn follow(State(floor): State<Arc<Floor>>, Query(asked): Query<After>) -> String {
    let mut entries = floor.entries.subscribe();
    let news = entries.wait_for(|all| all.len() > asked.after);
    let limit = Duration::from_secs(asked.wait);
    let found = match tokio::time::timeout(limit, news).await {
        Ok(Ok(all)) => all[asked.after..].join(","),
        Ok(Err(_)) | Err(_) => String::new(),
    };
    let next = floor.entries.borrow().len();
    format!("{{\"events\":[{found}],\"next\":{next}}}")
}
