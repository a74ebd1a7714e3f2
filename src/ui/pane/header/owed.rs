//! What is owed next, in the second row of a screen on which NEXT can't be seen:
//! whoever writes or confirms something must not miss what falls due meanwhile.

use chrono::{DateTime, Utc};

use super::next::{self, Row};
use crate::{
    domain::incident::Incident,
    ui::{
        app::{App, Mode, Pane},
        canvas::Canvas,
        format,
    },
};

/// Columns that the first leaves to the others.
const OTHERS: u16 = 16;

/// Draws it, as much as there is room for, the nearest first; answers whether
/// anything is owed that does not stand on the screen already.
pub(super) fn draw(
    app: &App,
    incident: &Incident,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) -> bool {
    let mut rows = next::rows(app, incident, now);
    rows.retain(Row::is_open);
    let Some(first) = rows.first() else {
        return false;
    };
    let climbs = app.focus == Pane::Ladder && matches!(app.mode, Mode::Browse);
    if climbs && first.word == next::ESCALATE {
        return false;
    }
    let end = canvas.width().saturating_sub(1);
    let more = if rows.len() > 1 { OTHERS } else { 0 };
    let mark = canvas.mark(first.glyph);
    let room = end.saturating_sub(more);
    let text = format::fitting(&in_full(&mark, first), room).to_owned();
    let mut x = canvas.clipped(0, 1, first.role, &text, end);
    for row in &rows[1..] {
        let mark = row.glyph.map(|glyph| format!("{} ", canvas.glyph(glyph)));
        let text = format!("{}{} {}", mark.unwrap_or_default(), row.word, row.value);
        let columns = u16::try_from(format::width(&text)).unwrap_or(u16::MAX);
        if columns.saturating_add(x + 3) > end {
            break;
        }
        x = canvas.text(x + 3, 1, row.role, &text);
    }
    true
}

/// `▲ ESCALATE Engineering Manager 07:22`: the ways to say it.
fn in_full(mark: &str, row: &Row) -> Vec<String> {
    let (word, value) = (row.word, &row.value);
    let what = row.what.iter();
    let ways = what.map(|what| format!("{mark} {word} {what} {value}"));
    ways.chain([format!("{mark} {word} {value}")]).collect()
}
