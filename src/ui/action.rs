//! Everything a key or a `:` command can ask for. Help, footer, palette and
//! the conflict test are all made from this one table.

use std::{fmt, str::FromStr};

/// Who notices when an action is carried out; decides what confirms it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nobody: it changes this screen.
    Screen,
    /// The team sees it; it can be undone.
    Team,
    /// People inside the company are reached: a typed word confirms it.
    Inside,
    /// People outside, or the top of the ladder: a typed word, and a longer hold.
    Outside,
}

/// Where a key means this action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Everywhere but while typing text.
    Everywhere,
    /// In lists.
    Lists,
    /// With an incident on the screen; stays inside the team.
    Incident,
    /// With an incident on the screen; reaches people.
    People,
    /// After resolving.
    After,
    /// In the composer.
    Composer,
}

macro_rules! actions {
    (@word) => { None };
    (@word $typed:literal) => { Some($typed) };
    ($(
        $(#[$doc:meta])*
        $name:ident = $word:literal, $title:literal, $group:ident, $reach:ident
        $(, typed $typed:literal)? $(, also $($also:literal)+)?;
    )*) => {
        /// What a key asks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* $name),* }

        impl Action {
            /// Every action, in the order of the help.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in `:` commands and in the keymap.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// What it does, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// Where its key counts.
            pub const fn group(self) -> Group {
                match self { $(Self::$name => Group::$group),* }
            }

            /// Who notices.
            pub const fn reach(self) -> Reach {
                match self { $(Self::$name => Reach::$reach),* }
            }

            /// The word that is typed at its gate: sheets, palette and help all
            /// have it from here. `None` where a key is enough, or the word
            /// depends on what is filled in.
            pub const fn typed(self) -> Option<&'static str> {
                match self { $(Self::$name => actions!(@word $($typed)?)),* }
            }

            /// Other words that people look for it by.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($($also),+)?]),* }
            }
        }
    };
}

actions! {
    /// Shows the keys.
    Help = "help", "this help", Everywhere, Screen;
    /// Opens the palette.
    Palette = "command", "command (all actions)", Everywhere, Screen;
    /// Filters the focused list.
    Find = "find", "find in this pane", Everywhere, Screen;
    /// The next hit.
    FindNext = "find-next", "next hit", Everywhere, Screen;
    /// The hit before.
    FindPrevious = "find-previous", "previous hit", Everywhere, Screen;
    /// Focus NEXT.
    PaneNext = "pane-next", "go to NEXT", Everywhere, Screen;
    /// Focus HEALTH.
    PaneHealth = "pane-health", "go to HEALTH", Everywhere, Screen;
    /// Focus TIMELINE.
    PaneTimeline = "pane-timeline", "go to TIMELINE", Everywhere, Screen;
    /// Focus UPDATE.
    PaneUpdate = "pane-update", "go to UPDATE", Everywhere, Screen;
    /// Focus LADDER.
    PaneLadder = "pane-ladder", "go to LADDER", Everywhere, Screen;
    /// Focus PEOPLE.
    PanePeople = "pane-people", "go to PEOPLE", Everywhere, Screen;
    /// Focus PHASE.
    PanePhase = "pane-phase", "go to PHASE", Everywhere, Screen;
    /// Focus RUNBOOK.
    PaneRunbook = "pane-runbook", "go to RUNBOOK", Everywhere, Screen;
    /// Focus OUTBOX.
    PaneOutbox = "pane-outbox", "go to OUTBOX", Everywhere, Screen;
    /// Focus LINKS.
    PaneLinks = "pane-links", "go to LINKS", Everywhere, Screen;
    /// The next pane.
    Tab = "next-pane", "next pane", Everywhere, Screen;
    /// The pane before.
    BackTab = "previous-pane", "previous pane", Everywhere, Screen;
    /// The focused pane alone.
    Zoom = "zoom", "zoom the pane", Everywhere, Screen;
    /// One step back.
    Back = "back", "back, then nothing", Everywhere, Screen;
    /// Takes the last thing back.
    Undo = "undo", "undo, or stop a send", Everywhere, Screen;
    /// Sends the row to the terminal's clipboard.
    CopyRow = "copy", "copy the row", Everywhere, Screen;
    /// Sends the incident, as Markdown, to the terminal's clipboard.
    CopyIncident = "copy-incident", "copy the incident", Everywhere, Screen;
    /// Copies a link, by its letter.
    OpenLink = "link", "copy a link, by its letter", Everywhere, Screen;
    /// Probes everything now.
    Refresh = "refresh", "probe now", Everywhere, Screen;
    /// UTC, or the local time.
    Zone = "zone", "UTC or local time", Everywhere, Screen;
    /// Mouse on or off.
    Mouse = "mouse", "mouse on or off", Everywhere, Screen;
    /// The next active incident.
    NextIncident = "next-incident", "next incident", Everywhere, Screen;
    /// The active incident before.
    PreviousIncident = "previous-incident", "previous incident", Everywhere, Screen;
    /// All incidents.
    History = "history", "all incidents", Everywhere, Screen;
    /// Messages of this console.
    Messages = "log", "messages so far", Everywhere, Screen, also "warnings" "messages";
    /// Whom to phone while nobody can be paged.
    Phones = "phones", "who to phone", Everywhere, Screen, also "call" "numbers";
    /// Draws everything again.
    Redraw = "redraw", "redraw", Everywhere, Screen;
    /// Back to the shell, for now.
    Suspend = "suspend", "suspend", Everywhere, Screen;
    /// Ends the console.
    Quit = "quit", "quit (asks if open)", Everywhere, Screen;

    /// One row down.
    Down = "down", "down", Lists, Screen;
    /// One row up.
    Up = "up", "up", Lists, Screen;
    /// To the first row.
    Top = "top", "first row", Lists, Screen;
    /// To the last row.
    Bottom = "bottom", "last row", Lists, Screen;
    /// Half a page down.
    PageDown = "page-down", "half a page down", Lists, Screen;
    /// Half a page up.
    PageUp = "page-up", "half a page up", Lists, Screen;
    /// What the row is, in full; of a duty, what fulfils it.
    Details = "details", "open the row, begin the duty", Lists, Screen;
    /// Ticks the row, or pins it.
    Mark = "mark", "tick, or pin", Lists, Team;

    /// Declares an incident.
    Declare = "declare", "open an incident", Incident, Team;
    /// Declares a drill.
    Drill = "drill", "open a drill", Incident, Team;
    /// Takes the page.
    Acknowledge = "ack", "acknowledge", Incident, Team;
    /// Writes something down.
    Note = "note", "note", Incident, Team;
    /// Asks one person for one thing.
    Ask = "ask", "ask somebody", Incident, Team;
    /// Answers a request.
    Answer = "answer", "answer a request", Incident, Team;
    /// Opens the composer.
    Compose = "compose", "compose an update", Incident, Screen, also "internal";
    /// Drafts an update that says nothing new (U3).
    NoChange = "no-change", "draft a no-change update", Incident, Screen;
    /// Takes or gives a role.
    Role = "role", "take or give a role", Incident, Team, also "commander" "scribe";
    /// Changes title, impact or service.
    Describe = "describe", "reword title, impact, service", Incident, Team, also "rename";
    /// Moves the work to another phase.
    Phase = "phase", "enter a phase", Incident, Team;
    /// Says when the impact began.
    Impact = "impact-started", "say when the impact began", Incident, Team;
    /// Impact is over.
    Mitigate = "mitigate", "impact is over", Incident, Team;
    /// What people set apart from each other.
    Conflicts = "conflicts", "conflicts, open and settled", Incident, Screen,
        also "disagree" "settle";
    /// Another runbook, or the list of all.
    Runbook = "runbook", "choose a runbook", Incident, Screen, also "playbook";
    /// Adds a link.
    Link = "add-link", "add a link", Incident, Team;
    /// Moves an entry in time.
    Correct = "correct", "correct an entry's time", Incident, Team;
    /// Takes an entry back.
    Retract = "retract", "take an entry back", Incident, Team;
    /// Corrects the downtime.
    Outage = "outage", "correct the downtime", Incident, Team;
    /// Promises fewer updates.
    LongRunning = "long-running", "declare it long-running", Incident, Team;
    /// Quiets the bell for ten minutes.
    Snooze = "snooze", "snooze the bell 10m", Incident, Screen;
    /// Calls a false alarm off.
    Cancel = "cancel", "cancel: a false alarm", Incident, Team;
    /// Takes over a newer policy.
    Adopt = "adopt-policy", "adopt the policy on disk", Incident, Team, typed "adopt";

    /// Escalates now.
    Escalate = "escalate", "escalate now", People, Inside, typed "escalate";
    /// Holds the ladder.
    Hold = "hold", "hold the ladder", People, Inside, typed "hold";
    /// Ends the hold.
    Unhold = "unhold", "end the hold", People, Inside, typed "unhold";
    /// Skips the next step.
    SkipStep = "skip-step", "skip the next step", People, Inside, typed "skip";
    /// Answers the question before a step.
    Confirm = "confirm-step", "confirm or call off the next step", People, Inside;
    /// Pages one person.
    Page = "page", "page a person", People, Inside, typed "page";
    /// Pages in the place of a server that is away.
    PageFromHere = "page-from-here", "page while the server is away", People, Inside;
    /// Changes the severity.
    Severity = "severity", "change severity", People, Inside;
    /// Resolves.
    Resolve = "resolve", "resolve", People, Outside, typed "resolved";
    /// Goes on after all.
    Reopen = "reopen", "reopen", People, Inside, typed "reopen";
    /// Goes on in another incident.
    Merge = "merge", "merge into another incident", People, Inside, typed "merge", also "duplicate";
    /// Drafts news for outside.
    ComposeOutside = "compose-outside", "compose news for outside", People, Screen,
        also "public" "external" "status page" "customers";
    /// Approves the draft for outside.
    Approve = "approve", "approve the news for outside", People, Team,
        also "public" "external";
    /// Publishes the approved draft.
    Publish = "publish", "publish the approved news", People, Outside, typed "public",
        also "external" "status page" "customers";
    /// Tries a delivery again, or confirms one that is held.
    Retry = "retry", "send again, or confirm", People, Inside, typed "send";
    /// Drops a delivery.
    Drop = "drop", "cancel the delivery", People, Team;

    /// Whether it recurs.
    Recurs = "recurrence", "say whether it recurs", After, Team;
    /// Whether the failure mode is new.
    FailureMode = "failure-mode", "say whether the failure mode is new", After, Team;
    /// A contributing factor.
    Factor = "factor", "add a contributing factor", After, Team;
    /// An action item.
    ActionItem = "action", "add an action item", After, Team;
    /// Owner, date or end of an action item.
    ActionChange = "action-change", "change an action item", After, Team;
    /// A date for the retrospective.
    Schedule = "retro-date", "set the retrospective's date", After, Team;
    /// The retrospective was held.
    Held = "retro-held", "the retrospective was held", After, Team;
    /// No retrospective.
    Waive = "retro-waive", "waive the retrospective", After, Team;
    /// Follow-up is done.
    Close = "close", "close the incident", After, Team;

    /// Shows what will be sent, and sends it.
    Review = "review", "review and send", Composer, Inside, typed "send";
    /// The next field.
    NextField = "next-field", "next field", Composer, Screen;
    /// The field before.
    PreviousField = "previous-field", "previous field", Composer, Screen;
    /// Writes in an editor.
    Editor = "editor", "write in $EDITOR", Composer, Screen;
    /// Inserts probes, timeline or the last text.
    Insert = "insert", "insert probes, notes since the last update", Composer, Screen;
    /// Another draft that is kept for the same.
    OtherDraft = "other-draft", "show another kept draft", Composer, Screen;
}

impl Action {
    /// Whether it only brings the keys to a pane.
    pub const fn goes_to_a_pane(self) -> bool {
        matches!(
            self,
            Self::PaneNext
                | Self::PaneHealth
                | Self::PaneTimeline
                | Self::PaneUpdate
                | Self::PaneLadder
                | Self::PanePeople
                | Self::PanePhase
                | Self::PaneRunbook
                | Self::PaneLinks
                | Self::PaneOutbox
        )
    }

    /// What is typed at its gate, as palette and help say it; also where that
    /// depends on what is filled in. Empty where a key is enough.
    pub fn gate(self) -> String {
        match (self, self.typed()) {
            (Self::Severity, _) => "type p1, p2 or p3".to_owned(),
            (Self::Escalate, Some(word)) => format!("type {word}, at the top the target"),
            (Self::Retry, Some(word)) => format!("type {word}, for the public public"),
            (_, Some(word)) => format!("type {word}"),
            (_, None) => String::new(),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A word that names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no action {word:?}{}", near.as_ref().map(|near| format!(": did you mean {near}?")).unwrap_or_default())]
pub struct UnknownAction {
    /// What was found.
    pub word: String,
    /// The nearest action's name.
    pub near: Option<&'static str>,
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.word() == word)
            .ok_or_else(|| UnknownAction {
                word: crate::domain::text::one_line(word),
                near: Self::ALL
                    .iter()
                    .map(|action| action.word())
                    .min_by_key(|known| strsim::levenshtein(known, word))
                    .filter(|known| strsim::levenshtein(known, word) <= 3),
            })
    }
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 6] = [
        Self::Everywhere,
        Self::Lists,
        Self::Incident,
        Self::People,
        Self::After,
        Self::Composer,
    ];

    /// Its name in the keymap file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Lists => "lists",
            Self::Incident => "incident",
            Self::People => "people",
            Self::After => "after",
            Self::Composer => "composer",
        }
    }

    /// Its title in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Lists => "Lists",
            Self::Incident => "Incident, stays inside",
            Self::People => "Reaches people (asks first)",
            Self::After => "After resolving",
            Self::Composer => "Composer",
        }
    }
}
