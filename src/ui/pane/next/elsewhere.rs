//! The worst that is owed in another incident, and the way to it.

use chrono::{DateTime, Utc};

use super::{Row, duty::words, look};
use crate::{
    domain::{
        elsewhere::{worse_elsewhere, worst_elsewhere},
        incident::Incident,
    },
    ui::{app::App, format, glyph::Glyph, pane::header::level, theme::Role},
};

/// Its row, and by when it is owed; `None` where nothing is.
pub(super) fn row(app: &App, shown: &Incident, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Row)> {
    let (other, due) = worst_elsewhere(&app.board, shown.id, now)?;
    let is_worse = worse_elsewhere(&app.board, shown.id).is_some_and(|it| it.id == other.id);
    let (glyph, role) = match look(&due, now) {
        // Nobody reads over what is worse than all that stands around it.
        (None, _) if is_worse => (Some(Glyph::Slow), Role::Soon),
        look => look,
    };
    let (label, (duty, _)) = (other.label(), words(app, other, &due));
    let level = if other.state().drill {
        "DRILL".to_owned()
    } else {
        level(other)
    };
    let way = app.way_to(other.id).map(|key| format!("  {key}"));
    let way = way.unwrap_or_default();
    let row = Row {
        glyph,
        word: "ELSEWHERE",
        what: vec![
            format!("{level} {label} {duty}{way}"),
            format!("{level} {label}{way}"),
            format!("{level}{way}"),
        ],
        value: format::countdown(due.by - now),
        role,
        used: None,
        owed: false,
    };
    Some((due.by, row))
}
