//! How long a server's certificate is still good, also where it is not: the
//! chain is read before it is judged.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use rustls::{
    Error,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;

use super::{
    Shared,
    connect::HostPort,
    sight::{Failure, Saw, Sight, io_words},
    trust::{self, Judge, Verifier},
};
use crate::domain::fact::ErrorClass;

#[derive(Debug)]
pub(super) struct Tls {
    pub(super) address: HostPort,
    pub(super) warn: TimeDelta,
    pub(super) limit: Duration,
    pub(super) extra: Vec<CertificateDer<'static>>,
    pub(super) verifier: OnceCell<Arc<Verifier>>,
    pub(super) shared: Shared,
}

impl Tls {
    pub(super) async fn prepare(&self) -> Result<(), Failure> {
        self.verifier().await.map(drop)
    }

    async fn verifier(&self) -> Result<&Arc<Verifier>, Failure> {
        let build = async || {
            let built = self.shared.roots().verifier(&self.extra).await;
            built.map(Arc::new)
        };
        self.verifier.get_or_try_init(build).await
    }

    pub(super) async fn look(&self, now: DateTime<Utc>) -> Saw {
        let witness = Arc::new(Witness {
            verifier: Arc::clone(self.verifier().await?),
            now: trust::unix(now),
            seen: Mutex::default(),
        });
        let config = trust::client_config(Arc::clone(&witness))?;
        let stream = self.address.open(self.shared.lookups(), self.limit).await?;
        let shaken = TlsConnector::from(Arc::new(config))
            .connect(self.address.name.clone(), stream)
            .await;
        // A server may show its certificate and then refuse us for not having
        // one: the certificate was seen all the same.
        match (witness.seen(), shaken) {
            (Some(seen), _) => self.judge(&seen, now),
            (None, Err(error)) => Err(handshake(&error)),
            (None, Ok(_)) => Err(Failure::new(
                ErrorClass::Tls,
                35,
                "no certificate was shown",
            )),
        }
    }

    fn judge(&self, seen: &Seen, now: DateTime<Utc>) -> Saw {
        if let Err(error) = &seen.verdict {
            return Err(Failure::tls(error));
        }
        let Some(end) = seen.earliest_end else {
            return Err(Failure::new(ErrorClass::Tls, 60, "certificate: unreadable"));
        };
        let left = end - now;
        // The server's own is valid, or it had not been trusted; this is one
        // that was sent along, and that some client will need.
        if left < TimeDelta::zero() {
            let detail = format!(
                "a certificate of the chain expired {} ago",
                crate::tls::days(-left)
            );
            return Err(Failure::new(ErrorClass::Tls, 60, detail));
        }
        let sight = Sight::well(format!("{} left", crate::tls::days(left)));
        Ok(sight.warn_if(left < self.warn))
    }
}

/// A handshake that ended before a certificate was shown.
fn handshake(error: &std::io::Error) -> Failure {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Failure::tls(error);
    }
    let detail = format!("no TLS handshake: {}", io_words(error));
    Failure::new(ErrorClass::Tls, 35, detail)
}

/// What a server showed, and what the verifier thinks of it.
#[derive(Debug, Clone)]
struct Seen {
    earliest_end: Option<DateTime<Utc>>,
    verdict: Result<(), Error>,
}

/// Lets every certificate pass, and remembers it. No byte of ours follows the
/// handshake, so nothing is told to whoever could not be trusted.
#[derive(Debug)]
struct Witness {
    verifier: Arc<Verifier>,
    now: UnixTime,
    seen: Mutex<Option<Seen>>,
}

impl Witness {
    fn seen(&self) -> Option<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

impl Judge for Witness {
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _now: UnixTime,
    ) -> Result<(), Error> {
        let verdict = self
            .verifier
            .judge(end_entity, intermediates, server_name, self.now);
        let chain = std::iter::once(end_entity).chain(intermediates);
        let earliest_end = chain.filter_map(trust::not_after).min();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Some(Seen {
            earliest_end,
            verdict,
        });
        Ok(())
    }
}
