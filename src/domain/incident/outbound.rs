//! What people said, inside and outside: where it goes, and how far it came.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{
    entry::EntryId,
    fact::{Fate, Update},
    intents,
    text::Name,
    update::Form,
};

/// How soon after it was confirmed a message has left, unless something is
/// wrong: the longest hold, and as long again for the channel.
const PROMPT: TimeDelta = TimeDelta::minutes(1);

/// An update on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    /// The entry that sent it.
    pub entry: EntryId,
    /// Who sent it, and when.
    pub by: Name,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// The words, and where they go.
    pub update: Update,
    /// Channels that took it, and when.
    pub posted: Vec<(Name, DateTime<Utc>)>,
    /// Channels that it did not reach so far.
    pub not_sent: Vec<NotSent>,
    /// News for outside whose approval was taken back: what had not left does
    /// not (X2).
    pub stopped: bool,
    /// It was too late for that: it may have left before.
    pub had_left: bool,
}

/// A channel that an update did not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// The channel.
    pub channel: Name,
    /// What became of it there.
    pub fate: Fate,
    /// Whose word or doing that is.
    pub by: Name,
}

impl Outbound {
    /// When it was out: at its first channel, or at once when posted by hand (U1).
    pub fn posted_at(&self) -> Option<DateTime<Utc>> {
        if self.update.channels.is_empty() {
            return Some(self.at);
        }
        self.posted.iter().map(|(_, at)| *at).min()
    }

    /// When it counts as said: as it was confirmed, where it left promptly. The
    /// hold is the tool's own and makes nobody late; a channel that took long
    /// does, for nobody had read it (U1, U6).
    pub fn told_at(&self) -> Option<DateTime<Utc>> {
        let posted = self.posted_at()?;
        let prompt = posted <= self.at + PROMPT;
        Some(if prompt { self.at } else { posted })
    }

    /// When nobody can take it back any more.
    pub fn leaves_at(&self) -> DateTime<Utc> {
        self.at + intents::hold(self.update.audience)
    }

    /// Until when it may be on its way; `None` once a channel took it, or none
    /// will.
    pub fn leaves_until(&self) -> Option<DateTime<Utc>> {
        let may = !self.stopped && self.not_sent.len() < self.update.channels.len();
        (may && self.posted_at().is_none()).then(|| self.at + PROMPT)
    }

    /// Whether `channel` has it, or is going to.
    pub fn reaches(&self, channel: &Name) -> bool {
        let has = self.posted.iter().any(|(name, _)| name == channel);
        let kept_back = self.not_sent.iter().any(|one| one.channel == *channel);
        let goes = !self.stopped && !kept_back && self.update.channels.contains(channel);
        has || goes
    }

    /// Why `channel` does not have it; `None` where it has, or is going to.
    fn fate_at(&self, channel: &Name) -> Option<Fate> {
        let fate = self.not_sent.iter().find(|one| one.channel == *channel);
        fate.map(|one| one.fate)
    }

    /// Whether nobody read it, and nobody will: its approval was taken back in
    /// time, or somebody called it off everywhere.
    fn is_off(&self) -> bool {
        let off = |channel| match self.fate_at(channel) {
            Some(Fate::CalledOff) => true,
            Some(Fate::Uncertain) => false,
            Some(Fate::Failed | Fate::Held) => self.stopped,
            None => self.stopped && !self.had_left,
        };
        let channels = &self.update.channels;
        let somewhere = self.stopped || !channels.is_empty();
        self.posted.is_empty() && somewhere && channels.iter().all(off)
    }

    /// Whether `update` would say the same once more where this one has said it
    /// or is going to: at one of its channels, or by hand.
    fn is_said_again_by(&self, update: &Update) -> bool {
        let by_hand = self.update.channels.is_empty() && update.channels.is_empty();
        let comes = |fate| matches!(fate, None | Some(Fate::Held | Fate::Uncertain));
        let there = self.fates_for(update).any(comes);
        self.update.draft == update.draft && (by_hand || there)
    }

    /// What became of it at those of its channels that `update` goes to as well.
    fn fates_for(&self, update: &Update) -> impl Iterator<Item = Option<Fate>> {
        let here = self.update.channels.iter();
        let both = here.filter(|to| update.channels.contains(to));
        both.map(|to| self.fate_at(to))
    }

    /// What to do about this one rather than say the same once more by `update`.
    pub(super) fn instead_of(&self, update: &Update) -> &'static str {
        let is = |wanted| self.fates_for(update).any(|fate| fate == Some(wanted));
        if is(Fate::Uncertain) {
            "and it may have arrived: look there, and where it did not, `deliveries retry` sends it"
        } else if is(Fate::Held) {
            "and it is held: `deliveries retry` confirms it"
        } else {
            "the public is not told twice: draft what is new"
        }
    }

    /// Whether nobody read it, and nobody will unless somebody confirms it: what
    /// it promises is promised to nobody.
    pub fn is_kept_back(&self) -> bool {
        let channels = self.update.channels.len();
        let all = channels > 0 && self.not_sent.len() >= channels;
        all && self.posted.is_empty() && self.not_sent.iter().all(|one| one.fate.is_kept_back())
    }
}

/// News for outside: drafted, approved, published (X2).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct External {
    /// The newest draft: its entry, its author, its words.
    pub draft: Option<(EntryId, Name, Form)>,
    /// The draft that the commander approved, and who that was.
    pub approved: Option<(EntryId, Name)>,
    /// What was published.
    pub published: Vec<Outbound>,
}

impl External {
    /// What became of the newest draft, once it is published or on its way: to
    /// say more there has to be a new one.
    pub fn newest_said(&self) -> Option<&Outbound> {
        let (draft, ..) = self.draft.as_ref()?;
        let mut published = self.published.iter();
        published.find(|sent| sent.update.draft == Some(*draft) && !sent.is_off())
    }

    /// What said before what `update` says, in the same place.
    pub fn said_before(&self, update: &Update) -> Option<&Outbound> {
        let mut published = self.published.iter();
        published.find(|sent| !sent.is_off() && sent.is_said_again_by(update))
    }
}
