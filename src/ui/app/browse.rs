//! Keys while the panes have them.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Mode, Palette, Pane, act as act_on, rows::Rows, undo};
use crate::{
    domain::{fact::Fact, policy::Item, runbook},
    ui::{
        action::Action,
        edit::Edit,
        format, forms,
        msg::{Effect, Runbook},
        sheet::{Gate, Sheet},
    },
};

/// How many rows a half page is.
const HALF_PAGE: usize = 10;
/// How long the bell is quiet after a snooze.
const SNOOZE: TimeDelta = TimeDelta::minutes(10);

pub(super) fn key(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    match app.keymap.action(key, false) {
        Some(action) => act_on(app, action, "", now),
        None => Vec::new(),
    }
}

/// Carries out what needs no question; `None` where a form has to ask.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per action, each a line or two"
)]
pub(super) fn act(app: &mut App, action: Action, now: DateTime<Utc>) -> Option<Vec<Effect>> {
    let nothing = Some(Vec::new());
    match action {
        Action::Help => app.mode = Mode::Help(Edit::line(""), 0),
        Action::Palette => app.mode = Mode::Palette(Palette::default()),
        Action::Find => {
            let filter = app
                .filters
                .get(&app.focus)
                .map(String::as_str)
                .unwrap_or_default();
            app.mode = Mode::Find(Edit::line(filter));
        }
        Action::History => app.mode = Mode::History(0),
        Action::Messages => app.mode = Mode::Messages(0),
        Action::OpenLink => app.mode = Mode::Link,
        Action::Details => details(app),
        Action::FindNext | Action::Down => step(app, 1),
        Action::FindPrevious | Action::Up => step(app, -1),
        Action::PageDown => step(app, isize::try_from(HALF_PAGE).unwrap_or(1)),
        Action::PageUp => step(app, -isize::try_from(HALF_PAGE).unwrap_or(1)),
        Action::Top => drop(app.rows.insert(app.focus, 0)),
        Action::Bottom => drop(
            app.rows
                .insert(app.focus, count(app, app.focus).saturating_sub(1)),
        ),
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
        Action::NextIncident => next_incident(app),
        Action::Snooze => {
            app.snoozed = Some(now + SNOOZE);
            app.tell("the bell is quiet for 10 minutes", false, now);
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

/// How many rows a pane has.
fn count(app: &App, pane: Pane) -> usize {
    match pane {
        Pane::Timeline => Rows::of(app).len(),
        Pane::Next => app
            .incident()
            .map_or(0, |incident| crate::domain::duty::duties(incident).len()),
        Pane::Health => app.panel.watches().count(),
        Pane::Outbox => app.deliveries.len(),
        Pane::Runbook => runbook(app).map_or(0, |book| book.lines.len()),
        Pane::Phase => phase_items(app).len(),
        Pane::Ladder => app
            .incident()
            .map_or(0, |incident| incident.policy().steps().count()),
        Pane::People => app.incident().map_or(0, |incident| incident.people().len()),
        Pane::Links => links(app).len(),
        Pane::Update => 0,
    }
}

/// The checklist items that can be ticked, phase by phase.
pub fn phase_items(app: &App) -> Vec<Item> {
    let Some(incident) = app.incident() else {
        return Vec::new();
    };
    let severity = incident.assumed_severity();
    let items = incident
        .policy()
        .phases
        .iter()
        .flat_map(|phase| phase.items.clone());
    items
        .filter(|item| {
            item.severities
                .as_ref()
                .is_none_or(|levels| levels.contains(&severity))
        })
        .collect()
}

/// The name under which the step in that line is ticked; none for other lines.
pub fn runbook_item(book: &Runbook, line: &runbook::Line) -> Option<String> {
    match line.kind {
        runbook::Kind::Step(number) => Some(runbook::item(&book.file, number)),
        runbook::Kind::Heading | runbook::Kind::Prose | runbook::Kind::Code => None,
    }
}

/// The runbook that belongs to the incident: the one whose name shares most
/// words with its service and title; the first where none does.
pub fn runbook(app: &App) -> Option<&Runbook> {
    let incident = app.incident()?;
    let words = format!(
        "{} {}",
        incident.state().service.as_deref().unwrap_or_default(),
        incident.state().title
    )
    .to_lowercase();
    let shared = |file: &str| {
        file.to_lowercase()
            .split(['-', '_', '.', '/'])
            .filter(|part| part.len() > 2 && words.contains(part))
            .count()
    };
    let best = app.runbooks.iter().max_by_key(|book| shared(&book.file))?;
    if shared(&best.file) > 0 {
        Some(best)
    } else {
        app.runbooks.first()
    }
}

/// Links of the policy that have an address, and links that were added.
pub fn links(app: &App) -> Vec<(Option<char>, String, String)> {
    let Some(incident) = app.incident() else {
        return Vec::new();
    };
    let of_policy = incident.policy().links.iter().map(|link| {
        (
            link.letter,
            link.name.to_string(),
            link.url
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
    });
    let added = incident.state().links.iter().chain(&app.settings.links);
    let added = added.map(|(name, url)| (None, name.to_string(), url.to_string()));
    of_policy.chain(added).collect()
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
        app.tell("there is nothing to tick here", false, now);
        return Vec::new();
    };
    match forms::propose(app, id, fact, now) {
        Ok(wishes) => vec![Effect::Record(wishes)],
        Err(why) => {
            app.tell(why, true, now);
            Vec::new()
        }
    }
}

fn details(app: &mut App) {
    if app.focus == Pane::Timeline {
        let entry = Rows::of(app)
            .get(app.row(Pane::Timeline))
            .map(|line| line.entry);
        let found = entry
            .and_then(|entry| app.board.entry(entry))
            .map(|(_, entry)| (**entry).clone());
        if let Some(entry) = found {
            app.mode = Mode::Details(Box::new(entry));
        }
    } else {
        app.zoomed = true;
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

fn copy(app: &mut App, text: String, now: DateTime<Utc>) -> Vec<Effect> {
    if text.is_empty() {
        app.tell("there is nothing to copy here", false, now);
        return Vec::new();
    }
    vec![Effect::Copy(text)]
}

fn next_incident(app: &mut App) {
    let active: Vec<_> = app
        .board
        .active()
        .iter()
        .map(|incident| incident.id)
        .collect();
    let place = active.iter().position(|id| Some(*id) == app.shown);
    let next = place.map_or(0, |place| place + 1);
    app.shown = active.get(next).or(active.first()).copied().or(app.shown);
    app.rows.clear();
}

/// Leaving asks while an incident is active, or something is still on its way.
pub(super) fn quit(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let active = app.board.active().len();
    let waiting = app
        .deliveries
        .iter()
        .filter(|delivery| delivery.state.is_open())
        .count();
    if active == 0 && waiting == 0 {
        return vec![Effect::Quit];
    }
    let mut sheet = Sheet::new(Action::Quit, "LEAVE THE CONSOLE", Gate::Yes, now);
    if active > 0 {
        sheet = sheet.line(format!(
            "{active} active: its entries and drafts are on disk."
        ));
    }
    if waiting > 0 {
        let waiting = format::count(waiting, "message waits", "messages wait");
        sheet = sheet.line(format!("{waiting} to leave, until an engine runs."));
    }
    if app.engine.mine {
        sheet = sheet.line("This console is the engine: without it nothing is paged by itself.");
        sheet = sheet.line("`warroom engine` runs one without a screen.");
    }
    app.mode = Mode::Sheet(Box::new(sheet));
    Vec::new()
}

pub(super) fn help_key(app: &mut App, mut filter: Edit, row: usize, key: KeyEvent) -> Vec<Effect> {
    let row = match key.code {
        KeyCode::Esc => {
            app.mode = if app.composer.is_some() && app.focus == Pane::Update {
                Mode::Compose
            } else {
                Mode::Browse
            };
            return Vec::new();
        }
        KeyCode::Down | KeyCode::PageDown => row + HALF_PAGE,
        KeyCode::Up | KeyCode::PageUp => row.saturating_sub(HALF_PAGE),
        KeyCode::Char('?') if filter.is_empty() => return Vec::new(),
        KeyCode::Char('/') if filter.is_empty() => 0,
        _ => {
            filter.key(key);
            0
        }
    };
    app.mode = Mode::Help(filter, row);
    Vec::new()
}

pub(super) fn find_key(app: &mut App, mut filter: Edit, key: KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Esc => drop(app.filters.remove(&app.focus)),
        KeyCode::Enter => {}
        _ => {
            filter.key(key);
            app.filters.insert(app.focus, filter.text());
            app.rows.insert(app.focus, 0);
            app.mode = Mode::Find(filter);
        }
    }
    if app.filters.get(&app.focus).is_some_and(String::is_empty) {
        app.filters.remove(&app.focus);
    }
    Vec::new()
}

pub(super) fn history_key(app: &mut App, row: usize, key: KeyEvent) -> Vec<Effect> {
    let all: Vec<_> = app.board.all().rev().map(|incident| incident.id).collect();
    let last = all.len().saturating_sub(1);
    let row = match key.code {
        KeyCode::Esc | KeyCode::Char('h') => return Vec::new(),
        KeyCode::Enter => {
            app.shown = all.get(row).copied().or(app.shown);
            app.rows.clear();
            return Vec::new();
        }
        KeyCode::Down | KeyCode::Char('j') => (row + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => row.saturating_sub(1),
        KeyCode::Home => 0,
        KeyCode::End | KeyCode::Char('G') => last,
        _ => row,
    };
    app.mode = Mode::History(row);
    Vec::new()
}

pub(super) fn messages_key(app: &mut App, row: usize, key: KeyEvent) -> Vec<Effect> {
    let row = match key.code {
        KeyCode::Down | KeyCode::Char('j') => row + 1,
        KeyCode::Up | KeyCode::Char('k') => row.saturating_sub(1),
        _ => return Vec::new(),
    };
    app.mode = Mode::Messages(row.min(app.messages.len().saturating_sub(1)));
    Vec::new()
}

pub(super) fn link_key(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    let KeyCode::Char(letter) = key.code else {
        return Vec::new();
    };
    if letter == 'g' {
        app.rows.insert(app.focus, 0);
        return Vec::new();
    }
    let found = links(app)
        .into_iter()
        .find(|(known, _, _)| *known == Some(letter));
    match found {
        Some((_, _, url)) if !url.is_empty() => copy(app, url, now),
        Some((_, name, _)) => {
            app.tell(
                format!("{name} has no address yet: the policy's [[link]] says where it is"),
                false,
                now,
            );
            Vec::new()
        }
        None => {
            app.tell(format!("no link has the letter {letter}"), false, now);
            Vec::new()
        }
    }
}
