//! The last two rows: one message, and the keys that make sense now.

use chrono::{DateTime, Utc};

mod offers;

use super::{
    header::{self, NO_ENGINE},
    next,
};
use crate::{
    domain::{incident::Incident, phase::Phase},
    ui::{
        action::{Action, Reach},
        app::{App, History, Mode, Toast, count},
        canvas::Canvas,
        edit::Edit,
        format,
        glyph::Glyph,
        msg::LinkState,
        sheet::Gate,
        theme::Role,
    },
};

/// Columns below which a screen has no panes.
const NARROWEST: u16 = 60;

/// Draws the message row; where NEXT can't be seen, it says what did not arrive.
pub fn draw_toast(app: &App, next_is_seen: bool, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let width = canvas.width();
    if let Some(typed) = searched(&app.mode) {
        canvas.text(1, 0, Role::Key, &format!("/{}", typed.text()));
        return;
    }
    let undo = undo(app, now).unwrap_or_default();
    if let Some(toast) = app
        .toast
        .as_ref()
        .filter(|it| is_shown(app, it, &undo, width))
    {
        let role = if toast.error { Role::Bad } else { Role::Normal };
        let mark = if toast.error {
            format!("{} ", canvas.glyph(Glyph::Overdue))
        } else {
            String::new()
        };
        canvas.clipped(
            1,
            0,
            role,
            &format!("{mark}{}", toast.text),
            width.saturating_sub(2),
        );
        if stands_beside(toast, &undo, width) {
            canvas.right(width.saturating_sub(1), 0, Role::Muted, &undo);
        }
        return;
    }
    if !undo.is_empty() {
        let text = format!("recorded; {undo}");
        canvas.right(width.saturating_sub(1), 0, Role::Muted, &text);
        return;
    }
    let alarm = not_delivered(app, now).filter(|_| !next_is_seen);
    if let Some(text) = alarm.or_else(|| alone(app, now)) {
        let mark = canvas.glyph(Glyph::Overdue);
        let room = width.saturating_sub(2);
        let text = format::fitting(&text, room.saturating_sub(2));
        canvas.clipped(1, 0, Role::Bad, &format!("{mark} {text}"), room);
        return;
    }
    // It is about what is being written, and nothing else.
    let writes = matches!(app.mode, Mode::Compose);
    let open = app.composer.as_ref().filter(|_| writes);
    let saved = open.and_then(|composer| composer.saved_at);
    let text = match (saved, &app.snoozed) {
        (_, Some(until)) if *until > now => {
            format!("bell quiet until {}", format::time_minutes(*until))
        }
        (Some(at), _) => format!("draft saved {}", format::time(at)),
        (None, _) => String::new(),
    };
    canvas.right(width.saturating_sub(1), 0, Role::Muted, &text);
}

/// That the last thing can be taken back, for how long, and by which key.
fn undo(app: &App, now: DateTime<Utc>) -> Option<String> {
    let (entry, until) = app.undo_until()?;
    let left = (until - now).num_seconds();
    let key = app.keymap.key_of(Action::Undo)?;
    let is_open = until > now && app.can_undo(entry, now);
    is_open.then(|| format!("{key} takes it back ({left}s)"))
}

/// Whether a message stands in its row: where it has no room beside what can be
/// taken back, the newer of the two does.
fn is_shown(app: &App, toast: &Toast, undo: &str, width: u16) -> bool {
    let recorded = app.undo.map(|(_, at)| at).filter(|_| !undo.is_empty());
    stands_beside(toast, undo, width) || recorded.is_none_or(|at| toast.at > at)
}

/// Whether both have room in one row; nothing stands beside what fills it.
fn stands_beside(toast: &Toast, undo: &str, width: u16) -> bool {
    let columns = format::width(&toast.text) + format::width(undo);
    !undo.is_empty() && columns + 6 <= usize::from(width)
}

/// What is being searched for, while it is typed.
const fn searched(mode: &Mode) -> Option<&Edit> {
    match mode {
        Mode::Find(search) => Some(search),
        Mode::History(list) if list.typing => Some(&list.search),
        Mode::History(_)
        | Mode::Browse
        | Mode::Compose
        | Mode::Sheet(_)
        | Mode::Palette(_)
        | Mode::Help(..)
        | Mode::Conflicts(_)
        | Mode::Messages(_)
        | Mode::Phones
        | Mode::Link
        | Mode::Details(_) => None,
    }
}

/// That an incident is open and nothing happens by itself.
fn alone(app: &App, now: DateTime<Utc>) -> Option<Vec<String>> {
    if let LinkState::Offline { why, refused, .. } = &app.shared.link.state {
        let denied = "not sent: the token is refused; a new one in its file, then `sync give`";
        return Some(if *refused {
            vec![format!("{denied}: {why}"), denied.to_owned()]
        } else {
            vec![
                format!("what you record is kept here and sent later: {why}"),
                format!("kept here and sent later: {why}"),
                "what you record is kept here and sent later".to_owned(),
            ]
        });
    }
    let (_, _, word) = header::link(app, now);
    let alone = word.starts_with(NO_ENGINE) && app.incident().is_some_and(Incident::is_active);
    let text = "no engine runs: nobody is paged and nobody is reminded by itself";
    alone.then(|| vec![text.to_owned()])
}

/// What did not arrive, and the key to it.
fn not_delivered(app: &App, now: DateTime<Utc>) -> Option<Vec<String>> {
    let row = next::not_delivered(app, now)?;
    let ways = row.what.iter();
    Some(
        ways.map(|what| format!("{}: {} {what}", row.value, row.word))
            .collect(),
    )
}

/// The keys of the footer, most wanted first.
const INCIDENT: [(Action, &str); 16] = [
    (Action::Phones, "phone list"),
    (Action::PageFromHere, "page from here"),
    (Action::Acknowledge, "ack"),
    (Action::Conflicts, "conflicts"),
    (Action::NextIncident, "next incident"),
    (Action::Compose, "compose"),
    (Action::Note, "note"),
    (Action::Severity, "severity"),
    (Action::Escalate, "escalate"),
    (Action::Mitigate, "mitigate"),
    (Action::Resolve, "resolve"),
    (Action::Palette, "command"),
    (Action::Find, "find"),
    (Action::Role, "take a role"),
    (Action::Zoom, "zoom"),
    (Action::Tab, "next pane"),
];
/// The same once it is resolved: what is left to do.
const AFTER: [(Action, &str); 12] = [
    (Action::Conflicts, "conflicts"),
    (Action::NextIncident, "next incident"),
    (Action::Compose, "compose"),
    (Action::Held, "retro"),
    (Action::FailureMode, "failure mode"),
    (Action::ActionItem, "action item"),
    (Action::Close, "close"),
    (Action::Reopen, "reopen"),
    (Action::Note, "note"),
    (Action::Palette, "command"),
    (Action::Find, "find"),
    (Action::Tab, "next pane"),
];
/// The same on a screen too small for panes.
const TINY: [(Action, &str); 4] = [
    (Action::Acknowledge, "ack"),
    (Action::Compose, "compose"),
    (Action::Escalate, "escalate"),
    (Action::NextIncident, "next"),
];
const QUIET: [(Action, &str); 5] = [
    (Action::Declare, "open an incident"),
    (Action::Drill, "drill"),
    (Action::History, "history"),
    (Action::Find, "find"),
    (Action::Palette, "command"),
];
const COMPOSER: [(Action, &str); 5] = [
    (Action::Review, "review+send"),
    (Action::NextField, "next field"),
    (Action::Back, "keep draft"),
    (Action::Editor, "$EDITOR"),
    (Action::Insert, "insert"),
];

/// The keys of what lies over the panes: no others do anything there.
fn over(app: &App) -> Option<Vec<(&'static str, &'static str)>> {
    Some(match &app.mode {
        Mode::Browse | Mode::Compose => return None,
        Mode::Sheet(sheet) => {
            let mut keys = vec![("Esc", "back, and nothing happens")];
            match (sheet.is_at_gate(), &sheet.gate) {
                (true, Gate::Yes) => keys.push(("y", "do it")),
                (true, Gate::Enter | Gate::Word(_)) => {}
                (false, _) if sheet.after_enter().is_none() => {
                    keys.extend([("Tab", "next field"), ("Enter", "record it")]);
                }
                (false, _) => keys.extend([("Tab", "next field"), ("Enter", "go on")]),
            }
            if sheet.quote.is_some() {
                keys.push(("PgUp PgDn", "read all of it"));
            }
            keys
        }
        Mode::Palette(_) => vec![("Esc", "back"), ("Tab", "complete"), ("Enter", "do it")],
        Mode::Find(_) => vec![
            ("Esc", "back"),
            ("Enter", "keep the filter"),
            ("", "who:ana  kind:probe  -word"),
        ],
        Mode::Help(..) => vec![("Esc", "back"), ("", "type to filter")],
        Mode::History(list) if list.typing => vec![("Esc", "back"), ("Enter", "keep the search")],
        Mode::History(_) => vec![("Esc", "back"), ("Enter", "show it"), ("/", "search")],
        Mode::Conflicts(_) => vec![
            ("Esc", "back"),
            ("a b", "keep that side"),
            ("Enter", "set it anew"),
        ],
        Mode::Messages(_) | Mode::Details(_) | Mode::Phones => vec![("Esc", "back")],
        Mode::Link => vec![("Esc", "back"), ("", "a link's letter copies it")],
    })
}

/// The keys of what can be done about the incident chosen among all.
fn of_history(app: &App) -> Vec<(String, &'static str)> {
    let chosen = match &app.mode {
        Mode::History(list) if !list.typing => list.chosen(&app.board),
        _ => None,
    };
    let Some(chosen) = chosen else {
        return Vec::new();
    };
    let actions = History::ACTIONS.into_iter();
    let actions = actions.filter(|action| app.enabled_about(*action, chosen).is_ok());
    let key = |action: Action| Some((app.keymap.key_of(action)?, action.word()));
    actions.filter_map(key).collect()
}

/// Draws the keys row: what fits, most wanted first, help always last.
pub fn draw_keys(app: &App, canvas: &mut Canvas<'_, '_>) {
    if let Some(keys) = over(app) {
        let mut x = 1;
        for (name, word) in keys {
            x = key(canvas, x, name, word) + 2;
        }
        for (name, word) in of_history(app) {
            x = key(canvas, x, &name, word) + 2;
        }
        return;
    }
    let width = canvas.width();
    let composing = matches!(app.mode, Mode::Compose);
    let (help_key, help) = if composing {
        ("F1".to_owned(), "help")
    } else {
        (app.keymap.key_of(Action::Help).unwrap_or_default(), "help")
    };
    let end = key(
        canvas,
        width.saturating_sub(u16::try_from(help_key.len()).unwrap_or(2) + 6),
        &help_key,
        help,
    );
    let limit = width.saturating_sub(8);
    debug_assert!(end >= limit, "the help stands at the end");
    let mut x = 1;
    for (action, word) in wanted(app, width) {
        if app.enabled(action).is_err() || is_done(app, action) {
            continue;
        }
        // What no key means is found by its name.
        let key_of = app.keymap.key_of(action);
        let (text, word) =
            key_of.map_or_else(|| (format!(":{}", action.word()), ""), |key| (key, word));
        let columns = u16::try_from(text.chars().count() + word.len() + 2).unwrap_or(u16::MAX);
        if x + columns > limit {
            break;
        }
        x = key(canvas, x, &text, word) + 2;
    }
}

/// The keys to offer, most wanted first: those of the focused pane, then those
/// of the incident.
fn wanted(app: &App, width: u16) -> Vec<(Action, &'static str)> {
    let usual: &[(Action, &'static str)] = match (&app.mode, app.incident()) {
        (Mode::Compose, _) => return COMPOSER.to_vec(),
        (_, None) => return QUIET.to_vec(),
        (_, Some(incident)) if !incident.is_active() => &AFTER,
        (_, Some(_)) if width < NARROWEST => return TINY.to_vec(),
        (_, Some(_)) => &INCIDENT,
    };
    let mut wanted = offers::of_pane(app, usual);
    for offer in usual {
        if wanted.iter().all(|(action, _)| action != &offer.0) {
            wanted.push(*offer);
        }
    }
    wanted
}

/// Whether nothing is left of it to be done.
fn is_done(app: &App, action: Action) -> bool {
    let Some(incident) = app.incident() else {
        return false;
    };
    let state = incident.state();
    match action {
        Action::Mark | Action::Details | Action::Correct | Action::Retract => {
            count(app, app.focus) == 0
        }
        Action::Phones | Action::PageFromHere => {
            !header::offline(app) || app.shared.in_place.is_some()
        }
        Action::Acknowledge => state.taken.is_some(),
        Action::Conflicts => incident.conflicts().next().is_none(),
        Action::Held => state.retrospective.held.is_some() || state.retrospective.waived.is_some(),
        Action::FailureMode => state.retrospective.new_failure_mode.is_some(),
        Action::Close => incident.phase() == Phase::Closed,
        Action::NextIncident => app.board.open().iter().all(|it| it.id == incident.id),
        _ => false,
    }
}

fn key(canvas: &mut Canvas<'_, '_>, x: u16, key: &str, word: &str) -> u16 {
    let x = canvas.text(x, 0, Role::Key, key);
    if word.is_empty() {
        return x;
    }
    canvas.text(x + 1, 0, Role::Muted, word)
}

/// How an action's reach is told in help and palette.
pub const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Screen => "",
        Reach::Team => "team",
        Reach::Inside => "reaches people",
        Reach::Outside => "reaches the public, or the top",
    }
}
