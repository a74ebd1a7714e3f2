//! The panes: each draws its part of the screen from the state alone.

pub mod after;
pub mod changes;
pub mod composer;
mod conflicts;
pub mod footer;
pub mod header;
pub mod health;
mod history;
pub mod host;
pub mod ladder;
pub mod links;
pub mod log;
pub mod narrow;
pub mod next;
pub mod outbox;
pub mod overlay;
pub mod people;
pub mod phase;
mod phones;
pub mod quiet;
pub mod quote;
pub mod runbook;
mod sheet;
pub mod similar;
pub mod timeline;
pub mod tiny;
pub mod update;

use chrono::{DateTime, Utc};

use super::{
    app::{App, Mode, Pane},
    format,
    layout::Place,
};

/// A pane's name in its rule, and a word after it.
pub struct Title {
    /// `UPDATE`.
    pub name: String,
    /// `draft 3, not sent`.
    pub note: String,
}

/// What stands at the left of a pane's rule.
pub fn title(app: &App, pane: Pane) -> Title {
    let quiet = app.incident().is_none();
    let name = match pane {
        Pane::Next if quiet => "WATCHING",
        Pane::Timeline if quiet => "RECENT",
        Pane::Next
        | Pane::Health
        | Pane::Timeline
        | Pane::Update
        | Pane::Ladder
        | Pane::People
        | Pane::Phase
        | Pane::Runbook
        | Pane::Outbox
        | Pane::Links => pane.title(),
    };
    let note = match pane {
        Pane::Update if !quiet => update::note(app),
        Pane::Runbook => super::app::runbook(app)
            .map(|book| book.file.to_string())
            .unwrap_or_default(),
        Pane::Next
        | Pane::Health
        | Pane::Timeline
        | Pane::Update
        | Pane::Ladder
        | Pane::People
        | Pane::Phase
        | Pane::Outbox
        | Pane::Links => String::new(),
    };
    let name = match (pane, &app.mode, &app.composer) {
        (Pane::Update, Mode::Compose, Some(_)) => update::name(app),
        _ => name.to_owned(),
    };
    Title { name, note }
}

/// What stands at the right of a pane's rule.
pub fn right_of_title(app: &App, pane: Pane, now: DateTime<Utc>) -> String {
    match pane {
        Pane::Health => health::counts(app, now),
        Pane::Timeline if app.incident().is_some() => timeline::counts(app),
        Pane::Update => update::due(app, now),
        Pane::Ladder => app
            .incident()
            .map(|incident| format!("since alert {}", format::clock_minutes(incident.anchor())))
            .unwrap_or_default(),
        Pane::Outbox => outbox::counts(app),
        Pane::Phase => phase::counts(app),
        Pane::Runbook => runbook::age(app, now),
        Pane::Next | Pane::Timeline | Pane::People | Pane::Links => String::new(),
    }
}

/// What has to be known of all that stands in a pane, in the place of what is
/// counted there: that it is not read yet; where the keys are, that they change
/// nothing for anybody else.
pub fn state(app: &App, place: &Place, focused: bool, now: DateTime<Utc>) -> Option<String> {
    let why = || app.read_only(place.pane).filter(|_| focused);
    let wide = place.rule.width >= 50;
    let read_only = |why| {
        if wide {
            format!("read only: {why}")
        } else {
            "read only".to_owned()
        }
    };
    loading(app, place.pane, now).or_else(|| why().map(read_only))
}

/// `loading, for 3s`; `None` where it was read.
fn loading(app: &App, pane: Pane, now: DateTime<Utc>) -> Option<String> {
    let waited = app.loading(pane, now)?;
    Some(format!("loading, for {}", format::age(waited)))
}

/// What stands in a pane that has nothing to show, and may have something
/// later: not that there is nothing.
pub fn unread(app: &App, pane: Pane, now: DateTime<Utc>) -> Option<String> {
    let is_empty = match pane {
        Pane::Outbox => app.deliveries.is_empty(),
        Pane::Runbook => app.runbooks.is_empty(),
        // Its rows say it, and what is watched is known before.
        Pane::Health | Pane::Next => false,
        Pane::Timeline | Pane::Update | Pane::Ladder | Pane::People | Pane::Phase | Pane::Links => {
            app.board.head() == 0
        }
    };
    loading(app, pane, now).filter(|_| is_empty)
}
