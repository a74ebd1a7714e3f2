//! Whom effects reach: found by trying them on a copy of the incident, never
//! by a list of actions.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    domain::{
        entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
        escalation,
        incident::Incident,
        intents::intents,
    },
    ui::{
        app::App,
        msg::{Effect, Order, Wish},
    },
};

/// Names for whom these effects reach: channels that a message leaves by, and
/// targets that a ladder pages sooner because of them. Empty: nobody.
pub fn reached(app: &App, effects: &[Effect], now: DateTime<Utc>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for effect in effects {
        names.extend(of_effect(app, effect, now));
    }
    names.sort();
    names.dedup();
    names
}

fn of_effect(app: &App, effect: &Effect, now: DateTime<Utc>) -> Vec<String> {
    match effect {
        Effect::Record(wishes) | Effect::Send(wishes, _) => of_wishes(app, wishes, now),
        Effect::Deliver(Order::Retry(key)) => vec![key.to_string()],
        Effect::PageFromHere => vec!["whoever is due to be told".to_owned()],
        // The file on disk is read when it is adopted: anybody may be in it.
        Effect::AdoptPolicy(_) => vec!["whoever the policy on disk names".to_owned()],
        Effect::Deliver(Order::Cancel(_) | Order::Recall(_))
        | Effect::SaveDraft(..)
        | Effect::ProbeNow
        | Effect::Copy(_)
        | Effect::Bell
        | Effect::Edit(_)
        | Effect::Mouse(_)
        | Effect::Redraw
        | Effect::Suspend
        | Effect::Quit => Vec::new(),
    }
}

fn of_wishes(app: &App, wishes: &[Wish], now: DateTime<Utc>) -> Vec<String> {
    let mut names = Vec::new();
    let mut after: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    for (place, wish) in wishes.iter().enumerate() {
        let entry = Arc::new(entry(app, wish, place, now));
        let before = app.board.get(wish.incident);
        if let Some(incident) = before {
            names.extend(sent(incident, &entry, now));
        }
        if let Some(incident) = after.get_mut(&wish.incident) {
            incident.apply(entry);
        } else if let Some(mut incident) = before.cloned() {
            incident.apply(entry);
            after.insert(wish.incident, incident);
        } else if let Some(incident) = Incident::open(entry, None, Vec::new()) {
            after.insert(wish.incident, incident);
        }
    }
    for (id, after) in &after {
        let sooner = escalation::sooner(app.board.get(*id), after, now);
        names.extend(sooner.iter().map(ToString::to_string));
    }
    names
}

/// What the first message says that leaves because of these effects; `None`
/// where none does.
pub(super) fn says(app: &App, effects: &[Effect], now: DateTime<Utc>) -> Option<String> {
    let wishes = effects.iter().filter_map(|effect| {
        let Effect::Record(wishes) = effect else {
            return None;
        };
        Some(wishes)
    });
    let mut sent = wishes.flatten().flat_map(|wish| {
        let incident = app.board.get(wish.incident);
        let entry = entry(app, wish, 0, now);
        incident.map_or_else(Vec::new, |incident| intents(incident, &entry, now))
    });
    sent.next().map(|message| message.text.to_string())
}

/// The channels by which messages leave because of `entry`.
fn sent(incident: &Incident, entry: &Entry, now: DateTime<Utc>) -> Vec<String> {
    let all = intents(incident, entry, now);
    let channels = all.iter().map(|intent| intent.channel.as_str());
    channels.map(ToOwned::to_owned).collect()
}

/// The entry that the wish would become; only its id is made up.
pub(super) fn entry(app: &App, wish: &Wish, place: usize, now: DateTime<Utc>) -> Entry {
    let id = u128::MAX - u128::try_from(place).unwrap_or(0);
    Entry {
        id: EntryId(Uuid::from_u128(id)),
        seq: None,
        incident: wish.incident,
        at: wish.at,
        recorded_at: now,
        by: app.settings.me.clone(),
        via: Via::Console,
        replica: ReplicaId(Uuid::nil()),
        base: app.board.head(),
        fact: wish.fact.clone(),
        came_as: None,
    }
}
