//! A server that can be killed and comes back at its address, and the homes of
//! those who use it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use chrono::TimeDelta;
use serde_json::Value;
use warroom::clock::Clock;

use crate::{
    cli::house::{House, Said},
    edge::served::{self, Served},
    faults::NO_PROBES,
    store::pg,
};

/// Where the server keeps the log.
pub enum Place {
    File,
    Postgres(String),
}

/// A server, and its own home.
pub struct Backend {
    pub house: House,
    place: Place,
    workspace: String,
    address: SocketAddr,
    running: Option<Served>,
}

impl Backend {
    /// One on a file of its own.
    pub fn on_a_file() -> Self {
        Self::on(Place::File, "prod")
    }

    /// One in a workspace of its own on the `PostgreSQL` of all tests.
    pub fn on_postgres() -> Self {
        let workspace = pg::workspace();
        Self::on(Place::Postgres(pg::shared().url()), &workspace)
    }

    /// One there; it does not run yet.
    pub fn on(place: Place, workspace: &str) -> Self {
        Self {
            house: served::house(),
            place,
            workspace: workspace.to_owned(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port())),
            running: None,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The file of the log.
    pub fn file(&self) -> PathBuf {
        self.house.path().join("server.db")
    }

    /// The program, on the server's log.
    pub fn command(&self, line: &str) -> Command {
        let mut command = self.house.command(line.split_whitespace());
        command.args(["--workspace", &self.workspace, "--db"]);
        match &self.place {
            Place::File => command.arg(self.file()),
            Place::Postgres(url) => command.arg(url),
        };
        command
    }

    /// Runs it there; it must succeed.
    pub fn done(&self, line: &str) -> Said {
        let said = crate::cli::house::said(self.command(line).output().unwrap());
        assert_eq!(said.code, 0, "{line}: {said:?}");
        said
    }

    /// The command that serves.
    pub fn serving(&self) -> Command {
        self.command(&format!("serve --listen {}", self.address))
    }

    pub fn start(&mut self) {
        let command = self.serving();
        self.start_as(command);
    }

    /// Starts it with a clock that is so far ahead.
    pub fn start_ahead(&mut self, by: TimeDelta) {
        let mut command = self.serving();
        command.args(ahead(by));
        self.start_as(command);
    }

    /// Starts it by this command, which is or becomes [`Backend::serving`].
    pub fn start_as(&mut self, command: Command) {
        self.running = Some(Served::with(command));
    }

    pub fn running(&mut self) -> &mut Served {
        self.running.as_mut().expect("it was started")
    }

    /// It is at another address from its next start on.
    pub fn moves(&mut self) {
        self.address.set_port(port());
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.running().kill();
    }

    /// Ends it in peace.
    pub fn end(&mut self) {
        assert_eq!(self.running().end(), Some(0));
    }

    /// A token for this person.
    pub fn token(&self, who: &str) -> String {
        let made = self.done(&format!("token create {who} --scope write"));
        made.out.trim_end().to_owned()
    }

    /// A home whose program speaks to this server, as this person. To be made
    /// before it starts: a server that runs hears of tokens within a second.
    pub fn client(&self, who: &str) -> House {
        self.client_at(self.address, who)
    }

    /// The same, by way of another address.
    pub fn client_at(&self, address: SocketAddr, who: &str) -> House {
        let house = House::new();
        house.config(&format!("{}{NO_PROBES}", self.leads(&house, address, who)));
        house
    }

    /// What the configuration of a house says that speaks to this server.
    pub fn leads(&self, house: &House, address: SocketAddr, who: &str) -> String {
        let token = house.file("token", &self.token(who));
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
        format!(
            "workspace = \"{}\"\nserver = \"http://{address}\"\ntoken_file = \"{}\"\n",
            self.workspace,
            token.display()
        )
    }

    /// Puts another file in the place of the log: nothing beside it is left.
    pub fn put_back(&self, kept: &Path) {
        self.loses_its_log();
        fs::copy(kept, self.file()).unwrap();
    }

    /// Nothing is left of the log, nor of the tokens in it.
    pub fn loses_its_log(&self) {
        for beside in ["", "-wal", "-shm", ".head"] {
            fs::remove_file(self.house.path().join(format!("server.db{beside}"))).ok();
        }
    }

    /// Brings all of them together, and asserts that each has the server's log,
    /// that nothing waits, and that all of it is sound; answers the log.
    pub fn agree(&self, clients: &[House]) -> String {
        for client in clients {
            synced(client);
        }
        let log = self.done("export").out;
        self.done("verify");
        for client in clients {
            let standing = synced(client);
            assert_eq!(standing["head"], log.lines().count(), "{standing}");
            let same = client.done("export").out == log;
            assert!(same, "another log than the server's in {:?}", client.path());
            client.done("verify");
        }
        log
    }
}

/// Waits until this client and its server are the same.
pub fn synced(client: &House) -> Value {
    let standing = client.json("sync --wait 30s");
    assert_eq!(standing["reached"], true, "{standing}");
    assert_eq!(standing["unsent"], Value::Array(Vec::new()), "{standing}");
    standing
}

/// What gives a command a clock that is so far ahead.
pub fn ahead(by: TimeDelta) -> [String; 2] {
    let now = Clock::System.now() + by;
    ["--now".to_owned(), now.to_rfc3339()]
}

/// A free port that nobody is given by chance while its server is away.
pub fn port() -> u16 {
    loop {
        let port = fastrand::u16(20_000..30_000);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
