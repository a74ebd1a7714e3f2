//! SIMILAR: earlier incidents like this one, and how they ended.

use std::collections::BTreeSet;

use crate::{
    domain::incident::Incident,
    ui::{app::App, canvas::Canvas, format, theme::Role},
};

/// Letters of a word that says what an incident is about: shorter ones don't.
const TELLING: usize = 4;
/// The same alert or service says more than a word of the title.
const SAME_SOURCE: usize = 3;

/// Draws the incidents that are most alike, each with how it ended.
pub fn draw(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>) {
    let found = like(app, incident);
    if found.is_empty() {
        canvas.text(3, 0, Role::Muted, "no earlier incident is like this one");
        return;
    }
    let mut y = 0;
    for earlier in found {
        if y >= canvas.height() {
            return;
        }
        row(earlier, canvas, y);
        y += 1;
        if let Some(text) = lesson(earlier) {
            let room = canvas.width().saturating_sub(7);
            canvas.clipped(6, y, Role::Muted, &text, room);
            y += 1;
        }
    }
}

/// Earlier incidents that share anything, most alike first, then newest first.
fn like<'a>(app: &'a App, incident: &Incident) -> Vec<&'a Incident> {
    let words = words(incident);
    let mut found: Vec<(usize, &Incident)> = app
        .board
        .all()
        .rev()
        .filter(|other| other.id != incident.id && other.anchor() <= incident.anchor())
        .map(|other| (shared(incident, &words, other), other))
        .filter(|(shared, _)| *shared > 0)
        .collect();
    found.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    found.into_iter().map(|(_, other)| other).collect()
}

fn shared(incident: &Incident, words: &BTreeSet<String>, other: &Incident) -> usize {
    let (one, two) = (incident.state(), other.state());
    let same = |one: Option<&str>, two: Option<&str>| {
        usize::from(one.is_some() && one == two) * SAME_SOURCE
    };
    words.intersection(&self::words(other)).count()
        + same(one.service.as_deref(), two.service.as_deref())
        + same(one.fingerprint.as_deref(), two.fingerprint.as_deref())
}

fn words(incident: &Incident) -> BTreeSet<String> {
    let title = incident.state().title.to_lowercase();
    title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= TELLING)
        .map(ToOwned::to_owned)
        .collect()
}

/// `INC-1987  2025-11-02  render OOM        resolved 1h12`.
fn row(earlier: &Incident, canvas: &mut Canvas<'_, '_>, y: u16) {
    let times = &earlier.state().times;
    let ended = times.resolved.or(times.cancelled);
    let took = ended.map_or_else(String::new, |ended| {
        format!(" {}", format::short(ended - earlier.anchor()))
    });
    let how = format!("{}{took}", earlier.phase().word().to_lowercase());
    let end = canvas.width().saturating_sub(1);
    let start = canvas.right(end, y, Role::Muted, &how);
    let label = format!("{:<9} {}  ", earlier.label(), format::day(earlier.anchor()));
    let x = canvas.text(3, y, Role::Normal, &label);
    let room = start.saturating_sub(x + 1);
    canvas.clipped(x, y, Role::Normal, &earlier.state().title, room);
}

/// What was found or done about it, in a line.
fn lesson(earlier: &Incident) -> Option<String> {
    let state = earlier.state();
    let factor = state.retrospective.factors.first();
    let because = Some(&state.ended_because).filter(|text| !text.is_empty());
    let words = factor.or(because)?;
    Some(crate::domain::text::one_line(words))
}
