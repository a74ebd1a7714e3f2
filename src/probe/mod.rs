//! Looks at things from this host, and says what it saw.
//!
//! A probe never fails to answer: that a target is down is a [`Reading`] like
//! any other. Whether a thing counts as down, and whether this host is online
//! at all, is for [`crate::domain`] to say: here nothing is remembered from
//! one reading to the next.
//!
//! ```text
//! Spec ── Probe::new ──> Probe ── read ──> Reading
//!                          └── Schedule::run ──> (Name, Reading) on a channel
//! ```

mod aside;
mod command;
mod connect;
mod dns;
mod error;
mod http;
mod schedule;
mod shared;
mod sight;
mod system;
mod tcp;
mod tls;
mod trust;

use std::time::Duration;

use tokio::{
    sync::OnceCell,
    time::{Instant, timeout},
};

use crate::{
    clock::Clock,
    domain::{
        fact::ErrorClass,
        probe::{Outcome, Reading, Spec, Target},
        text::{Name, Title},
    },
};

pub use error::ProbeError;
pub use schedule::{Nudge, Schedule};
pub use shared::Shared;

use connect::HostPort;
use sight::{Failure, Saw};

/// One thing that can be looked at, again and again.
#[derive(Debug)]
pub struct Probe {
    spec: Spec,
    limit: Duration,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Http(http::Http),
    Tcp(tcp::Tcp),
    Tls(tls::Tls),
    Dns(dns::Dns),
    Command(command::Command),
    System(system::Host),
}

impl Kind {
    fn of(spec: &Spec, limit: Duration, shared: &Shared) -> Result<Self, ProbeError> {
        let probe = &spec.name;
        Ok(match &spec.target {
            Target::Http {
                url,
                status,
                body,
                follow,
                headers,
                ca_file,
            } => {
                let url = http::read_url(probe, url)?;
                let slot = shared.slot(shared::Settings {
                    follow: *follow,
                    // A redirect may lead from http to https.
                    encrypted: *follow || url.scheme() == "https",
                    extra: trust::read_ca_file(probe, ca_file.as_deref())?,
                    connect: limit,
                });
                Self::Http(http::Http {
                    url,
                    status: http::read_status(probe, *status)?,
                    body: body.clone(),
                    headers: http::read_headers(probe, headers)?,
                    slot,
                })
            }
            Target::Tcp { address } => Self::Tcp(tcp::Tcp {
                address: HostPort::parse(probe, address)?,
                limit,
                shared: shared.clone(),
            }),
            Target::Tls {
                address,
                warn,
                ca_file,
            } => Self::Tls(tls::Tls {
                address: HostPort::parse(probe, address)?,
                warn: *warn,
                limit,
                extra: trust::read_ca_file(probe, ca_file.as_deref())?,
                verifier: OnceCell::new(),
                shared: shared.clone(),
            }),
            Target::Dns { host: name, expect } => Self::Dns(dns::Dns {
                name: dns::read_name(probe, name)?,
                expect: dns::read_expect(probe, expect.as_deref())?,
                shared: shared.clone(),
            }),
            Target::Command { argv } => Self::Command(command::Command::new(probe, argv, limit)?),
            Target::System { path, warn_percent } => {
                Self::System(system::Host::new(path, *warn_percent))
            }
        })
    }
}

/// One reading, and the exit status with which `curl -f` would have ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Once {
    /// What was seen.
    pub reading: Reading,
    /// 0 where it passed, slowly or not; else 6, 7, 22, 28, 35, 60 and so on.
    pub curl: u8,
}

/// Every probe of a configuration, sharing what can be shared.
///
/// # Errors
///
/// The first one that can't be made, by name.
pub fn all(specs: impl IntoIterator<Item = Spec>) -> Result<Vec<Probe>, ProbeError> {
    let shared = Shared::default();
    specs
        .into_iter()
        .map(|spec| Probe::sharing(spec, &shared))
        .collect()
}

/// The same, with those left out that can't be made; and why they can't.
pub fn each(specs: impl IntoIterator<Item = Spec>) -> (Vec<Probe>, Vec<ProbeError>) {
    let shared = Shared::default();
    let (mut made, mut broken) = (Vec::new(), Vec::new());
    for spec in specs {
        match Probe::sharing(spec, &shared) {
            Ok(probe) => made.push(probe),
            Err(error) => broken.push(error),
        }
    }
    (made, broken)
}

impl Probe {
    /// A probe on its own.
    ///
    /// # Errors
    ///
    /// Says which probe asks for something that can't be, and what would be right.
    pub fn new(spec: Spec) -> Result<Self, ProbeError> {
        Self::sharing(spec, &Shared::default())
    }

    /// A probe that shares clients and certificates with others.
    ///
    /// Reads the CA file, once: a file that changes later is not read again.
    ///
    /// # Errors
    ///
    /// As [`Probe::new`].
    pub fn sharing(spec: Spec, shared: &Shared) -> Result<Self, ProbeError> {
        let limit = spec.timeout.to_std().unwrap_or_default();
        if limit.is_zero() {
            return Err(ProbeError::NoTime { probe: spec.name });
        }
        let kind = Kind::of(&spec, limit, shared)?;
        Ok(Self { spec, limit, kind })
    }

    /// What people call it.
    pub const fn name(&self) -> &Name {
        &self.spec.name
    }

    /// What it was made from.
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Looks once. Takes no longer than the probe's `timeout`; a certificate's
    /// days are counted from `clock`. May be dropped at any time.
    pub async fn read(&self, clock: &Clock) -> Reading {
        self.once(clock).await.reading
    }

    /// Looks once, for a script.
    pub async fn once(&self, clock: &Clock) -> Once {
        // What is built for the first reading is not the target's time.
        let prepared = self.prepare().await;
        let start = Instant::now();
        let saw = match prepared {
            Ok(()) => self.look(clock).await,
            Err(failure) => Err(failure),
        };
        self.judge(saw, start.elapsed(), clock)
    }

    async fn prepare(&self) -> Result<(), Failure> {
        match &self.kind {
            Kind::Http(probe) => probe.prepare().await,
            Kind::Tls(probe) => probe.prepare().await,
            Kind::Tcp(_) | Kind::Dns(_) | Kind::Command(_) | Kind::System(_) => Ok(()),
        }
    }

    async fn look(&self, clock: &Clock) -> Saw {
        let seen = async {
            match &self.kind {
                Kind::Http(probe) => probe.look().await,
                Kind::Tcp(probe) => probe.look().await,
                Kind::Tls(probe) => probe.look(clock.now()).await,
                Kind::Dns(probe) => probe.look().await,
                // Has its own end, which takes its children along.
                Kind::Command(probe) => probe.look().await,
                Kind::System(probe) => probe.look().await,
            }
        };
        let limit = match &self.kind {
            Kind::Command(_) => self.limit + command::LAST_WORDS,
            Kind::Http(_) | Kind::Tcp(_) | Kind::Tls(_) | Kind::Dns(_) | Kind::System(_) => {
                self.limit
            }
        };
        timeout(limit, seen)
            .await
            .unwrap_or_else(|_| Err(Failure::no_answer(self.limit)))
    }

    fn judge(&self, saw: Saw, elapsed: Duration, clock: &Clock) -> Once {
        let (outcome, detail, system, curl) = match saw {
            Ok(sight) if sight.warn => (Outcome::Warn, sight.detail, sight.system, 0),
            Ok(sight) if self.is_slow(elapsed) => {
                let detail = format!("{}, slow: {} ms", sight.detail, elapsed.as_millis());
                (Outcome::Warn, detail, sight.system, 0)
            }
            Ok(sight) => (Outcome::Pass, sight.detail, sight.system, 0),
            Err(failure) => (
                Outcome::Fail(failure.class),
                failure.detail,
                None,
                failure.curl,
            ),
        };
        let reading = Reading {
            at: clock.now(),
            outcome,
            took: self.says_time(outcome).then_some(elapsed),
            detail: Title::lossy(&detail),
            system,
        };
        Once { reading, curl }
    }

    fn is_slow(&self, elapsed: Duration) -> bool {
        let limit = self.spec.slow.and_then(|slow| slow.to_std().ok());
        self.is_remote() && limit.is_some_and(|limit| elapsed > limit)
    }

    /// Whether the time it took is the time of an answer.
    fn says_time(&self, outcome: Outcome) -> bool {
        let answered = match outcome {
            Outcome::Pass | Outcome::Warn => true,
            Outcome::Fail(ErrorClass::Status | ErrorClass::Body) => true,
            Outcome::Fail(
                ErrorClass::Dns | ErrorClass::Connect | ErrorClass::Tls | ErrorClass::Timeout,
            ) => false,
        };
        answered && self.is_remote()
    }

    const fn is_remote(&self) -> bool {
        match &self.kind {
            Kind::Http(_) | Kind::Tcp(_) | Kind::Tls(_) | Kind::Dns(_) | Kind::Command(_) => true,
            Kind::System(_) => false,
        }
    }
}
