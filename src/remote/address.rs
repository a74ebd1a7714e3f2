//! Where the shared backend is: a host or a socket on this one, and the token
//! for it.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use reqwest::Url;

use super::RemoteError;
use crate::domain::{secret::Secret, text::Name};

/// What requests on a Unix socket are addressed to.
const ON_A_SOCKET: &str = "http://localhost/";
/// The longest token that is read from a file, in bytes.
const LONGEST_TOKEN: u64 = 4 << 10;
/// Permissions that let anybody but the owner touch a file.
const OTHERS: u32 = 0o077;

/// Where the shared backend is, and who speaks to it.
#[derive(Debug, Clone)]
pub struct Address {
    /// Its root, such as `https://warroom.example`; or `unix:/run/warroom/sock`.
    pub url: Url,
    /// The workspace there.
    pub workspace: Name,
    /// Who asks; a Unix socket needs none.
    pub token: Option<Secret>,
    /// The file in which the token may be another one by now.
    pub token_file: Option<PathBuf>,
    /// Certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
}

impl Address {
    /// Its address, without anything secret.
    pub(super) fn name(&self) -> String {
        let url = &self.url;
        if let Some(path) = self.socket() {
            return path.display().to_string();
        }
        let host = url.host_str().unwrap_or("?");
        match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// What this path of the API is asked for at.
    pub(super) fn join(&self, path: &str) -> Result<Url, url::ParseError> {
        match self.socket() {
            Some(_) => Url::parse(ON_A_SOCKET)?.join(path),
            None => self.url.join(path),
        }
    }

    /// The Unix socket that the address names; `None` where it names a host.
    pub(super) fn socket(&self) -> Option<PathBuf> {
        if self.url.scheme() != "unix" {
            return None;
        }
        let file = Url::parse(&format!("file://{}", self.url.path())).ok()?;
        file.to_file_path().ok()
    }

    /// The token as its file has it now, so that a changed one counts from the
    /// next call on; as it was at the start while the file has none.
    pub(super) async fn token(&self) -> Option<Secret> {
        let file = self.token_file.as_deref();
        let now = match file {
            Some(file) => in_file(file).await,
            None => None,
        };
        now.or_else(|| self.token.clone())
    }

    /// A token goes over plain http to this host alone.
    pub(super) fn check(&self) -> Result<(), RemoteError> {
        let url = &self.url;
        let host = url.host_str().unwrap_or_default();
        let is_here = host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse()
                .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        match url.scheme() {
            "https" | "unix" => Ok(()),
            "http" if is_here => Ok(()),
            "http" => Err(RemoteError::Setup(format!(
                "the token would go to {host} unencrypted: write https://, or reach it through a tunnel to this host"
            ))),
            other => Err(RemoteError::Setup(format!(
                "{other}: is no way to a server: write https://host, http://127.0.0.1:port, or unix:/path"
            ))),
        }
    }
}

/// The token in a file that only its owner can touch; `None` where there is
/// none such.
async fn in_file(file: &Path) -> Option<Secret> {
    let about = tokio::fs::metadata(file).await.ok()?;
    let is_safe = about.is_file() && about.permissions().mode() & OTHERS == 0;
    if !is_safe || about.len() > LONGEST_TOKEN {
        return None;
    }
    let token = Secret::new(&tokio::fs::read_to_string(file).await.ok()?);
    let is_one = !token.is_empty() && !token.reveal().chars().any(char::is_control);
    is_one.then_some(token)
}
