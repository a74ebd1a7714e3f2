//! What happened, into [`super::app::update`]; and what the loop must do, out
//! of it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyEvent;

use super::app::Source;
use crate::domain::{
    entry::{Entry, EntryId, IncidentId},
    notice::Delivery,
    probe::Reading,
    runbook::Line,
    text::{Name, Title},
};

pub use crate::domain::{
    entry::Wish,
    seen::{EngineSeen, LinkSeen, LinkState},
};

/// What happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted; it is text wherever it lands, never keys.
    Paste(String),
    /// Several lines came at once, and nobody said that they were pasted: text
    /// where text is typed, keys everywhere else.
    Lines(Vec<KeyEvent>),
    /// A second passed.
    Tick,
    /// Entries are on disk: ours and everybody else's.
    Entries(Vec<Entry>),
    /// That was read, for the first time.
    Read(Source),
    /// Something about the shared backend.
    Shared(Shared),
    /// Entries that we asked for are on disk. Their ids, for undo.
    Recorded(Vec<EntryId>),
    /// Something that we asked for did not work; nothing of it was recorded.
    Failed(String),
    /// Something worth a line.
    Told(String),
    /// The policy that counts at this moment, read to be adopted there.
    Policy(IncidentId, String),
    /// A probe saw something.
    Reading(Name, Reading),
    /// The deliveries, newest first.
    Deliveries(Vec<Delivery>),
    /// Who runs the engine.
    Engine(EngineSeen),
    /// A draft is on disk.
    DraftSaved(DateTime<Utc>),
    /// A draft became an update, and is forgotten.
    DraftSent(String),
    /// The drafts that are on disk, by key; the one that was touched last at the
    /// end.
    Drafts(Vec<(String, String)>),
    /// Text came back from the editor.
    Edited(String),
    /// Runbooks were read.
    Runbooks(Vec<Runbook>),
    /// The program was suspended, or the machine slept, since then.
    Away(DateTime<Utc>),
    /// How far this host's clock was set from the time that counts; `None`
    /// where the two agree again.
    Stepped(Option<TimeDelta>),
}

/// What is heard of the shared backend.
#[derive(Debug, Clone, PartialEq)]
pub enum Shared {
    /// Its history is another one: what was folded counts no more. All entries
    /// of the new one, and of what waits the same as [`Shared::Unsent`].
    Anew(Vec<Entry>, Vec<Entry>, BTreeMap<EntryId, Title>),
    /// What waits to be numbered by it, and what of that it refused, and why.
    Unsent(Vec<Entry>, BTreeMap<EntryId, Title>),
    /// How this copy stands to it.
    Link(LinkSeen),
    /// Where it sends updates, inside and outside.
    Channels(Vec<Name>, Vec<Name>),
    /// Under which name it records what is done here.
    KnownAs(Name),
    /// Who has the room open, and in how many consoles.
    Watching(Vec<(Name, u32)>),
    /// Who pages from this copy in its place; `None` when nobody does any more.
    InPlace(Option<EngineSeen>),
    /// What was sent from this copy in its place, newest first.
    FromHere(Vec<Delivery>),
}

/// What the loop must do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Record these, all or none.
    Record(Vec<Wish>),
    /// Record an update; once it is on disk, forget its drafts, by key.
    Send(Vec<Wish>, Vec<String>),
    /// Keep a draft: its key and its text.
    SaveDraft(String, String),
    /// Probe everything now.
    ProbeNow,
    /// Send text to the terminal's clipboard.
    Copy(String),
    /// Ring.
    Bell,
    /// Write this text in an editor.
    Edit(String),
    /// Do something about a delivery.
    Deliver(Order),
    /// Page from here until the server answers again.
    PageFromHere,
    /// Adopt the policy file that is on disk now.
    AdoptPolicy(IncidentId),
    /// Take the mouse, or give it back.
    Mouse(bool),
    /// Draw everything again.
    Redraw,
    /// Back to the shell, for now.
    Suspend,
    /// End.
    Quit,
}

/// What to do about a delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Try again.
    Retry(Title),
    /// Drop it.
    Cancel(Title),
    /// Take back everything that follows from an entry and has not left.
    Recall(EntryId),
}

/// A runbook, as found on disk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Runbook {
    /// Its file, by its path below the folder of runbooks.
    pub file: Title,
    /// The whole of it.
    pub lines: Vec<Line>,
    /// When the file was last changed.
    pub changed: Option<DateTime<Utc>>,
}
