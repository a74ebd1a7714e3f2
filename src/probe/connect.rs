//! From `host:port` to an open connection.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs as _},
    time::Duration,
};

use rustls::pki_types::ServerName;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{ProbeError, aside::Aside, sight::Failure};
use crate::domain::text::Name;

/// Where to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostPort {
    host: String,
    port: u16,
    /// The host, as a certificate would name it.
    pub(super) name: ServerName<'static>,
}

impl HostPort {
    /// Reads `host:port`, `192.0.2.7:443` or `[::1]:443`.
    pub(super) fn parse(probe: &Name, address: &str) -> Result<Self, ProbeError> {
        read(address).ok_or_else(|| ProbeError::Address {
            probe: probe.clone(),
            address: address.to_owned(),
        })
    }

    /// Opens a connection, trying each address in turn for its share of `limit`.
    pub(super) async fn open(
        &self,
        lookups: &Aside,
        limit: Duration,
    ) -> Result<TcpStream, Failure> {
        let end = Instant::now() + limit;
        let addresses = look_up(lookups, &self.host, self.port).await?;
        let mut last = Failure::no_answer(limit);
        for (tried, address) in addresses.iter().enumerate() {
            let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
            let share = end.saturating_duration_since(Instant::now()) / left;
            last = match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => Failure::connect(&error, limit),
                Err(_) => Failure::no_answer(limit),
            };
        }
        Err(last)
    }
}

fn read(address: &str) -> Option<HostPort> {
    let (host, port) = address.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = match bare {
        Some(host) => host.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
        None if is_host(host) => host.to_owned(),
        None => return None,
    };
    let name = ServerName::try_from(host.clone()).ok()?;
    Some(HostPort { host, port, name })
}

/// Whether it could be a host's name or an IPv4 address.
pub(super) fn is_host(host: &str) -> bool {
    (1..=253).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

/// The addresses of `host`, as every program on this host would get them:
/// with `/etc/hosts` and all. At least one.
pub(super) async fn look_up(
    lookups: &Aside,
    host: &str,
    port: u16,
) -> Result<Vec<SocketAddr>, Failure> {
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = host.to_owned();
    let found = lookups
        .run(move || (name.as_str(), port).to_socket_addrs())
        .await
        .and_then(|found| found);
    match found.map(Iterator::collect::<Vec<_>>) {
        Ok(addresses) if addresses.is_empty() => Err(Failure::no_address(host, "none was given")),
        Ok(addresses) => Ok(addresses),
        Err(error) => Err(Failure::no_address(host, &why(&error))),
    }
}

/// `name or service not known`, without the preamble.
fn why(error: &io::Error) -> String {
    let words = error.to_string();
    let words = words
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(&words);
    words.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for (text, host, port) in [
            ("localhost:80", "localhost", 80),
            ("192.0.2.7:443", "192.0.2.7", 443),
            ("[::1]:5432", "::1", 5432),
        ] {
            let found = read(text).map(|found| (found.host, found.port));
            assert_eq!(found, Some((host.to_owned(), port)), "{text}");
        }
        for text in [
            "localhost",
            "localhost:",
            ":80",
            "localhost:0",
            "h:99999",
            "::1:80",
            "a b:1",
            "[x]:1",
            "http://localhost:80",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
