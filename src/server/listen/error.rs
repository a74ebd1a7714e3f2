//! Why the server can't listen.

use std::{io, net::SocketAddr, path::PathBuf};

use chrono::{DateTime, Utc};

/// Why the server can't listen as it was told to.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what it is")]
pub enum ListenError {
    #[error("nothing can listen on {address}: {source}; choose another address with --listen")]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("{} is not a socket, and is left alone: name another place with --socket", path.display())]
    NotASocket { path: PathBuf },
    #[error("another server listens on {}: end that one, or name another place with --socket", path.display())]
    InUse { path: PathBuf },
    #[error("there can be no socket at {}: {source}", path.display())]
    Socket { path: PathBuf, source: io::Error },
    #[error("{} can't be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} may be read by everybody on this host: chmod 600 it, since it is a secret", path.display())]
    Exposed { path: PathBuf },
    #[error("there is no certificate in {}: it has to be PEM, the server's own first", path.display())]
    NoCertificate { path: PathBuf },
    #[error("there is no private key in {}: it has to be PEM, without a passphrase", path.display())]
    NoKey { path: PathBuf },
    #[error("the key in {} is not the one of the certificate in {}", key.display(), cert.display())]
    OtherKey { cert: PathBuf, key: PathBuf },
    #[error("the certificate in {} ended on {at}: renew it", path.display())]
    Ended { path: PathBuf, at: DateTime<Utc> },
    #[error("the certificate in {} can't be used: {why}", path.display())]
    Certificate { path: PathBuf, why: String },
}
