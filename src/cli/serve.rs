//! The shared backend, from its start to its end: sockets, engine and probes,
//! and what systemd and signals have to say.

mod reload;
mod unit;

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use clap::Args;
use color_eyre::eyre::WrapErr as _;
use rustix::{
    fs::Mode,
    process::{Resource, getrlimit, setrlimit, umask},
};
use rustls::ServerConfig;
use tokio::sync::watch;

use super::{
    args::Global,
    failure::{Exit, Failure},
    open::Setup,
    say, systemd,
};
use crate::{
    server::{
        Server,
        listen::{ListenError, Listener, Most, tls},
        tokens,
    },
    store::{Log, StoreError},
};

/// Where it listens unless told otherwise.
const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7477);

/// Run the shared backend, until SIGTERM: one room for many terminals
///
/// The engine and the probes run in it, with or without consoles. SIGHUP reads
/// the configuration and the certificate again.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  warroom serve
  warroom serve --listen 0.0.0.0:7477 --tls-cert cert.pem --tls-key key.pem
  warroom serve --socket /run/warroom/sock --socket-mode 660
  warroom serve --print-unit > /etc/systemd/system/warroom.service

`warroom token create` makes what clients need.")]
pub struct Serve {
    /// Where to listen; port 0 takes a free one [127.0.0.1:7477, unless there
    /// is a socket]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Write the port to this file, once it listens
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// Listen on a Unix socket, where users are known by their own names
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Who may open the socket: its owner, or its group as well
    #[arg(long, value_name = "MODE", value_parser = ["600", "660"], default_value = "600")]
    socket_mode: String,
    /// The server's certificate with its chain, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Speak plain HTTP beyond this host: behind a proxy that speaks TLS
    #[arg(long)]
    insecure_plain_http: bool,
    /// The most connections at a time
    #[arg(long, value_name = "N", default_value_t = Most::default().all)]
    max_connections: usize,
    /// The most connections from one address
    #[arg(long, value_name = "N", default_value_t = Most::default().each)]
    max_connections_per_address: usize,
    /// Print a unit for systemd, and do nothing else
    #[arg(long)]
    print_unit: bool,
}

/// What TLS says at each moment; absent where it is not spoken.
type Tls = Option<watch::Sender<Arc<ServerConfig>>>;

/// Sockets that are taken, and on which nobody is let in yet.
struct Doors {
    listener: Listener,
    /// Where it listens for TCP, if it does.
    at: Option<SocketAddr>,
    tls: Tls,
}

impl Serve {
    /// Serves until it is told to end.
    ///
    /// # Errors
    ///
    /// When it can't begin, or its engine can't go on.
    pub async fn run(self, global: Global) -> color_eyre::Result<Exit> {
        if self.print_unit {
            say::data(&systemd::unit(unit::UNIT)?)?;
            return Ok(Exit::Ok);
        }
        self.is_safe()?;
        let files = restrain();
        let setup = Setup::read(global)?;
        // Everything that can be wrong with the command line, before the log.
        let doors = self.clone().within(files).open(&setup)?;
        let log = setup.open_to_write().await.wrap_err("opening the log")?;
        if log.is_copy() {
            return Err(StoreError::IsCopy.into());
        }
        setup.say_clock_off();
        let ended = self.serve(setup, log.clone(), doors).await;
        log.close().await;
        ended
    }

    /// Leaves as many open files for everything else as for connections.
    fn within(mut self, files: Option<u64>) -> Self {
        let half = files.and_then(|files| usize::try_from(files / 2).ok());
        if let Some(half) = half.filter(|half| *half < self.max_connections) {
            tracing::warn!("this process may only have {half} connections: raise LimitNOFILE");
            self.max_connections = half;
        }
        self
    }

    async fn serve(self, setup: Setup, log: Log, doors: Doors) -> color_eyre::Result<Exit> {
        // Before anybody can know that there is a server to signal.
        let signals = reload::Signals::listen()?;
        let logs = BTreeMap::from([(setup.config.workspace.clone(), log.clone())]);
        let server = Server::new(logs, setup.clock).await;
        let server = Arc::new(server.wrap_err("reading the log")?);
        server.tell(setup.tells()?);
        tokens::take_up(&server)
            .await
            .wrap_err("reading the tokens")?;
        let Doors { listener, at, tls } = doors;
        let life = reload::Life::begin(self, setup, log, server, tls)?;
        life.announce(at)?;
        life.live(listener, signals).await
    }

    /// Where it listens for TCP, if it does.
    fn address(&self) -> Option<SocketAddr> {
        let usual = self.socket.is_none().then_some(USUAL);
        self.listen.or(usual)
    }

    /// Plain HTTP beyond this host shows every token to whoever is on the way.
    fn is_safe(&self) -> Result<(), Failure> {
        let beyond = self
            .address()
            .filter(|address| !address.ip().to_canonical().is_loopback());
        let safe = self.tls_cert.is_some() || self.insecure_plain_http;
        match beyond {
            Some(address) if !safe => Err(Failure::usage(format!(
                "plain HTTP on {address} shows tokens to whoever is on the way: add --tls-cert and --tls-key, \
                 or --insecure-plain-http where a proxy in front of it speaks TLS"
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// The certificate as its files are now; `None` where TLS is not spoken.
    fn certificate(&self, now: DateTime<Utc>) -> Result<Option<Arc<ServerConfig>>, ListenError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => tls::read(cert, key, now).map(Some),
            (None, _) | (_, None) => Ok(None),
        }
    }

    /// Takes every socket it is to listen on.
    fn open(self, setup: &Setup) -> Result<Doors, ListenError> {
        let tls: Tls = self.certificate(setup.clock.now())?.map(watch::Sender::new);
        let mut listener = Listener::new(Most {
            all: self.max_connections,
            each: self.max_connections_per_address,
        });
        if let Some(path) = &self.socket {
            let group = self.socket_mode == "660";
            let mode = if group { 0o660 } else { 0o600 };
            listener.unix(path, mode, setup.config.workspace.clone())?;
        }
        let spoken = || tls.as_ref().map(watch::Sender::subscribe);
        let at = self
            .address()
            .map(|address| listener.tcp(address, spoken()));
        Ok(Doors {
            at: at.transpose()?,
            listener,
            tls,
        })
    }

    /// Says where it listens, to people and to whoever waits for the port.
    fn announce(&self, setup: &Setup, at: Option<SocketAddr>) -> color_eyre::Result<()> {
        let say = |place: &dyn fmt::Display| {
            let workspace = &setup.config.workspace;
            say::note(&setup.global, &format!("serving {workspace} on {place}"));
        };
        if let Some(path) = &self.socket {
            say(&path.display());
        }
        let Some(at) = at else { return Ok(()) };
        let scheme = self.tls_cert.as_ref().map_or("http", |_| "https");
        if let Some(file) = &self.port_file {
            write_whole(file, &format!("{}\n", at.port()))
                .wrap_err_with(|| format!("writing {}", file.display()))?;
        }
        say(&format_args!("{scheme}://{at}"));
        Ok(())
    }
}

/// Whoever waits for the file finds all of it.
fn write_whole(file: &Path, text: &str) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, text)?;
    fs::rename(&beside, file)
}

/// What this process makes is its user's alone, and it may open as many files
/// as the system allows it: answers how many; `None` for any number.
fn restrain() -> Option<u64> {
    umask(Mode::RWXG | Mode::RWXO);
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "raising the limit of open files");
    }
    getrlimit(Resource::Nofile).current
}
