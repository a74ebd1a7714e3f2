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
        let reads = self.shared.link.read_only && records;
        reads.then_some("the token may only read")
    }
}
