//! The ladders: who is told when, and what puts that off.

use super::{
    Asking, Filled, Refused,
    ask::{gate_of, reason, word},
};
use crate::{
    domain::{
        escalation::{self, Way},
        fact::{Fact, Skip, StepId},
        incident::Incident,
        policy::Contact,
        text::{Name, Text},
    },
    ui::{
        msg::Effect,
        sheet::{Field, Gate, Sheet},
    },
};

pub(super) fn ask_escalate(asking: &Asking<'_>) -> Result<Sheet, String> {
    let incident = asking.incident()?;
    let (id, target) = wanted(incident, asking.arguments.trim())?;
    let policy = incident.policy();
    let is_top = policy.ladders.iter().any(|ladder| {
        ladder.name == id.ladder && ladder.steps.len() == id.index + 1 && id.index > 0
    });
    let gate = if is_top {
        word(&target.to_lowercase())
    } else {
        gate_of(asking.action)
    };
    let mut sheet = asking
        .sheet(&format!("ESCALATE {{}} TO {target}"), gate)?
        .line(how(incident, &target));
    if let Some(phone) = phone(incident, &target) {
        sheet = sheet.line(format!("Phone     {phone}"));
    }
    sheet = sheet.line("The step counts as done then, also ahead of its time.");
    sheet.step = Some(id);
    Ok(sheet)
}

/// The step that was named, or the next one.
fn wanted(incident: &Incident, named: &str) -> Result<(StepId, Name), String> {
    if named.is_empty() {
        return escalation::next_step(incident).ok_or_else(|| "no step is left".to_owned());
    }
    let policy = incident.policy();
    let is_named =
        |target: &Name, id: &StepId| target.eq_ignore_ascii_case(named) || id.to_string() == named;
    let found = policy
        .steps()
        .find(|(id, _, step)| is_named(&step.target, id));
    found
        .map(|(id, _, step)| (id, step.target.clone()))
        .ok_or_else(|| {
            let steps = policy.steps();
            let known: Vec<&str> = steps.map(|(_, _, step)| step.target.as_str()).collect();
            format!("no step tells {named}: {}", known.join(", "))
        })
}

/// How the target is reached.
fn how(incident: &Incident, target: &Name) -> String {
    let channels = |contact: &Contact| {
        let names: Vec<&str> = contact.channels.iter().map(Text::as_str).collect();
        names.join(", ")
    };
    match escalation::way(incident, target) {
        Way::Pages(contact) => format!("Pages {} by {}.", contact.person, channels(contact)),
        Way::Plays(contact) => format!(
            "A drill: nothing leaves. It would page {} by {}.",
            contact.person,
            channels(contact)
        ),
        Way::ByHand(contact) => {
            let whom = contact.map_or_else(|| target.to_string(), Contact::called);
            let why = if incident.state().private {
                "Private, and nothing leaves".to_owned()
            } else {
                format!("No channel reaches {target}")
            };
            format!("{why}: call {whom} yourself, then confirm here.")
        }
    }
}

/// The number of whoever is paged there, for whoever would rather call.
fn phone(incident: &Incident, target: &Name) -> Option<String> {
    let Way::Pages(contact) = escalation::way(incident, target) else {
        return None;
    };
    incident.policy().phone_of(contact).map(str::to_owned)
}

pub(super) fn escalate(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let incident = filled.incident()?;
    let step = filled.step()?;
    filled.record(escalation::fires_by_a_person(incident, step, filled.now))
}

/// A sheet about the next step, whose target takes the place of `{target}`.
fn about_the_next(asking: &Asking<'_>, title: &str, gate: Gate) -> Result<Sheet, String> {
    let (id, target) = wanted(asking.incident()?, "")?;
    let mut sheet = asking.sheet(&title.replace("{target}", &target), gate)?;
    sheet.step = Some(id);
    Ok(sheet)
}

pub(super) fn ask_skip(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = about_the_next(asking, "SKIP {target} IN {}", gate_of(asking.action))?;
    Ok(sheet.field(reason("why")))
}

pub(super) fn skip(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let step = filled.step()?;
    filled.record(Fact::StepSkipped {
        target: filled.incident()?.policy().target(&step),
        step,
        why: Skip::ByHand,
        reason: filled.text("Reason")?,
    })
}

pub(super) fn ask_confirm(asking: &Asking<'_>) -> Result<Sheet, String> {
    let title = "ESCALATE TO {target} WHEN IT FALLS DUE?";
    let sheet = about_the_next(asking, title, Gate::Yes)?;
    Ok(sheet
        .line("Silence does not stop the step.")
        .field(Field::choice("Then", "go", &["go", "call it off"])))
}

pub(super) fn confirm(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let step = filled.step()?;
    let go = filled.value("Then") == "go";
    filled.record(Fact::StepConfirmed { step, go })
}

pub(super) fn ask_hold(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.guarded("HOLD THE LADDER OF {}")?;
    Ok(sheet
        .line("Steps that fall due meanwhile fire when the hold ends, late.")
        .field(Field::suggestion("For", "10m", "10m, 1h, until 15:00 UTC"))
        .field(reason("why")))
}

pub(super) fn hold(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let text = filled.value("For");
    let until = match text.strip_prefix("until ") {
        Some(clock) => filled.ahead("For", clock)?,
        None => filled.within("For", &text)?,
    };
    let reason = filled.text("Reason")?;
    filled.record(Fact::Held { until, reason })
}

pub(super) fn ask_unhold(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.guarded("END THE HOLD OF {}")?;
    Ok(sheet.line("Steps that fell due meanwhile fire now."))
}

pub(super) fn unhold(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record(Fact::HoldEnded {})
}

pub(super) fn ask_adopt(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.guarded("ADOPT THE POLICY ON DISK IN {}")?;
    Ok(sheet.line("Deadlines that are open are computed anew; what was met stays met."))
}

pub(super) fn adopt(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    Ok(vec![Effect::AdoptPolicy(filled.incident()?.id)])
}
