//! Which deliveries may go now. Values in, values out.
//!
//! A lane is what one channel is told about one incident: it keeps its order,
//! and holds up no other lane. Pages have a lane of their own, so that none
//! waits behind an update that can still be taken back, or is tried again.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use chrono::{DateTime, Utc};

use super::item::Item;
use crate::domain::{
    entry::IncidentId,
    notice::{DeliveryState, Purpose},
    span::CLOCK_OFF,
    text::Name,
};

/// Tries under way on one channel at the most, of pages and of the rest each.
/// One that hangs takes up no more of what may be under way at all, so the pages
/// of the others leave; and no page waits until its own updates give up.
const PER_CHANNEL: usize = 4;

/// A channel and an incident; and whether it is the one for pages.
type Lane<'a> = (&'a Name, IncidentId, bool);

/// An older update that a newer one says better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Replaced {
    /// Its place in the list.
    pub(super) older: usize,
    /// The place of the one that takes over.
    pub(super) newer: usize,
}

/// Updates that a newer one on their lane makes needless: they wait, or
/// nobody knows whether they arrived, and the newer one can't be taken back
/// any more.
///
/// `items` are in the order of their creation.
pub(super) fn replaced(items: &[Item], now: DateTime<Utc>) -> Vec<Replaced> {
    let mut newest: HashMap<Lane<'_>, usize> = HashMap::new();
    let mut found = Vec::new();
    for (place, item) in items.iter().enumerate().rev() {
        if !is_update(item) {
            continue;
        }
        match newest.entry(lane(item)) {
            Entry::Occupied(newer) if gives_way(item) => found.push(Replaced {
                older: place,
                newer: *newer.get(),
            }),
            Entry::Vacant(none) if may_go(item, now) => {
                none.insert(place);
            }
            Entry::Occupied(_) | Entry::Vacant(_) => {}
        }
    }
    found.reverse();
    found
}

/// The places of those that may go at `now`, the most urgent first: the first
/// of each lane, unless it is on the wire, its time has not come, a newer update
/// will replace it, or its channel has enough to do.
pub(super) fn due(items: &[Item], now: DateTime<Utc>) -> Vec<usize> {
    let newer = held_updates(items, now);
    let gives_way = |place: usize| {
        let newer = newer.get(&lane(&items[place]));
        is_update(&items[place]) && newer.is_some_and(|newer| *newer > place)
    };
    let mut ready = heads(items);
    ready.retain(|place| may_start(&items[*place], now) && !gives_way(*place));
    ready.sort_by_key(|place| turn(&items[*place]));
    let mut busy = on_the_wire(items);
    ready.retain(|place| {
        let busy = busy.entry(road(&items[*place])).or_default();
        *busy += 1;
        *busy <= PER_CHANNEL
    });
    ready
}

/// Pages go before everything else, and what was tried less before what waits
/// for a channel that does not answer.
fn turn(item: &Item) -> (bool, u32) {
    (!is_page(item), item.delivery.attempts)
}

/// What tries are counted together: those of a channel, and of pages or not.
type Road<'a> = (&'a Name, bool);

fn road(item: &Item) -> Road<'_> {
    (&item.delivery.intent.channel, is_page(item))
}

/// How many tries are under way on each road.
fn on_the_wire(items: &[Item]) -> HashMap<Road<'_>, usize> {
    let mut busy = HashMap::new();
    for item in items {
        if item.delivery.state == DeliveryState::InFlight {
            *busy.entry(road(item)).or_default() += 1;
        }
    }
    busy
}

/// The newest update of each lane that can still be taken back. An older one
/// waits for what becomes of it: nobody reads what is known better by then,
/// and where the newer one is taken back the older one leaves.
fn held_updates(items: &[Item], now: DateTime<Utc>) -> HashMap<Lane<'_>, usize> {
    let items = items.iter().enumerate();
    let held = items.filter(|(_, item)| {
        let delivery = &item.delivery;
        let waits = delivery.state == DeliveryState::Queued && is_held(item, now);
        waits && is_update(item)
    });
    held.map(|(place, item)| (lane(item), place)).collect()
}

fn is_update(item: &Item) -> bool {
    item.delivery.intent.purpose == Purpose::Update
}

/// When there may be something to do at the earliest; `None` while nothing
/// waits. What waits for its channel alone goes when a try there ends.
pub(super) fn soonest(items: &[Item]) -> Option<DateTime<Utc>> {
    let busy = on_the_wire(items);
    let has_room = |item: &Item| {
        let busy = busy.get(&road(item));
        busy.is_none_or(|busy| *busy < PER_CHANNEL)
    };
    heads(items)
        .into_iter()
        .filter_map(|place| {
            let item = &items[place];
            match (item.delivery.state, item.lease_until) {
                (DeliveryState::InFlight, Some(until)) => Some(until),
                (_, _) => has_room(item)
                    .then(|| item.delivery.next_at.max(item.delivery.intent.not_before)),
            }
        })
        .min()
}

/// The first of each lane that waits or is on the wire.
fn heads(items: &[Item]) -> Vec<usize> {
    let mut seen: HashSet<Lane<'_>> = HashSet::new();
    items
        .iter()
        .enumerate()
        .filter(|(_, item)| blocks(item.delivery.state) && seen.insert(lane(item)))
        .map(|(place, _)| place)
        .collect()
}

/// Whether what comes after it on its lane waits for it.
const fn blocks(state: DeliveryState) -> bool {
    match state {
        DeliveryState::Queued | DeliveryState::InFlight => true,
        DeliveryState::Sent
        | DeliveryState::Uncertain
        | DeliveryState::Dead
        | DeliveryState::Cancelled => false,
    }
}

/// Whether a try may begin at `now`, as far as the delivery itself says.
pub(super) fn may_start(item: &Item, now: DateTime<Utc>) -> bool {
    let delivery = &item.delivery;
    // A try since the clock was set back says when the next one is.
    let next_is_from_ahead = is_from_ahead(item, now) && delivery.next_at >= delivery.created_at;
    may_go(item, now) && (delivery.next_at <= now || next_is_from_ahead)
}

fn may_go(item: &Item, now: DateTime<Utc>) -> bool {
    item.delivery.state == DeliveryState::Queued && !is_held(item, now)
}

/// Whether it can still be taken back.
fn is_held(item: &Item, now: DateTime<Utc>) -> bool {
    item.delivery.intent.not_before > now && !is_from_ahead(item, now)
}

/// Whether it was queued at a time that is still to come: by a clock that was
/// set back since. What it waits for is over as far as anybody can know; only
/// news for the public leave late rather than before their time.
fn is_from_ahead(item: &Item, now: DateTime<Utc>) -> bool {
    let delivery = &item.delivery;
    delivery.created_at - now > CLOCK_OFF && delivery.intent.purpose != Purpose::Public
}

fn gives_way(item: &Item) -> bool {
    match item.delivery.state {
        DeliveryState::Queued | DeliveryState::Uncertain => true,
        DeliveryState::InFlight
        | DeliveryState::Sent
        | DeliveryState::Dead
        | DeliveryState::Cancelled => false,
    }
}

fn lane(item: &Item) -> Lane<'_> {
    let intent = &item.delivery.intent;
    (&intent.channel, intent.incident, is_page(item))
}

fn is_page(item: &Item) -> bool {
    match item.delivery.intent.purpose {
        Purpose::Page => true,
        Purpose::Update | Purpose::LateNotice | Purpose::Public => false,
    }
}
