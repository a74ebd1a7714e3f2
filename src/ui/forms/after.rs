//! After resolving: looking back, and closing.

use super::{
    Asking, Filled, Refused,
    ask::{one_of, reason, yes_no},
};
use crate::{
    domain::{
        fact::{ActionKind, Fact},
        incident::Incident,
        retrospective::attendees,
        text::Name,
    },
    ui::{
        msg::Effect,
        sheet::{Field, Gate, Sheet},
    },
};

pub(super) fn ask_recurs(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("DOES {} RECUR?", Gate::Enter)?;
    Ok(sheet
        .field(yes_no("Recurs"))
        .field(Field::text("Of", "", "INC-142, may stay empty")))
}

pub(super) fn recurs(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let of = match filled.value("Of").as_str() {
        "" => None,
        label => {
            let found = filled.app.board.find(Some(label));
            Some(found.map_err(|refusal| Refused::of("Of", &refusal))?.id)
        }
    };
    let recurs = filled.value("Recurs") == "yes";
    filled.record(Fact::RecurrenceSaid { recurs, of })
}

pub(super) fn ask_failure(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("IS THE FAILURE MODE OF {} NEW?", Gate::Enter)?;
    Ok(sheet.field(yes_no("New failure mode")))
}

pub(super) fn failure(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let new = filled.value("New failure mode") == "yes";
    filled.record(Fact::FailureModeSaid { new })
}

pub(super) fn ask_factor(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("WHAT CONTRIBUTED TO {}", Gate::Enter)?;
    Ok(sheet.field(Field::text("Factor", "", "a cause, not a person")))
}

pub(super) fn factor(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let text = filled.text("Factor")?;
    filled.record(Fact::FactorAdded { text })
}

pub(super) fn ask_item(asking: &Asking<'_>) -> Result<Sheet, String> {
    let kinds = ActionKind::ALL.map(|kind| kind.word().to_owned());
    let sheet = asking.sheet("AN ACTION ITEM OF {}", Gate::Enter)?;
    Ok(sheet
        .field(Field::text("What", "", ""))
        .field(one_of("Kind", &kinds))
        .field(Field::text("Owner", "", "closing needs one"))
        .field(Field::text("Due", "", "2026-02-01")))
}

pub(super) fn item(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let kind = filled.one_of("Kind", ActionKind::ALL, |kind| kind.word().to_owned())?;
    filled.record(Fact::ActionAdded {
        kind,
        what: filled.text("What")?,
        owner: filled.maybe("Owner")?,
        due: filled.date("Due")?,
    })
}

/// The action items, as they are chosen from.
fn items(incident: &Incident) -> Vec<String> {
    let all = incident.state().retrospective.actions.iter();
    all.enumerate()
        .map(|(place, item)| format!("{} {}", place + 1, item.what))
        .collect()
}

pub(super) fn ask_change(asking: &Asking<'_>) -> Result<Sheet, String> {
    let items = items(asking.incident()?);
    let sheet = asking.sheet("CHANGE AN ACTION ITEM OF {}", Gate::Enter)?;
    Ok(sheet
        .field(one_of("Item", &items))
        .field(Field::text("Owner", "", "empty: as it is"))
        .field(Field::text("Due", "", "empty: as it is"))
        .field(yes_no("Done")))
}

pub(super) fn change(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let incident = filled.incident()?;
    let wanted = filled.value("Item");
    let place = items(incident).iter().position(|item| *item == wanted);
    let action = place.and_then(|place| incident.state().retrospective.actions.get(place));
    filled.record(Fact::ActionChanged {
        action: action.ok_or("there is no such item")?.entry,
        owner: filled.maybe("Owner")?,
        due: filled.date("Due")?,
        done: Some(filled.value("Done") == "yes"),
    })
}

pub(super) fn ask_date(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("WHEN IS THE RETROSPECTIVE OF {}?", Gate::Enter)?;
    Ok(sheet.field(Field::text("When", "", "2026-01-22 14:00")))
}

pub(super) fn date(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let at = filled.ahead("When", &filled.value("When"))?;
    filled.record(Fact::RetrospectiveScheduled { at })
}

pub(super) fn ask_held(asking: &Asking<'_>) -> Result<Sheet, String> {
    let people = attendees(asking.incident()?);
    let people: Vec<&str> = people.iter().map(Name::as_str).collect();
    let sheet = asking.sheet("THE RETROSPECTIVE OF {} WAS HELD", Gate::Enter)?;
    Ok(sheet
        .field(Field::suggestion(
            "Attendees",
            &people.join(", "),
            "names, with commas",
        ))
        .field(Field::text("Notes", "", "a link, or a sentence")))
}

pub(super) fn held(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let names = filled.value("Attendees");
    let names = names.split(',').map(str::trim);
    filled.record(Fact::RetrospectiveHeld {
        attendees: names
            .filter(|name| !name.is_empty())
            .map(Name::lossy)
            .collect(),
        notes: filled.text("Notes")?,
    })
}

pub(super) fn ask_waive(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("NO RETROSPECTIVE FOR {}", Gate::Yes)?;
    Ok(sheet
        .field(Field::text("By", "", "the role that decides"))
        .field(reason("why")))
}

pub(super) fn waive(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record(Fact::RetrospectiveWaived {
        role: filled.text("By")?,
        reason: filled.text("Reason")?,
    })
}

pub(super) fn ask_close(asking: &Asking<'_>) -> Result<Sheet, String> {
    asking.sheet("CLOSE {}", Gate::Yes)
}

pub(super) fn close(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record(Fact::Closed {})
}
