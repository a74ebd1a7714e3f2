//! A real `PostgreSQL`, started by the tests and for them alone: in a folder
//! that goes away, on a free port of this host, as a user without rights.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use rustix::fs::{FlockOperation, flock};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;
use warroom::store::Log;

/// The user a server runs as when the tests run as root, which it refuses.
const NOBODY: u32 = 65_534;

/// The password of the tests' own user: it must be in no message.
pub const PASSWORD: &str = "canary-6e1f";

/// Stops the server at the end of its own input: so the server ends with the
/// tests, however they end. Then it removes the data, unless it is told that
/// they stay.
const GUARD: &str = r#"exec 3<&0
"$@" & server=$!
{ read -r word; kill -INT $server; [ "$word" = stay ]; } <&3 2>/dev/null & asked=$!
wait $server
trap "" PIPE
echo ended >&2
wait $asked || rm -rf "$0""#;

/// What the guard says when the server has ended.
const ENDED: &str = "ended";

/// A server with its data.
pub struct Cluster {
    data: PathBuf,
    options: Vec<String>,
    port: u16,
    running: Option<(Child, ChildStdin)>,
    folder: TempDir,
}

impl Cluster {
    /// A new one, running.
    pub fn new() -> Self {
        Self::with(&[], &[])
    }

    /// A new one, running, with these files (for its own eyes) among its data,
    /// and with these options.
    pub fn with(files: &[(&str, &str)], options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        give(folder.path());
        let data = folder.path().join("data");
        copy(template(), &data);
        for (name, text) in files {
            let file = data.join(name);
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            give(&file);
        }
        let mut cluster = Self {
            data,
            options: options.iter().map(|&option| option.to_owned()).collect(),
            port: free_port(),
            running: None,
            folder,
        };
        // Somebody else may have taken the port meanwhile.
        while let Err(why) = cluster.try_start() {
            assert!(why.contains("in use"), "{why}");
            cluster.port = free_port();
        }
        cluster
    }

    /// Starts it again, and waits until it takes connections.
    pub fn start(&mut self) {
        self.try_start().unwrap();
    }

    /// Starts it, or answers with what it said.
    fn try_start(&mut self) -> Result<(), String> {
        let mut child = unprivileged(Path::new("sh"))
            .args(["-c", GUARD])
            .arg(self.folder.path())
            .arg(tool("postgres"))
            .arg("-D")
            .arg(&self.data)
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "fsync=off", "-c", "max_connections=200"])
            .args(self.options.iter().flat_map(|option| ["-c", option]))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let stdin = child.stdin.take().unwrap();
        self.running = Some((child, stdin));
        let mut said = String::new();
        for line in lines.by_ref().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                // It goes on talking, and must not wait for a listener.
                thread::spawn(move || lines.for_each(drop));
                return Ok(());
            }
            if line == ENDED {
                break;
            }
            said.extend([&*line, "\n"]);
        }
        self.stop();
        Err(said)
    }

    /// Stops it, and waits until it has ended.
    pub fn stop(&mut self) {
        if let Some((mut child, mut stdin)) = self.running.take() {
            stdin.write_all(b"stay\n").ok();
            drop(stdin);
            child.wait().unwrap();
        }
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        let port = self.port;
        format!("postgres://warroom:{PASSWORD}@127.0.0.1:{port}/postgres")
    }

    /// A connection that is none of the log's.
    pub async fn by_hand(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }

    /// The log of `workspace`.
    pub async fn open(&self, workspace: &str) -> Log {
        Log::connect(&self.url(), &workspace.into()).await.unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The server that the tests of this process share.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::new)
}

/// A workspace that no other test uses.
pub fn workspace() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Runs statements by hand.
pub async fn run(conn: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(conn)
        .await
        .map(drop)
}

/// A connection by hand, inside the schema of `workspace` on the shared server.
pub async fn inside(workspace: &str) -> PgConnection {
    let mut conn = shared().by_hand().await;
    let path = format!("SET search_path = warroom_{workspace}");
    run(&mut conn, &path).await.unwrap();
    conn
}

/// The data of a new server: made once for all test runs, because that takes
/// two seconds and a copy none.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let version = said_by(Command::new(tool("initdb")).arg("--version"));
        let version = version.split(' ').nth(2).unwrap().trim();
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("postgresql-{version}"));
        let lock = fs::File::create(kept.with_extension("lock")).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        if !kept.exists() {
            let folder = make();
            let half = kept.with_extension("half");
            fs::remove_dir_all(&half).ok();
            copy(&folder.path().join("data"), &half);
            fs::rename(half, &kept).unwrap();
        }
        kept
    })
}

fn make() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    give(folder.path());
    let password = folder.path().join("password");
    fs::write(&password, PASSWORD).unwrap();
    give(&password);
    let options = [
        "--no-sync",
        "--username=warroom",
        "--encoding=UTF8",
        "--locale=C",
    ];
    said_by(
        unprivileged(&tool("initdb"))
            .args(options)
            .args(["--auth=password", "--pwfile"])
            .arg(&password)
            .arg("-D")
            .arg(folder.path().join("data")),
    );
    folder
}

/// Copies a folder with its owner and rights.
fn copy(from: &Path, to: &Path) {
    said_by(Command::new("cp").arg("-a").arg(from).arg(to));
}

fn said_by(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {why}");
    String::from_utf8(output.stdout).unwrap()
}

/// A program of `PostgreSQL`; Debian keeps them out of the path.
fn tool(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = versions.flatten().map(|version| version.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    debian
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("there is no {name}: install Debian's postgresql"))
}

fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if super::is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Makes `path` the server's.
fn give(path: &Path) {
    if super::is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn free_port() -> u16 {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    taken.local_addr().unwrap().port()
}
