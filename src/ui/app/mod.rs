//! Everything that the screen shows, and how it changes.
//!
//! [`update`] is the only way in: a message and the time go in, effects come
//! out. Nothing is shown as saved before its entry has come back from disk.

mod bell;
mod browse;
mod chosen;
mod compose;
mod conflicts;
mod drafts;
mod filter;
mod follow;
mod keys;
mod lists;
mod news;
mod over;
mod palette;
mod pane;
mod probes;
mod rows;
mod shared;
mod undo;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use self::chosen::Chosen;
use super::{
    action::Action,
    composer::Composer,
    edit::Edit,
    forms,
    keymap::Keymap,
    msg::{Effect, EngineSeen, Msg, Runbook},
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

pub use compose::since_last_update;
pub use conflicts::{Dispute, disputes};
pub use drafts::Drafts;
pub use keys::act;
pub use lists::{links, phase_items, runbook, runbook_item};
pub use palette::{Hit, Palette};
pub use pane::Pane;
pub use rows::{Line, Rows, timeline};
pub use shared::Copy;
pub use undo::UNDO_FOR;
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
    /// The list of all incidents, and the row that is chosen.
    History(usize),
    /// What people set apart from each other, and the one that is chosen.
    Conflicts(usize),
    /// Messages of this console, scrolled by rows.
    Messages(usize),
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

/// What does not change while the console runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who sits here.
    pub me: Name,
    /// The host it runs on.
    pub host: Name,
    /// What the workspace is called.
    pub workspace: Name,
    /// Channels for updates inside.
    pub inside: Vec<Name>,
    /// Channels for news outside.
    pub outside: Vec<Name>,
    /// Channels that work here, to page by in a server's place; or why none may.
    pub pages_by: Result<Vec<Name>, String>,
    /// Where to look, besides the policy's links.
    pub links: Vec<(Name, Address)>,
    /// The policy that new incidents get: its text.
    pub policy: String,
    /// Hours east of UTC, for the local clock: seconds.
    pub local_offset_s: i32,
    /// Whether the bell may ring.
    pub bell: bool,
    /// Whether anything reaches for the terminal's clipboard.
    pub clipboard: bool,
}

/// The screen's state.
#[derive(Debug, Clone)]
pub struct App {
    /// What does not change.
    pub settings: Settings,
    /// The policy that new incidents get; `None` where it can't be read.
    pub policy: Option<Arc<Policy>>,
    /// Keys.
    pub keymap: Keymap,
    /// All incidents.
    pub board: Board,
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
    /// Runbooks found.
    pub runbooks: Vec<Runbook>,
    /// The message below the panes.
    pub toast: Option<Toast>,
    /// Messages so far, oldest first.
    pub messages: Vec<Toast>,
    /// The last thing that can be taken back, and until when.
    pub undo: Option<(EntryId, DateTime<Utc>)>,
    /// Local times instead of UTC.
    pub local: bool,
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
    /// Takes up a configuration that was read again; what is open stays open.
    pub fn take_up(&mut self, settings: Settings, keymap: Keymap) {
        self.policy = Policy::of(&settings.policy);
        self.settings = settings;
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
            runbooks: Vec::new(),
            toast: None,
            messages: Vec::new(),
            undo: None,
            local: false,
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

    /// Says something in the line below the panes.
    pub fn tell(&mut self, text: impl Into<String>, error: bool, now: DateTime<Utc>) {
        self.keep(text, error, now);
        self.toast = self.messages.last().cloned();
    }

    /// Keeps something among the messages, and says it nowhere else.
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

    fn show_something(&mut self) {
        let shown_is_active = self.incident().is_some_and(Incident::is_active);
        if self.shown.is_none() || (!shown_is_active && self.incident().is_none()) {
            self.shown = self.board.open().first().map(|incident| incident.id);
        }
    }
}

/// What a message changes, and what the loop must do about it.
pub fn update(app: &mut App, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    // A person moves the choice themselves.
    let arrives = matches!(msg, Msg::Entries(_) | Msg::Deliveries(_));
    let chosen = arrives.then(|| Chosen::of(app));
    let shown = (app.shown, follow::goes_on_in(app));
    let effects = change(app, msg, now);
    // Who looks up what was merged long ago wants to see that.
    if shown == (app.shown, None) {
        follow::go_on(app, now);
    }
    renew(app, now);
    look_through(app);
    if let Some(chosen) = chosen {
        chosen.choose(app);
    }
    effects
}

/// Shows in an open sheet what holds now: it may have changed while one reads.
fn renew(app: &mut App, now: DateTime<Utc>) {
    let mut mode = std::mem::take(&mut app.mode);
    if let Mode::Sheet(sheet) = &mut mode {
        forms::renew(app, sheet, now);
    }
    app.mode = mode;
}

/// Finds the timeline's rows, unless they are found already: every frame and
/// every key asks, and few change them.
fn look_through(app: &mut App) {
    let filter = app.filters.get(&Pane::Timeline).map(String::as_str);
    let Some(incident) = app.incident() else {
        app.order = None;
        return;
    };
    let known = app.order.as_ref();
    if !known.is_some_and(|order| order.serves(incident, filter)) {
        app.order = Some(rows::Order::new(&app.board, incident, filter));
    }
}

fn change(app: &mut App, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => keys::pressed(app, key, now),
        Msg::Paste(text) => keys::pasted(app, &text, now),
        Msg::Tick => bell::tick(app, now),
        Msg::Entries(entries) => {
            follow::fold(app, entries);
            Vec::new()
        }
        Msg::Recorded(ids) => {
            undo::recorded(app, &ids, now);
            Vec::new()
        }
        Msg::Failed(why) => {
            app.tell(why, true, now);
            app.telling.clear();
            Vec::new()
        }
        Msg::Told(text) => {
            app.tell(text, false, now);
            Vec::new()
        }
        Msg::Reading(name, reading) => probes::read(app, &name, &reading),
        Msg::Deliveries(deliveries) => {
            let deliveries = shared::with_ours(app, deliveries);
            news::deliveries(app, deliveries, now);
            Vec::new()
        }
        Msg::Engine(engine) => {
            app.engine = engine;
            probes::untold(app, now)
        }
        Msg::Shared(heard) => {
            shared::heard(app, heard, now);
            Vec::new()
        }
        Msg::DraftSaved(at) => {
            if let Some(composer) = &mut app.composer {
                composer.saved_at = Some(at);
            }
            Vec::new()
        }
        Msg::DraftSent(key) => {
            app.drafts.forget(&key);
            Vec::new()
        }
        Msg::Drafts(found) => {
            app.drafts.read(found);
            Vec::new()
        }
        Msg::Edited(text) => compose::edited(app, &text),
        Msg::Runbooks(runbooks) => {
            app.runbooks = runbooks;
            Vec::new()
        }
        Msg::Away(since) => {
            let away = crate::domain::span::format(now - since);
            app.tell(format!("you were away {away}"), false, now);
            vec![Effect::Redraw]
        }
    }
}

/// What no other console is called: no two of a host begin in one millisecond.
fn console_of(settings: &Settings, started: DateTime<Utc>) -> String {
    format!("{}-{}", settings.host, started.timestamp_millis())
}
