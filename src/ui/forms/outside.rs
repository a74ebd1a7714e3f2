//! What leaves: news for the public, and deliveries that need a hand.

use super::{Asking, Filled, Refused, ask::gate_of};
use crate::{
    domain::{
        fact::{Fact, Update},
        notice::{Delivery, Purpose},
        phase::Phase,
        text::Text,
        update::Audience,
    },
    ui::{
        action::Action,
        app::Pane,
        msg::{Effect, LinkState, Order},
        sheet::{Gate, Sheet},
    },
};

/// Whom a sheet reaches that publishes.
const OUTSIDE: &str = "This goes to people outside the company.";

pub(super) fn ask_approve(asking: &Asking<'_>) -> Result<Sheet, String> {
    let incident = asking.incident()?;
    let sheet = about_the_draft(asking, "APPROVE THE NEWS ABOUT {}", Gate::Yes)?;
    let author = incident.state().external.draft.as_ref();
    let author = author.map(|(_, author, _)| author.to_string());
    let author = author.unwrap_or_default();
    let alone = author == asking.app.settings.me.as_str();
    let sheet = sheet.line(format!("Written by {author}. Approving sends nothing."));
    Ok(if alone {
        sheet.line("Nobody else is in this incident: you approve your own words.")
    } else {
        sheet
    })
}

pub(super) fn approve(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let draft = filled.entry()?;
    filled.record(Fact::ExternalApproved { draft })
}

pub(super) fn ask_publish(asking: &Asking<'_>) -> Result<Sheet, String> {
    let title = "TELL THE PUBLIC ABOUT {}";
    let sheet = about_the_draft(asking, title, gate_of(asking.action))?.line(OUTSIDE);
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
    let delivery = chosen(asking)?;
    let public = delivery.intent.purpose == Purpose::Public;
    let title = match (delivery.is_held(), public) {
        (true, true) => "CONFIRM HELD PUBLIC NEWS",
        (true, false) => "CONFIRM WHAT IS HELD FOR {}",
        (false, _) => "SEND AGAIN TO {}",
    };
    let asked = if public {
        Action::Publish
    } else {
        asking.action
    };
    let mut lines = Vec::from_iter(public.then(|| OUTSIDE.to_owned()));
    if delivery.is_held() {
        let channel = &delivery.intent.channel;
        lines.push(format!("It has not left: {}", delivery.last_error));
        lines.push(format!("Confirmed, it goes to {channel} at once."));
    } else {
        let line = "It carries the same key, and says that it may be a repeat where it may.";
        lines.push(line.to_owned());
    }
    let mut sheet = about_the_delivery(asking, delivery, title, gate_of(asked))?;
    lines.append(&mut sheet.lines);
    sheet.lines = lines;
    Ok(sheet)
}

pub(super) fn retry(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    deliver(filled, Order::Retry)
}

pub(super) fn ask_drop(asking: &Asking<'_>) -> Result<Sheet, String> {
    about_the_delivery(asking, chosen(asking)?, "DROP WHAT GOES TO {}", Gate::Yes)
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

/// The delivery that is chosen in the outbox.
fn chosen<'a>(asking: &Asking<'a>) -> Result<&'a Delivery, String> {
    let chosen = asking.app.deliveries.get(asking.app.row(Pane::Outbox));
    chosen.ok_or_else(|| "there is no delivery".to_owned())
}

/// About that delivery; its channel takes the place of `{}`.
fn about_the_delivery(
    asking: &Asking<'_>,
    delivery: &Delivery,
    title: &str,
    gate: Gate,
) -> Result<Sheet, String> {
    let intent = &delivery.intent;
    let mut sheet = asking
        .sheet(&title.replace("{}", &intent.channel), gate)?
        .line(format!("Key {}", intent.key));
    sheet.delivery = Some(intent.key.clone());
    sheet.quote = Some(intent.text.to_string());
    Ok(sheet)
}
