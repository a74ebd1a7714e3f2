//! What the console notices without being asked: kept among its messages. The
//! line below the panes is left to what a person does.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::App;
use crate::{
    domain::{
        entry::Entry,
        fact::{Fact, Fate},
        notice::{Delivery, DeliveryState},
        span,
    },
    ui::msg::{LinkSeen, LinkState},
};

/// Takes the deliveries over, and keeps how messages ended since the last look.
/// Those from before this console was started are no news.
pub(super) fn deliveries(app: &mut App, deliveries: Vec<Delivery>, now: DateTime<Utc>) {
    let before: BTreeMap<&str, DeliveryState> = app
        .deliveries
        .iter()
        .map(|delivery| (delivery.intent.key.as_str(), delivery.state))
        .collect();
    let is_news = |delivery: &&Delivery| match before.get(delivery.intent.key.as_str()) {
        Some(state) => *state != delivery.state,
        None => delivery.created_at >= app.started,
    };
    // They come newest first, and messages are kept in their order.
    let news: Vec<(String, bool)> = deliveries
        .iter()
        .rev()
        .filter(is_news)
        .filter_map(ended)
        .collect();
    for (text, error) in news {
        app.keep(text, error, now);
    }
    app.deliveries = deliveries;
}

/// `page by pager: sent`; nothing while it is on its way.
fn ended(delivery: &Delivery) -> Option<(String, bool)> {
    let error = match delivery.state {
        DeliveryState::Queued | DeliveryState::InFlight => return None,
        DeliveryState::Sent | DeliveryState::Cancelled => false,
        DeliveryState::Uncertain | DeliveryState::Dead => true,
    };
    let intent = &delivery.intent;
    let how = delivery.word();
    let mut text = format!("{} by {}: {how}", intent.purpose.word(), intent.channel);
    if error && !delivery.last_error.is_empty() {
        text.push_str(": ");
        text.push_str(&delivery.last_error);
    }
    Some((text, error))
}

/// What became of one's own updates that do not leave, or not by themselves:
/// whoever wrote one thinks that people read it. `entries` are not folded in yet.
pub(super) fn kept_back(app: &App, entries: &[Entry]) -> Vec<String> {
    let me = &app.settings.me;
    let theirs = entries.iter();
    let theirs = theirs.filter(|entry| entry.by != *me && entry.recorded_at >= app.started);
    let told = theirs.filter_map(|entry| {
        let Fact::Undelivered {
            of,
            channel,
            why,
            fate: Fate::CalledOff | Fate::Held,
            ..
        } = &entry.fact
        else {
            return None;
        };
        let (incident, update) = app.board.entry(*of)?;
        let went = |one: &Entry| {
            matches!(&one.fact, Fact::Delivered { of: one, channel: to, .. } if one == of && to == channel)
        };
        // A copy brings both back after a restore.
        if entries.iter().any(went) {
            return None;
        }
        let is_mine = update.by == *me && matches!(update.fact, Fact::UpdateSent(_));
        let by = entry.is_by_a_person().then(|| format!(" by {}", entry.by));
        let (label, by) = (incident.label(), by.unwrap_or_default());
        is_mine.then(|| format!("{label}: your update to {channel}: {why}{by}"))
    });
    told.collect()
}

/// That the shared backend was lost, and that it is back.
pub(super) fn link(app: &mut App, after: &LinkSeen, now: DateTime<Utc>) {
    let (text, error) = match (&app.shared.link.state, &after.state) {
        (LinkState::Offline { .. }, LinkState::Online { .. }) => {
            ("the server answers again".to_owned(), false)
        }
        (LinkState::Alone | LinkState::Online { .. }, LinkState::Offline { why, refused, .. }) => {
            let what = match (*refused, after.answers) {
                (true, _) => "refuses the token",
                (false, true) => "is there, and says no",
                (false, false) => "does not answer",
            };
            (format!("the server {what}: {why}"), true)
        }
        (LinkState::Alone, LinkState::Online { .. }) => ("the server answers".to_owned(), false),
        (_, LinkState::Alone)
        | (LinkState::Online { .. }, LinkState::Online { .. })
        | (LinkState::Offline { .. }, LinkState::Offline { .. }) => return,
    };
    app.keep(text, error, now);
}

/// That this host's clock was set, and what follows from it.
pub(super) fn stepped(app: &mut App, off: Option<TimeDelta>, now: DateTime<Utc>) {
    app.stepped = off;
    let by = off.unwrap_or_default().abs();
    let by = span::format(by);
    let text = match off {
        None => "this host's clock and the time that counts here agree again".to_owned(),
        Some(off) if off < TimeDelta::zero() => {
            format!("clock set back {by}: countdowns go on as before; start anew to go by it")
        }
        Some(_) => {
            format!("clock set ahead {by}: what is due by it fires if it stays so for a minute")
        }
    };
    match off {
        Some(_) => app.warn(text, now),
        None => app.tell(text, now),
    }
}
