//! After resolving: looking back, and closing.

use std::sync::Arc;

use super::{
    Asking, Filled, Refused,
    ask::{one_of, reason, yes_no},
    reach::entry,
};
use crate::{
    domain::{
        fact::{ActionKind, Fact},
        incident::Incident,
        retrospective::{Missing, attendees, open_before_closing},
        text::Name,
    },
    ui::{
        action::Action,
        msg::{Effect, Wish},
        sheet::{Field, Gate, Sheet},
    },
};

/// Whether the failure mode is new: the field, where it may stay open, and its
/// choices.
pub(super) const MODE: &str = "New failure mode";
pub(super) const MODES: [&str; 3] = ["not known yet", "yes", "no"];

/// What was chosen there.
pub(super) fn said(chosen: &str) -> Option<bool> {
    match chosen {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

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
    Ok(sheet.field(yes_no(MODE)))
}

pub(super) fn failure(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let new = filled.value(MODE) == "yes";
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

/// What is to be done about it.
const fn mended_by(missing: &Missing) -> Action {
    match missing {
        Missing::FailureMode => Action::FailureMode,
        Missing::FinalUpdate => Action::Compose,
        Missing::Retrospective => Action::Held,
        Missing::Owner(_) => Action::ActionChange,
    }
}

pub(super) fn ask_close(asking: &Asking<'_>) -> Result<Sheet, String> {
    let incident = asking.incident()?;
    let missing = open_before_closing(incident);
    let sheet = asking.sheet("CLOSE {}", Gate::Yes)?;
    if missing.is_empty() {
        return Ok(sheet);
    }
    let lines = missing.iter().map(|one| {
        let action = mended_by(one);
        let key = asking.app.keymap.key_of(action);
        let key = key.unwrap_or_else(|| format!(":{action}"));
        format!("  {}   {key}", one.words())
    });
    let sheet = lines.fold(sheet.line("Still missing:"), Sheet::line);
    let said = match incident.state().retrospective.new_failure_mode {
        None => "not known yet",
        Some(true) => "yes",
        Some(false) => "no",
    };
    Ok(sheet.field(Field::choice(MODE, said, &MODES)))
}

pub(super) fn close(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let incident = filled.incident()?;
    let new = said(&filled.value(MODE));
    if new.is_none() || new == incident.state().retrospective.new_failure_mode {
        return filled.record(Fact::Closed {});
    }
    let mut effects = filled.record(Fact::FailureModeSaid {
        new: new == Some(true),
    })?;
    let [Effect::Record(wishes)] = effects.as_mut_slice() else {
        return Ok(effects);
    };
    // A new one asks for a retrospective.
    let mut after = incident.clone();
    for wish in wishes.iter() {
        after.apply(Arc::new(entry(filled.app, wish, 0, filled.now)));
    }
    if let Some(first) = open_before_closing(&after).first() {
        let alone = Action::FailureMode;
        let why = format!("{}; :{alone} says the failure mode alone", first.words());
        return Err(why.into());
    }
    wishes.push(Wish {
        incident: incident.id,
        fact: Fact::Closed {},
        at: filled.now,
    });
    Ok(effects)
}
