//! The shared backend, as a client speaks to it: one call of the HTTP API, one
//! function. Nothing is remembered here, and nothing is tried twice.
//!
//! What comes back is a stranger's: its length is bounded, its shape checked,
//! no redirect is followed, and no sentence of it is shown uncleaned.

mod address;

use std::{path::Path, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Certificate, Client, Method, Response, StatusCode, header, redirect, retry};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    sync::OnceCell,
    time::{Instant, timeout},
};

pub use address::Address;

use crate::{
    domain::{
        notice::Delivery,
        text::{Name, Title, cause},
    },
    tls,
    wire::{Follow, Meta, Page, Post, Posted, Problem, Told, Way},
};

/// How long a call that asks for nothing may take until its answer begins, and
/// that answer until it ends.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// How much longer than it was asked to wait the server may take to begin an
/// answer to a question for news.
const LATE: Duration = Duration::from_secs(4);
/// How long nothing may be heard on a connection before the system asks the
/// other end whether it is there, and how often it asks in vain: while a
/// question waits, nothing else would tell a dead way from a quiet one. That is
/// a packet every three seconds, and only on a way that is silent.
const SILENT: Duration = Duration::from_secs(3);
const ASK_EVERY: Duration = Duration::from_secs(1);
const ASK: u32 = 3;
/// The most that is read of an answer, in bytes: a page of the largest entries
/// is not sent whole by any server.
const LARGEST: usize = 64 << 20;
/// The most deliveries of a list, which comes in pages: the messages of a year
/// in a large house, many times over.
const MOST: usize = 1_000_000;

/// The shared backend.
#[derive(Debug)]
pub struct Remote {
    address: Address,
    client: OnceCell<Client>,
}

/// Why a call came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what it is")]
pub enum RemoteError {
    #[error("{address} can't be reached: {why}")]
    Unreachable { address: String, why: String },
    #[error("{address} said no: {detail} ({code})")]
    Refused {
        address: String,
        status: u16,
        code: String,
        detail: Title,
        /// The server's history, where ours is another one.
        epoch: Option<String>,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    #[error(
        "{address} answers what no warroom server would: {why}; check the address, and what stands before it"
    )]
    Garbage { address: String, why: String },
    #[error("{0}")]
    Setup(String),
}

impl RemoteError {
    /// Whether the same call may succeed later, without anybody changing it.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Garbage { .. } => true,
            Self::Refused { status, .. } => {
                matches!(status, 408 | 425 | 429) || (500..600).contains(status)
            }
            Self::Setup(_) => false,
        }
    }

    /// How long the server asks to be left alone, if it does.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Unreachable { .. } | Self::Garbage { .. } | Self::Setup(_) => None,
        }
    }

    /// Whether the server answers, and does not take the token for this.
    pub const fn is_about_the_token(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 401 | 403,
                ..
            }
        )
    }

    /// Whether the server's history is not the one that was asked for.
    pub fn is_other_history(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "epoch_changed" || code == "cursor_ahead")
    }
}

/// An answer, and what it tells of the way.
#[derive(Debug, Clone)]
pub struct Heard<T> {
    /// What was asked for.
    pub what: T,
    /// How long it took.
    pub took: TimeDelta,
    /// Whether it is a list that goes on.
    pub more: bool,
}

impl Remote {
    /// A client; it connects with its first call.
    ///
    /// # Errors
    ///
    /// Where the address could never be spoken to in confidence.
    pub fn new(address: Address) -> Result<Self, RemoteError> {
        address.check()?;
        Ok(Self {
            address,
            client: OnceCell::new(),
        })
    }

    /// Its address, without anything secret.
    pub fn name(&self) -> String {
        self.address.name()
    }

    /// Hands entries in; answers once they are on disk there.
    ///
    /// # Errors
    ///
    /// As every call: it can't be reached, says no, or makes no sense.
    pub async fn post(&self, post: &Post) -> Result<Heard<Posted>, RemoteError> {
        let path = format!("v1/ws/{}/events", segment(&self.address.workspace));
        self.call(Method::POST, &path, Some(post), PATIENCE).await
    }

    /// The entries that `asked` says; waits as long as that says while there
    /// are none.
    ///
    /// # Errors
    ///
    /// As [`Remote::post`]; [`RemoteError::is_other_history`] where the
    /// history is not the server's.
    pub async fn page(&self, asked: &Follow) -> Result<Heard<Page>, RemoteError> {
        let ws = segment(&self.address.workspace);
        let (after, wait) = (asked.after, asked.wait);
        let mut path = format!("v1/ws/{ws}/events?after={after}&wait={wait}");
        let last = asked.last.map(|last| last.to_string());
        let limit = asked.limit.map(|limit| limit.to_string());
        let console = asked.console.map(|console| console.to_string());
        let asked = [
            ("limit", &limit),
            ("epoch", &asked.epoch),
            ("last", &last),
            ("total", &asked.total),
            ("console", &console),
        ];
        for (name, value) in asked {
            if let Some(value) = value {
                path = format!("{path}&{name}={}", segment(value));
            }
        }
        let limit = PATIENCE.max(LATE + Duration::from_secs(wait.into()));
        self.call(Method::GET, &path, None::<&()>, limit).await
    }

    /// The deliveries that are not over, and of the others what is among the
    /// `last` ones, or all there ever were; oldest first.
    ///
    /// # Errors
    ///
    /// As [`Remote::post`].
    pub async fn deliveries(&self, last: Option<u32>) -> Result<Vec<Delivery>, RemoteError> {
        let ws = segment(&self.address.workspace);
        let asked = last.map_or("all=true".to_owned(), |last| format!("last={last}"));
        let all = format!("v1/ws/{ws}/deliveries?{asked}");
        let mut path = all.clone();
        let mut deliveries: Vec<Delivery> = Vec::new();
        while deliveries.len() < MOST {
            let heard = self.call(Method::GET, &path, None::<&()>, PATIENCE).await?;
            let told: Vec<Told> = heard.what;
            let more = heard.more && !told.is_empty();
            deliveries.extend(told.into_iter().map(Delivery::from));
            let end = deliveries.last().filter(|_| more);
            let Some(end) = end else {
                return Ok(deliveries);
            };
            path = format!("{all}&after={}", segment(&end.intent.key));
        }
        Err(self.garbage("a list without an end"))
    }

    /// Does something with the delivery of that key; answers with what became
    /// of it.
    ///
    /// # Errors
    ///
    /// As [`Remote::post`].
    pub async fn deliver(&self, key: &str, way: Way) -> Result<Delivery, RemoteError> {
        let ws = segment(&self.address.workspace);
        let (key, way) = (segment(key), way.segment());
        let path = format!("v1/ws/{ws}/deliveries/{key}/{way}");
        let heard = self
            .call(Method::POST, &path, None::<&()>, PATIENCE)
            .await?;
        let told: Told = heard.what;
        Ok(told.into())
    }

    /// What the server is, and whom it takes the caller for.
    ///
    /// # Errors
    ///
    /// As [`Remote::post`].
    pub async fn meta(&self) -> Result<Heard<Meta>, RemoteError> {
        self.call(Method::GET, "v1/meta", None::<&()>, PATIENCE)
            .await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        limit: Duration,
    ) -> Result<Heard<T>, RemoteError> {
        let url = self.address.join(path);
        let url = url.map_err(|error| self.garbage(&error.to_string()))?;
        let client = self.client.get_or_try_init(|| self.connect()).await?;
        let mut request = client.request(method, url).timeout(limit + PATIENCE);
        if let Some(token) = self.address.token().await {
            request = request.bearer_auth(token.reveal());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let began = Instant::now();
        let answer = timeout(limit, request.send()).await;
        let answer = answer.map_err(|_| self.silent())?;
        let answer = answer.map_err(|error| self.away(&error))?;
        let took = TimeDelta::from_std(began.elapsed()).unwrap_or_default();
        let more = answer.headers().contains_key(header::LINK);
        let (status, retry_after) = (answer.status(), retry_after(&answer));
        let text = self.read(answer).await?;
        if !status.is_success() {
            return Err(self.refused(status, retry_after, &text));
        }
        let what = serde_json::from_slice(&text);
        let what = what.map_err(|error| self.garbage(&error.to_string()))?;
        Ok(Heard { what, took, more })
    }

    async fn read(&self, mut answer: Response) -> Result<Vec<u8>, RemoteError> {
        let mut text = Vec::new();
        while let Some(some) = answer.chunk().await.map_err(|error| self.away(&error))? {
            if text.len() + some.len() > LARGEST {
                return Err(self.garbage("an answer without an end"));
            }
            text.extend_from_slice(&some);
        }
        Ok(text)
    }

    fn refused(
        &self,
        status: StatusCode,
        retry_after: Option<Duration>,
        text: &[u8],
    ) -> RemoteError {
        let Ok(problem) = serde_json::from_slice::<Problem>(text) else {
            return self.garbage(&format!("status {status} without a reason"));
        };
        RemoteError::Refused {
            address: self.name(),
            status: status.as_u16(),
            code: Name::lossy(&problem.code).to_string(),
            detail: Title::lossy(&problem.detail),
            epoch: problem.epoch,
            retry_after,
        }
    }

    fn garbage(&self, why: &str) -> RemoteError {
        RemoteError::Garbage {
            address: self.name(),
            why: Title::lossy(why).to_string(),
        }
    }

    fn away(&self, error: &reqwest::Error) -> RemoteError {
        RemoteError::Unreachable {
            address: self.name(),
            why: self.why_away(error).to_string(),
        }
    }

    fn why_away(&self, error: &reqwest::Error) -> Title {
        let io: Option<&std::io::Error> = tls::causes(error)
            .filter_map(|cause| cause.downcast_ref())
            .last();
        let denied = io.is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied);
        if denied && self.address.socket().is_some() {
            return Title::lossy(NOT_IN_GROUP);
        }
        Title::lossy(&in_words(error))
    }

    fn silent(&self) -> RemoteError {
        RemoteError::Unreachable {
            address: self.name(),
            why: SILENCE.to_owned(),
        }
    }

    async fn connect(&self) -> Result<Client, RemoteError> {
        let mut builder = Client::builder()
            .user_agent(concat!("warroom/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECTING)
            .tcp_keepalive(SILENT)
            .tcp_keepalive_interval(ASK_EVERY)
            .tcp_keepalive_retries(ASK)
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never());
        if let Some(path) = self.address.socket() {
            builder = builder.unix_socket(path).tls_certs_only([]);
        } else if self.address.url.scheme() == "http" {
            // A host without any certificates can still be spoken to.
            builder = builder.tls_certs_only([]);
        } else if let Some(file) = &self.address.ca_file {
            builder = builder.tls_certs_merge(certificates(file).await?);
        }
        let made = builder.build();
        made.map_err(|error| RemoteError::Setup(format!("TLS could not be set up: {error}")))
    }
}

/// Why nobody can be reached who does not answer.
const SILENCE: &str = "it did not answer in time";

/// Why a Unix socket can't be spoken to that is there.
const NOT_IN_GROUP: &str = "you may not use this socket: join the group of its file, and let `warroom serve --socket-mode 660` open it to that group";

/// What was wrong, down to its first cause, without the address in it.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return SILENCE.to_owned();
    }
    if let Some(untrusted) = tls::cause(error) {
        return format!("{}{}", tls::in_words(untrusted), tls::way_out(untrusted));
    }
    if tls::cause(error).is_some_and(hyper::Error::is_parse) {
        return "it does not speak HTTP: where the port is one for TLS, write https://".to_owned();
    }
    cause(error)
}

async fn certificates(file: &Path) -> Result<Vec<Certificate>, RemoteError> {
    let path = file.display();
    let pem = tokio::fs::read(file).await;
    let pem = pem.map_err(|error| RemoteError::Setup(format!("reading {path}: {error}")))?;
    Certificate::from_pem_bundle(&pem)
        .ok()
        .filter(|found| !found.is_empty())
        .ok_or_else(|| RemoteError::Setup(format!("{path} holds no PEM certificates")))
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    let seconds: u64 = seconds.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(300)))
}

/// A text as one part of a path or a value of a query.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// The server's clock against ours, from the middle of the call. Its time lies
/// within the calendar, as all that is read of it.
pub fn offset(server_time: DateTime<Utc>, answered: DateTime<Utc>, took: TimeDelta) -> TimeDelta {
    server_time - (answered - took / 2)
}
