//! Everything that the screen shows, and how it changes.
//!
//! [`update`] is the only way in: a message and the time go in, effects come
//! out. Nothing is shown as saved before its entry has come back from disk.

mod browse;
mod compose;
mod palette;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    action::Action,
    composer::Composer,
    edit::Edit,
    forms,
    keymap::Keymap,
    msg::{Effect, EngineSeen, Msg, Order, Runbook, Wish},
    sheet::{Answer, Sheet},
};
use crate::domain::{
    board::Board,
    duty::{Clock, Due},
    entry::{Entry, EntryId, IncidentId},
    fact::{Fact, Health},
    health::Panel,
    incident::Incident,
    intents::HOLD_OUTSIDE,
    notice::Delivery,
    policy::Policy,
    probe::Reading,
    text::{Address, Name},
    update::Audience,
};

pub use browse::{links, phase_items, runbook, runbook_item};
pub use compose::since_last_update;
pub use palette::{Hit, Palette};
pub use rows::{Line, Rows, line, timeline};

/// How long the last thing can be taken back with one key.
pub const UNDO_FOR: TimeDelta = TimeDelta::seconds(10);
/// How long a message stays; errors stay until a key.
const TOAST_FOR: TimeDelta = TimeDelta::seconds(6);
/// How many messages are kept.
const MESSAGES: usize = 200;

/// A part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// What is owed, nearest first.
    Next,
    /// Probes.
    Health,
    /// What happened.
    Timeline,
    /// The update being written.
    Update,
    /// Who is told when.
    Ladder,
    /// Who does what.
    People,
    /// Checklists and the retrospective.
    Phase,
    /// The runbook's steps.
    Runbook,
    /// Deliveries.
    Outbox,
    /// Where to look.
    Links,
}

impl Pane {
    /// Every pane, in the order of the Tab key.
    pub const ALL: [Self; 10] = [
        Self::Next,
        Self::Health,
        Self::Timeline,
        Self::Update,
        Self::Ladder,
        Self::People,
        Self::Phase,
        Self::Runbook,
        Self::Outbox,
        Self::Links,
    ];

    /// `NEXT`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Next => "NEXT",
            Self::Health => "HEALTH",
            Self::Timeline => "TIMELINE",
            Self::Update => "UPDATE",
            Self::Ladder => "LADDER",
            Self::People => "PEOPLE",
            Self::Phase => "PHASE",
            Self::Runbook => "RUNBOOK",
            Self::Outbox => "OUTBOX",
            Self::Links => "LINKS",
        }
    }

    /// The digit that goes there.
    pub const fn digit(self) -> char {
        match self {
            Self::Next => '1',
            Self::Health => '2',
            Self::Timeline => '3',
            Self::Update => '4',
            Self::Ladder => '5',
            Self::People => '6',
            Self::Phase => '7',
            Self::Runbook => '8',
            Self::Outbox => '9',
            Self::Links => '0',
        }
    }
}

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
    /// Drafts found on disk, by key.
    pub drafts: BTreeMap<String, String>,
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
    /// A screen with nothing on it yet.
    pub fn new(settings: Settings, keymap: Keymap, panel: Panel, now: DateTime<Utc>) -> Self {
        Self {
            policy: Policy::of(&settings.policy),
            settings,
            keymap,
            board: Board::default(),
            shown: None,
            focus: Pane::Next,
            zoomed: false,
            mode: Mode::Browse,
            composer: None,
            drafts: BTreeMap::new(),
            rows: BTreeMap::new(),
            filters: BTreeMap::new(),
            panel,
            deliveries: Vec::new(),
            engine: EngineSeen::default(),
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

    /// The draft kept for the incident on the screen, if there is one.
    pub fn kept_draft(&self) -> Option<&String> {
        self.drafts
            .iter()
            .find(|(key, _)| self.shown.is_some_and(|id| key.ends_with(&id.to_string())))
            .map(|(_, text)| text)
    }

    /// Says something in the line below the panes.
    pub fn tell(&mut self, text: impl Into<String>, error: bool, now: DateTime<Utc>) {
        let toast = Toast {
            text: crate::domain::text::one_line(&text.into()),
            at: now,
            error,
        };
        self.messages.push(toast.clone());
        let too_many = self.messages.len().saturating_sub(MESSAGES);
        self.messages.drain(..too_many);
        self.toast = Some(toast);
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
            self.shown = self.board.active().first().map(|incident| incident.id);
        }
    }
}

/// What a message changes, and what the loop must do about it.
pub fn update(app: &mut App, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    let effects = change(app, msg, now);
    look_through(app);
    effects
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
        app.order = Some(rows::Order::new(incident, filter));
    }
}

fn change(app: &mut App, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => key_pressed(app, key, now),
        Msg::Paste(text) => pasted(app, &text, now),
        Msg::Tick => tick(app, now),
        Msg::Entries(entries) => {
            let had = app.board.active().len();
            for entry in entries {
                app.board.apply(entry);
            }
            follow(app, had);
            Vec::new()
        }
        Msg::Recorded(ids) => {
            recorded(app, &ids, now);
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
        Msg::Reading(name, reading) => read(app, &name, &reading),
        Msg::Deliveries(deliveries) => {
            app.deliveries = deliveries;
            Vec::new()
        }
        Msg::Engine(engine) => {
            app.engine = engine;
            untold(app, now)
        }
        Msg::DraftSaved(at) => {
            if let Some(composer) = &mut app.composer {
                composer.saved_at = Some(at);
            }
            Vec::new()
        }
        Msg::DraftSent(key) => {
            app.drafts.remove(&key);
            Vec::new()
        }
        Msg::Draft(key, text) => {
            app.drafts.insert(key, text);
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

/// What can be taken back, and for how long: what went to the public longest.
/// Entries of the engine and of probes change nothing about it.
fn recorded(app: &mut App, ids: &[EntryId], now: DateTime<Utc>) {
    let [id] = ids else {
        if !ids.is_empty() {
            app.undo = None;
        }
        return;
    };
    let hold = match app.board.entry(*id).map(|(_, entry)| &entry.fact) {
        Some(Fact::UpdateSent(update)) if update.audience == Audience::External => HOLD_OUTSIDE,
        Some(_) | None => UNDO_FOR,
    };
    app.undo = Some((*id, now + hold));
}

/// What a probe saw.
fn read(app: &mut App, name: &Name, reading: &Reading) -> Vec<Effect> {
    app.panel.observe(name, reading);
    app.panel.recall(app.board.probes());
    untold(app, reading.at)
}

/// What the log does not say of the probes yet. Whoever runs the engine records
/// it, also what it missed before it took over; nobody asks twice at a time.
fn untold(app: &mut App, at: DateTime<Utc>) -> Vec<Effect> {
    if !app.engine.mine {
        return Vec::new();
    }
    let board = &app.board;
    app.telling
        .retain(|name, health| board.probe(name) != Some(*health));
    let changes = board.untold(&app.panel);
    let mut wishes = Vec::new();
    for change in changes {
        if app.telling.insert(change.probe.clone(), change.to) != Some(change.to) {
            wishes.push(Wish {
                incident: IncidentId::WORKSPACE,
                fact: Fact::ProbeChanged(Box::new(change)),
                at,
            });
        }
    }
    if wishes.is_empty() {
        Vec::new()
    } else {
        vec![Effect::Record(wishes)]
    }
}

/// A new incident comes onto a quiet screen by itself; one that ended stays
/// until another is chosen, since its follow-up is on it.
fn follow(app: &mut App, had: usize) {
    let active = app.board.active();
    if active.len() > had && had == 0 {
        app.shown = active.first().map(|incident| incident.id);
    }
    app.show_something();
}

fn key_pressed(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    if let Some(effects) = everywhere(app, key, now) {
        return effects;
    }
    if app.toast.as_ref().is_some_and(|toast| toast.error) {
        app.toast = None;
    }
    match std::mem::take(&mut app.mode) {
        Mode::Browse => browse::key(app, key, now),
        Mode::Compose => {
            app.mode = Mode::Compose;
            compose::key(app, key, now)
        }
        Mode::Sheet(sheet) => sheet_key(app, sheet, key, now),
        Mode::Palette(palette) => palette::key(app, palette, key, now),
        Mode::Help(filter, row) => browse::help_key(app, filter, row, key),
        Mode::Find(filter) => browse::find_key(app, filter, key),
        Mode::History(row) => browse::history_key(app, row, key),
        Mode::Messages(row) => browse::messages_key(app, row, key),
        Mode::Link => browse::link_key(app, key, now),
        Mode::Details(_) => Vec::new(),
    }
}

/// Keys that count even while text is typed.
fn everywhere(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Option<Vec<Effect>> {
    if !key.modifiers.contains(KeyModifiers::CONTROL) {
        return None;
    }
    match key.code {
        KeyCode::Char('l') => Some(vec![Effect::Redraw]),
        KeyCode::Char('z') => Some(vec![Effect::Suspend]),
        KeyCode::Char('c') => Some(interrupt(app, now)),
        _ => None,
    }
}

/// Once cancels what is open, without dropping a draft; twice asks to quit.
fn interrupt(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let twice = app
        .last_ctrl_c
        .is_some_and(|at| now - at < TimeDelta::seconds(2));
    app.last_ctrl_c = Some(now);
    if twice {
        return browse::quit(app, now);
    }
    let was_open = !matches!(app.mode, Mode::Browse);
    app.mode = Mode::Browse;
    app.tell(
        if was_open {
            "left; ^C again quits"
        } else {
            "^C again quits"
        },
        false,
        now,
    );
    Vec::new()
}

fn pasted(app: &mut App, text: &str, now: DateTime<Utc>) -> Vec<Effect> {
    match &mut app.mode {
        Mode::Compose => return compose::paste(app, text),
        Mode::Sheet(sheet) => sheet.paste(text),
        Mode::Palette(palette) => palette.input.insert(text),
        Mode::Help(filter, _) => filter.insert(text),
        Mode::Find(filter) => {
            filter.insert(text);
            app.filters.insert(app.focus, filter.text());
            app.rows.insert(app.focus, 0);
        }
        Mode::Browse if app.shown.is_some() => {
            match forms::open(app, Action::Note, "", now) {
                Ok(effects) => debug_assert!(effects.is_empty(), "an empty note is not sent"),
                Err(why) => app.tell(why, true, now),
            }
            if let Mode::Sheet(sheet) = &mut app.mode {
                sheet.paste(text);
            }
        }
        Mode::Browse | Mode::History(_) | Mode::Messages(_) | Mode::Link | Mode::Details(_) => {}
    }
    Vec::new()
}

fn sheet_key(
    app: &mut App,
    mut sheet: Box<Sheet>,
    key: KeyEvent,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    match sheet.key(key, now) {
        Answer::Open => {
            // What was chosen just now may reach people: then a word is asked.
            forms::regate(app, &mut sheet, now);
            app.mode = Mode::Sheet(sheet);
            Vec::new()
        }
        Answer::Left => {
            if matches!(sheet.action, Action::Review) && app.composer.is_some() {
                app.mode = Mode::Compose;
            }
            Vec::new()
        }
        Answer::Confirmed => match forms::submit(app, &sheet, now) {
            Ok(effects) => effects,
            Err(why) => {
                sheet.error = Some(why);
                sheet.at = sheet.at.min(sheet.fields.len().saturating_sub(1));
                app.mode = Mode::Sheet(sheet);
                Vec::new()
            }
        },
    }
}

/// Carries an action out, or opens the question that it asks first.
pub fn act(app: &mut App, action: Action, arguments: &str, now: DateTime<Utc>) -> Vec<Effect> {
    if let Err(why) = app.enabled(action) {
        app.tell(format!("{}: {why}", action.title()), true, now);
        return Vec::new();
    }
    if let Some(effects) = browse::act(app, action, now) {
        return effects;
    }
    match forms::open(app, action, arguments, now) {
        Ok(effects) => effects,
        Err(why) => {
            app.tell(why, true, now);
            Vec::new()
        }
    }
}

fn tick(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    if app
        .toast
        .as_ref()
        .is_some_and(|toast| !toast.error && now - toast.at > TOAST_FOR)
    {
        app.toast = None;
    }
    if app.undo.is_some_and(|(_, until)| now > until) {
        app.undo = None;
    }
    if ring(app, now) {
        vec![Effect::Bell]
    } else {
        Vec::new()
    }
}

/// Rings once for each duty at five minutes, one minute, and as it falls due,
/// then at 5, 10 and every 10 minutes after (U2); once a minute at the most.
fn ring(app: &mut App, now: DateTime<Utc>) -> bool {
    let mut rings = false;
    for (incident, due) in app
        .duties()
        .into_iter()
        .filter(|(_, due)| due.duty.is_urgent())
    {
        let Some(mark) = bell_mark(&due, now) else {
            continue;
        };
        let key = (incident, due.by.timestamp(), mark);
        rings |= app.rung.insert(key);
    }
    let quiet = app.snoozed.is_some_and(|until| now < until);
    let lately = app
        .last_bell
        .is_some_and(|at| now - at < TimeDelta::minutes(1));
    if !rings || quiet || lately || !app.settings.bell {
        return false;
    }
    app.last_bell = Some(now);
    true
}

/// The mark that a duty has passed last, in minutes to or after its time; none
/// while it is far off.
fn bell_mark(due: &Due, now: DateTime<Utc>) -> Option<i64> {
    let minutes = (now - due.by).num_seconds().div_euclid(60);
    match due.clock(now) {
        Clock::Overdue if minutes < 5 => Some(0),
        Clock::Overdue if minutes < 10 => Some(5),
        Clock::Overdue => Some(minutes / 10 * 10),
        Clock::Running | Clock::DueSoon if minutes >= -1 => Some(-1),
        Clock::Running | Clock::DueSoon if minutes >= -5 => Some(-5),
        Clock::Running | Clock::DueSoon => None,
    }
}

/// Takes the last thing back, if that is still possible.
fn undo(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let Some((entry, _)) = app.undo.take().filter(|(_, until)| now <= *until) else {
        app.tell("there is nothing to take back", false, now);
        return Vec::new();
    };
    let Some((incident, recorded)) = app.board.entry(entry) else {
        return Vec::new();
    };
    let kept = match &recorded.fact {
        Fact::UpdateSent(update) => {
            Some(Composer::of_form(incident, update, &app.settings.inside, now).to_draft())
        }
        _ => None,
    };
    let id = incident.id;
    match forms::propose(
        app,
        id,
        Fact::Retracted {
            entry,
            reason: "undone".into(),
        },
        now,
    ) {
        Ok(wishes) => {
            let mut effects = vec![
                Effect::Deliver(Order::Recall(entry)),
                Effect::Record(wishes),
            ];
            if let Some((key, text)) = kept {
                // The words come back as a draft: one takes back to mend one.
                app.drafts.insert(key.clone(), text.clone());
                effects.push(Effect::SaveDraft(key, text));
            }
            effects
        }
        Err(why) => {
            app.tell(why, true, now);
            Vec::new()
        }
    }
}
