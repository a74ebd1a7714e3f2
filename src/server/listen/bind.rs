//! Making sockets.

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};

use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener};

use super::ListenError;

/// How many connections may wait to be accepted: with the usual 128, five
/// hundred consoles that come back at once wait for a second.
const BACKLOG: u32 = 4_096;

/// How long a client may be silent on the wire where it owes us an
/// acknowledgement, in milliseconds.
const UNANSWERED_MS: u32 = 30_000;

/// How long a connection is quiet before it is asked whether it is there.
const QUIET: Duration = Duration::from_mins(1);

/// Listens there, and says where that is.
pub(super) fn tcp(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ListenError> {
    let bound = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // The connections of one that just ended must not keep the next out.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound().map_err(|source| ListenError::Bind { address, source })
}

/// Sees to it that a client that is gone, or never reads, is noticed.
pub(super) fn patience(stream: &TcpStream) {
    let set = || {
        stream.set_nodelay(true)?;
        sockopt::set_socket_keepalive(stream, true)?;
        sockopt::set_tcp_keepidle(stream, QUIET)?;
        sockopt::set_tcp_user_timeout(stream, UNANSWERED_MS)?;
        Ok::<_, io::Error>(())
    };
    if let Err(error) = set() {
        tracing::debug!(%error, "setting a connection's patience");
    }
}

/// Listens on a Unix socket, in the place of one that nobody listens on.
pub(super) fn unix(path: &Path, mode: u32) -> Result<UnixListener, ListenError> {
    let wrong = |source| ListenError::Socket {
        path: path.to_owned(),
        source,
    };
    clear(path)?;
    let listener = UnixListener::bind(path).map_err(wrong)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(wrong)?;
    Ok(listener)
}

/// Takes away what a server that was killed left behind, and nothing else.
fn clear(path: &Path) -> Result<(), ListenError> {
    let owned = || path.to_owned();
    let Ok(there) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !there.file_type().is_socket() {
        return Err(ListenError::NotASocket { path: owned() });
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
        Ok(_) | Err(_) => return Err(ListenError::InUse { path: owned() }),
    }
    fs::remove_file(path).map_err(|source| ListenError::Socket {
        path: owned(),
        source,
    })
}
