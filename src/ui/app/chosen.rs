//! The chosen row of a list stays with what it is about when rows arrive.

use super::{App, Mode, Pane, links::links, rows::Rows};
use crate::domain::{
    duty::{Duty, duties},
    entry::{EntryId, IncidentId},
    text::Title,
};

/// What the chosen rows are about, before something changes.
pub(super) struct Chosen {
    shown: Option<IncidentId>,
    rows: Vec<(Pane, About)>,
    incidents: usize,
}

/// What a row is about.
#[derive(Debug, PartialEq)]
enum About {
    Entry(EntryId),
    Delivery(Title),
    Duty(Duty),
    Link(String),
}

impl Chosen {
    pub(super) fn of(app: &App) -> Self {
        // Nobody chose the first row of a list that they are not in.
        let is_chosen = |pane: &Pane| app.focus == *pane || app.row(*pane) > 0;
        let rows = Pane::ALL.into_iter().filter(is_chosen);
        let rows = rows.filter_map(|pane| Some((pane, about(app, pane, app.row(pane))?)));
        Self {
            shown: app.shown,
            rows: rows.collect(),
            incidents: app.board.all().count(),
        }
    }

    /// Chooses again what was chosen, where it stands by now.
    pub(super) fn choose(self, app: &mut App) {
        // New incidents come before the others.
        let new = app.board.all().count().saturating_sub(self.incidents);
        if let Mode::History(list) = &mut app.mode
            && list.search.is_empty()
        {
            list.row += new;
        }
        if app.shown != self.shown {
            return;
        }
        for (pane, about) in self.rows {
            if let Some(row) = row_of(app, pane, &about) {
                app.rows.insert(pane, row);
            }
        }
    }
}

/// What that row is about; `None` where rows never arrive.
fn about(app: &App, pane: Pane, row: usize) -> Option<About> {
    match pane {
        Pane::Timeline => Some(About::Entry(Rows::of(app).entry(row)?)),
        Pane::Outbox => Some(About::Delivery(app.deliveries.get(row)?.intent.key.clone())),
        Pane::Next => Some(About::Duty(dues(app).nth(row)?)),
        Pane::Links => Some(About::Link(links(app).into_iter().nth(row)?.2)),
        Pane::Health | Pane::Update | Pane::Ladder | Pane::People | Pane::Phase | Pane::Runbook => {
            None
        }
    }
}

fn row_of(app: &App, pane: Pane, wanted: &About) -> Option<usize> {
    match wanted {
        About::Entry(entry) => Rows::of(app).row_of(*entry),
        About::Delivery(key) => {
            let mut all = app.deliveries.iter();
            all.position(|delivery| delivery.intent.key == *key)
        }
        About::Duty(duty) => dues(app).position(|other| other == *duty),
        About::Link(_) => (0..)
            .map_while(|row| about(app, pane, row))
            .position(|it| it == *wanted),
    }
}

fn dues(app: &App) -> impl Iterator<Item = Duty> {
    let dues = app.incident().map(duties).unwrap_or_default();
    dues.into_iter().map(|due| due.duty)
}
