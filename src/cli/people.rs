//! Who does what, who is asked, who is told; and the ladders.

use clap::{ArgAction, Args, Subcommand};

use super::{
    done::At,
    failure::{Exit, Failure},
    incident::{confirmed, plain},
    room::Room,
    say,
    text::{maybe, typed},
    update::stay_inside,
    wait::{Waiting, reaching},
};
use crate::{
    domain::{
        escalation::{self, Way},
        fact::{Fact, Role, Skip, StepId},
        incident::Incident,
        policy::Contact,
        span,
        text::{Name, one_line},
    },
    ui::format,
};

/// What is said of whatever would reach people otherwise (X4).
const IN_A_DRILL: &str = "a drill: it is recorded, and nothing leaves";

/// Ask one person for something, by a time.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  warroom ask bo \"is the replica in sync?\" --within 10m")]
pub struct Ask {
    /// Who is asked
    pub who: String,
    /// For what; - reads stdin
    pub what: String,
    /// How long they have
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub within: String,
}

/// Answer a request: the oldest open one to you, unless another is named.
#[derive(Debug, Args)]
pub struct Answer {
    /// The answer; may stay empty
    #[arg(default_value = "")]
    pub text: String,
    /// The request: #12, or the end of its id
    #[arg(long, value_name = "ENTRY")]
    pub request: Option<String>,
}

/// Give somebody a role; it is yours where nobody is named.
#[derive(Debug, Args)]
#[command(after_help = "\
Roles: commander, deputy, ops-lead, comms-lead, scribe, responder, observer,
stakeholder.

Example:
  warroom role commander ada")]
pub struct GiveRole {
    /// Which
    pub role: String,
    /// Who has it from now on
    pub person: Option<String>,
}

/// Give a role up, or take it from somebody.
#[derive(Debug, Args)]
pub struct Leave {
    /// Which
    pub role: String,
    /// Who gives it up
    pub person: Option<String>,
}

/// Fire the next step of the ladder now, or another one. Reaches people.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom escalate --yes
  warroom escalate 'Engineering Manager' --yes --wait 1m")]
pub struct Escalate {
    /// A target, or a step such as management/2; the next one otherwise
    pub step: Option<String>,
    #[command(flatten)]
    pub waiting: Waiting,
}

/// Page a person now. Reaches people.
#[derive(Debug, Args)]
pub struct Page {
    /// Who
    pub person: String,
    /// What to tell them; - reads stdin
    #[arg(default_value = "")]
    pub text: String,
    #[command(flatten)]
    pub waiting: Waiting,
}

/// Pass a step over. Somebody is not told because of it.
#[derive(Debug, Args)]
pub struct SkipStep {
    /// A target, or a step such as management/2; the next one otherwise
    pub step: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Answer the question before a step.
#[derive(Debug, Args)]
pub struct ConfirmStep {
    /// Whether it fires when it falls due
    #[arg(value_name = "go|stop", value_parser = go_or_stop, action = ArgAction::Set)]
    pub answer: bool,
    /// A target, or a step such as management/3; the next one otherwise
    pub step: Option<String>,
}

/// Let the ladders wait.
#[derive(Debug, Args)]
#[command(after_help = "\
Steps that fall due meanwhile fire when the hold ends, late.

Example:
  warroom hold 10m --reason \"the fix is rolling out\" --yes")]
pub struct Hold {
    /// How long: 10m, 1h; or until when: 15:00
    #[arg(value_name = "SPAN|TIME")]
    pub until: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// People, and what reaches them.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Ask(Ask),
    Answer(Answer),
    Role(GiveRole),
    Leave(Leave),
    Escalate(Escalate),
    Page(Page),
    SkipStep(SkipStep),
    ConfirmStep(ConfirmStep),
    Hold(Hold),
    /// End the hold; late steps fire
    Unhold,
}

fn go_or_stop(word: &str) -> Result<bool, String> {
    match word.to_ascii_lowercase().as_str() {
        "go" | "yes" => Ok(true),
        "stop" | "no" => Ok(false),
        _ => Err("say go or stop".to_owned()),
    }
}

impl Verb {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// The refusal, a missing confirmation, or why it could not be recorded.
    pub async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        match self {
            Self::Ask(ask) => ask.run(room).await,
            Self::Answer(answer) => answer.run(room).await,
            Self::Role(GiveRole { role, person }) => {
                let (role, person) = (role_of(&role)?, person_of(room, person.as_deref())?);
                plain(room, Fact::RoleGiven { role, person }, At::default()).await
            }
            Self::Leave(Leave { role, person }) => {
                let (role, person) = (role_of(&role)?, person_of(room, person.as_deref())?);
                plain(room, Fact::RoleLeft { role, person }, At::default()).await
            }
            Self::Escalate(escalate) => escalate.run(room).await,
            Self::Page(page) => page.run(room).await,
            Self::SkipStep(skip) => skip.run(room).await,
            Self::ConfirmStep(confirm) => confirm.run(room).await,
            Self::Hold(hold) => hold.run(room).await,
            Self::Unhold => unhold(room).await,
        }
    }
}

fn role_of(word: &str) -> Result<Role, Failure> {
    let wanted = word.trim().to_ascii_lowercase().replace(['-', '_'], " ");
    Role::ALL
        .into_iter()
        // As every header calls the commander.
        .find(|role| role.word() == wanted || (wanted == "ic" && *role == Role::Commander))
        .ok_or_else(|| {
            let known: Vec<String> = Role::ALL
                .iter()
                .map(|role| role.word().replace(' ', "-"))
                .collect();
            let word = one_line(word);
            Failure::usage(format!("{word:?} is not a role: {}", known.join(", ")))
        })
}

fn person_of(room: &Room, text: Option<&str>) -> Result<Name, Failure> {
    let name: Name = match text {
        Some(text) => typed("the person", text)?,
        None => room.me().clone(),
    };
    if name.trim().is_empty() {
        return Err(Failure::usage("say who"));
    }
    Ok(name)
}

impl Ask {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let within = span::parse(&self.within).map_err(Failure::from)?;
        let fact = Fact::Asked {
            of: typed("the person", &self.who)?,
            what: typed("the request", &self.what)?,
            by: room.now() + within,
        };
        plain(room, fact, At::default()).await
    }
}

impl Answer {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let ask = match &self.request {
            Some(text) => room.entry(incident, text)?.id,
            None => open_request(room, incident)?,
        };
        let text = typed("the answer", &self.text)?;
        plain(room, Fact::Answered { ask, text }, At::default()).await
    }
}

fn open_request(
    room: &Room,
    incident: &Incident,
) -> Result<crate::domain::entry::EntryId, Failure> {
    let mut asks = incident.state().asks.iter();
    asks.find(|ask| ask.answered.is_none() && ask.asked.of == *room.me())
        .map(|ask| ask.entry)
        .ok_or_else(|| {
            let label = incident.label();
            let me = room.me();
            Failure::not_found(format!(
                "nothing is asked of {me} in {label}: name the request with --request"
            ))
        })
}

/// The step that is meant by its name or target; the one due next otherwise.
fn step_of(incident: &Incident, text: Option<&str>) -> Result<StepId, Failure> {
    let Some(text) = text else {
        let next = escalation::next_step(incident).map(|(step, _)| step);
        let label = incident.label();
        let why = match escalation::held_until(incident) {
            Some(until) => format!(
                "the ladder of {label} is held until {}: end the hold with `warroom unhold`, or name the step",
                super::words::stamp(until)
            ),
            None => format!("{label} has no step left to climb"),
        };
        return next.ok_or_else(|| Failure::refused(why));
    };
    let mut steps = incident.policy().steps();
    steps
        .find(|(id, _, step)| id.to_string() == text || step.target.eq_ignore_ascii_case(text))
        .map(|(id, ..)| id)
        .ok_or_else(|| {
            let known: Vec<String> = incident
                .policy()
                .steps()
                .map(|(id, _, step)| format!("{id} ({})", step.target))
                .collect();
            let text = one_line(text);
            Failure::not_found(format!("there is no step {text}: {}", known.join(", ")))
        })
}

impl Escalate {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let step = step_of(incident, self.step.as_deref())?;
        let target = incident.policy().target(&step);
        let what = format!("{} is escalated to {target}", incident.label());
        let fact = escalation::fires_by_a_person(incident, step, room.now());
        match escalation::way(incident, &target) {
            Way::Pages(_) => {}
            Way::Plays(_) => say::aside(IN_A_DRILL),
            Way::ByHand(contact) => {
                let whom = contact.map_or_else(|| target.to_string(), Contact::called);
                say::aside(&format!(
                    "nothing leaves for {target}: call {whom} yourself; this records that you did"
                ));
            }
        }
        reaching(room, fact, ("escalate", &what), &self.waiting).await
    }
}

impl Page {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let person: Name = typed("the person", &self.person)?;
        let contacts = &incident.policy().contact;
        let contact = contacts.iter().find(|(target, contact)| {
            contact.person == person || target.eq_ignore_ascii_case(&person)
        });
        let (person, via) = match contact {
            Some((_, contact)) => (contact.person.clone(), contact.channels.clone()),
            None => (person, Vec::new()),
        };
        stay_inside(room, &via)?;
        if incident.state().drill {
            say::aside(IN_A_DRILL);
        }
        let how = if via.is_empty() { ", by hand" } else { "" };
        let what = format!("{person} is paged{how} about {}", incident.label());
        let fact = Fact::Paged {
            person,
            text: typed("the message", &self.text)?,
            via,
        };
        reaching(room, fact, ("page", &what), &self.waiting).await
    }
}

impl SkipStep {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let step = step_of(incident, self.step.as_deref())?;
        let target = incident.policy().target(&step);
        let what = format!("{target} is not told of {}", incident.label());
        let fact = Fact::StepSkipped {
            step,
            target,
            why: Skip::ByHand,
            reason: maybe("the reason", self.reason.as_deref())?,
        };
        confirmed(room, fact, At::default(), ("skip", &what)).await
    }
}

impl ConfirmStep {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let step = step_of(room.incident()?, self.step.as_deref())?;
        let fact = Fact::StepConfirmed {
            step,
            go: self.answer,
        };
        plain(room, fact, At::default()).await
    }
}

impl Hold {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let until = match span::parse(&self.until) {
            Ok(length) => room.now() + length,
            Err(_) => room.ahead(incident, &self.until)?,
        };
        let (label, clock) = (incident.label(), format::clock_on_day(until, room.now()));
        let what = format!("the ladders of {label} wait until {clock}");
        let fact = Fact::Held {
            until,
            reason: maybe("the reason", self.reason.as_deref())?,
        };
        confirmed(room, fact, At::default(), ("hold", &what)).await
    }
}

/// Steps that fell due meanwhile fire at once, where anybody can be reached.
async fn unhold(room: &mut Room) -> color_eyre::Result<Exit> {
    let incident = room.incident()?;
    let what = format!("the hold of {} ends", incident.label());
    let (policy, severity) = (incident.policy(), incident.severity());
    let pages = |step| escalation::reach_from(incident, step).is_some();
    if policy
        .steps()
        .any(|(_, _, step)| step.is_for(severity) && pages(step))
    {
        return confirmed(room, Fact::HoldEnded {}, At::default(), ("unhold", &what)).await;
    }
    plain(room, Fact::HoldEnded {}, At::default()).await
}
