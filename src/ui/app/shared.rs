//! What is known of the shared backend, where there is one.

use chrono::{DateTime, Utc};

use super::{App, news};
use crate::{
    domain::board::Board,
    ui::msg::{LinkSeen, Shared},
};

/// How this copy of the log stands to the shared backend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copy {
    /// In touch or not.
    pub link: LinkSeen,
    /// How many entries wait to be numbered.
    pub unsent: usize,
    /// How many of these were refused.
    pub refused: usize,
}

pub(super) fn heard(app: &mut App, heard: Shared, now: DateTime<Utc>) {
    match heard {
        Shared::Anew => app.board = Board::default(),
        Shared::Unsent(entries, refused) => {
            (app.shared.unsent, app.shared.refused) = (entries.len(), refused);
            app.board.ahead(entries);
        }
        Shared::Link(link) => {
            news::link(app, &link.state, now);
            app.shared.link = link;
        }
    }
}
