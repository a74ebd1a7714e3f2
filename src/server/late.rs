//! What was written while out of touch, and arrives late: the public is never
//! told something by accident, and nobody is told what is known better by now.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{
        entry::Entry,
        fact::{Fact, Update},
        incident::Incident,
        text::Title,
        update::Audience,
    },
    store::Start,
};

/// How long an update may be on its way and still be news: a slow line, a
/// server that starts again.
const STILL_NEWS: TimeDelta = TimeDelta::seconds(60);

/// How the messages of an entry begin that was recorded so long ago, by its
/// sender's clock.
///
/// That is the sender's word, and the server's own clock can't bound it. What
/// it knows is when the post came, and from that how far the sender's clock is
/// off now; counted with that, an entry that came at `r` was written at
/// `recorded_at + (r - sent_at)`, which is `sent_at - recorded_at` ago again.
/// A clock that was set between the two, by just as much as the entry waited,
/// is not seen. Nor is a sender who lies; but whoever may write may publish
/// anyway. This guards people against an accident, not against each other.
pub(super) fn start(
    incident: Option<&Incident>,
    entry: &Entry,
    waited: TimeDelta,
    now: DateTime<Utc>,
) -> Start {
    let Fact::UpdateSent(update) = &entry.fact else {
        return Start::Queued;
    };
    // A clock that was set back meanwhile says nothing about how long it was.
    if waited.abs() <= STILL_NEWS {
        return Start::Queued;
    }
    match update.audience {
        Audience::External => {
            let at = entry.recorded_at.format("%H:%MZ");
            let why = format!("held: written offline at {at}, confirm to publish");
            Start::Held(Title::lossy(&why))
        }
        Audience::Internal if is_known_better(incident, update, before(now, waited)) => {
            Start::Dropped("a newer update went out before".into())
        }
        Audience::Internal => Start::Queued,
    }
}

/// Whether a page that somebody asked for so long ago may have left already:
/// from whoever stood in for the server meanwhile.
pub(super) fn may_repeat(entry: &Entry, waited: TimeDelta) -> bool {
    let pages = matches!(entry.fact, Fact::Escalated { .. } | Fact::Paged { .. });
    pages && waited.abs() > STILL_NEWS
}

/// A span before `now`, or the beginning of all times.
pub(super) fn before(now: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    now.checked_sub_signed(span)
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// Whether somebody wrote a newer update to the same channels meanwhile.
fn is_known_better(incident: Option<&Incident>, update: &Update, written: DateTime<Utc>) -> bool {
    let Some(incident) = incident else {
        return false;
    };
    let goes_there = |channel| update.channels.contains(channel);
    let mut newer = incident
        .state()
        .updates
        .iter()
        .filter(|sent| sent.at > written);
    newer.any(|sent| sent.update.channels.iter().any(goes_there))
}
