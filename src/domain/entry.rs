//! An entry of the log: one fact, of one incident, by one person, at a time.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    fact::{Fact, Unknown},
    text::Name,
};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// Names an entry for ever, and is its idempotency key.
    EntryId
);
id!(
    /// Names an incident for ever; people use its number instead.
    IncidentId
);
id!(
    /// Names one copy of the log: this console's file, or another's.
    ReplicaId
);

impl EntryId {
    /// The id that follows from what an entry of `incident` is.
    pub fn computed(incident: IncidentId, what: &str) -> Self {
        Self(Uuid::new_v5(&incident.0, what.as_bytes()))
    }

    /// Whether it follows from what the entry is, so that two engines that do
    /// the same give it the same one.
    pub fn is_computed(self) -> bool {
        self.0.get_version_num() == 5
    }
}

impl IncidentId {
    /// Stands for the workspace itself, in entries that belong to no incident
    /// (a probe that changes while nothing is wrong).
    pub const WORKSPACE: Self = Self(Uuid::nil());

    /// The last four digits, for incidents that have no number yet.
    pub fn short(&self) -> String {
        let text = self.0.simple().to_string();
        text[text.len() - 4..].to_owned()
    }
}

/// An entry's place in the log: 1 for the first, without gaps.
pub type Seq = u64;

/// As high as no number of a log is: what waits for its number comes after
/// everything, and who has seen that much has seen all that comes before.
pub const LAST: Seq = i64::MAX.unsigned_abs();

/// The name under which the engine records, and nobody else.
pub const ENGINE: &str = "engine";

/// The most characters of a name.
const NAME: usize = 64;
/// What stands between who did it and who says so.
const SENT_BY: &str = " (sent by ";

/// The name of `by`, in an entry that `sender` hands in for them. However long
/// it is, who handed it in can be read.
pub fn sent_by(by: &Name, sender: &Name) -> Name {
    let sent_by = format!("{SENT_BY}{sender})");
    let room = NAME.saturating_sub(sent_by.chars().count());
    if room == 0 {
        return sender.clone();
    }
    let by: String = by.chars().take(room).collect();
    Name::lossy(&format!("{by}{sent_by}"))
}

/// Who answers for what stands under `name`: whoever handed it in, where
/// somebody did so for another.
pub fn answerable(name: &Name) -> &str {
    let sender = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(SENT_BY));
    sender.map_or(name.as_str(), |(_, sender)| sender)
}

/// Whether `person` did what stands under `name`, or handed it in for another.
pub fn is_by(name: &str, person: &str) -> bool {
    let parts = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(SENT_BY));
    let Some((by, sender)) = parts else {
        return name == person;
    };
    // A long name was cut, to make room for who handed it in.
    let was_cut = name.chars().count() >= NAME && person.starts_with(by);
    sender == person || was_cut || is_by(by, person)
}

/// How an entry came about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Typed into the console.
    Console,
    /// A command.
    Cli,
    /// The engine did what was due.
    Engine,
    /// A probe saw something.
    Probe,
    /// Read from a file of entries.
    Import,
    /// A way that only a newer program has: its word.
    #[serde(untagged)]
    Other(Name),
}

impl Via {
    /// The word in the log: `console`, `cli`, …
    pub fn word(&self) -> &str {
        match self {
            Self::Console => "console",
            Self::Cli => "cli",
            Self::Engine => "engine",
            Self::Probe => "probe",
            Self::Import => "import",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Via {
    fn from(word: &str) -> Self {
        match word {
            "console" => Self::Console,
            "cli" => Self::Cli,
            "engine" => Self::Engine,
            "probe" => Self::Probe,
            "import" => Self::Import,
            other => Self::Other(Name::lossy(other)),
        }
    }
}

/// One entry. Its parts never change; `seq` is added when it is accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// Its place; `None` until the log's authority accepted it.
    pub seq: Option<Seq>,
    /// The incident it belongs to, or [`IncidentId::WORKSPACE`].
    pub incident: IncidentId,
    /// When it happened, as its author says (T1).
    pub at: DateTime<Utc>,
    /// When it was recorded (T1).
    pub recorded_at: DateTime<Utc>,
    /// Who recorded it.
    pub by: Name,
    /// How it came about.
    pub via: Via,
    /// The copy of the log on which it was made.
    pub replica: ReplicaId,
    /// The last number its author had seen.
    pub base: Seq,
    /// What happened.
    pub fact: Fact,
    /// The fact as it came, where a newer program wrote more into it.
    pub came_as: Option<Unknown>,
}

impl Entry {
    /// The fact as it is stored, with what only a newer program understands.
    pub fn write(&self) -> (String, Box<RawValue>) {
        match &self.came_as {
            Some(whole) => (whole.kind.clone(), whole.body.clone()),
            None => self.fact.write(),
        }
    }

    /// Whether a person did it, rather than the engine or a probe.
    pub const fn is_by_a_person(&self) -> bool {
        match self.via {
            Via::Console | Via::Cli | Via::Import | Via::Other(_) => true,
            Via::Engine | Via::Probe => false,
        }
    }

    /// Whether it is a person's, and has no number yet: what follows from it
    /// waits for the server.
    pub const fn waits(&self) -> bool {
        self.seq.is_none() && self.is_by_a_person()
    }
}

/// A fact to record, and when it happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// In which incident; a new one for a declaration.
    pub incident: IncidentId,
    /// What happened.
    pub fact: Fact,
    /// When, as its author says.
    pub at: DateTime<Utc>,
}
