//! Updates on their way, and the first that is out (U, X).

use chrono::{DateTime, Utc};

use crate::domain::{
    cadence,
    entry::{Entry, EntryId},
    fact::Update,
    incident::{Outbound, State, Told},
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
            failed: Vec::new(),
            stopped: self.stops(update),
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

    pub(super) fn outbound(&mut self, entry: EntryId) -> Option<&mut Outbound> {
        self.updates
            .iter_mut()
            .chain(&mut self.external.published)
            .rev()
            .find(|sent| sent.entry == entry)
    }
}
