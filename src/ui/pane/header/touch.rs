//! Whether we are in touch: with an engine, and with the shared backend.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ui::{app::App, format, glyph::Glyph, msg::LinkState, theme::Role};

/// What the header says while nobody does by itself what falls due.
pub const NO_ENGINE: &str = "NO ENGINE";

/// An engine that has not ticked for this long is not there.
const ENGINE_SILENT: TimeDelta = TimeDelta::seconds(20);

/// What has to be known while the shared backend does not answer, the longest
/// way to say it first: since when, what waits here, and who pages.
pub(super) fn out_of_touch(app: &App, now: DateTime<Utc>) -> Option<Vec<String>> {
    let LinkState::Offline { since, why } = &app.shared.link.state else {
        return None;
    };
    let since = if now - *since < TimeDelta::hours(24) {
        format::clock_minutes(*since)
    } else {
        since.format("%m-%d %H:%MZ").to_string()
    };
    let unsent = format!("{} unsent", app.shared.unsent);
    let clock = clock_off(app)
        .map(|off| format!("; {off}"))
        .unwrap_or_default();
    let [pages, short, shortest] = match &app.shared.in_place {
        Some(_) => [
            "this console pages until the server answers",
            "this console pages",
            "we page",
        ],
        None if app.shared.link.answers => [
            "the server pages, and says no to this console",
            "the server pages, and says no",
            "server says no",
        ],
        None => [
            "the server pages, if it lives: it can't be seen from here",
            "the server pages, if it lives",
            "server pages, if it lives",
        ],
    };
    Some(vec![
        format!("offline since {since}, {unsent}; {pages}{clock} ({why})"),
        format!("offline since {since}, {unsent}; {pages}{clock}"),
        format!("offline since {since}, {unsent}; {short}{clock}"),
        format!("since {since}, {unsent}; {shortest}{clock}"),
        format!("since {since}, {unsent}; {shortest}"),
    ])
}

/// A difference of two clocks that is worth a word (T5).
const CLOCK_OFF: TimeDelta = TimeDelta::seconds(2);

/// `clock 41m behind the server`: every time on this screen is that much wrong.
pub(super) fn clock_off(app: &App) -> Option<String> {
    let offset = app.shared.link.offset;
    let which = if offset > TimeDelta::zero() {
        "behind"
    } else {
        "ahead of"
    };
    let off = format::short(offset.abs());
    (offset.abs() > CLOCK_OFF).then(|| format!("clock {off} {which} server"))
}

/// Whether the shared backend does not answer.
pub(super) fn offline(app: &App) -> bool {
    matches!(app.shared.link.state, LinkState::Offline { .. })
}

/// Whether somebody does by itself what falls due.
pub fn link(app: &App, now: DateTime<Utc>) -> (Role, Glyph, String) {
    let starts = app.engine.holder.is_none() && now - app.started < TimeDelta::seconds(3);
    let (role, glyph, word) = match &app.shared.link.state {
        LinkState::Offline { since, .. } => {
            let pages = app.shared.in_place.as_ref().map_or("", |_| ", PAGING");
            let text = format!("OFFLINE {}{pages}", format::elapsed(now - *since));
            return (Role::Offline, Glyph::Down, text);
        }
        LinkState::Alone | LinkState::Online { .. } => match engine_runs(app, now) {
            _ if app.panel.offline() => (Role::Offline, Glyph::Down, "HOST OFFLINE"),
            true => (Role::Live, Glyph::Ok, "LIVE"),
            false if starts => (Role::Muted, Glyph::Off, "START"),
            false => (Role::Offline, Glyph::Down, NO_ENGINE),
        },
    };
    let latency = match &app.shared.link.state {
        LinkState::Online { latency } => format!(" {} ms", latency.num_milliseconds()),
        LinkState::Alone | LinkState::Offline { .. } => String::new(),
    };
    (role, glyph, format!("{word}{latency}"))
}

/// What waits here for the shared backend.
pub(super) fn unsent(app: &App, wide: bool) -> Option<String> {
    let shared = app.shared.link.state != LinkState::Alone;
    let said = app.shared.unsent > 0 || (wide && shared);
    said.then(|| format!("{} unsent", app.shared.unsent))
}

/// Whether an engine does its rounds, here or elsewhere.
pub fn engine_runs(app: &App, now: DateTime<Utc>) -> bool {
    let ticks = |at| now - at < ENGINE_SILENT;
    app.engine.holder.is_some() && app.engine.ticked_at.is_some_and(ticks)
}
