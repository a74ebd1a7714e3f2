//! What was written while out of touch, and arrives late: the public is never
//! told something by accident, and nobody is told what is known better by now.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{
        board::Board,
        entry::{Entry, IncidentId},
        escalation::{Wanted, wanted},
        fact::{Fact, Fate},
        incident::Incident,
        notice::Purpose,
        text::{Name, Title},
        update::Audience,
    },
    store::{Message, Start},
};

/// How long an update may be on its way and still be news: a slow line, a
/// server that starts again.
const STILL_NEWS: TimeDelta = TimeDelta::seconds(60);

/// How a message of an entry begins that was recorded so long ago, by its
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
    to: &Name,
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
        Audience::Internal if is_known_better(incident, to, before(now, waited)) => {
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

/// Whether somebody wrote a newer update to the same channel meanwhile, which
/// that has read or will.
fn is_known_better(incident: Option<&Incident>, to: &Name, written: DateTime<Utc>) -> bool {
    let updates = incident.map(|incident| &incident.state().updates);
    let mut newer = updates.into_iter().flatten();
    newer.any(|sent| sent.at > written && sent.reaches(to))
}

/// Lets no page leave that is not wanted any more, now that everything is known
/// that came with it.
pub(super) fn settle(board: &Board, messages: &mut Vec<Message>) {
    messages.retain_mut(|message| {
        let intent = &message.intent;
        if intent.purpose != Purpose::Page {
            return true;
        }
        match wanted(board, intent.incident, intent.origin) {
            Wanted::Now => {}
            // The engine sends what nobody sent, once the hold is over.
            Wanted::Sent | Wanted::Later => return false,
            Wanted::Never(why) => message.start = Start::Dropped(why.into()),
        }
        true
    });
}

/// What the log tells of messages that do not leave, or not by themselves:
/// their authors think that they do.
pub(super) fn told(messages: &[Message]) -> Vec<(IncidentId, Fact)> {
    let told = messages.iter().filter_map(|Message { intent, start }| {
        let (why, fate) = match start {
            Start::Queued => return None,
            Start::Held(why) => (why, Fate::Held),
            Start::Dropped(why) => (why, Fate::CalledOff),
        };
        let fact = Fact::Undelivered {
            of: intent.origin,
            channel: intent.channel.clone(),
            key: intent.key.clone(),
            why: why.clone(),
            fate,
        };
        Some((intent.incident, fact))
    });
    told.collect()
}
