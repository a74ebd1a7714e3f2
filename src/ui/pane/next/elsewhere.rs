//! The worst that is owed in another incident, and the way to it.

use chrono::{DateTime, Utc};

use super::{Row, duty::words, look};
use crate::{
    domain::{elsewhere::worst_elsewhere, incident::Incident},
    ui::{app::App, format},
};

/// Its row, and by when it is owed; `None` where nothing is.
pub(super) fn row(app: &App, shown: &Incident, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Row)> {
    let (other, due) = worst_elsewhere(&app.board, shown.id, now)?;
    let (glyph, role) = look(&due, now);
    let (label, (duty, _)) = (other.label(), words(app, other, &due));
    let level = other
        .severity()
        .map_or("P?".to_owned(), |it| it.to_string());
    let level = if other.state().drill {
        "DRILL".to_owned()
    } else {
        level
    };
    let way = app.way_to(other.id).map(|key| format!("  {key}"));
    let way = way.unwrap_or_default();
    let row = Row {
        glyph,
        word: "ELSEWHERE",
        what: vec![
            format!("{label} {level} {duty}{way}"),
            format!("{label} {duty}{way}"),
            format!("{label}{way}"),
        ],
        value: format::countdown(due.by - now),
        role,
        used: None,
        owed: false,
    };
    Some((due.by, row))
}
