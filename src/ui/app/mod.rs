//! Everything that the screen shows, and how it changes.
//!
//! [`update()`] is the only way in: a message and the time go in, effects come
//! out. Nothing is shown as saved before its entry has come back from disk.

mod awaited;
mod begun;
mod bell;
mod books;
mod browse;
mod chosen;
mod compose;
mod conflicts;
mod drafts;
mod filter;
mod follow;
mod history;
mod keys;
mod links;
mod lists;
mod news;
mod over;
mod palette;
mod pane;
mod probes;
mod rows;
mod shared;
mod standing;
mod tone;
mod undo;
mod update;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    action::Action,
    composer::Composer,
    edit::Edit,
    forms,
    keymap::Keymap,
    msg::{EngineSeen, LinkState, Runbook},
    sheet::Sheet,
};
use crate::domain::{
    board::Board,
    duty::Due,
    entry::{Entry, EntryId, IncidentId},
    fact::{Fact, Health},
    health::Panel,
    incident::Incident,
    notice::Delivery,
    policy::Policy,
    text::{Address, Name},
    update::Audience,
};

pub use awaited::{NEEDS_NEWER, Source};
pub use begun::{begun_by, begun_by_chosen};
pub use books::{Book, runbook, runbook_item};
pub use compose::since_last_update;
pub use conflicts::{Dispute, disputes, sides};
pub use drafts::Drafts;
pub use history::History;
pub use keys::act;
pub use links::links;
pub use lists::{count, phase_items};
pub use palette::{Hit, Palette};
pub use pane::Pane;
pub use rows::{Line, Mark, Rows, timeline};
pub use shared::Copy;
pub use standing::{People, standing_of};
pub use undo::UNDO_FOR;
pub use update::update;
pub use words::line;

/// How many messages are kept.
const MESSAGES: usize = 200;

/// What the keys mean now.
#[derive(Debug, Clone, Default)]
pub enum Mode {
    /// Panes.
    #[default]
    Browse,
    /// The composer is open.
    Compose,
    /// A question is open.
    Sheet(Box<Sheet>),
    /// The palette is open.
    Palette(Palette),
    /// The keys are shown; with a filter, and scrolled by rows.
    Help(Edit, usize),
    /// A filter is being typed.
    Find(Edit),
    /// The list of all incidents.
    History(History),
    /// What people set apart from each other, and the one that is chosen.
    Conflicts(usize),
    /// Messages of this console, scrolled by rows.
    Messages(usize),
    /// Whom to phone.
    Phones,
    /// A link's letter is awaited.
    Link,
    /// An entry in full.
    Details(Box<Entry>),
}

/// One line below the panes.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// Since when.
    pub at: DateTime<Utc>,
    /// It stays until a key.
    pub error: bool,
}

/// What a console is told when it starts, and again when its configuration was
/// read again or a server said who sits here.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who sits here.
    pub me: Name,
    /// The host it runs on.
    pub host: Name,
    /// Its process: two of a host may start at the same moment.
    pub pid: u32,
    /// What the workspace is called.
    pub workspace: Name,
    /// Channels for updates inside.
    pub inside: Vec<Name>,
    /// Channels for news outside.
    pub outside: Vec<Name>,
    /// Channels that work here, to page by in a server's place.
    pub works: Vec<Name>,
    /// Where to look, besides the policy's links.
    pub links: Vec<(Name, Address)>,
    /// The policy that new incidents get: its text.
    pub policy: String,
    /// Whether the bell may ring.
    pub bell: bool,
    /// Whether anything reaches for the terminal's clipboard.
    pub clipboard: bool,
}

/// The screen's state.
#[derive(Debug, Clone)]
pub struct App {
    /// What it was told of itself and its surroundings.
    pub settings: Settings,
    /// The policy that new incidents get; `None` where it can't be read.
    pub policy: Option<Arc<Policy>>,
    /// Keys.
    pub keymap: Keymap,
    /// All incidents.
    pub board: Board,
    /// How far this host's clock was set from the time that counts here.
    pub stepped: Option<TimeDelta>,
    /// The incident on the screen; `None` is the quiet screen.
    pub shown: Option<IncidentId>,
    /// The pane that has the keys.
    pub focus: Pane,
    /// The focused pane is alone.
    pub zoomed: bool,
    /// What the keys mean.
    pub mode: Mode,
    /// The update being written.
    pub composer: Option<Composer>,
    /// Drafts that are kept.
    pub drafts: Drafts,
    /// The row that is chosen in each pane.
    pub rows: BTreeMap<Pane, usize>,
    /// The filter of each pane.
    pub filters: BTreeMap<Pane, String>,
    /// What the probes saw.
    pub panel: Panel,
    /// Deliveries, newest first.
    pub deliveries: Vec<Delivery>,
    /// Who runs the engine.
    pub engine: EngineSeen,
    /// How this copy stands to the shared backend.
    pub shared: Copy,
    /// What was not read yet.
    pub awaits: BTreeSet<Source>,
    /// Runbooks found.
    pub runbooks: Vec<Runbook>,
    /// The one that was chosen for an incident, instead of the one that fits.
    pub books: BTreeMap<IncidentId, Book>,
    /// The message below the panes.
    pub toast: Option<Toast>,
    /// Messages so far, oldest first.
    pub messages: Vec<Toast>,
    /// The last thing that can be taken back, and until when.
    pub undo: Option<(EntryId, DateTime<Utc>)>,
    /// What this console recorded last, until its entry is here.
    recorded: Option<EntryId>,
    /// Local times instead of UTC.
    pub local: bool,
    /// How far the local clock is east of UTC now, in seconds.
    pub local_offset_s: i32,
    /// The mouse is taken.
    pub mouse: bool,
    /// The bell is quiet until then.
    pub snoozed: Option<DateTime<Utc>>,
    /// What the timeline's filter leaves, found once for many frames.
    order: Option<rows::Order>,
    /// States of probes that are on their way to the log.
    telling: BTreeMap<Name, Health>,
    rung: BTreeSet<(IncidentId, i64, i64)>,
    last_bell: Option<DateTime<Utc>>,
    last_ctrl_c: Option<DateTime<Utc>>,
    /// When it was started.
    pub started: DateTime<Utc>,
}

impl App {
    /// Takes up a configuration that was read again; what is open stays open,
    /// and what a server said of itself and of who sits here counts on.
    pub fn take_up(&mut self, settings: Settings, keymap: Keymap) {
        self.policy = Policy::of(&settings.policy);
        let was = std::mem::replace(&mut self.settings, settings);
        if self.shared.link.state != LinkState::Alone {
            self.settings.me = was.me;
            (self.settings.inside, self.settings.outside) = (was.inside, was.outside);
        }
        self.keymap = keymap;
    }

    /// A screen with nothing on it yet.
    pub fn new(settings: Settings, keymap: Keymap, panel: Panel, now: DateTime<Utc>) -> Self {
        Self {
            policy: Policy::of(&settings.policy),
            drafts: Drafts::of_console(&settings.me, &console_of(&settings, now)),
            settings,
            keymap,
            board: Board::default(),
            stepped: None,
            shown: None,
            focus: Pane::Next,
            zoomed: false,
            mode: Mode::Browse,
            composer: None,
            rows: BTreeMap::new(),
            filters: BTreeMap::new(),
            panel,
            deliveries: Vec::new(),
            engine: EngineSeen::default(),
            shared: Copy::default(),
            awaits: BTreeSet::new(),
            runbooks: Vec::new(),
            books: BTreeMap::new(),
            toast: None,
            messages: Vec::new(),
            undo: None,
            recorded: None,
            local: false,
            local_offset_s: 0,
            mouse: false,
            snoozed: None,
            order: None,
            telling: BTreeMap::new(),
            rung: BTreeSet::new(),
            last_bell: None,
            last_ctrl_c: None,
            started: now,
        }
    }

    /// The incident on the screen.
    pub fn incident(&self) -> Option<&Incident> {
        self.board.get(self.shown?)
    }

    /// The chosen row of a pane.
    pub fn row(&self, pane: Pane) -> usize {
        self.rows.get(&pane).copied().unwrap_or(0)
    }

    /// Whether this person has an unsent draft for the incident on the screen.
    pub fn has_draft(&self) -> bool {
        let kept = |id| {
            let of = |audience| self.drafts.latest(id, audience);
            of(Audience::Internal).or_else(|| of(Audience::External))
        };
        self.shown.and_then(kept).is_some()
    }

    /// Says something in the line below the panes, for a moment.
    pub fn tell(&mut self, text: impl Into<String>, now: DateTime<Utc>) {
        self.keep(text, false, now);
        self.toast = self.messages.last().cloned();
    }

    /// Says there what is wrong, until a key.
    pub fn warn(&mut self, text: impl Into<String>, now: DateTime<Utc>) {
        self.keep(text, true, now);
        self.toast = self.messages.last().cloned();
    }

    /// Says something in the line below the panes, and keeps it nowhere.
    fn hint(&mut self, text: String, now: DateTime<Utc>) {
        self.toast = Some(Toast {
            text,
            at: now,
            error: false,
        });
    }

    /// Says what is wrong, and where several things are how many, and how all
    /// of them are seen.
    pub fn warn_all(&mut self, warnings: Vec<String>, now: DateTime<Utc>) {
        let count = warnings.len();
        for warning in warnings {
            self.warn(warning, now);
        }
        if let (Some(toast), 2..) = (&mut self.toast, count) {
            let last = &toast.text;
            toast.text = format!("{count} warnings, :warnings has them all; the last: {last}");
        }
    }

    /// Keeps something among the messages, wrong or not, and says it nowhere else.
    fn keep(&mut self, text: impl Into<String>, error: bool, now: DateTime<Utc>) {
        self.messages.push(Toast {
            text: crate::domain::text::one_line(&text.into()),
            at: now,
            error,
        });
        let too_many = self.messages.len().saturating_sub(MESSAGES);
        self.messages.drain(..too_many);
    }

    /// Whether that entry can be taken back.
    pub fn can_undo(&self, entry: EntryId, now: DateTime<Utc>) -> bool {
        let retraction = || Fact::Retracted {
            entry,
            reason: "".into(),
        };
        let found = self.board.entry(entry);
        found.is_some_and(|(incident, _)| {
            forms::propose(self, incident.id, retraction(), now).is_ok()
        })
    }

    /// Everything owed in every incident, the soonest first.
    pub fn duties(&self) -> Vec<(IncidentId, Due)> {
        self.board.duties()
    }

    /// What can't be done now, and why not.
    ///
    /// # Errors
    ///
    /// The reason, in a few words.
    pub fn enabled(&self, action: Action) -> Result<(), &'static str> {
        forms::enabled(self, action)
    }

    /// The same of another incident than the one on the screen.
    ///
    /// # Errors
    ///
    /// The reason, in a few words.
    pub fn enabled_about(&self, action: Action, about: IncidentId) -> Result<(), &'static str> {
        forms::enabled_in(self, action, Some(about))
    }

    fn show_something(&mut self) {
        let shown_is_active = self.incident().is_some_and(Incident::is_active);
        if self.shown.is_none() || (!shown_is_active && self.incident().is_none()) {
            self.shown = self.board.open().first().map(|incident| incident.id);
        }
    }
}

/// What no other console is called: one process of a host, and when it began.
fn console_of(settings: &Settings, started: DateTime<Utc>) -> String {
    let Settings { host, pid, .. } = settings;
    format!("{host}-{pid}-{}", started.timestamp_millis())
}
