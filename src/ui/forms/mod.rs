//! What each action asks before it is carried out, and what follows then.
//!
//! A form is two functions side by side: one makes its sheet, the other reads
//! the filled sheet and says what follows. They stand in the file of their
//! subject, and the table below names them. All else is the same for every form:
//! checking, the gate and its word, recording.

mod after;
mod ask;
mod course;
mod declare;
mod enabled;
mod fill;
mod from_here;
mod gate;
mod ladder;
mod leave;
mod log;
mod outside;
mod propose;
mod reach;
mod room;
mod update;
mod waits;

use chrono::{DateTime, Utc};

use super::{
    action::Action,
    app::{App, Mode, Pane},
    msg::Effect,
    sheet::{Gate, Sheet},
};
use crate::domain::{entry::IncidentId, update::Audience};

use ask::Asking;
use fill::{Filled, Refused};

pub use enabled::{enabled, enabled_in};
pub use from_here::{over_what, pages_by};
pub use gate::{check, confirm};
pub use propose::{propose, resolve_gate};
pub use reach::reached;
pub(super) use update::other_draft;

/// Makes the sheet, or says why it can't be asked now.
type Ask = fn(&Asking<'_>) -> Result<Sheet, String>;
/// What follows from the filled sheet, or why it can't be so.
type Follow = fn(&Filled<'_>) -> Result<Vec<Effect>, Refused>;

/// Every action that asks something.
const FORMS: &[(Action, Ask, Follow)] = &[
    (Action::Declare, declare::ask, declare::follow),
    (Action::Drill, declare::ask, declare::follow),
    (Action::Quit, leave::ask, leave::follow),
    // What is written down.
    (Action::Note, log::ask_note, log::note),
    (Action::Link, log::ask_link, log::link),
    (Action::Describe, log::ask_describe, log::describe),
    (Action::Correct, log::ask_correct, log::correct),
    (Action::Retract, log::ask_retract, log::retract),
    (Action::Outage, log::ask_outage, log::outage),
    // Who does what.
    (Action::Role, room::ask_role, room::role),
    (Action::Ask, room::ask_somebody, room::somebody),
    (Action::Answer, room::ask_answer, room::answer),
    (Action::Page, room::ask_page, room::page),
    // From the alert to the end.
    (
        Action::Acknowledge,
        course::ask_acknowledge,
        course::acknowledge,
    ),
    (Action::Severity, course::ask_severity, course::severity),
    (Action::Phase, course::ask_phase, course::phase),
    (Action::Impact, course::ask_impact, course::impact),
    (Action::Mitigate, course::ask_mitigate, course::mitigate),
    (Action::LongRunning, course::ask_long, course::long),
    (Action::Resolve, course::ask_resolve, course::resolve),
    (Action::Reopen, course::ask_reopen, course::reopen),
    (Action::Cancel, course::ask_cancel, course::cancel),
    (Action::Merge, course::ask_merge, course::merge),
    // Who is told when.
    (Action::Escalate, ladder::ask_escalate, ladder::escalate),
    (Action::SkipStep, ladder::ask_skip, ladder::skip),
    (Action::Confirm, ladder::ask_confirm, ladder::confirm),
    (Action::Hold, ladder::ask_hold, ladder::hold),
    (Action::Unhold, ladder::ask_unhold, ladder::unhold),
    (Action::Adopt, ladder::ask_adopt, ladder::adopt),
    (Action::PageFromHere, from_here::ask, from_here::follow),
    // What leaves.
    (Action::Review, update::ask_review, update::review),
    (Action::Approve, outside::ask_approve, outside::approve),
    (Action::Publish, outside::ask_publish, outside::publish),
    (Action::Retry, outside::ask_retry, outside::retry),
    (Action::Drop, outside::ask_drop, outside::drop),
    // After resolving.
    (Action::Recurs, after::ask_recurs, after::recurs),
    (Action::FailureMode, after::ask_failure, after::failure),
    (Action::Factor, after::ask_factor, after::factor),
    (Action::ActionItem, after::ask_item, after::item),
    (Action::ActionChange, after::ask_change, after::change),
    (Action::Schedule, after::ask_date, after::date),
    (Action::Held, after::ask_held, after::held),
    (Action::Waive, after::ask_waive, after::waive),
    (Action::Close, after::ask_close, after::close),
];

/// What opens the composer: for whom, and whether it repeats the last text.
const COMPOSERS: [(Action, Audience, bool); 3] = [
    (Action::Compose, Audience::Internal, false),
    (Action::NoChange, Audience::Internal, true),
    (Action::ComposeOutside, Audience::External, false),
];

/// Opens what `action` asks; carries it out at once where everything that it
/// asks was given as `arguments` and nobody else is reached.
///
/// # Errors
///
/// Why it can't be asked now.
pub fn open(
    app: &mut App,
    action: Action,
    arguments: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Effect>, String> {
    if let Some((_, audience, no_change)) = COMPOSERS.iter().find(|(known, ..)| *known == action) {
        update::compose(app, *audience, *no_change, now);
        return Ok(Vec::new());
    }
    let mut sheet = ask(app, (action, app.shown), arguments, now)?;
    gate::look_ahead(app, &mut sheet, now)?;
    if sheet.gate == Gate::Enter && !arguments.trim().is_empty() {
        return follow(app, &sheet, now)
            .map(|effects| carried_out(app, effects))
            .map_err(|refused| refused.why);
    }
    app.mode = Mode::Sheet(Box::new(sheet));
    Ok(Vec::new())
}

/// The sheet of `action`; what was given after a `:` command goes into its
/// first field.
fn ask(
    app: &App,
    (action, about): (Action, Option<IncidentId>),
    arguments: &str,
    now: DateTime<Utc>,
) -> Result<Sheet, String> {
    let asking = Asking {
        app,
        action,
        about,
        arguments,
        now,
    };
    let found = FORMS.iter().find(|(known, ..)| *known == action);
    let (_, ask, _) = found.ok_or_else(|| format!("{action} asks nothing"))?;
    let mut sheet = ask(&asking)?;
    if let Some(field) = sheet
        .fields
        .first_mut()
        .filter(|_| !arguments.trim().is_empty())
    {
        field.fill(arguments.trim());
    }
    Ok(sheet)
}

/// Shows in a sheet that is open what holds now; answers whether that is other
/// than it said. Only what a resolve overrides changes by itself: probes turn
/// green, and alerts end, while one reads.
pub fn renew(app: &App, sheet: &mut Sheet, now: DateTime<Utc>) -> bool {
    if sheet.action != Action::Resolve {
        return false;
    }
    // What can't be asked any more is refused as it is confirmed.
    let Ok(fresh) = ask(app, (sheet.action, sheet.incident), "", now) else {
        return false;
    };
    for (field, fresh) in sheet.fields.iter_mut().zip(fresh.fields) {
        field.hint = fresh.hint;
    }
    let said = std::mem::replace(&mut sheet.lines, fresh.lines);
    said != sheet.lines
}

/// What follows from a sheet as it is filled in now. Nothing is changed.
fn follow(app: &App, sheet: &Sheet, now: DateTime<Utc>) -> Result<Vec<Effect>, Refused> {
    // While one reads, others may have ended what it is about.
    enabled_in(app, sheet.action, sheet.incident)?;
    let found = FORMS.iter().find(|(known, ..)| *known == sheet.action);
    let (_, _, follow) = found.ok_or("that asks nothing")?;
    follow(&Filled { app, sheet, now })
}

/// What leaves the composer leaves the screen, too. The draft stays on disk
/// until the update itself is on disk.
fn carried_out(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
    if effects
        .iter()
        .any(|effect| matches!(effect, Effect::Send(..)))
    {
        app.composer = None;
        app.focus = Pane::Next;
    }
    effects
}
