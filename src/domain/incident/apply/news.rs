//! Updates on their way, and the first that is out (U, X).

use chrono::{DateTime, Utc};

use crate::domain::{
    cadence,
    entry::{Entry, EntryId},
    fact::{Fate, Update},
    incident::{NotSent, Outbound, State, Told},
    text::Name,
    update::Audience,
};

impl State {
    /// An update is on its way. In a drill or a private incident nothing
    /// leaves: it is as good as posted, to the log alone (X4).
    pub(super) fn update_sent(&mut self, update: &Update, entry: &Entry, at: DateTime<Utc>) {
        let sealed = self.drill || self.private;
        let recorded = update.channels.iter().filter(|_| sealed);
        let sent = Outbound {
            entry: entry.id,
            by: entry.by.clone(),
            at,
            update: update.clone(),
            posted: recorded.map(|channel| (channel.clone(), at)).collect(),
            not_sent: Vec::new(),
            stopped: self.stops(update),
            had_left: false,
        };
        match update.audience {
            Audience::Internal => {
                self.promised(&update.form, entry);
                self.updates.push(sent);
            }
            Audience::External => self.external.published.push(sent),
        }
        self.note_first_notice();
    }

    /// Whether nobody approves these news for outside any more.
    fn stops(&self, update: &Update) -> bool {
        let approved = self.external.approved.as_ref().map(|(draft, _)| *draft);
        match update.audience {
            Audience::Internal => false,
            Audience::External => update.draft != approved,
        }
    }

    /// The first notice is judged by the level of its time: a later upgrade
    /// does not make it late (S3).
    pub(super) fn note_first_notice(&mut self) {
        let posted = |sent: &Outbound| Some((sent.told_at()?, sent.by.clone()));
        let first = self.updates.iter().filter_map(posted).min();
        if let Some((at, by)) = first.filter(|_| self.first_notice.is_none()) {
            let deadline = cadence::first_notice_by(self);
            self.first_notice = Some(Told { by, at, deadline });
        }
    }

    /// A channel did not get an update. One that nobody reads promises nothing.
    pub(super) fn not_sent(&mut self, of: EntryId, channel: &Name, fate: Fate, by: &Name) {
        let Some(sent) = self.outbound(of) else {
            return;
        };
        sent.not_sent.retain(|one| one.channel != *channel);
        sent.not_sent.push(NotSent {
            channel: channel.clone(),
            fate,
            by: by.clone(),
        });
        if sent.is_kept_back() {
            self.said.eta.forget(of);
            self.said.next.forget(of);
        }
    }

    pub(super) fn outbound(&mut self, entry: EntryId) -> Option<&mut Outbound> {
        self.updates
            .iter_mut()
            .chain(&mut self.external.published)
            .rev()
            .find(|sent| sent.entry == entry)
    }
}
