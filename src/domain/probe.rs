//! What is probed, and what a probe saw once.

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    fact::ErrorClass,
    text::{Name, Title},
};

/// One thing to probe, as the configuration says it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Spec {
    /// What people call it.
    pub name: Name,
    /// How it is probed.
    #[serde(flatten)]
    pub target: Target,
    /// Time between two readings.
    #[serde(default = "ten_seconds", with = "super::span::text")]
    pub every: TimeDelta,
    /// A reading takes no longer than this.
    #[serde(default = "five_seconds", with = "super::span::text")]
    pub timeout: TimeDelta,
    /// Slower than this is degraded.
    #[serde(
        default,
        with = "super::span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub slow: Option<TimeDelta>,
    /// Failures in a row until it counts as down (H1).
    #[serde(default = "three")]
    pub failures: u32,
    /// Successes in a row until it counts as up (H1).
    #[serde(default = "two")]
    pub successes: u32,
    /// It only tells whether this host is online (H2); it has no state of its own.
    #[serde(default)]
    pub control: bool,
    /// Its being down is downtime of the service (X1). Absent: yes for `http`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<bool>,
}

fn ten_seconds() -> TimeDelta {
    TimeDelta::seconds(10)
}
fn five_seconds() -> TimeDelta {
    TimeDelta::seconds(5)
}
const fn three() -> u32 {
    3
}
const fn two() -> u32 {
    2
}

/// How something is probed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// A request over HTTP, judged as `curl -f` does unless told otherwise (H3).
    Http {
        /// Where to.
        url: String,
        /// The only status that is right; absent: every status below 400.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The answer must contain this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Follow redirects, ten at the most.
        #[serde(default)]
        follow: bool,
        /// Headers to send, as `["Accept: application/json"]`.
        #[serde(default)]
        headers: Vec<String>,
        /// A PEM file of certificates to trust besides the system's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ca_file: Option<PathBuf>,
    },
    /// A TCP connection.
    Tcp {
        /// `host:port`.
        address: String,
    },
    /// How long a certificate is still valid.
    Tls {
        /// `host:port`.
        address: String,
        /// Degraded below this.
        #[serde(default = "two_weeks", with = "super::span::text")]
        warn: TimeDelta,
        /// A PEM file of certificates to trust besides the system's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ca_file: Option<PathBuf>,
    },
    /// A name that must resolve.
    Dns {
        /// The name.
        host: String,
        /// An address that must be among the answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expect: Option<String>,
    },
    /// A program that must end with status 0. Only from the local file.
    Command {
        /// The program and its arguments; no shell.
        argv: Vec<String>,
    },
    /// This host: load, memory and disk.
    System {
        /// The file system to look at.
        #[serde(default = "root")]
        path: PathBuf,
        /// Degraded at this share of any of the three, in percent.
        #[serde(default = "ninety")]
        warn_percent: u8,
    },
}

fn two_weeks() -> TimeDelta {
    TimeDelta::days(14)
}
fn root() -> PathBuf {
    PathBuf::from("/")
}
const fn ninety() -> u8 {
    90
}

impl Spec {
    /// Whether its being down is downtime of the service (X1).
    pub fn counts(&self) -> bool {
        self.counts
            .unwrap_or(matches!(self.target, Target::Http { .. }))
            && !self.control
    }
}

/// What one probe saw once.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// When it was finished.
    pub at: DateTime<Utc>,
    /// How it went.
    pub outcome: Outcome,
    /// How long the target took; `None` where time says nothing.
    pub took: Option<Duration>,
    /// In words: `connection refused`, `status 503`, `41 days left`.
    pub detail: Title,
    /// Load, memory and disk, from a `system` probe.
    pub system: Option<System>,
}

/// How a reading went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Pass,
    /// It works, but not well.
    Warn,
    /// It does not.
    Fail(ErrorClass),
}

/// Load, memory and disk of the host, as `uptime`, `free` and `df` count them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct System {
    /// Load averages over 1, 5 and 15 minutes.
    pub load: [f64; 3],
    /// Processors.
    pub cores: u32,
    /// Memory in use and in all, in bytes.
    pub memory: (u64, u64),
    /// Disk in use and usable (used + available), in bytes.
    pub disk: (u64, u64),
}

impl System {
    /// Disk in use, in percent, rounded up as `df` does.
    pub fn disk_percent(&self) -> u8 {
        let (used, whole) = self.disk;
        percent(u128::from(used), u128::from(whole))
    }

    /// Memory in use, in percent, rounded up.
    pub fn memory_percent(&self) -> u8 {
        let (used, whole) = self.memory;
        percent(u128::from(used), u128::from(whole))
    }

    /// The load of the last minute in percent of the processors; 250 at the most.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what fits; not a number becomes 0"
    )]
    pub fn load_percent(&self) -> u8 {
        let share = self.load[0] / f64::from(self.cores.max(1)) * 100.0;
        share.clamp(0.0, 250.0).round() as u8
    }
}

fn percent(part: u128, whole: u128) -> u8 {
    let percent = (part * 100).checked_div(whole).map_or(0, |floor| {
        floor + u128::from(!(part * 100).is_multiple_of(whole))
    });
    u8::try_from(percent).unwrap_or(u8::MAX)
}
