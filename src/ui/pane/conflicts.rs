//! What people did without knowing of each other: both sides, who and when,
//! and how it ended.

use chrono::{DateTime, Utc};

use super::overlay::opened;
use crate::{
    domain::incident::{Conflict, Decided, Incident, Way},
    ui::{
        app::{self, App, Dispute, disputes, line},
        canvas::Canvas,
        glyph::Glyph,
        theme::Role,
    },
};

/// A case, ready to be drawn: what it is, and both sides.
struct Case {
    glyph: Glyph,
    role: Role,
    head: Vec<String>,
    sides: Vec<String>,
}

/// Draws the list; the chosen case is always in sight.
pub(super) fn draw(app: &App, row: usize, canvas: &mut Canvas<'_, '_>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let title = format!("CONFLICTS OF {}", incident.label());
    let keys = "a letter keeps that side   Enter sets it anew   Esc back";
    let mut inside = opened(canvas, &title, keys);
    let width = inside.width();
    let all = disputes(incident);
    let cases: Vec<Case> = all
        .iter()
        .map(|one| case(app, incident, one, width))
        .collect();
    let through = cases.get(..=row).unwrap_or(&cases);
    let fits = |first: &usize| {
        through.iter().skip(*first).map(Case::rows).sum::<u16>() <= inside.height() + 1
    };
    let first = (0..through.len()).find(fits).unwrap_or(row);
    let mut y = 0;
    for (place, case) in cases.iter().enumerate().skip(first) {
        case.draw(&mut inside, y, place == row);
        y += case.rows();
    }
    if cases.is_empty() {
        inside.text(2, 0, Role::Muted, "nobody acted without knowing of another");
    }
}

impl Case {
    /// With a gap after it.
    fn rows(&self) -> u16 {
        u16::try_from(self.head.len() + self.sides.len() + 1).unwrap_or(u16::MAX / 4)
    }

    fn draw(&self, canvas: &mut Canvas<'_, '_>, top: u16, chosen: bool) {
        let height = canvas.height();
        let head = self.head.iter().map(|line| (3, self.role, line));
        let sides = self.sides.iter().map(|line| (7, Role::Normal, line));
        for (y, (x, role, line)) in (top..height).zip(head.chain(sides)) {
            canvas.text(x, y, role, line);
        }
        if top < height {
            let mark = canvas.mark(Some(self.glyph));
            canvas.text(1, top, self.role, &mark);
            if chosen {
                canvas.paint_row(top, Role::Select);
            }
        }
    }
}

fn case(app: &App, incident: &Incident, dispute: &Dispute, width: u16) -> Case {
    let (glyph, role, head, sides) = match dispute {
        Dispute::Open(conflict) => (Glyph::Overdue, Role::Bad, open(conflict), choices(conflict)),
        Dispute::Decided(decided) => (
            Glyph::Done,
            Role::Kept,
            settled(decided),
            sides(&decided.conflict),
        ),
        Dispute::Overtaken(id) => {
            let row = incident
                .entry(*id)
                .map(|entry| line(&app.board, incident, entry));
            let head = row
                .as_ref()
                .map(|row| format!("{}: {}", row.kind, row.text));
            let side = row.map(|row| format!("{}  {}", when(row.at), row.who));
            (
                Glyph::Off,
                Role::Muted,
                head.unwrap_or_default(),
                Vec::from_iter(side),
            )
        }
    };
    let wrapped = |line: &String, before| Canvas::wrapped(line, width.saturating_sub(before));
    Case {
        glyph,
        role,
        head: wrapped(&head, 4),
        sides: sides.iter().flat_map(|side| wrapped(side, 8)).collect(),
    }
}

fn open(conflict: &Conflict) -> String {
    format!("{}: {}", conflict.field.word(), conflict.holding())
}

fn settled(decided: &Decided) -> String {
    let Decided { conflict, way } = decided;
    format!(
        "{}: settled by {}, {}: {}",
        conflict.field.word(),
        way.by,
        when(way.at),
        conflict.quoted(way)
    )
}

/// The sides, each behind the letter that keeps it.
fn choices(conflict: &Conflict) -> Vec<String> {
    app::sides(conflict)
        .map(|(letter, way)| format!("{letter}  {}", side(conflict, way)))
        .collect()
}

fn sides(conflict: &Conflict) -> Vec<String> {
    conflict
        .ways
        .iter()
        .map(|way| side(conflict, way))
        .collect()
}

/// `01-22 14:05:00Z  ada: 'A'`.
fn side(conflict: &Conflict, way: &Way) -> String {
    let value = conflict.quoted(way);
    format!("{}  {}: {value}", when(way.at), way.by)
}

/// With its day: it may have been yesterday.
fn when(at: DateTime<Utc>) -> String {
    at.format("%m-%d %H:%M:%SZ").to_string()
}
