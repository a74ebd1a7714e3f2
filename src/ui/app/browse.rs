//! Keys while the panes have them.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyEvent;

use super::{
    App, History, Mode, Palette, Pane, act as act_on, begun_by_chosen,
    books::{choose_row, runbook, runbook_item},
    links::links,
    lists::{count, phase_items},
    rows::Rows,
    undo::undo,
};
use crate::{
    domain::fact::Fact,
    ui::{action::Action, edit::Edit, forms, msg::Effect},
};

/// How many rows a half page is.
pub(super) const HALF_PAGE: usize = 10;
/// How long the bell is quiet after a snooze.
const SNOOZE: TimeDelta = TimeDelta::minutes(10);

pub(super) fn key(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    match app.keymap.action(key, false) {
        Some(action) => act_on(app, action, "", now),
        None => Vec::new(),
    }
}

/// Carries out what needs no question; `None` where a form has to ask.
pub(super) fn act(app: &mut App, action: Action, now: DateTime<Utc>) -> Option<Vec<Effect>> {
    let nothing = Some(Vec::new());
    match action {
        Action::Help => app.mode = Mode::Help(Edit::line(""), 0),
        Action::Palette => app.mode = Mode::Palette(Palette::default()),
        Action::Find => {
            // The one list that is too long to look through.
            focus(app, Pane::Timeline);
            let filter = app.filters.get(&Pane::Timeline);
            app.mode = Mode::Find(Edit::line(filter.map_or("", String::as_str)));
        }
        Action::History => app.mode = Mode::History(History::default()),
        Action::Messages => app.mode = Mode::Messages(0),
        Action::Phones => app.mode = Mode::Phones,
        Action::Conflicts => app.mode = Mode::Conflicts(0),
        Action::OpenLink => app.mode = Mode::Link,
        Action::FindNext | Action::Down => step(app, 1),
        Action::FindPrevious | Action::Up => step(app, -1),
        Action::PageDown => step(app, isize::try_from(HALF_PAGE).unwrap_or(1)),
        Action::PageUp => step(app, -isize::try_from(HALF_PAGE).unwrap_or(1)),
        Action::Top => step(app, isize::MIN),
        Action::Bottom => step(app, isize::MAX),
        Action::PaneNext => focus(app, Pane::Next),
        Action::PaneHealth => focus(app, Pane::Health),
        Action::PaneTimeline => focus(app, Pane::Timeline),
        Action::PaneUpdate => focus(app, Pane::Update),
        Action::PaneLadder => focus(app, Pane::Ladder),
        Action::PanePeople => focus(app, Pane::People),
        Action::PanePhase => focus(app, Pane::Phase),
        Action::PaneRunbook => focus(app, Pane::Runbook),
        Action::PaneOutbox => focus(app, Pane::Outbox),
        Action::PaneLinks => focus(app, Pane::Links),
        Action::Tab => turn(app, true),
        Action::BackTab => turn(app, false),
        Action::Zoom => app.zoomed = !app.zoomed,
        Action::Back => back(app),
        Action::Zone => app.local = !app.local,
        Action::NextIncident => another_incident(app, true),
        Action::PreviousIncident => another_incident(app, false),
        Action::Snooze => {
            app.snoozed = Some(now + SNOOZE);
            app.tell("the bell is quiet for 10 minutes", now);
        }
        Action::Undo => return Some(undo(app, now)),
        Action::Refresh => return Some(vec![Effect::ProbeNow]),
        Action::Redraw => return Some(vec![Effect::Redraw]),
        Action::Suspend => return Some(vec![Effect::Suspend]),
        Action::Quit => return Some(quit(app, now)),
        Action::Mouse => {
            app.mouse = !app.mouse;
            return Some(vec![Effect::Mouse(app.mouse)]);
        }
        Action::CopyRow => return Some(copy(app, row_text(app), now)),
        Action::CopyIncident => {
            return Some(copy(app, crate::ui::markdown::incident(app, now), now));
        }
        Action::Mark => return Some(mark(app, now)),
        Action::Details => return Some(details(app, now)),
        _ => return None,
    }
    nothing
}

fn focus(app: &mut App, pane: Pane) {
    app.focus = pane;
}

fn turn(app: &mut App, forward: bool) {
    let place = Pane::ALL
        .iter()
        .position(|pane| *pane == app.focus)
        .unwrap_or(0);
    let count = Pane::ALL.len();
    app.focus = Pane::ALL[if forward {
        place + 1
    } else {
        place + count - 1
    } % count];
}

/// One step back, and never out of the program.
fn back(app: &mut App) {
    if app.filters.remove(&app.focus).is_some() {
        return;
    }
    if app.zoomed {
        app.zoomed = false;
        return;
    }
    app.toast = None;
}

fn step(app: &mut App, by: isize) {
    let last = count(app, app.focus).saturating_sub(1);
    let row = app.row(app.focus).saturating_add_signed(by).min(last);
    app.rows.insert(app.focus, row);
}

/// Ticks the row, or pins it.
fn mark(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(incident) = app.incident() else {
        return Vec::new();
    };
    let id = incident.id;
    let row = app.row(app.focus);
    let tick = |item: String| {
        let done = !incident.state().ticks.contains_key(&item);
        Fact::Ticked {
            item: item.as_str().into(),
            done,
        }
    };
    let fact = match app.focus {
        Pane::Phase => phase_items(app)
            .into_iter()
            .nth(row)
            .map(|item| tick(item.id)),
        Pane::Runbook => runbook(app)
            .and_then(|book| runbook_item(book, book.lines.get(row)?))
            .map(tick),
        Pane::Timeline => Rows::of(app).get(row).map(|line| Fact::Pinned {
            entry: line.entry,
            on: !line.pinned,
        }),
        Pane::Next
        | Pane::Health
        | Pane::Update
        | Pane::Ladder
        | Pane::People
        | Pane::Outbox
        | Pane::Links => None,
    };
    let Some(fact) = fact else {
        app.tell("there is nothing to tick here", now);
        return Vec::new();
    };
    match forms::propose(app, id, fact, now) {
        Ok(wishes) => vec![Effect::Record(wishes)],
        Err(why) => {
            app.warn(why, now);
            Vec::new()
        }
    }
}

/// Opens what the row is about: an entry is shown in full, and a duty begins.
fn details(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let duty = begun_by_chosen(app).filter(|_| app.focus == Pane::Next);
    if let Some(action) = duty {
        return act_on(app, action, "", now);
    }
    if app.focus == Pane::Timeline {
        whole_entry(app);
    } else if app.focus == Pane::Runbook && runbook(app).is_none() {
        choose_row(app);
    } else {
        app.zoomed = true;
    }
    Vec::new()
}

fn whole_entry(app: &mut App) {
    let row = Rows::of(app).get(app.row(Pane::Timeline));
    let entry = row.map(|line| line.entry);
    let found = entry.and_then(|entry| app.board.entry(entry));
    if let Some(entry) = found.map(|(_, entry)| (**entry).clone()) {
        app.mode = Mode::Details(Box::new(entry));
    }
}

fn row_text(app: &App) -> String {
    let row = app.row(app.focus);
    match app.focus {
        Pane::Timeline => Rows::of(app).get(row).map(|line| {
            format!(
                "{} {} {} {}",
                line.at.format("%Y-%m-%dT%H:%M:%SZ"),
                line.who,
                line.kind,
                line.text
            )
        }),
        Pane::Links => links(app).into_iter().nth(row).map(|(_, _, url)| url),
        Pane::Outbox => app
            .deliveries
            .get(row)
            .map(|delivery| delivery.intent.text.to_string()),
        Pane::Update => app.composer.as_ref().map(|composer| composer.body.text()),
        Pane::Next | Pane::Health | Pane::Ladder | Pane::People | Pane::Phase | Pane::Runbook => {
            app.incident()
                .map(|incident| format!("{} {}", incident.label(), incident.state().title))
        }
    }
    .unwrap_or_default()
}

pub(super) fn copy(app: &mut App, text: String, now: DateTime<Utc>) -> Vec<Effect> {
    if text.is_empty() {
        app.tell("there is nothing to copy here", now);
        return Vec::new();
    }
    vec![Effect::Copy(text)]
}

/// The open incident after the one on the screen, or before it; the worst comes
/// first, and first where none of them is shown.
fn another_incident(app: &mut App, forward: bool) {
    let open: Vec<_> = app.board.open().iter().map(|it| it.id).collect();
    let place = open.iter().position(|id| Some(*id) == app.shown);
    let next = match place {
        Some(place) if forward => place + 1,
        Some(place) => place + open.len() - 1,
        None => 0,
    };
    app.shown = open.get(next % open.len().max(1)).copied().or(app.shown);
    app.rows.clear();
}

/// Leaving asks while an incident is active, or something is still on its way.
pub(super) fn quit(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let waits = app.deliveries.iter().any(|it| it.state.is_open());
    if app.board.active().is_empty() && !waits {
        return vec![Effect::Quit];
    }
    match forms::open(app, Action::Quit, "", now) {
        Ok(effects) => effects,
        Err(why) => {
            app.warn(why, now);
            Vec::new()
        }
    }
}
