//! PHASE: the document's checklist, phase by phase; and what follows after.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{
        incident::{Action, Incident},
        policy::{Checklist, Item},
        retrospective,
    },
    ui::{
        app::{App, Pane, phase_items},
        canvas::Canvas,
        format,
        glyph::Glyph,
        theme::Role,
    },
};

/// `7 of 17 done`.
pub fn counts(app: &App) -> String {
    let Some(incident) = app.incident() else {
        return String::new();
    };
    let items = phase_items(app);
    let done = items
        .iter()
        .filter(|item| incident.state().ticks.contains_key(&item.id))
        .count();
    format!("{done} of {} done", items.len())
}

struct Row {
    text: String,
    glyph: Option<Glyph>,
    role: Role,
    right: String,
    /// The item's place among all that can be ticked.
    item: Option<usize>,
}

/// Draws the pane: phase titles with their items, then the retrospective.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let focused = app.focus == Pane::Phase;
    let rows = rows(app, incident, focused, now);
    let height = usize::from(canvas.height());
    let chosen = app.row(Pane::Phase);
    let at = rows
        .iter()
        .position(|row| row.item == Some(chosen))
        .unwrap_or(0);
    let current = rows
        .iter()
        .position(|row| row.item.is_none() && row.role == Role::Strong)
        .unwrap_or(0);
    let wanted = if focused { at } else { current };
    let first = wanted
        .saturating_sub(height / 3)
        .min(rows.len().saturating_sub(height));
    for (y, row) in (0..canvas.height()).zip(rows.iter().skip(first)) {
        let x = if row.item.is_some() { 2 } else { 0 };
        let glyph = canvas.mark(row.glyph);
        canvas.text(x, y, row.role, &glyph);
        let width = canvas.width();
        let start = canvas.right(width - 1, y, Role::Muted, &row.right);
        canvas.clipped(x + 2, y, row.role, &row.text, start.saturating_sub(x + 3));
        if focused && row.item == Some(chosen) {
            canvas.paint_row(y, Role::Select);
        }
    }
}

/// The titles, and below each its items; while the keys are elsewhere those of
/// the phase that the work is in, so that every phase is seen.
fn rows(app: &App, incident: &Incident, focused: bool, now: DateTime<Utc>) -> Vec<Row> {
    let items = phase_items(app);
    let mut rows = Vec::new();
    let mut place = 0;
    for phase in &incident.policy().phases {
        let own = phase.items.iter();
        let own = own.filter(|item| items.iter().any(|known| known.id == item.id));
        let own: Vec<_> = own.collect();
        let ticked = |item: &&&Item| incident.state().ticks.contains_key(&item.id);
        let left = own.len() - own.iter().filter(ticked).count();
        rows.push(title(incident, phase, (left, own.len()), now));
        let is_open = focused || phase.number == incident.phase().number();
        for item in own {
            if !is_open {
                break;
            }
            let tick = incident.state().ticks.get(&item.id);
            let right = tick
                .map(|(who, at)| format!("{who} {}", format::time_minutes(*at)))
                .unwrap_or_default();
            let (glyph, role) = if tick.is_some() {
                (Some(Glyph::Done), Role::Kept)
            } else {
                (None, Role::Normal)
            };
            rows.push(Row {
                text: item.text.to_string(),
                glyph,
                role,
                right,
                item: Some(place),
            });
            place += 1;
        }
    }
    rows.extend(after(incident, now));
    rows
}

/// A phase paces the work: past its window it turns amber, never red (G1). Of one
/// that was left it says what nobody ticked: that is not done.
fn title(
    incident: &Incident,
    phase: &Checklist,
    (left, all): (usize, usize),
    now: DateTime<Utc>,
) -> Row {
    let current = incident.phase().number();
    let elapsed = now - incident.anchor();
    let window = phase.to.map(format::hours).unwrap_or_default();
    let over = phase.to.is_some_and(|to| elapsed > to);
    let (glyph, role, right) = match phase.number.cmp(&current) {
        std::cmp::Ordering::Less if left > 0 => (
            Some(Glyph::Off),
            Role::Muted,
            format!("{left} of {all} not ticked"),
        ),
        std::cmp::Ordering::Less => (Some(Glyph::Done), Role::Kept, String::new()),
        std::cmp::Ordering::Greater => (None, Role::Muted, window),
        std::cmp::Ordering::Equal if over => (
            Some(Glyph::Slow),
            Role::Strong,
            format!("{} over {window}", format::elapsed(elapsed)),
        ),
        std::cmp::Ordering::Equal => (
            Some(Glyph::Current),
            Role::Strong,
            if window.is_empty() {
                window
            } else {
                format!("{} of {window}", format::elapsed(elapsed))
            },
        ),
    };
    Row {
        text: format!("{} {}", phase.number, phase.name),
        glyph,
        role,
        right,
        item: None,
    }
}

/// What follows: while it runs, whether a retrospective will; afterwards, what
/// it found and what is still open.
fn after(incident: &Incident, now: DateTime<Utc>) -> Vec<Row> {
    let reasons = retrospective::reasons(incident);
    let words: Vec<String> = reasons
        .iter()
        .map(|reason| reason.words(incident))
        .collect();
    if incident.is_active() {
        return vec![line(required(incident, &words, now), Role::Muted)];
    }
    let retro = &incident.state().retrospective;
    let why = (!words.is_empty())
        .then(|| line(format!("retrospective: {}", words.join(", ")), Role::Normal));
    let factors = retro
        .factors
        .iter()
        .map(|factor| line(format!("factor: {factor}"), Role::Normal));
    let actions = retro
        .actions
        .iter()
        .enumerate()
        .map(|(place, action)| item(place, action));
    let open = retrospective::open_before_closing(incident).into_iter();
    let open = open.map(|open| line(format!("before closing: {}", open.words()), Role::Warn));
    why.into_iter()
        .chain(factors)
        .chain(actions)
        .chain(open)
        .collect()
}

fn line(text: String, role: Role) -> Row {
    Row {
        text,
        glyph: None,
        role,
        right: String::new(),
        item: None,
    }
}

fn required(incident: &Incident, words: &[String], now: DateTime<Utc>) -> String {
    if retrospective::is_required(incident, now) {
        return format!("retrospective required: {}", words.join(", "));
    }
    let limit = incident.anchor() + incident.policy().retrospective.longer_than;
    let left = format::countdown((limit - now).max(TimeDelta::zero()));
    format!("retrospective required in {left}")
}

fn item(place: usize, action: &Action) -> Row {
    let owner = action
        .owner
        .as_ref()
        .map_or("NO OWNER", |name| name.as_str());
    let role = match (action.done, &action.owner) {
        (true, _) => Role::Kept,
        (false, None) => Role::Warn,
        (false, Some(_)) => Role::Normal,
    };
    let text = format!(
        "action {}: {} ({owner}, {})",
        place + 1,
        action.what,
        action.kind.word()
    );
    line(text, role)
}
