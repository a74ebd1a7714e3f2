//! One column: below NEXT, what is not well and what happened last. The tabs
//! have the whole of it.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use super::{health, next};
use crate::{
    domain::fact::Health,
    ui::{
        app::{App, Mode, timeline},
        canvas::Canvas,
        format,
        theme::Role,
        widget::Rule,
    },
};

/// Columns of one probe.
const PROBE: u16 = 30;

/// Draws into what NEXT leaves of its area.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app
        .incident()
        .filter(|_| !matches!(app.mode, Mode::Compose))
    else {
        return;
    };
    let rows = next::rows(app, incident, now);
    // The nearest has a bar below it.
    let taken = u16::try_from(rows.len() + 1).unwrap_or(u16::MAX);
    let area = canvas.area();
    if area.height < taken.saturating_add(3) {
        return;
    }
    let left = Rect {
        y: area.y + taken,
        height: area.height - taken,
        ..area
    };
    let used = probes(app, &mut canvas.part(left), now);
    latest(
        app,
        &mut canvas.part(Rect {
            y: left.y + used,
            height: left.height.saturating_sub(used),
            ..left
        }),
    );
}

fn rule(canvas: &mut Canvas<'_, '_>, title: &str, right: &str) {
    let (paint, buffer, area) = canvas.raw();
    Rule {
        title: &format!(" {title}"),
        right,
        ..Rule::default()
    }
    .draw(paint, buffer, area);
}

/// Those that are not well, side by side; answers the rows they took.
fn probes(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) -> u16 {
    rule(canvas, "health", &health::counts(app, now));
    let mut bad = health::targets(app, now);
    bad.retain(|seen| seen.state(now) != Health::Up);
    let across = (canvas.width() / PROBE).max(1);
    let rows = canvas.height().saturating_sub(3).clamp(1, 2);
    for (seen, place) in bad.iter().zip(0..across * rows) {
        let (glyph, role) = health::mark(seen.state(now));
        // The name makes room for how it is.
        let state = format!(" {} {}", seen.word(now), seen.value(now));
        let taken = u16::try_from(format::width(&state)).unwrap_or(PROBE);
        let (x, y) = (place % across * PROBE, 1 + place / across);
        let name = format!("{} {}", canvas.glyph(glyph), seen.name());
        let end = canvas.clipped(x, y, role, &name, (PROBE - 1).saturating_sub(taken));
        canvas.clipped(end, y, role, &state, x + PROBE - 1 - end);
    }
    let count = u16::try_from(bad.len()).unwrap_or(u16::MAX);
    1 + count.div_ceil(across).min(rows)
}

fn latest(app: &App, canvas: &mut Canvas<'_, '_>) {
    if canvas.height() < 2 {
        return;
    }
    rule(canvas, "latest", "");
    for (y, line) in (1..canvas.height()).zip(timeline(app)) {
        canvas.text(0, y, Role::Muted, &format::time_minutes(line.at));
        canvas.clipped(6, y, Role::Normal, &line.who, 7);
        let (role, mark) = line.health.map_or((Role::Normal, String::new()), |health| {
            let (glyph, role) = health::mark(health);
            (role, format!("{} ", canvas.glyph(glyph)))
        });
        let kind = if line.kind == "note" || line.health.is_some() {
            String::new()
        } else {
            format!("{} ", line.kind)
        };
        let room = canvas.width().saturating_sub(15);
        canvas.clipped(14, y, role, &format!("{mark}{kind}{}", line.text), room);
    }
}
