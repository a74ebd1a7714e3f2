//! What probes have in common: HTTP clients, the certificates this host
//! trusts, and the threads for look-ups. Each is made when first needed.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use rustls::pki_types::CertificateDer;
use tokio::sync::OnceCell;

use super::{
    aside::Aside,
    connect::look_up,
    sight::Failure,
    trust::{self, Roots},
};
use crate::domain::fact::ErrorClass;

/// How many look-ups may hang at the same time. One takes up to 30 s where no
/// name server answers; a war room has a few dozen probes.
const LOOK_UPS: usize = 32;

/// How often a redirect is followed before it counts as a loop.
const REDIRECTS: usize = 10;

/// What probes have in common; a clone shares it too.
#[derive(Debug, Clone)]
pub struct Shared {
    lookups: Aside,
    roots: Arc<Roots>,
    clients: Arc<Mutex<Vec<Arc<Slot>>>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            lookups: Aside::new(LOOK_UPS),
            roots: Arc::default(),
            clients: Arc::default(),
        }
    }
}

/// What makes two clients the same.
#[derive(Debug, PartialEq)]
pub(super) struct Settings {
    /// Follow redirects.
    pub(super) follow: bool,
    /// It may meet TLS, so it needs the system's certificates.
    pub(super) encrypted: bool,
    /// Certificates to trust besides.
    pub(super) extra: Vec<CertificateDer<'static>>,
    /// A connection is made in this time, whichever address answers.
    pub(super) connect: Duration,
}

/// A client, made when first asked for: that costs 2 to 29 ms.
pub(super) struct Slot {
    settings: Settings,
    roots: Arc<Roots>,
    lookups: Aside,
    client: OnceCell<Client>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("made", &self.client.initialized())
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) const fn lookups(&self) -> &Aside {
        &self.lookups
    }

    pub(super) const fn roots(&self) -> &Arc<Roots> {
        &self.roots
    }

    /// The client with these settings, shared with whoever else has them.
    pub(super) fn slot(&self, settings: Settings) -> Arc<Slot> {
        let mut slots = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.iter().find(|slot| slot.settings == settings) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot {
            settings,
            roots: Arc::clone(&self.roots),
            lookups: self.lookups.clone(),
            client: OnceCell::new(),
        });
        slots.push(Arc::clone(&slot));
        slot
    }
}

impl Slot {
    /// A reading through it takes no longer.
    pub(super) const fn limit(&self) -> Duration {
        self.settings.connect
    }

    pub(super) async fn client(&self) -> Result<&Client, Failure> {
        self.client.get_or_try_init(|| self.build()).await
    }

    async fn build(&self) -> Result<Client, Failure> {
        let verifier = if self.settings.encrypted {
            self.roots.verifier(&self.settings.extra).await?
        } else {
            trust::Verifier::of_nothing()
        };
        let mut tls = trust::client_config(Arc::new(verifier))?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Resolver(self.lookups.clone())))
            .redirect(if self.settings.follow {
                Policy::limited(REDIRECTS)
            } else {
                Policy::none()
            })
            // A connection kept open would hide that nobody listens any more.
            .pool_max_idle_per_host(0)
            .connect_timeout(self.settings.connect)
            .user_agent(concat!("warroom/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                Failure::new(
                    ErrorClass::Connect,
                    2,
                    format!("no client: {}", error.without_url()),
                )
            })
    }
}

/// Looks names up on our threads, and says which name had no address.
struct Resolver(Aside);

/// The failed look-up inside a client's error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NoAddress(pub(super) String);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookups = self.0.clone();
        Box::pin(async move {
            let found = look_up(&lookups, name.as_str(), 0)
                .await
                .map_err(|failure| NoAddress(failure.detail))?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
