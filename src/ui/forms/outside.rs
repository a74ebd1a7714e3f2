//! What leaves: news for the public, and deliveries that need a hand.

use super::{Asking, Filled, Refused, ask::gate_of};
use crate::{
    domain::{
        fact::{Fact, Update},
        phase::Phase,
        text::Text,
        update::Audience,
    },
    ui::{
        app::Pane,
        msg::{Effect, LinkState, Order},
        sheet::{Gate, Sheet},
    },
};

pub(super) fn ask_approve(asking: &Asking<'_>) -> Result<Sheet, String> {
    let incident = asking.incident()?;
    let sheet = about_the_draft(asking, "APPROVE THE NEWS ABOUT {}", Gate::Yes)?;
    let author = incident.state().external.draft.as_ref();
    let author = author.map(|(_, author, _)| author.to_string());
    Ok(sheet.line(format!(
        "Written by {}. Approving sends nothing.",
        author.unwrap_or_default()
    )))
}

pub(super) fn approve(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let draft = filled.entry()?;
    filled.record(Fact::ExternalApproved { draft })
}

pub(super) fn ask_publish(asking: &Asking<'_>) -> Result<Sheet, String> {
    let title = "TELL THE PUBLIC ABOUT {}";
    let sheet = about_the_draft(asking, title, gate_of(asking.action))?
        .line("This goes to people outside the company.");
    let outside = &asking.app.settings.outside;
    if outside.is_empty() {
        let place = &asking.incident()?.policy().external.place;
        return Ok(sheet.line(format!(
            "No channel leads outside: publish it yourself on the {place}, then confirm here."
        )));
    }
    let channels: Vec<&str> = outside.iter().map(Text::as_str).collect();
    let sheet = sheet.line(format!("Where     {}", channels.join(", ")));
    Ok(match asking.app.shared.link.state {
        LinkState::Offline { .. } => sheet
            .line("The server is away: if it gets this later than in a minute, it holds it")
            .line("in OUTBOX until somebody confirms that it is still to be said."),
        LinkState::Alone | LinkState::Online { .. } => {
            sheet.line("Then a 30 second hold starts; u takes it back.")
        }
    })
}

pub(super) fn publish(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let incident = filled.incident()?;
    let draft = incident.state().external.draft.as_ref();
    let (id, _, form) = draft.ok_or("there is no draft for outside")?;
    if filled.sheet.entry != Some(*id) {
        return Err("there is a newer text for outside: go back and read it first".into());
    }
    filled.record(Fact::UpdateSent(Box::new(Update {
        audience: Audience::External,
        form: form.clone(),
        channels: filled.app.settings.outside.clone(),
        label: None,
        last: incident.phase() == Phase::Resolved,
        draft: Some(*id),
    })))
}

fn about_the_draft(asking: &Asking<'_>, title: &str, gate: Gate) -> Result<Sheet, String> {
    let draft = asking.incident()?.state().external.draft.as_ref();
    let (id, _, form) = draft.ok_or("there is no draft for outside")?;
    let mut sheet = asking.sheet(title, gate)?;
    sheet.quote = Some(format!("{}: {}\n\n{}", form.status, form.impact, form.body));
    sheet.entry = Some(*id);
    Ok(sheet)
}

pub(super) fn ask_retry(asking: &Asking<'_>) -> Result<Sheet, String> {
    let line = "It carries the same key, and says that it may be a repeat where it may.";
    let sheet = about_the_delivery(asking, "SEND AGAIN TO {}", gate_of(asking.action))?;
    let mut sheet = sheet;
    sheet.lines.insert(0, line.to_owned());
    Ok(sheet)
}

pub(super) fn retry(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    deliver(filled, Order::Retry)
}

pub(super) fn ask_drop(asking: &Asking<'_>) -> Result<Sheet, String> {
    about_the_delivery(asking, "DROP WHAT GOES TO {}", Gate::Yes)
}

pub(super) fn drop(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    deliver(filled, Order::Cancel)
}

fn deliver(
    filled: &Filled<'_>,
    order: fn(crate::domain::text::Title) -> Order,
) -> Result<Vec<Effect>, Refused> {
    let key = filled.sheet.delivery.clone();
    Ok(vec![Effect::Deliver(order(
        key.ok_or("there is no delivery")?,
    ))])
}

/// About the delivery that is chosen in the outbox; its channel takes the
/// place of `{}`.
fn about_the_delivery(asking: &Asking<'_>, title: &str, gate: Gate) -> Result<Sheet, String> {
    let chosen = asking.app.deliveries.get(asking.app.row(Pane::Outbox));
    let intent = &chosen.ok_or("there is no delivery")?.intent;
    let mut sheet = asking
        .sheet(&title.replace("{}", &intent.channel), gate)?
        .line(format!("Key {}", intent.key));
    sheet.delivery = Some(intent.key.clone());
    sheet.quote = Some(intent.text.to_string());
    Ok(sheet)
}
