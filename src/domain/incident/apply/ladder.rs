//! What was climbed, here or in an incident that goes on in this one (E, R3).

use chrono::{DateTime, Utc};

use crate::domain::{
    calendar::within_reason,
    entry::EntryId,
    fact::{Fate, Skip, StepId},
    incident::{Fired, OnItsWay, State},
    policy::Rung,
    text::Name,
};

impl State {
    /// A step fired: for the first time, or in another round. The next round is
    /// one that nobody has fired yet, so that its id is free. Answers how it
    /// stood before.
    pub(super) fn escalated(&mut self, rung: &Rung, round: u32, first: Fired) -> Option<Fired> {
        let before = self.ladder.fired.get(rung).cloned();
        let at = first.at;
        let fired = self.ladder.fired.entry(rung.clone()).or_insert(first);
        fired.last = fired.last.max(at);
        let next = self.ladder.rounds.entry(rung.clone()).or_default();
        *next = (*next).max(round).saturating_add(1);
        before
    }

    /// A page that no channel takes counts as a step without anybody to reach:
    /// the next one is due at once (E7). Where people called it off on every one
    /// of them, in whatever order, nobody above is paged for that. Where it was
    /// the server, because what stops the step had come, the step was not
    /// climbed: once that is taken back it has its time like any other.
    pub(super) fn page_refused(
        &mut self,
        page: EntryId,
        channel: &Name,
        at: DateTime<Utc>,
        (fate, by_hand): (Fate, bool),
    ) {
        let Some(sent) = self.ladder.pages.get_mut(&page) else {
            return;
        };
        sent.left.retain(|name| name != channel);
        sent.failed |= fate != Fate::CalledOff;
        sent.by_hand |= by_hand;
        if !sent.left.is_empty() {
            return;
        }
        let Some(sent) = self.ladder.pages.remove(&page) else {
            return;
        };
        let Some(rung) = sent.rung else { return };
        if sent.failed {
            self.ladder.unreached.insert(rung, at);
        } else if !sent.by_hand {
            self.not_climbed(rung, sent.before, sent.next_round);
        }
    }

    /// A step did not fire at all, or not that time, unless it fired once more
    /// since. Its rounds are used up all the same.
    fn not_climbed(&mut self, rung: Rung, before: Option<Fired>, next_round: u32) {
        if self.ladder.rounds_of(&rung) != next_round {
            return;
        }
        match before {
            Some(before) => self.ladder.fired.insert(rung, before),
            None => self.ladder.fired.remove(&rung),
        };
    }

    /// A page that a channel took reached somebody.
    pub(super) fn page_taken(&mut self, page: EntryId) {
        let sent = self.ladder.pages.remove(&page);
        if let Some(rung) = sent.and_then(|sent| sent.rung) {
            self.ladder.unreached.remove(&rung);
        }
    }

    /// A page leaves, for a step or by hand; not where no channel leads to
    /// whom it is for.
    pub(super) fn page_leaves(
        &mut self,
        page: EntryId,
        step: Option<(Rung, Option<Fired>)>,
        via: &[Name],
    ) {
        if !via.is_empty() {
            let (rung, before) = step.unzip();
            let next_round = rung.as_ref().map(|rung| self.ladder.rounds_of(rung));
            let on_its_way = OnItsWay {
                next_round: next_round.unwrap_or_default(),
                rung,
                before: before.flatten(),
                by_hand: false,
                left: via.to_vec(),
                failed: false,
            };
            self.ladder.pages.insert(page, on_its_way);
        }
    }

    /// That a step was not for the level is no longer true after an upgrade
    /// (E3), so it is only noted; the other reasons stand.
    pub(super) fn step_skipped(&mut self, rung: Rung, why: Skip, at: DateTime<Utc>) {
        match (why, self.ladder.skipped.get(&rung)) {
            (Skip::NotApplicable, Some(_)) => {}
            (Skip::NotApplicable | Skip::Unreachable | Skip::Overtaken | Skip::ByHand, _) => {
                self.ladder.skipped.insert(rung, (why, at));
            }
        }
    }

    /// The earliest alert counts; a later one moves no clock (R3).
    pub(super) fn absorb_alert(&mut self, alert: Option<DateTime<Utc>>) {
        let earlier = alert
            .map(within_reason)
            .filter(|alert| *alert < self.anchor());
        self.times.alert = earlier.or(self.times.alert);
    }

    /// Steps that the absorbed incident fired are not fired again (R3): each
    /// counts for whom it told, whatever this policy has at its place by now.
    /// Programs before did not say whom.
    pub(super) fn absorb_fired(
        &mut self,
        fired: &[String],
        targets: &[Name],
        at: DateTime<Utc>,
        by: &Name,
    ) {
        for (nth, text) in fired.iter().enumerate() {
            let Some((ladder, index)) = text.rsplit_once('/') else {
                continue;
            };
            let Ok(index) = index.parse() else { continue };
            let id = StepId {
                ladder: ladder.to_owned(),
                index,
            };
            let told = targets.get(nth);
            let rung = told.map_or_else(
                || self.policy.rung(&id),
                |target| self.policy.rung_that_told(&id, target),
            );
            let first = Fired {
                at,
                last: at,
                target: rung.target.clone(),
                late_s: 0,
                by_hand: false,
                by: Some(by.clone()),
            };
            self.escalated(&rung, 0, first);
        }
    }
}
