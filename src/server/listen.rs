//! The door: sockets, who may come in at the same time, and how long they may
//! take. What is asked, and whether it may be, is for the routes.

mod bind;
mod error;
mod patient;
mod peer;
mod seats;
pub mod tls;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    sync::watch,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

pub use error::ListenError;
pub use seats::Most;

use super::{Caller, Server, router};
use crate::{
    domain::text::Name,
    wire::{Code, Problem},
};
use patient::Patient;
use seats::{Seat, Seats, Who};

/// How long a client may take for a request's head; a connection on which
/// nothing is asked for that long ends as well.
const HEAD: Duration = Duration::from_secs(10);
/// The most bytes of a request's head.
const HEAD_BYTES: usize = 32 << 10;
/// The most headers of a request.
const HEADERS: usize = 64;
/// How long what was begun may take to end.
const DRAIN: Duration = Duration::from_secs(10);
/// How long nothing is accepted where the system has no room for more.
const BREATH: Duration = Duration::from_millis(100);

/// Sockets that are bound and on which nothing was accepted yet.
#[derive(Debug)]
pub struct Listener {
    doors: Vec<Door>,
    most: Most,
}

#[derive(Debug)]
enum Door {
    Tcp(TcpListener),
    Tls(TcpListener, watch::Receiver<Arc<ServerConfig>>),
    Unix(UnixListener, Name),
}

/// Somebody at a door.
enum Guest {
    Tcp(TcpStream, IpAddr),
    Tls(TcpStream, IpAddr, TlsAcceptor),
    Unix(UnixStream, Name),
}

impl Listener {
    /// Without any socket yet.
    pub fn new(most: Most) -> Self {
        Self {
            doors: Vec::new(),
            most,
        }
    }

    /// Listens there: for plain HTTP, or for TLS as `tls` says at each moment.
    /// Answers where it listens, which is of interest for port 0.
    ///
    /// # Errors
    ///
    /// When the address can't be had.
    pub fn tcp(
        &mut self,
        address: SocketAddr,
        tls: Option<watch::Receiver<Arc<ServerConfig>>>,
    ) -> Result<SocketAddr, ListenError> {
        let (listener, address) = bind::tcp(address)?;
        self.doors.push(match tls {
            Some(tls) => Door::Tls(listener, tls),
            None => Door::Tcp(listener),
        });
        Ok(address)
    }

    /// Listens on a Unix socket, for this host's users by their own names.
    /// They may write in `workspace`; who may come in at all is for the
    /// socket's mode to say.
    ///
    /// # Errors
    ///
    /// When something else is there, or another server listens on it.
    pub fn unix(&mut self, path: &Path, mode: u32, workspace: Name) -> Result<(), ListenError> {
        let listener = bind::unix(path, mode)?;
        self.doors.push(Door::Unix(listener, workspace));
        Ok(())
    }

    /// Serves until `stop`, and then lets what was begun come to its end, for
    /// ten seconds at the most.
    pub async fn serve(self, server: Arc<Server>, stop: CancellationToken) {
        let graceful = GracefulShutdown::new();
        let host = Arc::new(Host {
            app: router(Arc::clone(&server)),
            seats: Seats::new(self.most),
            server,
        });
        let doors = self.doors.into_iter().map(|door| {
            let (host, graceful, stop) = (&host, &graceful, &stop);
            async move { host.keep(door, graceful, stop).await }
        });
        futures::future::join_all(doors).await;
        host.server.drain();
        if timeout(DRAIN, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests took too long, and were cut off");
        }
    }
}

/// What all connections share.
struct Host {
    app: Router,
    seats: Arc<Seats>,
    server: Arc<Server>,
}

impl Host {
    /// Lets in whoever comes, until `stop`; the socket closes then.
    async fn keep(
        self: &Arc<Self>,
        door: Door,
        graceful: &GracefulShutdown,
        stop: &CancellationToken,
    ) {
        let mut well = true;
        loop {
            let came = tokio::select! {
                () = stop.cancelled() => return,
                came = door.accept() => came,
            };
            match came {
                Ok(guest) => {
                    self.receive(guest, graceful.watcher());
                    well = true;
                }
                Err(error) if is_theirs(&error) => {}
                Err(error) => {
                    if well {
                        tracing::warn!(%error, "no connection can be taken now");
                    }
                    well = false;
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn receive(self: &Arc<Self>, guest: Guest, watcher: Watcher) {
        let Some(seat) = self.seats.take(guest.who()) else {
            self.server.edge.metrics.refused.fetch_add(1, Relaxed);
            guest.refuse();
            return;
        };
        let host = Arc::clone(self);
        tokio::spawn(async move {
            host.server.edge.metrics.connections.fetch_add(1, Relaxed);
            host.attend(guest, watcher).await;
            host.server.edge.metrics.connections.fetch_sub(1, Relaxed);
            drop::<Seat>(seat);
        });
    }

    async fn attend(&self, guest: Guest, watcher: Watcher) {
        match guest {
            Guest::Tcp(stream, _) => talk(stream, self.app.clone(), watcher).await,
            Guest::Tls(stream, _, acceptor) => match timeout(HEAD, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => talk(stream, self.app.clone(), watcher).await,
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            },
            Guest::Unix(stream, workspace) => match peer::caller(&stream, workspace).await {
                Ok(caller) => {
                    let app = self
                        .app
                        .clone()
                        .layer(Extension(Arc::<Caller>::new(caller)));
                    talk(stream, app, watcher).await;
                }
                Err(error) => tracing::warn!(%error, "who is at the socket can't be told"),
            },
        }
    }
}

impl Door {
    async fn accept(&self) -> io::Result<Guest> {
        match self {
            Self::Tcp(listener) => {
                let (stream, from) = listener.accept().await?;
                bind::patience(&stream);
                Ok(Guest::Tcp(stream, from.ip()))
            }
            Self::Tls(listener, tls) => {
                let (stream, from) = listener.accept().await?;
                bind::patience(&stream);
                let acceptor = TlsAcceptor::from(Arc::clone(&tls.borrow()));
                Ok(Guest::Tls(stream, from.ip(), acceptor))
            }
            Self::Unix(listener, workspace) => {
                let (stream, _) = listener.accept().await?;
                Ok(Guest::Unix(stream, workspace.clone()))
            }
        }
    }
}

impl Guest {
    /// Says that there is no seat, as far as it can be said at once: to a new
    /// connection a few words can be written without waiting.
    fn refuse(self) {
        let said = match self {
            Self::Tcp(stream, _) => stream.into_std().and_then(say_no_seat),
            Self::Unix(stream, _) => stream.into_std().and_then(say_no_seat),
            // They would have to be let in to hear it.
            Self::Tls(..) => Ok(()),
        };
        if let Err(error) = said {
            tracing::debug!(%error, "saying that there is no seat");
        }
    }

    /// Whose seat they take; `None` where the system does not say it.
    fn who(&self) -> Option<Who> {
        match self {
            Self::Tcp(_, address) | Self::Tls(_, address, _) => Some(Who::at(*address)),
            Self::Unix(stream, _) => {
                let user = stream.peer_cred().ok()?;
                Some(Who::User(user.uid()))
            }
        }
    }
}

/// One connection, to its end.
async fn talk<S>(stream: S, app: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(
            TokioIo::new(Patient::new(stream)),
            TowerToHyperService::new(app),
        );
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended");
    }
}

fn say_no_seat<S: io::Read + io::Write>(mut stream: S) -> io::Result<()> {
    let code = Code::Busy;
    let problem = Problem {
        r#type: format!("urn:warroom:{}", code.word()),
        title: code.title().to_owned(),
        status: code.status(),
        code: code.word().to_owned(),
        detail: "too many connections are open, in all or of yours".to_owned(),
        epoch: None,
        head: None,
    };
    let body = serde_json::to_string(&problem)?;
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\n\
         retry-after: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        code.retry_after().map_or(1, fastrand::u32),
        body.len()
    );
    stream.write_all((head + &body).as_bytes())?;
    // What was asked and not read would take the answer back on its way.
    match stream.read(&mut [0; 4_096]) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        read => read.map(drop),
    }
}

/// Whether it is about one client, who left before we got to the door.
fn is_theirs(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
