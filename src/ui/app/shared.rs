//! What is known of the shared backend, where there is one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{App, Source, follow, news};
use crate::{
    domain::{
        entry::EntryId,
        incident::Incident,
        notice::Delivery,
        text::{Name, Title},
    },
    ui::msg::{EngineSeen, LinkSeen, LinkState, Shared},
};

/// How this copy of the log stands to the shared backend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copy {
    /// In touch or not.
    pub link: LinkSeen,
    /// Since when the server answers again; `None` while it was never away.
    pub back_at: Option<DateTime<Utc>>,
    /// How many entries wait to be numbered.
    pub unsent: usize,
    /// Which of these were refused, and why.
    pub refused: BTreeMap<EntryId, Title>,
    /// Who has the room open, and in how many consoles.
    pub watching: Vec<(Name, u32)>,
    /// Who pages from this copy in the server's place.
    pub in_place: Option<EngineSeen>,
    /// What was sent from this copy in the server's place, newest first.
    pub from_here: Vec<Delivery>,
}

impl Copy {
    /// Why the server has not got the incident, and never will: nobody is paged
    /// for it. `None` where it has, or may get it.
    pub fn refused_whole(&self, incident: &Incident) -> Option<&Title> {
        let opening = incident.entries().first()?;
        self.refused.get(&opening.id)
    }

    /// Whether it was sent from this copy, and not by the server.
    pub fn is_from_here(&self, delivery: &Delivery) -> bool {
        let key = &delivery.intent.key;
        self.from_here.iter().any(|ours| ours.intent.key == *key)
    }
}

/// The server's deliveries and this copy's own.
pub(super) fn with_ours(app: &App, mut theirs: Vec<Delivery>) -> Vec<Delivery> {
    theirs.retain(|delivery| !app.shared.is_from_here(delivery));
    let mut all = app.shared.from_here.clone();
    all.append(&mut theirs);
    all.sort_by_key(|delivery| std::cmp::Reverse(delivery.created_at));
    all
}

pub(super) fn heard(app: &mut App, heard: Shared, now: DateTime<Utc>) {
    match heard {
        Shared::Anew(history, unsent, refused) => {
            (app.shared.unsent, app.shared.refused) = (unsent.len(), refused);
            follow::anew(app, history, unsent, now);
        }
        Shared::Unsent(unsent, refused) => {
            (app.shared.unsent, app.shared.refused) = (unsent.len(), refused);
            follow::ahead(app, unsent, now);
        }
        Shared::Link(link) => {
            app.awaits.remove(&Source::Server);
            news::link(app, &link, now);
            let was_away = matches!(app.shared.link.state, LinkState::Offline { .. });
            if was_away && matches!(link.state, LinkState::Online { .. }) {
                app.shared.back_at = Some(now);
            }
            app.shared.link = link;
        }
        Shared::Channels(inside, outside) => {
            (app.settings.inside, app.settings.outside) = (inside, outside);
        }
        Shared::KnownAs(name) => app.settings.me = name,
        Shared::Watching(names) => app.shared.watching = names,
        Shared::InPlace(engine) => app.shared.in_place = engine,
        Shared::FromHere(ours) => {
            app.shared.from_here = ours;
            let known = std::mem::take(&mut app.deliveries);
            app.deliveries = with_ours(app, known);
        }
    }
}
