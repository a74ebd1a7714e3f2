//! What is written down: notes, links, words and times that are put right.

use super::{
    Asking, Filled, Refused,
    ask::{reason, when},
};
use crate::{
    domain::{fact::Fact, incident::Field as Disputed, link, span},
    ui::{
        app::{Pane, Rows},
        msg::{Effect, Order},
        sheet::{Field, Gate, Sheet},
    },
};

pub(super) fn ask_note(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("NOTE IN {}", Gate::Enter)?;
    Ok(sheet.field(Field::text("Note", "", "")).field(when()))
}

pub(super) fn note(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let text = filled.text("Note")?;
    filled.record_at(Fact::Noted { text }, filled.past("When")?)
}

pub(super) fn ask_link(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("A LINK IN {}", Gate::Enter)?;
    Ok(sheet
        .field(Field::text("Name", "", ""))
        .field(Field::text("Address", "https://", "")))
}

pub(super) fn link(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let name = filled.text("Name")?;
    let url = link::read(&filled.value("Address"));
    let url = url.map_err(|error| Refused::of("Address", &error))?;
    filled.record(Fact::Linked { name, url })
}

pub(super) fn ask_describe(asking: &Asking<'_>) -> Result<Sheet, String> {
    let state = asking.incident()?.state();
    let service = state.service.as_deref().unwrap_or_default();
    let sheet = asking.sheet("REWORD {}", Gate::Enter)?;
    Ok(sheet
        .line("The new words are on every screen; what was sent keeps the old ones, and the next update says the new.")
        .field(Field::text("Title", &state.title, ""))
        .field(Field::text("Impact", &state.impact, "what users notice"))
        .field(Field::text("Service", service, "")))
}

pub(super) fn describe(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let incident = filled.incident()?;
    let state = incident.state();
    // What was left as it is must not undo what somebody else rewords now;
    // where it is disputed, leaving it settles it.
    let is_said = |changed: bool, field| changed || incident.conflict(field).is_some();
    let (title, impact) = (filled.text("Title")?, filled.text("Impact")?);
    let service = filled.text("Service")?;
    let was = state.service.as_deref().unwrap_or_default();
    let title = is_said(title != state.title, Disputed::Title).then_some(title);
    let impact = is_said(impact != state.impact, Disputed::Impact).then_some(impact);
    let service = is_said(service.as_str() != was, Disputed::Service).then_some(service);
    if title.is_none() && impact.is_none() && service.is_none() {
        return Err(Refused::of("Title", "nothing is reworded yet"));
    }
    filled.record(Fact::Described {
        title,
        impact,
        service,
    })
}

pub(super) fn ask_correct(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("CORRECT THE TIME OF AN ENTRY OF {}", Gate::Enter)?;
    let sheet = sheet.field(when()).field(reason("may stay empty"));
    about_the_chosen(asking, sheet)
}

pub(super) fn correct(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record(Fact::Corrected {
        entry: filled.entry()?,
        at: filled.past("When")?,
        reason: filled.text("Reason")?,
    })
}

pub(super) fn ask_retract(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking
        .sheet("TAKE AN ENTRY OF {} BACK", Gate::Yes)?
        .line("It stays visible as retracted.")
        .field(reason("may stay empty"));
    about_the_chosen(asking, sheet)
}

/// What follows from the entry and has not left yet is stopped, too.
pub(super) fn retract(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let entry = filled.entry()?;
    let reason = filled.text("Reason")?;
    let mut effects = vec![Effect::Deliver(Order::Recall(entry))];
    effects.extend(filled.record(Fact::Retracted { entry, reason })?);
    Ok(effects)
}

/// About the entry that is chosen in the timeline, with its words.
fn about_the_chosen(asking: &Asking<'_>, mut sheet: Sheet) -> Result<Sheet, String> {
    let chosen = Rows::of(asking.app).get(asking.app.row(Pane::Timeline));
    let chosen = chosen.ok_or("choose an entry in TIMELINE first")?;
    sheet.quote = Some(chosen.in_words());
    sheet.entry = Some(chosen.entry);
    Ok(sheet)
}

pub(super) fn ask_outage(asking: &Asking<'_>) -> Result<Sheet, String> {
    let so_far = asking.incident()?.state().ledger.total(asking.now);
    let sheet = asking.sheet("CORRECT THE DOWNTIME OF {}", Gate::Enter)?;
    Ok(sheet
        .line(format!("Downtime so far: {}", span::format(so_far)))
        .field(Field::choice("Do", "add", &["add", "strike"]))
        .field(Field::text("From", "", "14:00 UTC"))
        .field(Field::text("To", "", "14:18 UTC"))
        .field(reason("")))
}

pub(super) fn outage(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let (from, to) = (filled.past("From")?, filled.past("To")?);
    let reason = filled.text("Reason")?;
    filled.record(if filled.value("Do") == "add" {
        Fact::OutageAdded { from, to, reason }
    } else {
        Fact::OutageStruck { from, to, reason }
    })
}
