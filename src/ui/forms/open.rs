//! The sheets: what an action asks, in which words, behind which gate.

use chrono::{DateTime, Utc};

use super::super::{
    action::Action,
    app::{App, Mode, Pane, Rows},
    composer::Composer,
    msg::Effect,
    sheet::{Field, Gate, Sheet},
};
use crate::domain::{
    fact::{ActionKind, Role},
    incident::Incident,
    phase::Phase,
    policy::Policy,
    retrospective::attendees,
    severity::Severity,
    span,
    update::Audience,
};

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
    match action {
        Action::Compose => return Ok(compose(app, Audience::Internal, false, now)),
        Action::NoChange => return Ok(compose(app, Audience::Internal, true, now)),
        Action::ComposeOutside => return Ok(compose(app, Audience::External, false, now)),
        Action::Review => return review(app, now),
        _ => {}
    }
    let mut sheet = match action {
        Action::Declare | Action::Drill => declare(action, now),
        _ => {
            let incident = app.incident().ok_or("no incident is on the screen")?;
            let sheet = about(app, incident, action, arguments, now)?;
            sheet.about(incident.id)
        }
    };
    prefill(&mut sheet, arguments);
    super::regate(app, &mut sheet, now);
    if sheet.gate == Gate::Enter && !arguments.trim().is_empty() {
        return super::submit(app, &sheet, now);
    }
    app.mode = Mode::Sheet(Box::new(sheet));
    Ok(Vec::new())
}

/// What was given after a `:` command goes into the first field that is free.
fn prefill(sheet: &mut Sheet, arguments: &str) {
    let arguments = arguments.trim();
    if arguments.is_empty() {
        return;
    }
    if let Some(field) = sheet.fields.first_mut() {
        let chosen = field
            .choices
            .iter()
            .find(|choice| choice.eq_ignore_ascii_case(arguments))
            .cloned();
        match chosen {
            Some(choice) => field.value.set(&choice),
            None if field.choices.is_empty() => field
                .value
                .set(&crate::domain::text::Prose::lossy(arguments)),
            None => {}
        }
    }
}

fn declare(action: Action, now: DateTime<Utc>) -> Sheet {
    let drill = action == Action::Drill;
    let title = if drill {
        "OPEN A DRILL"
    } else {
        "OPEN AN INCIDENT"
    };
    let mut sheet = Sheet::new(action, title, Gate::Yes, now)
        .field(Field::text("What is wrong", "", "in a line"))
        .field(Field::choice(
            "Severity",
            "not yet",
            &["not yet", "P1", "P2", "P3", "P4"],
        ))
        .field(Field::text("Impact", "", "what users notice"))
        .field(Field::text("Alert at", "now", "14:05 UTC, 10m ago, none"))
        .field(Field::text("Service", "", "may stay empty"));
    if drill {
        return sheet.line("Nothing of a drill leaves this log (X4).");
    }
    sheet = sheet.field(Field::choice("Kind", "open", &["open", "private"]));
    // Who is paged at once depends on what is chosen: the gate says so.
    sheet.line("")
}

fn about(
    app: &App,
    incident: &Incident,
    action: Action,
    arguments: &str,
    now: DateTime<Utc>,
) -> Result<Sheet, String> {
    match action {
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
        | Action::Cancel
        | Action::Adopt => work(app, incident, action, now),
        Action::Escalate => escalate(incident, arguments, now),
        Action::Hold
        | Action::Unhold
        | Action::SkipStep
        | Action::Confirm
        | Action::Page
        | Action::Severity
        | Action::Resolve
        | Action::Reopen
        | Action::Merge
        | Action::Approve
        | Action::Publish
        | Action::Retry
        | Action::Drop => people(app, incident, action, now),
        _ => after(incident, action, now).ok_or_else(|| format!("{action} asks nothing")),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per action, each a line or two"
)]
fn work(
    app: &App,
    incident: &Incident,
    action: Action,
    now: DateTime<Utc>,
) -> Result<Sheet, String> {
    let label = incident.label();
    let me = &app.settings.me;
    let state = incident.state();
    let when = || Field::text("When", "now", "14:05 UTC, 10m ago");
    let reason = |hint: &str| Field::text("Reason", "", hint);
    let new = |title: &str, gate: Gate| Sheet::new(action, title, gate, now);
    Ok(match action {
        Action::Acknowledge => new(&format!("ACKNOWLEDGE {label} AS {me}"), Gate::Yes)
            .line("Stops the page ladder; the management ladder goes on (E2)."),
        Action::Note => new(&format!("NOTE IN {label}"), Gate::Enter)
            .field(Field::text("Note", "", ""))
            .field(when()),
        Action::Ask => new(&format!("ASK SOMEBODY IN {label}"), Gate::Enter)
            .field(Field::text("Who", "", ""))
            .field(Field::text("What", "", ""))
            .field(Field::text("Within", "10m", "10m, 1h")),
        Action::Answer => {
            let open: Vec<String> = state
                .asks
                .iter()
                .filter(|ask| ask.answered.is_none())
                .map(|ask| format!("{}: {}", ask.asked.of, ask.asked.what))
                .collect();
            let first = open.first().cloned().unwrap_or_default();
            let choices: Vec<&str> = open.iter().map(String::as_str).collect();
            new(&format!("ANSWER A REQUEST IN {label}"), Gate::Enter)
                .field(Field::choice("Request", &first, &choices))
                .field(Field::text("Answer", "", "may stay empty"))
        }
        Action::Role => {
            let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
            new(&format!("A ROLE IN {label}"), Gate::Yes)
                .field(Field::choice(
                    "Role",
                    if incident.commander().is_none() {
                        "commander"
                    } else {
                        "responder"
                    },
                    &words,
                ))
                .field(Field::text("Person", me, "who has it from now on"))
                .field(Field::choice("Do", "give", &["give", "take away"]))
        }
        Action::Describe => new(&format!("REWORD {label}"), Gate::Enter)
            .field(Field::text("Title", &state.title, ""))
            .field(Field::text("Impact", &state.impact, "what users notice"))
            .field(Field::text(
                "Service",
                state.service.as_deref().unwrap_or_default(),
                "",
            )),
        Action::Phase => {
            let next = match incident.phase() {
                Phase::Triage => "Investigating",
                Phase::Investigating => "Identified",
                Phase::Identified | Phase::Monitoring => "Fixing",
                Phase::Fixing => "Monitoring",
                Phase::Resolved | Phase::Closed | Phase::Cancelled => "Investigating",
            };
            new(&format!("{label} ENTERS A PHASE"), Gate::Yes)
                .field(Field::choice(
                    "Phase",
                    next,
                    &["Investigating", "Identified", "Fixing", "Monitoring"],
                ))
                .field(Field::text(
                    "Rollback",
                    "",
                    "for fixing: the plan, or none possible",
                ))
        }
        Action::Impact => {
            new(&format!("WHEN THE IMPACT OF {label} BEGAN"), Gate::Enter).field(when())
        }
        Action::Mitigate => new(&format!("THE IMPACT OF {label} IS OVER"), Gate::Yes)
            .line("Stops the management ladder; updates go on (E2).")
            .field(when()),
        Action::Link => new(&format!("A LINK IN {label}"), Gate::Enter)
            .field(Field::text("Name", "", ""))
            .field(Field::text("Address", "https://", "")),
        Action::Correct | Action::Retract => {
            let chosen = Rows::of(app)
                .get(app.row(Pane::Timeline))
                .ok_or("choose an entry in TIMELINE first")?;
            let quote = format!(
                "{}  {}  {}",
                chosen.at.format("%H:%M:%SZ"),
                chosen.who,
                chosen.text
            );
            let mut sheet = if action == Action::Correct {
                new("CORRECT AN ENTRY'S TIME", Gate::Enter)
                    .field(when())
                    .field(reason("may stay empty"))
            } else {
                new("TAKE AN ENTRY BACK", Gate::Yes)
                    .line("It stays visible as retracted.")
                    .field(reason("may stay empty"))
            };
            sheet.quote = Some(quote);
            sheet.entry = Some(chosen.entry);
            sheet
        }
        Action::Outage => new(&format!("CORRECT THE DOWNTIME OF {label}"), Gate::Enter)
            .line(format!(
                "Downtime so far: {}",
                span::format(state.ledger.total(now))
            ))
            .field(Field::choice("Do", "add", &["add", "strike"]))
            .field(Field::text("From", "", "14:00 UTC"))
            .field(Field::text("To", "", "14:18 UTC"))
            .field(reason("")),
        Action::LongRunning => new(&format!("{label} WILL TAKE LONG"), Gate::Enter)
            .line("Updates may then be promised later than the policy says (U1).")
            .field(reason("why")),
        Action::Cancel => new(&format!("CANCEL {label}"), Gate::Yes)
            .field(reason("a false alarm, or a duplicate of what")),
        Action::Adopt => new(
            &format!("ADOPT THE POLICY ON DISK IN {label}"),
            Gate::Word("adopt".to_owned()),
        )
        .line("Deadlines that are open are computed anew; what was met stays met (E6)."),
        _ => return Err(format!("{action} asks nothing")),
    })
}

fn escalate(incident: &Incident, arguments: &str, now: DateTime<Utc>) -> Result<Sheet, String> {
    let policy = incident.policy();
    let wanted = arguments.trim();
    let (id, target) = if wanted.is_empty() {
        super::next_step(incident).ok_or("no step is left")?
    } else {
        policy
            .steps()
            .find(|(id, _, step)| {
                step.target.eq_ignore_ascii_case(wanted) || id.to_string() == wanted
            })
            .map(|(id, _, step)| (id, step.target.clone()))
            .ok_or_else(|| format!("no step tells {wanted}: {}", targets(policy)))?
    };
    let contact = policy.contact(&target);
    let is_top = policy.ladders.iter().any(|ladder| {
        ladder.name == id.ladder && ladder.steps.len() == id.index + 1 && id.index > 0
    });
    let word = if is_top {
        target.to_lowercase()
    } else {
        "escalate".to_owned()
    };
    let mut sheet = Sheet::new(
        Action::Escalate,
        format!("ESCALATE {} TO {target}", incident.label()),
        Gate::Word(word),
        now,
    );
    sheet = if let Some(contact) = contact.filter(|contact| !contact.channels.is_empty()) {
        let channels: Vec<&str> = contact
            .channels
            .iter()
            .map(crate::domain::text::Text::as_str)
            .collect();
        sheet.line(format!(
            "Pages {} by {}.",
            contact.person,
            channels.join(", ")
        ))
    } else {
        let phone = contact
            .map(|contact| format!("{} {}", contact.person, contact.phone))
            .unwrap_or_default();
        sheet.line(format!(
            "No channel reaches {target}: call them yourself, then confirm here. {phone}"
        ))
    };
    sheet = sheet.line("Firing early satisfies the step (E11).");
    sheet.quote = Some(id.to_string());
    Ok(sheet)
}

fn targets(policy: &Policy) -> String {
    let names: Vec<String> = policy
        .steps()
        .map(|(_, _, step)| step.target.to_string())
        .collect();
    names.join(", ")
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per action, each a line or two"
)]
fn people(
    app: &App,
    incident: &Incident,
    action: Action,
    now: DateTime<Utc>,
) -> Result<Sheet, String> {
    let label = incident.label();
    let state = incident.state();
    let reason = |hint: &str| Field::text("Reason", "", hint);
    let new = |title: String, gate: Gate| Sheet::new(action, title, gate, now);
    let word = |word: &str| Gate::Word(word.to_owned());
    Ok(match action {
        Action::Hold => new(format!("HOLD THE LADDER OF {label}"), word("hold"))
            .line("Steps that fall due meanwhile fire when the hold ends, late.")
            .field(Field::text("For", "10m", "10m, 1h, until 15:00 UTC"))
            .field(reason("why")),
        Action::Unhold => new(format!("END THE HOLD OF {label}"), word("unhold"))
            .line("Steps that fell due meanwhile fire now."),
        Action::SkipStep => {
            let (id, target) = super::next_step(incident).ok_or("no step is left")?;
            let mut sheet =
                new(format!("SKIP {target} IN {label}"), word("skip")).field(reason("why"));
            sheet.quote = Some(id.to_string());
            sheet
        }
        Action::Confirm => {
            let (id, target) = super::next_step(incident).ok_or("no step is left")?;
            let mut sheet = new(
                format!("ESCALATE TO {target} WHEN IT FALLS DUE?"),
                Gate::Yes,
            )
            .line("Silence does not stop the step (E5).")
            .field(Field::choice("Then", "go", &["go", "call it off"]));
            sheet.quote = Some(id.to_string());
            sheet
        }
        Action::Page => {
            let people: Vec<&str> = incident
                .policy()
                .contact
                .values()
                .map(|contact| contact.person.as_str())
                .collect();
            let first = people.first().copied().unwrap_or_default();
            let who = if people.is_empty() {
                Field::text("Who", "", "no contact is configured")
            } else {
                Field::choice("Who", first, &people)
            };
            new(format!("PAGE SOMEBODY ABOUT {label}"), word("page"))
                .field(who)
                .field(Field::text("Message", "", "what they are to do"))
        }
        Action::Severity => {
            let current = incident
                .severity()
                .map_or_else(|| "P1".to_owned(), |severity| severity.to_string());
            let levels: Vec<String> = Severity::ALL.iter().map(Severity::to_string).collect();
            let levels: Vec<&str> = levels.iter().map(String::as_str).collect();
            new(format!("SEVERITY OF {label}"), Gate::Yes)
                .line("Deadlines are computed anew from the alert (S3); the highest level counts afterwards (S4).")
                .field(Field::choice("Severity", &current, &levels))
                .field(reason("needed to lower it"))
        }
        Action::Resolve => resolve(app, incident, now),
        Action::Reopen => new(format!("REOPEN {label}"), word("reopen"))
            .line("The original deadlines count again (R2).")
            .field(reason("why")),
        Action::Merge => {
            let others: Vec<String> = app
                .board
                .active()
                .iter()
                .filter(|other| other.id != incident.id)
                .map(|other| format!("{} {}", other.label(), other.state().title))
                .collect();
            let choices: Vec<&str> = others.iter().map(String::as_str).collect();
            new(format!("MERGE {label} INTO ANOTHER"), word("merge"))
                .line("Both numbers stay valid; whoever was paged is not paged again (R3).")
                .field(Field::choice(
                    "Into",
                    choices.first().copied().unwrap_or_default(),
                    &choices,
                ))
        }
        Action::Approve | Action::Publish => {
            let (id, author, form) = state
                .external
                .draft
                .as_ref()
                .ok_or("there is no draft for outside")?;
            let quote = format!("{}: {}\n\n{}", form.status, form.impact, form.body);
            let mut sheet = if action == Action::Approve {
                new(format!("APPROVE THE NEWS ABOUT {label}"), Gate::Yes)
                    .line(format!("Written by {author}. Approving sends nothing."))
            } else {
                publish(app, incident, now)
            };
            sheet.quote = Some(quote);
            sheet.entry = Some(*id);
            sheet
        }
        Action::Retry | Action::Drop => {
            let delivery = app
                .deliveries
                .get(app.row(Pane::Outbox))
                .ok_or("there is no delivery")?;
            let mut sheet = if action == Action::Retry {
                new(
                    format!("SEND AGAIN TO {}", delivery.intent.channel),
                    word("send"),
                )
                .line("It carries the same key, and says that it may be a repeat where it may.")
            } else {
                new(
                    format!("DROP WHAT GOES TO {}", delivery.intent.channel),
                    Gate::Yes,
                )
            };
            sheet = sheet.line(format!("Key {}", delivery.intent.key));
            sheet.delivery = Some(delivery.intent.key.clone());
            sheet.quote = Some(delivery.intent.text.to_string());
            sheet
        }
        _ => return Err(format!("{action} asks nothing")),
    })
}

fn resolve(app: &App, incident: &Incident, now: DateTime<Utc>) -> Sheet {
    let open = incident.open_gate(super::gate(app, incident.id, now));
    let mut sheet = Sheet::new(
        Action::Resolve,
        format!("RESOLVE {}", incident.label()),
        Gate::Word("resolved".to_owned()),
        now,
    );
    sheet = if open.is_empty() {
        sheet.line("The gate is closed: everything that was to be checked is.")
    } else {
        open.iter()
            .fold(sheet.line("Still open (R1):"), |sheet, point| {
                sheet.line(format!("  {point}"))
            })
    };
    let looks_like = app
        .board
        .looks_like(incident)
        .map(|other| format!("It looks like {}: {}", other.label(), other.state().title));
    sheet = looks_like.into_iter().fold(sheet, Sheet::line);
    let hint = if open.is_empty() {
        "not needed"
    } else {
        "needed: the gate is open"
    };
    sheet
        .field(Field::text("Reason", "", hint))
        .field(Field::choice(
            "New failure mode",
            "not known yet",
            &["not known yet", "yes", "no"],
        ))
}

fn publish(app: &App, incident: &Incident, now: DateTime<Utc>) -> Sheet {
    let label = incident.label();
    let sheet = Sheet::new(
        Action::Publish,
        format!("TELL THE PUBLIC ABOUT {label}"),
        Gate::Word("public".to_owned()),
        now,
    )
    .line("This goes to people outside the company.");
    if app.settings.outside.is_empty() {
        return sheet.line(format!(
            "No channel leads outside: publish it yourself on the {}, then confirm here.",
            incident.policy().external.place
        ));
    }
    let channels: Vec<&str> = app
        .settings
        .outside
        .iter()
        .map(crate::domain::text::Text::as_str)
        .collect();
    sheet
        .line(format!("Where     {}", channels.join(", ")))
        .line("Then a 30 second hold starts; u takes it back.")
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per action, each a line or two"
)]
fn after(incident: &Incident, action: Action, now: DateTime<Utc>) -> Option<Sheet> {
    let label = incident.label();
    let yes_no = |name: &'static str| Field::choice(name, "no", &["yes", "no"]);
    let new = |title: String, gate: Gate| Sheet::new(action, title, gate, now);
    let actions: Vec<String> = incident
        .state()
        .retrospective
        .actions
        .iter()
        .enumerate()
        .map(|(place, item)| format!("{} {}", place + 1, item.what))
        .collect();
    Some(match action {
        Action::Recurs => new(format!("DOES {label} RECUR?"), Gate::Enter)
            .field(yes_no("Recurs"))
            .field(Field::text("Of", "", "INC-142, may stay empty")),
        Action::FailureMode => new(format!("IS THE FAILURE MODE OF {label} NEW?"), Gate::Enter)
            .field(yes_no("New failure mode")),
        Action::Factor => new(format!("WHAT CONTRIBUTED TO {label}"), Gate::Enter)
            .field(Field::text("Factor", "", "a cause, not a person")),
        Action::ActionItem => {
            let kinds: Vec<&str> = ActionKind::ALL.iter().map(|kind| kind.word()).collect();
            new(format!("AN ACTION ITEM OF {label}"), Gate::Enter)
                .field(Field::text("What", "", ""))
                .field(Field::choice("Kind", kinds[0], &kinds))
                .field(Field::text("Owner", "", "closing needs one"))
                .field(Field::text("Due", "", "2026-02-01"))
        }
        Action::ActionChange => {
            let choices: Vec<&str> = actions.iter().map(String::as_str).collect();
            new(format!("CHANGE AN ACTION ITEM OF {label}"), Gate::Enter)
                .field(Field::choice(
                    "Item",
                    choices.first().copied().unwrap_or_default(),
                    &choices,
                ))
                .field(Field::text("Owner", "", "empty: as it is"))
                .field(Field::text("Due", "", "empty: as it is"))
                .field(yes_no("Done"))
        }
        Action::Schedule => new(
            format!("WHEN IS THE RETROSPECTIVE OF {label}?"),
            Gate::Enter,
        )
        .field(Field::text("When", "", "2026-01-22 14:00")),
        Action::Held => {
            let people: Vec<String> = attendees(incident)
                .iter()
                .map(ToString::to_string)
                .collect();
            new(
                format!("THE RETROSPECTIVE OF {label} WAS HELD"),
                Gate::Enter,
            )
            .field(Field::text(
                "Attendees",
                &people.join(", "),
                "names, with commas",
            ))
            .field(Field::text("Notes", "", "a link, or a sentence"))
        }
        Action::Waive => new(format!("NO RETROSPECTIVE FOR {label}"), Gate::Yes)
            .field(Field::text("By", "", "the role that decides"))
            .field(Field::text("Reason", "", "why")),
        Action::Close => new(format!("CLOSE {label}"), Gate::Yes),
        _ => return None,
    })
}

/// Opens the composer, with the kept draft where there is one.
fn compose(app: &mut App, audience: Audience, no_change: bool, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(incident) = app.incident() else {
        return Vec::new();
    };
    let channels = match audience {
        Audience::Internal => &app.settings.inside,
        Audience::External => &app.settings.outside,
    };
    let reopens = app
        .composer
        .as_ref()
        .is_some_and(|open| open.incident == incident.id && open.audience == audience);
    if !reopens || no_change {
        let mut composer = if no_change {
            Composer::no_change(incident, channels, now)
        } else {
            Composer::new(incident, audience, channels, now)
        };
        let kept = app
            .drafts
            .get(&Composer::draft_key(incident.id, audience))
            .filter(|_| !no_change);
        if let Some(kept) = kept {
            composer.restore(kept, now);
        }
        app.composer = Some(composer);
    }
    app.focus = Pane::Update;
    app.mode = Mode::Compose;
    Vec::new()
}

/// Shows exactly what will be sent, and asks for the word.
fn review(app: &mut App, now: DateTime<Utc>) -> Result<Vec<Effect>, String> {
    let composer = app
        .composer
        .as_ref()
        .ok_or("there is nothing to send: write the update first")?;
    let incident = app
        .board
        .get(composer.incident)
        .ok_or("the incident is gone")?;
    if composer.audience == Audience::External {
        let sheet = Sheet::new(Action::Review, "KEEP THE DRAFT FOR OUTSIDE", Gate::Yes, now)
            .about(incident.id)
            .line("The commander reads and approves it before it can be published (X2).");
        app.mode = Mode::Sheet(Box::new(sheet));
        return Ok(Vec::new());
    }
    let update = composer.update(now)?;
    let fact = crate::domain::fact::Fact::UpdateSent(Box::new(update.clone()));
    super::propose(app, incident.id, fact, now)?;
    let number = incident.state().updates.len() + 1;
    let mut sheet = Sheet::new(
        Action::Review,
        format!("SEND UPDATE {number} OF {}", incident.label()),
        Gate::Word("send".to_owned()),
        now,
    )
    .about(incident.id);
    sheet = if incident.is_sealed() {
        sheet.line("A drill, or private: it is recorded, and nothing leaves.")
    } else if update.channels.is_empty() {
        sheet.line("No channel is ticked: post it yourself, then confirm here that you did.")
    } else {
        let channels: Vec<&str> = update
            .channels
            .iter()
            .map(crate::domain::text::Text::as_str)
            .collect();
        sheet
            .line(format!("Where     {}", channels.join(", ")))
            .line("Then a 10 second hold starts; u takes it back.")
    };
    let label = app.board.label_in_updates(incident);
    let setting = crate::domain::update::Setting {
        label: label.as_deref(),
        siren: true,
        now,
    };
    sheet.quote = Some(update.form.render(setting));
    app.mode = Mode::Sheet(Box::new(sheet));
    Ok(Vec::new())
}
