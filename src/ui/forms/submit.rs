//! A confirmed sheet becomes facts to record.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    super::{
        action::Action,
        app::{App, Pane},
        msg::{Effect, Order, Wish},
        sheet::Sheet,
    },
    ahead, happened, propose, propose_at, typed,
};
use crate::domain::{
    entry::IncidentId,
    escalation,
    fact::{ActionKind, Declaration, Fact, Role, Skip, StepId, Update},
    incident::Incident,
    link,
    phase::Phase,
    severity::Severity,
    span,
    text::Name,
    update::Audience,
};

/// The effects of a confirmed sheet.
///
/// # Errors
///
/// Why not: the sheet stays open, and what was typed stays in it.
pub fn submit(app: &mut App, sheet: &Sheet, now: DateTime<Utc>) -> Result<Vec<Effect>, String> {
    match sheet.action {
        Action::Declare | Action::Drill => return declare(app, sheet, now),
        Action::Quit => return Ok(vec![Effect::Quit]),
        _ => {}
    }
    let id = sheet.incident.ok_or("no incident is on the screen")?;
    match sheet.action {
        Action::Review => review(app, id, now),
        Action::Adopt => Ok(vec![Effect::AdoptPolicy(id)]),
        Action::Retry | Action::Drop => delivery(sheet),
        Action::Resolve => resolve(app, sheet, id, now),
        _ => {
            let at = happened(app, &sheet.value("When"), now)?;
            let incident = app.board.get(id).ok_or("the incident is gone")?;
            let fact = fact(app, incident, sheet, now)?;
            let occurred = if has_own_time(sheet.action) { at } else { now };
            Ok(vec![Effect::Record(propose_at(
                app, id, fact, occurred, now,
            )?)])
        }
    }
}

/// Whether the sheet's time is when the entry itself happened.
fn has_own_time(action: Action) -> bool {
    matches!(action, Action::Note | Action::Impact | Action::Mitigate)
}

fn declare(app: &mut App, sheet: &Sheet, now: DateTime<Utc>) -> Result<Vec<Effect>, String> {
    let alert = sheet.value("Alert at");
    let alert_at = if alert == "none" {
        None
    } else {
        Some(happened(app, &alert, now)?)
    };
    let service = sheet.value("Service");
    let declaration = Declaration {
        title: typed(&sheet.value("What is wrong"))?,
        severity: sheet.value("Severity").parse::<Severity>().ok(),
        alert_at,
        reported_at: alert_at.is_none().then_some(now),
        impact: typed(&sheet.value("Impact"))?,
        service: if service.is_empty() {
            None
        } else {
            Some(typed(&service)?)
        },
        fingerprint: None,
        drill: sheet.action == Action::Drill,
        private: sheet.value("Kind") == "private",
        policy: app.settings.policy.clone(),
        recurrence_of: None,
    };
    let fact = app
        .board
        .decide_declare(declaration, now)
        .map_err(|refusal| refusal.sentence)?;
    // The nil id asks the loop for a new one.
    Ok(vec![Effect::Record(vec![Wish {
        incident: IncidentId::WORKSPACE,
        fact,
        at: now,
    }])])
}

/// The update leaves the composer: recorded with its deliveries, all at once.
fn review(app: &mut App, id: IncidentId, now: DateTime<Utc>) -> Result<Vec<Effect>, String> {
    let composer = app
        .composer
        .as_ref()
        .ok_or("there is nothing to send: write the update first")?;
    let update = composer.update(now)?;
    let (key, _) = composer.to_draft();
    let fact = match update.audience {
        Audience::Internal => Fact::UpdateSent(Box::new(update)),
        Audience::External => Fact::ExternalDrafted { form: update.form },
    };
    let wishes = propose(app, id, fact, now)?;
    // The draft stays on disk and here until the update itself is on disk.
    app.composer = None;
    app.focus = Pane::Next;
    Ok(vec![Effect::Send(wishes, key)])
}

fn delivery(sheet: &Sheet) -> Result<Vec<Effect>, String> {
    let key = sheet.delivery.clone().ok_or("there is no delivery")?;
    Ok(vec![Effect::Deliver(if sheet.action == Action::Retry {
        Order::Retry(key)
    } else {
        Order::Cancel(key)
    })])
}

fn resolve(
    app: &App,
    sheet: &Sheet,
    id: IncidentId,
    now: DateTime<Utc>,
) -> Result<Vec<Effect>, String> {
    let reason = sheet.value("Reason");
    let reason = if reason.is_empty() {
        None
    } else {
        Some(typed(&reason)?)
    };
    let mut wishes = propose(
        app,
        id,
        Fact::Resolved {
            unmet: Vec::new(),
            reason,
        },
        now,
    )?;
    let new = match sheet.value("New failure mode").as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    wishes.extend(new.map(|new| Wish {
        incident: id,
        fact: Fact::FailureModeSaid { new },
        at: now,
    }));
    Ok(vec![Effect::Record(wishes)])
}

fn fact(app: &App, incident: &Incident, sheet: &Sheet, now: DateTime<Utc>) -> Result<Fact, String> {
    match sheet.action {
        Action::Acknowledge
        | Action::Note
        | Action::Ask
        | Action::Answer
        | Action::Role
        | Action::Describe
        | Action::Phase
        | Action::Impact
        | Action::Mitigate
        | Action::Link
        | Action::Correct
        | Action::Retract
        | Action::Outage
        | Action::LongRunning
        | Action::Cancel => work(app, incident, sheet, now),
        Action::Hold
        | Action::Unhold
        | Action::SkipStep
        | Action::Confirm
        | Action::Page
        | Action::Severity
        | Action::Reopen
        | Action::Merge
        | Action::Approve
        | Action::Publish
        | Action::Escalate => people(app, incident, sheet, now),
        _ => after(app, incident, sheet, now),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per action, each a line or two"
)]
fn work(app: &App, incident: &Incident, sheet: &Sheet, now: DateTime<Utc>) -> Result<Fact, String> {
    let value = |label: &str| sheet.value(label);
    let entry = || {
        sheet
            .entry
            .ok_or_else(|| "choose an entry first".to_owned())
    };
    Ok(match sheet.action {
        Action::Acknowledge => Fact::Acknowledged {},
        Action::Note => Fact::Noted {
            text: typed(&value("Note"))?,
        },
        Action::Ask => Fact::Asked {
            of: typed(&value("Who"))?,
            what: typed(&value("What"))?,
            by: now + span::parse(&value("Within")).map_err(|error| error.to_string())?,
        },
        Action::Answer => {
            let wanted = value("Request");
            let ask = incident.state().asks.iter().find(|ask| {
                ask.answered.is_none() && format!("{}: {}", ask.asked.of, ask.asked.what) == wanted
            });
            Fact::Answered {
                ask: ask.ok_or("choose a request")?.entry,
                text: typed(&value("Answer"))?,
            }
        }
        Action::Role => {
            let word = value("Role");
            let role = Role::ALL
                .into_iter()
                .find(|role| role.word() == word)
                .ok_or("choose a role")?;
            let person: Name = typed(&value("Person"))?;
            if person.is_empty() {
                return Err("say who".to_owned());
            }
            if value("Do") == "give" {
                Fact::RoleGiven { role, person }
            } else {
                Fact::RoleLeft { role, person }
            }
        }
        Action::Describe => Fact::Described {
            title: Some(typed(&value("Title"))?),
            impact: Some(typed(&value("Impact"))?),
            service: Some(typed(&value("Service"))?),
        },
        Action::Phase => {
            let rollback = value("Rollback");
            let phase = [
                Phase::Investigating,
                Phase::Identified,
                Phase::Fixing,
                Phase::Monitoring,
            ]
            .into_iter()
            .find(|phase| phase.word() == value("Phase"))
            .ok_or("choose a phase")?;
            Fact::PhaseEntered {
                phase,
                rollback: if rollback.is_empty() {
                    None
                } else {
                    Some(typed(&rollback)?)
                },
            }
        }
        Action::Impact => Fact::ImpactStarted {},
        Action::Mitigate => Fact::Mitigated {},
        Action::Link => Fact::Linked {
            name: typed(&value("Name"))?,
            url: link::read(&value("Address")).map_err(|error| error.to_string())?,
        },
        Action::Correct => Fact::Corrected {
            entry: entry()?,
            at: happened(app, &value("When"), now)?,
            reason: typed(&value("Reason"))?,
        },
        Action::Retract => Fact::Retracted {
            entry: entry()?,
            reason: typed(&value("Reason"))?,
        },
        Action::Outage => {
            let (from, to) = (
                happened(app, &value("From"), now)?,
                happened(app, &value("To"), now)?,
            );
            let reason = typed(&value("Reason"))?;
            if value("Do") == "add" {
                Fact::OutageAdded { from, to, reason }
            } else {
                Fact::OutageStruck { from, to, reason }
            }
        }
        Action::LongRunning => Fact::LongRunning {
            reason: typed(&value("Reason"))?,
        },
        _ => Fact::Cancelled {
            reason: typed(&value("Reason"))?,
        },
    })
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per action, each a line or two"
)]
fn people(
    app: &App,
    incident: &Incident,
    sheet: &Sheet,
    now: DateTime<Utc>,
) -> Result<Fact, String> {
    let value = |label: &str| sheet.value(label);
    let step = || step_of(sheet).ok_or_else(|| "the step is gone".to_owned());
    Ok(match sheet.action {
        Action::Hold => Fact::Held {
            until: until(app, &value("For"), now)?,
            reason: typed(&value("Reason"))?,
        },
        Action::Unhold => Fact::HoldEnded {},
        Action::SkipStep => {
            let step = step()?;
            Fact::StepSkipped {
                target: incident.policy().target(&step),
                step,
                why: Skip::ByHand,
                reason: typed(&value("Reason"))?,
            }
        }
        Action::Confirm => Fact::StepConfirmed {
            step: step()?,
            go: value("Then") == "go",
        },
        Action::Page => {
            let person: Name = typed(&value("Who"))?;
            let contact = incident
                .policy()
                .contact
                .values()
                .find(|contact| contact.person == person);
            let via = contact
                .map(|contact| contact.channels.clone())
                .unwrap_or_default();
            Fact::Paged {
                person,
                text: typed(&value("Message"))?,
                via,
            }
        }
        Action::Severity => Fact::SeverityChanged {
            to: value("Severity")
                .parse()
                .map_err(|error: crate::domain::severity::UnknownSeverity| error.to_string())?,
            reason: typed(&value("Reason"))?,
        },
        Action::Reopen => Fact::Reopened {
            reason: typed(&value("Reason"))?,
        },
        Action::Merge => {
            let into = value("Into");
            let label = into.split_whitespace().next().unwrap_or_default();
            Fact::Merged {
                into: app
                    .board
                    .find(Some(label))
                    .map_err(|refusal| refusal.sentence)?
                    .id,
            }
        }
        Action::Approve => Fact::ExternalApproved {
            draft: sheet.entry.ok_or("there is no draft")?,
        },
        Action::Publish => publish(app, incident, sheet)?,
        _ => escalation::fires_by_a_person(incident, step()?, now),
    })
}

fn step_of(sheet: &Sheet) -> Option<StepId> {
    let (ladder, index) = sheet.quote.as_ref()?.rsplit_once('/')?;
    Some(StepId {
        ladder: ladder.to_owned(),
        index: index.parse().ok()?,
    })
}

fn until(app: &App, text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    match text.strip_prefix("until ") {
        Some(clock) => ahead(app, clock, now),
        None => Ok(now + span::parse(text).map_err(|error| error.to_string())?),
    }
}

fn publish(app: &App, incident: &Incident, sheet: &Sheet) -> Result<Fact, String> {
    let external = &incident.state().external;
    let (id, _, form) = external
        .draft
        .as_ref()
        .ok_or("there is no draft for outside")?;
    if sheet.entry != Some(*id) {
        return Err("there is a newer text for outside: go back and read it first".to_owned());
    }
    Ok(Fact::UpdateSent(Box::new(Update {
        audience: Audience::External,
        form: form.clone(),
        channels: app.settings.outside.clone(),
        last: incident.phase() == Phase::Resolved,
        draft: Some(*id),
    })))
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per action, each a line or two"
)]
fn after(
    app: &App,
    incident: &Incident,
    sheet: &Sheet,
    now: DateTime<Utc>,
) -> Result<Fact, String> {
    let value = |label: &str| sheet.value(label);
    Ok(match sheet.action {
        Action::Recurs => {
            let of = value("Of");
            let of = if of.is_empty() {
                None
            } else {
                Some(
                    app.board
                        .find(Some(&of))
                        .map_err(|refusal| refusal.sentence)?
                        .id,
                )
            };
            Fact::RecurrenceSaid {
                recurs: value("Recurs") == "yes",
                of,
            }
        }
        Action::FailureMode => Fact::FailureModeSaid {
            new: value("New failure mode") == "yes",
        },
        Action::Factor => Fact::FactorAdded {
            text: typed(&value("Factor"))?,
        },
        Action::ActionItem => Fact::ActionAdded {
            kind: ActionKind::ALL
                .into_iter()
                .find(|kind| kind.word() == value("Kind"))
                .ok_or("choose a kind")?,
            what: typed(&value("What"))?,
            owner: name(&value("Owner"))?,
            due: date(&value("Due"))?,
        },
        Action::ActionChange => {
            let place: usize = value("Item")
                .split_whitespace()
                .next()
                .and_then(|place| place.parse().ok())
                .unwrap_or(0);
            let action = incident
                .state()
                .retrospective
                .actions
                .get(place.wrapping_sub(1))
                .ok_or("there is no such item")?;
            Fact::ActionChanged {
                action: action.entry,
                owner: name(&value("Owner"))?,
                due: date(&value("Due"))?,
                done: Some(value("Done") == "yes"),
            }
        }
        Action::Schedule => Fact::RetrospectiveScheduled {
            at: ahead(app, &value("When"), now)?,
        },
        Action::Held => Fact::RetrospectiveHeld {
            attendees: value("Attendees")
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(Name::lossy)
                .collect(),
            notes: typed(&value("Notes"))?,
        },
        Action::Waive => Fact::RetrospectiveWaived {
            role: typed(&value("By"))?,
            reason: typed(&value("Reason"))?,
        },
        Action::Close => Fact::Closed {},
        other => return Err(format!("{other} can't be recorded")),
    })
}

fn name(text: &str) -> Result<Option<Name>, String> {
    if text.is_empty() {
        Ok(None)
    } else {
        typed(text).map(Some)
    }
}

fn date(text: &str) -> Result<Option<NaiveDate>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = crate::domain::text::one_line(text);
    text.parse()
        .map(Some)
        .map_err(|_| format!("{found:?} is not a date: write 2026-02-01"))
}
