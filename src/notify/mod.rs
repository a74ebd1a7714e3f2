//! Delivers a message to a channel, once, and says what became of it.
//!
//! One try is one request; whether and when there is another is for the caller
//! to decide, with [`next_try`]. What matters is the difference between
//! *nothing arrived* and *nobody can tell*:
//!
//! | what happened | [`Outcome`] |
//! |---|---|
//! | no connection: name, refusal, TLS, no time left | `NotSent` |
//! | 2xx | `Sent` |
//! | 408, 420, 429, 503 | `NotSent`, with the time it asked for |
//! | a redirect, another 4xx | `Refused` |
//! | written, and then silence, a reset or another 5xx | `Uncertain` |
//!
//! Redirects are not followed, connections are not reused and requests are not
//! repeated: each would blur the table. An address is never shown, since it
//! often is the secret; not even when the other side prints it back at us.

mod answer;
mod backoff;
mod payload;
mod sign;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{
    Certificate, Client, RequestBuilder, Url,
    header::{CONTENT_TYPE, HeaderValue},
    redirect, retry,
};
use tokio::sync::OnceCell;

use crate::domain::{
    channel::{Kind, Spec},
    notice::{Intent, Outcome},
    text::{Name, Title, cause},
};

pub use backoff::{next_try, patience};

use answer::Mask;
use sign::Key;

/// A try takes no longer than this, so that a channel that hangs holds up
/// nobody for long.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a channel can't be used as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// Not an address, or not one of the web.
    #[error("the address is not one of http or https: write it as https://host/path")]
    Address,
    /// A signing secret that can't be read.
    #[error(
        "the signing secret starts with whsec_ and goes on with something that is not base64: copy it again, or leave out whsec_ if it is not base64"
    )]
    Secret,
    /// A signing secret that would sign nothing.
    #[error("the signing secret is empty: write one, or leave it out")]
    NoSecret,
}

/// The channels by name; one that is out of order says why.
pub type Channels = BTreeMap<Name, Result<Arc<Channel>, Title>>;

/// A channel, ready to deliver. Opens nothing until the first message.
pub struct Channel {
    spec: Spec,
    address: Url,
    key: Option<Key>,
    mask: Mask,
    timeout: Duration,
    client: OnceCell<Client>,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

/// Makes ring the TLS provider of this process. Any number of calls are one.
pub fn install_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Where another thread was quicker, it is installed all the same.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
    }
}

impl Channel {
    /// A channel as the configuration says it.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the address or the signing secret, showing neither.
    pub fn new(spec: Spec) -> Result<Self, NotifyError> {
        let address = Url::parse(spec.url.reveal())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or(NotifyError::Address)?;
        let key = spec.secret.as_ref().map(Key::read).transpose()?;
        Ok(Self {
            mask: Mask::new(&address, spec.secret.as_ref()),
            address,
            key,
            timeout: TIMEOUT,
            client: OnceCell::new(),
            spec,
        })
    }

    /// The same, with another limit for a whole try; half of it for connecting.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What it was made from.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Tries once to deliver `intent`. `maybe_repeat` says that an earlier try
    /// may have arrived; a page then tells its reader so.
    pub async fn deliver(
        &self,
        intent: &Intent,
        maybe_repeat: bool,
        now: DateTime<Utc>,
    ) -> Outcome {
        if !self.spec.carries(intent.purpose) {
            let why = "the public reads it, and this is not for the public (X2)";
            return Outcome::Refused(why.into());
        }
        let client = match self.client.get_or_try_init(|| self.connect()).await {
            Ok(client) => client,
            Err(why) => return answer::not_sent(&self.mask.cover(&why)),
        };
        match self.request(client, intent, maybe_repeat, now).send().await {
            Ok(response) => answer::judge(response, &self.mask, now).await,
            Err(error) => answer::judge_failure(error, &self.mask),
        }
    }

    fn request(
        &self,
        client: &Client,
        intent: &Intent,
        maybe_repeat: bool,
        now: DateTime<Utc>,
    ) -> RequestBuilder {
        let payload = match self.spec.kind {
            Kind::Slack => payload::slack(intent, maybe_repeat),
            Kind::Webhook => payload::webhook(intent, maybe_repeat, self.spec.format),
        };
        let request = client
            .post(self.address.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static(payload.content_type));
        let request = match self.spec.kind {
            Kind::Slack => request,
            Kind::Webhook => {
                sign::headers(request, self.key.as_ref(), &intent.key, now, &payload.body)
            }
        };
        request.body(payload.body)
    }

    /// The client, made with the first message: reading the system's
    /// certificates takes milliseconds that the first frame should not wait for.
    async fn connect(&self) -> Result<Client, String> {
        install_tls();
        let mut builder = Client::builder()
            .user_agent(concat!("warroom/", env!("CARGO_PKG_VERSION")))
            .timeout(self.timeout)
            .connect_timeout(self.timeout / 2)
            .pool_max_idle_per_host(0)
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never());
        if self.address.scheme() == "http" {
            // A host without any certificates can still be told over http.
            builder = builder.tls_certs_only([]);
        } else if let Some(file) = &self.spec.ca_file {
            let path = file.display();
            let pem = tokio::fs::read(file).await.map_err(|error| {
                format!("the certificates in {path} could not be read: {error}")
            })?;
            let certificates = Certificate::from_pem_bundle(&pem)
                .ok()
                .filter(|found| !found.is_empty())
                .ok_or_else(|| format!("{path} holds no PEM certificates"))?;
            builder = builder.tls_certs_merge(certificates);
        }
        builder
            .build()
            .map_err(|error| format!("TLS could not be set up: {}", cause(&error)))
    }
}
