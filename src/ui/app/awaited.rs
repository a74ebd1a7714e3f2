//! What is read for the first time, and what a pane shows until then.

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Pane};

/// Where what is shown comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The log on this disk, to its end.
    Log,
    /// The shared backend, which answers or does not.
    Server,
    /// The messages of this log's own engine.
    Outbox,
    /// The folder of the runbooks.
    Runbooks,
}

/// Why nothing can be added to an incident that holds what this program does
/// not know, and may not pass over.
pub const NEEDS_NEWER: &str = "it needs a newer warroom: update this one";

/// A wait that is no longer than this is not worth a word.
const BLINK: TimeDelta = TimeDelta::seconds(1);

impl App {
    /// How long one has waited for what this pane shows; `None` where it was
    /// read.
    pub fn loading(&self, pane: Pane, now: DateTime<Utc>) -> Option<TimeDelta> {
        let sources: &[Source] = match pane {
            Pane::Next
            | Pane::Timeline
            | Pane::Update
            | Pane::Ladder
            | Pane::People
            | Pane::Phase
            | Pane::Links => &[Source::Log, Source::Server],
            Pane::Outbox => &[Source::Outbox, Source::Server],
            Pane::Runbook => &[Source::Runbooks],
            // Each of its rows says whether it was read.
            Pane::Health => &[],
        };
        let awaited = sources.iter().any(|source| self.awaits.contains(source));
        let waited = now - self.started;
        (awaited && waited >= BLINK).then_some(waited)
    }

    /// Why nothing that is recorded in this pane leaves this console.
    pub fn read_only(&self, pane: Pane) -> Option<&'static str> {
        let records = match pane {
            Pane::Health | Pane::Links => false,
            Pane::Next
            | Pane::Timeline
            | Pane::Update
            | Pane::Ladder
            | Pane::People
            | Pane::Phase
            | Pane::Runbook
            | Pane::Outbox => true,
        };
        if !records {
            return None;
        }
        let incident = self.incident().filter(|it| it.state().needs_newer);
        let reads = self
            .shared
            .link
            .read_only
            .then_some("the token may only read");
        incident.map(|_| NEEDS_NEWER).or(reads)
    }
}
