//! Taking the last thing back.

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Pane, act, rows::Rows};
use crate::{
    domain::{entry::EntryId, fact::Fact, intents::hold},
    ui::{
        action::Action,
        composer::Composer,
        forms,
        msg::{Effect, Order},
    },
};

/// How long the last thing can be taken back with one key.
pub const UNDO_FOR: TimeDelta = TimeDelta::seconds(10);

/// What can be taken back, from now on. Entries of the engine and of probes
/// change nothing about it.
pub(super) fn recorded(app: &mut App, ids: &[EntryId], now: DateTime<Utc>) {
    match ids {
        [] => {}
        [id] => app.undo = Some((*id, now)),
        [..] => app.undo = None,
    }
}

impl App {
    /// Until when the last thing can be taken back, if one can: what went to
    /// the public longest.
    ///
    /// The entry itself may come after the word that it is recorded, so this is
    /// asked when it is needed.
    pub fn undo_until(&self) -> Option<(EntryId, DateTime<Utc>)> {
        let (entry, since) = self.undo?;
        let hold = match self.board.entry(entry).map(|(_, entry)| &entry.fact) {
            Some(Fact::UpdateSent(update)) => hold(update.audience),
            Some(_) | None => UNDO_FOR,
        };
        Some((entry, since + hold))
    }
}

/// Takes the last thing back, if that is still possible.
pub(super) fn undo(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let last = app.undo_until().filter(|(_, until)| now <= *until);
    app.undo = None;
    let Some((entry, _)) = last else {
        app.tell("there is nothing to take back", now);
        return Vec::new();
    };
    let Some((incident, recorded)) = app.board.entry(entry) else {
        return Vec::new();
    };
    let kept = match &recorded.fact {
        Fact::UpdateSent(update) => {
            let mut again = Composer::of_form(incident, update, &app.settings.inside, now);
            again.key = app.drafts.new_key(incident.id, update.audience);
            Some(again.to_draft())
        }
        _ => None,
    };
    let reason = "undone".into();
    let wishes = match forms::propose(app, incident.id, Fact::Retracted { entry, reason }, now) {
        Ok(wishes) => wishes,
        Err(why) => {
            app.warn(why, now);
            return Vec::new();
        }
    };
    let record = Effect::Record(wishes);
    if !forms::reached(app, std::slice::from_ref(&record), now).is_empty() {
        return ask_first(app, entry, now);
    }
    let mut effects = vec![Effect::Deliver(Order::Recall(entry)), record];
    if let Some((key, text)) = kept {
        // The words come back as a draft: one takes back to mend one.
        app.drafts.keep(key.clone(), text.clone());
        effects.push(Effect::SaveDraft(key, text));
    }
    effects
}

/// Without it somebody is paged: one key is not enough for that.
fn ask_first(app: &mut App, entry: EntryId, now: DateTime<Utc>) -> Vec<Effect> {
    app.filters.remove(&Pane::Timeline);
    let row = Rows::of(app).row_of(entry).unwrap_or(0);
    app.rows.insert(Pane::Timeline, row);
    app.focus = Pane::Timeline;
    act(app, Action::Retract, "", now)
}
