//! The whole screen, from the state alone: drawing changes nothing.

use chrono::{DateTime, Utc};
use ratatui::{buffer::Buffer, layout::Position};

use super::{
    app::{App, Mode, Pane},
    canvas::Canvas,
    capability::{Depth, Tier},
    layout::{Areas, Place, Side, Size, areas},
    pane::{self, overlay},
    theme::{Role, Theme},
    widget::{self, Joint, Paint},
};

/// How the terminal is drawn on.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The colours.
    pub theme: &'a Theme,
    /// How many of them there are.
    pub depth: Depth,
    /// Which characters there are.
    pub tier: Tier,
    /// Whether the line is slow.
    pub slow: bool,
}

impl<'a> From<Look<'a>> for Paint<'a> {
    fn from(look: Look<'a>) -> Self {
        Self {
            theme: look.theme,
            depth: look.depth,
            tier: look.tier,
            slow: look.slow,
        }
    }
}

/// Draws the screen as it is at `now`, over whatever `buffer` holds; answers
/// where the cursor stands, if it is to be seen.
pub fn draw(
    app: &App,
    look: Look<'_>,
    now: DateTime<Utc>,
    buffer: &mut Buffer,
) -> Option<Position> {
    let screen = buffer.area;
    let mut canvas = Canvas::new(buffer, screen, look.into());
    canvas.clear(Role::Base);
    let areas = areas(app, screen);
    let typing = if areas.size > Size::Tiny {
        draw_all(app, &areas, &mut canvas, now);
        composer_cursor(app, &areas)
    } else if matches!(app.mode, Mode::Compose) {
        pane::composer::draw_small(app, &mut canvas, now)
    } else {
        pane::tiny::draw(app, &mut canvas, now);
        None
    };
    let cursor = overlay::draw(app, &areas, &mut canvas, now).or(typing);
    canvas.in_tier();
    cursor.map(Position::from).filter(|at| screen.contains(*at))
}

fn draw_all(app: &App, areas: &Areas, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let on_top = areas.has(Pane::Next) && !overlay::covers(&app.mode);
    pane::header::draw(app, on_top, &mut canvas.part(areas.header), now);
    for line in &areas.dividers {
        let (paint, buffer, _) = canvas.raw();
        widget::divider(paint, buffer, *line);
    }
    for place in &areas.panes {
        rule(app, areas, place, canvas, now);
        body(app, areas, place, canvas, now);
        if areas.size == Size::Narrow && place.pane == Pane::Next {
            pane::narrow::draw(app, &mut canvas.part(place.body), now);
        }
    }
    beside(app, areas, canvas, now);
    joints(areas, canvas);
    let next_is_seen = areas.has(Pane::Next);
    pane::footer::draw_toast(app, next_is_seen, &mut canvas.part(areas.toast), now);
    pane::footer::draw_keys(app, &mut canvas.part(areas.footer));
}

fn body(app: &App, areas: &Areas, place: &Place, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let canvas = &mut canvas.part(place.body);
    if let Some(text) = pane::unread(app, place.pane, now) {
        canvas.text(2, 0, Role::Muted, &text);
        return;
    }
    if app.incident().is_none() && pane::quiet::replaces(place.pane) {
        pane::quiet::draw(app, place.pane, areas.has(Pane::Ladder), canvas, now);
        return;
    }
    match place.pane {
        Pane::Next => pane::next::draw(app, canvas, now),
        Pane::Health => pane::health::draw(app, areas.has_side(Side::Host), canvas, now),
        Pane::Timeline => pane::timeline::draw(app, canvas, now),
        Pane::Update if matches!(app.mode, Mode::Compose) => pane::composer::draw(app, canvas, now),
        Pane::Update => pane::update::draw(app, canvas, now),
        Pane::Ladder => pane::ladder::draw(app, canvas, now),
        Pane::People => pane::people::draw(app, canvas, now),
        Pane::Phase => pane::phase::draw(app, canvas, now),
        Pane::Runbook => pane::runbook::draw(app, canvas, now),
        Pane::Outbox => pane::outbox::draw(app, canvas, now),
        Pane::Links => pane::links::draw(app, canvas),
    }
}

/// The parts of a large screen that take no keys.
fn beside(app: &App, areas: &Areas, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    for (side, rule, body) in &areas.sides {
        let (title, right) = match side {
            Side::Host => ("HOST", app.settings.host.to_string()),
            Side::Changes => ("CHANGES", pane::changes::since(app)),
            Side::Similar => ("SIMILAR", String::new()),
            Side::Log => ("LOG", pane::log::counts(app)),
        };
        plain_rule(title, &right, &mut canvas.part(*rule));
        let mut canvas = canvas.part(*body);
        match (side, app.incident()) {
            (Side::Host, _) => pane::host::draw(app, &mut canvas, now),
            (Side::Log, _) => pane::log::draw(app, &mut canvas),
            (Side::Changes, Some(shown)) => pane::changes::draw(app, shown, &mut canvas),
            (Side::Similar, Some(shown)) => pane::similar::draw(app, shown, &mut canvas),
            (Side::Changes | Side::Similar, None) => {}
        }
    }
}

fn plain_rule(title: &str, right: &str, canvas: &mut Canvas<'_, '_>) {
    let (paint, buffer, area) = canvas.raw();
    widget::Rule {
        title,
        right,
        ..widget::Rule::default()
    }
    .draw(paint, buffer, area);
}

/// A pane's title row: `━1▌NEXT▐━━` with the focus, `─2 HEALTH ─ 6 ok ─`
/// without; tabs on a narrow screen.
fn rule(app: &App, areas: &Areas, place: &Place, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let mut canvas = canvas.part(place.rule);
    let (paint, buffer, area) = canvas.raw();
    if areas.size == Size::Narrow {
        let titles = TABS.map(|pane| format!("{} {}", pane.digit(), pane.title()));
        let titles = titles.each_ref().map(String::as_str);
        let focused = TABS
            .iter()
            .position(|pane| *pane == place.pane)
            .unwrap_or(0);
        widget::tabs(paint, buffer, area, &titles, focused);
        return;
    }
    let title = pane::title(app, place.pane);
    let focused = app.focus == place.pane || matches!(app.mode, Mode::Compose);
    let right = match place.pane {
        Pane::Health if area.width < 50 => {
            let room = area.width.saturating_sub(14);
            pane::health::short_counts(app, room, now)
        }
        pane => pane::right_of_title(app, pane, now),
    };
    let right = pane::state(app, place, focused, now).unwrap_or(right);
    let zoomed = if app.zoomed {
        "zoomed · z to go back"
    } else {
        ""
    };
    let parts = [right.as_str(), zoomed].into_iter();
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let right = parts.join("   ");
    widget::Rule {
        number: place
            .pane
            .digit()
            .to_digit(10)
            .and_then(|digit| u8::try_from(digit).ok()),
        title: &title.name,
        note: &title.note,
        right: &right,
        focused,
    }
    .draw(paint, buffer, area);
}

/// The panes that a narrow screen has tabs for.
const TABS: [Pane; 5] = [
    Pane::Next,
    Pane::Health,
    Pane::Timeline,
    Pane::Update,
    Pane::Ladder,
];

/// Where a divider meets the rules at its ends, and those beside it.
fn joints(areas: &Areas, canvas: &mut Canvas<'_, '_>) {
    for line in &areas.dividers {
        let (paint, buffer, _) = canvas.raw();
        let mut join = |y: u16, joint| widget::joint(paint, buffer, (line.x, y).into(), joint);
        join(line.y, Joint::Down);
        join(line.bottom(), Joint::Up);
        for y in line.y + 1..line.bottom() {
            let mut beside = areas.rules().filter(|rule| rule.y == y);
            let left = beside.clone().any(|rule| rule.right() == line.x);
            let right = beside.any(|rule| rule.x == line.right());
            match (left, right) {
                (true, true) => join(y, Joint::Cross),
                (true, false) => join(y, Joint::Left),
                (false, true) => join(y, Joint::Right),
                (false, false) => {}
            }
        }
    }
}

fn composer_cursor(app: &App, areas: &Areas) -> Option<(u16, u16)> {
    let place = areas
        .panes
        .iter()
        .find(|place| place.pane == Pane::Update)?;
    if !matches!(app.mode, Mode::Compose) {
        return None;
    }
    pane::composer::cursor(app, place.body)
}
