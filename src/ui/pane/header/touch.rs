//! Whether we are in touch: with an engine, and with the shared backend.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ui::{
    app::{App, Source},
    format,
    glyph::Glyph,
    msg::{EngineSeen, LinkState},
    theme::Role,
};

/// What the header says while nobody does by itself what falls due.
pub const NO_ENGINE: &str = "NO ENGINE";

/// What has to be known while the shared backend does not answer, the longest
/// way to say it first: since when, what waits here, and who pages.
pub(super) fn out_of_touch(app: &App, now: DateTime<Utc>) -> Option<Vec<String>> {
    let LinkState::Offline {
        since,
        why,
        refused,
    } = &app.shared.link.state
    else {
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
    let state = if *refused { "refused" } else { "offline" };
    let [pages, short, shortest] = match &app.shared.in_place {
        Some(_) => [
            "this console pages until the server answers",
            "this console pages",
            "we page",
        ],
        None if *refused => [
            "the server pages, and takes no word from this token",
            "the server pages",
            "server pages",
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
        format!("{state} since {since}, {unsent}; {pages}{clock} ({why})"),
        format!("{state} since {since}, {unsent}; {pages}{clock}"),
        format!("{state} since {since}, {unsent}; {short}{clock}"),
        format!("since {since}, {unsent}; {shortest}{clock}"),
        format!("since {since}, {unsent}; {shortest}"),
    ])
}

/// `clock 41m behind server`: this host's, by which nothing here is counted.
fn clock_off(app: &App) -> Option<String> {
    let offset = app.shared.link.offset;
    let (off, way) = (format::short(offset.abs()), format::behind_or_ahead(offset));
    app.shared
        .link
        .clock_is_off()
        .then(|| format!("clock {off} {way} server"))
}

/// `CLOCK STEPPED -1h`: the times here are not those of the host's clock.
fn clock_stepped(app: &App) -> Option<String> {
    let off = app.stepped?;
    let sign = if off < TimeDelta::zero() { '-' } else { '+' };
    Some(format!("CLOCK STEPPED {sign}{}", format::short(off.abs())))
}

/// Whether the shared backend does not answer.
pub fn offline(app: &App) -> bool {
    matches!(app.shared.link.state, LinkState::Offline { .. })
}

/// How long an engine may take to be seen: this program's own, and that of a
/// server, which waits for the lease of the one before.
const STARTS: TimeDelta = TimeDelta::seconds(3);
const STARTS_THERE: TimeDelta = TimeDelta::seconds(10);

/// Whether an engine may just be starting: nobody is to be alarmed by that.
fn starts(app: &App, now: DateTime<Utc>) -> bool {
    let asks = app.awaits.contains(&Source::Server);
    let here = app.engine.holder.is_none() && (asks || now - app.started < STARTS);
    let there = app.shared.back_at.is_some_and(|at| now - at < STARTS_THERE);
    here || there
}

/// Whether somebody does by itself what falls due.
pub fn link(app: &App, now: DateTime<Utc>) -> (Role, Glyph, String) {
    let (role, glyph, word) = match &app.shared.link.state {
        LinkState::Offline { since, refused, .. } => {
            let state = if *refused {
                "TOKEN REFUSED".to_owned()
            } else {
                format!("OFFLINE {}", format::elapsed(now - *since))
            };
            let pages = app.shared.in_place.as_ref().map_or("", |_| ", PAGING");
            return (Role::Offline, Glyph::Down, format!("{state}{pages}"));
        }
        LinkState::Alone | LinkState::Online { .. } => match engine_runs(app, now) {
            _ if app.panel.offline() => (Role::Offline, Glyph::Down, "HOST OFFLINE"),
            true => (Role::Live, Glyph::Ok, "LIVE"),
            false if starts(app, now) => (Role::Muted, Glyph::Off, "START"),
            false => (Role::Offline, Glyph::Down, NO_ENGINE),
        },
    };
    let latency = match &app.shared.link.state {
        LinkState::Online { latency } => format!(" {} ms", latency.num_milliseconds()),
        LinkState::Alone | LinkState::Offline { .. } => String::new(),
    };
    (role, glyph, format!("{word}{latency}"))
}

/// What waits here for the shared backend, and why it will go on waiting where
/// there is room to say so.
pub(super) fn unsent(app: &App, width: u16) -> Option<String> {
    let waits = app.shared.unsent > 0;
    let why = read_only(app).filter(|_| width >= 80);
    let why = why.map(|why| format!(", {why}")).unwrap_or_default();
    let refused = match app.shared.refused.len() {
        0 => String::new(),
        count => format!(", {count} refused"),
    };
    let tells = waits || !refused.is_empty();
    tells.then(|| format!("{} unsent{refused}{why}", app.shared.unsent))
}

/// Why nothing that is recorded here is sent, though the server answers.
pub(super) fn read_only(app: &App) -> Option<&'static str> {
    let link = &app.shared.link;
    let online = matches!(link.state, LinkState::Online { .. });
    (online && link.read_only).then_some("read only")
}

/// What is wrong with all that is below, for the end of the second row: the
/// clock; and where the first has no room for it, that nothing is sent.
pub(super) fn aside(app: &App, width: u16) -> Option<String> {
    let waits = app.shared.unsent > 0 && width < 80;
    let why = read_only(app).filter(|_| waits).map(str::to_owned);
    let clocks = clock_stepped(app).into_iter().chain(clock_off(app));
    let parts: Vec<String> = why.into_iter().chain(clocks).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Whether an engine does its rounds, here or elsewhere.
pub fn engine_runs(app: &App, now: DateTime<Utc>) -> bool {
    let ticks = |at| now - at < EngineSeen::SILENT;
    app.engine.holder.is_some() && app.engine.ticked_at.is_some_and(ticks)
}
