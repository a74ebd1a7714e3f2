//! A log on `PostgreSQL`: a schema of its own in a database that others may
//! share. Everything in it is reached by the search path, so that no statement
//! needs to say which workspace it is about.

use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgDatabaseError, PgPoolOptions},
};
use tokio::sync::{Mutex, watch};

use super::{
    Inner, Log, OpenMode, StoreError, connect, losses, mark,
    row::sum,
    schema,
    sql::{Conn, On},
    tx,
};
use crate::domain::text::{Name, Title};

/// How long a server may take to answer a greeting.
const GREETING: Duration = Duration::from_secs(5);

/// How many tasks of one process may read at the same moment: more than of a
/// file, because each waits for the network.
const READERS: u32 = 4;

/// What every session is told, whatever the server or the address say.
///
/// The limits end what would hold the head of the log for ever: a statement, a
/// wait for a lock, and a process that was stopped in a transaction.
const SESSION: [(&str, &str); 6] = [
    ("default_transaction_isolation", "read committed"),
    ("synchronous_commit", "on"),
    ("standard_conforming_strings", "on"),
    ("statement_timeout", "15s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "5s"),
];

/// A schema on a server.
pub(super) struct Server {
    /// The address without its password, for messages.
    name: PathBuf,
    schema: String,
    options: PgConnectOptions,
}

impl fmt::Debug for Server {
    // The options hold the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}, {})", self.name.display(), self.schema)
    }
}

impl Server {
    fn new(url: &str, workspace: &Name) -> Result<Self, StoreError> {
        let known = ["postgres://", "postgresql://"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(StoreError::Address);
        }
        let options: PgConnectOptions = url.parse().map_err(|_| StoreError::Address)?;
        let schema = schema_of(workspace);
        let application = options
            .get_application_name()
            .unwrap_or("warroom")
            .to_owned();
        Ok(Self {
            name: named(&options),
            options: options
                .application_name(&application)
                .options(SESSION)
                .options([("search_path", &schema)])
                .disable_statement_logging(),
            schema,
        })
    }

    /// The schema that the log is in.
    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// A connection.
    pub(super) async fn connect(&self) -> Result<Conn, StoreError> {
        match tokio::time::timeout(GREETING, self.options.connect()).await {
            Ok(Ok(conn)) => Ok(On::Server(conn)),
            Ok(Err(source)) if is_about_encryption(&source) => Err(StoreError::Encryption {
                path: self.name.clone(),
                source,
            }),
            Ok(Err(source @ sqlx::Error::Io(_))) => Err(self.unreachable(source)),
            Ok(Err(error)) => Err(tx::told(&self.name, "opening", error)),
            Err(_) => Err(self.unreachable(silence())),
        }
    }

    fn readers(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(GREETING)
            .connect_lazy_with(self.options.clone())
    }

    fn unreachable(&self, source: sqlx::Error) -> StoreError {
        StoreError::Unreachable {
            path: self.name.clone(),
            source,
        }
    }

    /// What an error of a reader means.
    pub(super) fn unread(&self, error: sqlx::Error) -> StoreError {
        match error {
            // The pool goes on trying to connect until it has no more time.
            sqlx::Error::PoolTimedOut => self.unreachable(silence()),
            other => tx::told(&self.name, "reading", other),
        }
    }
}

/// Whether it was refused, or the other side could not prove who it is.
fn is_about_encryption(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => {
            let inner = error.get_ref();
            inner.is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>)
        }
        _ => false,
    }
}

fn silence() -> sqlx::Error {
    let what = format!("no answer within {} s", GREETING.as_secs());
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, what))
}

/// The address without its password.
fn named(options: &PgConnectOptions) -> PathBuf {
    let host = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => options.get_host().to_owned(),
    };
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    let port = options.get_port();
    let name = format!("postgres://{user}@{host}:{port}/{database}");
    PathBuf::from(Title::lossy(&name).to_string())
}

/// A schema for each name, and never the same for two: a name that is no plain
/// word becomes its sum, behind an underscore that no plain word begins with.
fn schema_of(workspace: &Name) -> String {
    let plain = workspace.len() <= 40
        && workspace
            .starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && workspace
            .chars()
            .all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
    if plain {
        return format!("warroom_{workspace}");
    }
    format!("warroom__{}", &sum(&[workspace])[..32])
}

/// Opens the log of `workspace`, and makes its tables where there are none.
pub(super) async fn connect(url: &str, workspace: &Name) -> Result<Log, StoreError> {
    let server = Server::new(url, workspace)?;
    let patience = tx::Patience::start();
    let mut conn = loop {
        match prepare(&server).await {
            Ok(conn) => break conn,
            Err(error) => patience.again(error).await?,
        }
    };
    let (_, (replica, _)) = connect::state(&mut conn, &server.name).await?;
    let warnings = losses::known(&mut conn, &server.name).await?;
    Ok(Log {
        inner: Arc::new(Inner {
            path: server.name.clone(),
            mode: OpenMode::ReadWrite,
            writer: Mutex::new(Some(conn)),
            readers: On::Server(server.readers()),
            server: Some(server),
            replica,
            warnings,
            changes: watch::Sender::new(0),
            own: AtomicU64::new(0),
            is_copy: AtomicBool::new(false),
            watcher: Mutex::new(false),
            mark: mark::Raiser::default(),
        }),
    })
}

/// One try: a connection to tables that are there and ours.
async fn prepare(server: &Server) -> Result<Conn, StoreError> {
    let mut conn = server.connect().await?;
    let path = &server.name;
    let encoding: String = sqlx::query_scalar("SELECT current_setting('server_encoding')")
        .fetch_one(&mut conn)
        .await
        .map_err(|error| tx::told(path, "opening", error))?;
    if encoding != "UTF8" {
        return Err(StoreError::Encoding {
            path: path.clone(),
            found: Title::lossy(&encoding).to_string(),
        });
    }
    if is_new(&mut conn, server).await? {
        create(&mut conn, server).await?;
    }
    Ok(conn)
}

/// Whether there is nothing in the schema so far; refuses what is not ours.
async fn is_new(conn: &mut Conn, server: &Server) -> Result<bool, StoreError> {
    let path = &server.name;
    let told = |error| tx::told(path, "opening", error);
    let (things, ours): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE relname = 'meta') FROM pg_class \
         WHERE relnamespace = to_regnamespace($1)",
    )
    .bind(server.schema.as_str())
    .fetch_one(&mut *conn)
    .await
    .map_err(told)?;
    if things == 0 {
        return Ok(true);
    }
    let other = || StoreError::OtherSchema {
        path: path.clone(),
        schema: server.schema.clone(),
    };
    if ours == 0 {
        return Err(other());
    }
    let format: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'format'")
        .fetch_optional(conn)
        .await
        .map_err(told)?;
    let format = format.and_then(|format| format.parse().ok());
    schema::known(path, format.ok_or_else(other)?, schema::VERSION)?;
    Ok(false)
}

/// Makes the tables, unless another process was faster: whoever has the lock
/// until the commit makes them, and the next one finds them.
async fn create(conn: &mut Conn, server: &Server) -> Result<(), StoreError> {
    let told = |error| tx::told(&server.name, "making", error);
    let lock = format!(
        "BEGIN; SELECT pg_advisory_xact_lock({})",
        schema::APPLICATION
    );
    run(conn, lock).await.map_err(told)?;
    if is_new(conn, server).await? {
        let here: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_namespace WHERE nspname = $1")
            .bind(server.schema.as_str())
            .fetch_one(&mut *conn)
            .await
            .map_err(told)?;
        if here == 0 {
            run(conn, format!("CREATE SCHEMA {}", server.schema))
                .await
                .map_err(told)?;
        }
        run(conn, schema::on_server()).await.map_err(told)?;
        connect::first_rows(conn).await.map_err(told)?;
    }
    run(conn, "COMMIT".to_owned()).await.map_err(told)
}

async fn run(conn: &mut Conn, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(conn)
        .await
        .map(drop)
}

/// The states of `PostgreSQL` that have an error of their own here.
pub(super) fn known(path: &Path, error: &PgDatabaseError) -> Option<StoreError> {
    let path = path.to_path_buf();
    // It may have been written anywhere.
    let what = || Title::lossy(error.message()).to_string();
    Some(match error.code() {
        // Out of order with others, a deadlock, a lock, or out of time.
        "40001" | "40P01" | "55P03" | "57014" => tx::busy(&path),
        "25006" => StoreError::Standby { path },
        "57P03" | "53300" => StoreError::Unready { path, what: what() },
        "25P03" => StoreError::Lost { path },
        "28P01" | "28000" => StoreError::Login { path },
        "3D000" => StoreError::NoDatabase { path },
        // Whoever may not look into a schema is told that nothing is in it.
        "42501" | "42P01" | "3F000" => StoreError::Denied { path, what: what() },
        "53100" => StoreError::DiskFull { path },
        "XX001" | "XX002" => tx::damaged(&path, what()),
        // The protocol itself: trying again would not help.
        "08P01" => return None,
        lost if lost.starts_with("57P") || lost.starts_with("08") => StoreError::Lost { path },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_workspaces_share_a_schema() {
        let names = ["prod", "Prod", "_prod", "prod-eu", "prod_eu", "prød", "a b"];

        let schemas: std::collections::BTreeSet<_> = names
            .iter()
            .map(|name| schema_of(&(*name).into()))
            .collect();

        assert_eq!(schemas.len(), names.len(), "{schemas:?}");
        assert_eq!(schema_of(&"prod".into()), "warroom_prod");
        assert!(schemas.iter().all(|one| {
            one.len() < 64 && one.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        }));
    }

    #[test]
    fn no_password_is_in_what_is_shown_of_an_address() {
        let url = "postgres://ada:s3cret@db.example.com/rooms?password=s3cret&sslmode=require";
        let server = Server::new(url, &"prod".into()).unwrap();

        assert_eq!(
            format!("{server:?}"),
            "Server(postgres://ada@db.example.com:5432/rooms, warroom_prod)"
        );
        for wrong in ["mysql://ada:s3cret@db/x", "postgres://ada:s3cret@db:port/x"] {
            let error = Server::new(wrong, &"prod".into()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }
}
