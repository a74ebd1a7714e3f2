//! The course of an incident: from declaring it to closing it.

use clap::{Args, Subcommand};

use super::{
    confirm,
    declare::Declare,
    done::{self, At},
    failure::{Exit, Failure},
    read,
    room::{Entering, Recorded, Room},
    text::{maybe, typed},
};
use crate::{
    domain::{fact::Fact, phase::Phase, severity::Severity, text::Prose},
    ui::msg::Wish,
};

/// Take the page: stops the page ladder.
#[derive(Debug, Args)]
pub struct Ack {
    #[command(flatten)]
    pub at: At,
}

/// Write something down.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom note \"rolled the canary back\" --at '5m ago'
  journalctl -u api -n 20 | warroom note -")]
pub struct Note {
    /// The words; - reads stdin
    pub text: String,
    #[command(flatten)]
    pub at: At,
}

/// Set or change the severity. Raising it reaches people.
#[derive(Debug, Args)]
pub struct SetSeverity {
    /// P1 to P4
    #[arg(value_name = "P1..P4")]
    pub to: Severity,
    /// Why; needed to lower it
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub at: At,
}

/// Reword title, impact or service.
#[derive(Debug, Args)]
pub struct Describe {
    /// What is wrong, in a line
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// What users notice
    #[arg(long, value_name = "TEXT")]
    pub impact: Option<String>,
    /// The service hit
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
}

/// Enter a phase of the work.
#[derive(Debug, Args)]
pub struct EnterPhase {
    /// investigating, identified, fixing or monitoring
    pub phase: String,
    /// For fixing: how to get back, or "none possible"
    #[arg(long, visible_alias = "reason", value_name = "TEXT")]
    pub rollback: Option<String>,
    #[command(flatten)]
    pub at: At,
}

/// Say when the impact began.
#[derive(Debug, Args)]
pub struct ImpactStarted {
    /// When: 14:05, '10m ago', '2026-01-22 14:05'
    pub time: String,
}

/// The impact is over: stops the management ladder.
#[derive(Debug, Args)]
pub struct Mitigate {
    #[command(flatten)]
    pub at: At,
}

/// The service is normal again. Asks for a reason while the gate is open.
#[derive(Debug, Args)]
pub struct Resolve {
    /// Why, although points of the gate are open
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Whether it failed in a new way, where you know
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub new_failure_mode: Option<bool>,
    #[command(flatten)]
    pub at: At,
}

/// Something with a reason.
#[derive(Debug, Args)]
pub struct Because {
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Go on with this incident in another one.
#[derive(Debug, Args)]
pub struct Merge {
    /// The incident that goes on
    #[arg(value_name = "INTO")]
    pub into: String,
}

/// What an incident goes through.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Declare(Declare),
    Ack(Ack),
    Note(Note),
    Severity(SetSeverity),
    Describe(Describe),
    Phase(EnterPhase),
    ImpactStarted(ImpactStarted),
    Mitigate(Mitigate),
    Resolve(Resolve),
    /// Resolved too early: the same incident goes on
    Reopen(Because),
    /// It never was one: a false alarm, or a duplicate
    Cancel(Because),
    Merge(Merge),
    /// Follow-up is done
    Close,
}

/// `yes` or `no`.
///
/// # Errors
///
/// When it is neither.
pub fn yes_or_no(word: &str) -> Result<bool, String> {
    match word.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" => Ok(true),
        "no" | "n" | "false" => Ok(false),
        _ => Err("say yes or no".to_owned()),
    }
}

impl Verb {
    /// Whether it is about an incident that is over.
    pub const fn looks_back(&self) -> bool {
        matches!(self, Self::Reopen(_) | Self::Close)
    }

    /// Carries it out.
    ///
    /// # Errors
    ///
    /// The refusal, or why it could not be recorded.
    pub async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        match self {
            Self::Declare(declare) => declare.run(room).await,
            Self::Ack(Ack { at }) => plain(room, Fact::Acknowledged {}, at).await,
            Self::Note(Note { text, at }) => {
                let text = typed("the note", &text)?;
                plain(room, Fact::Noted { text }, at).await
            }
            Self::Severity(severity) => severity.run(room).await,
            Self::Describe(describe) => describe.run(room).await,
            Self::Phase(phase) => phase.run(room).await,
            Self::ImpactStarted(ImpactStarted { time }) => {
                plain(room, Fact::ImpactStarted {}, At::typed(time)).await
            }
            Self::Mitigate(Mitigate { at }) => plain(room, Fact::Mitigated {}, at).await,
            Self::Resolve(resolve) => resolve.run(room).await,
            Self::Reopen(Because { reason }) => reopen(room, reason).await,
            Self::Cancel(Because { reason }) => {
                let reason = maybe("the reason", reason.as_deref())?;
                plain(room, Fact::Cancelled { reason }, At::default()).await
            }
            Self::Merge(Merge { into }) => merge(room, &into).await,
            Self::Close => plain(room, Fact::Closed {}, At::default()).await,
        }
    }
}

/// Records one fact in the incident that is meant.
///
/// # Errors
///
/// The refusal, or why it could not be recorded.
pub async fn plain(room: &mut Room, fact: Fact, at: At) -> color_eyre::Result<Exit> {
    let incident = room.incident()?.id;
    let entering = Entering {
        incident,
        fact,
        at: at.at.as_deref(),
    };
    let recorded = room.record(entering).await?;
    done::tell(room, &recorded)
}

/// [`plain`], after somebody confirmed it. The refusal comes before the question.
///
/// # Errors
///
/// As [`plain`], or nobody confirmed it.
pub async fn confirmed(
    room: &mut Room,
    fact: Fact,
    at: At,
    asked: (&str, &str),
) -> color_eyre::Result<Exit> {
    let recorded = once_confirmed(room, fact, at, asked).await?;
    done::tell(room, &recorded)
}

/// Records what somebody confirmed, and says nothing yet.
///
/// # Errors
///
/// As [`confirmed`].
pub async fn once_confirmed(
    room: &mut Room,
    fact: Fact,
    at: At,
    (word, what): (&str, &str),
) -> color_eyre::Result<Recorded> {
    let entering = Entering {
        incident: room.incident()?.id,
        fact,
        at: at.at.as_deref(),
    };
    room.propose(&entering).await?;
    confirm::word(room.global(), word, what)?;
    room.record(entering).await
}

impl SetSeverity {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let rises = incident.severity().is_none_or(|now| self.to > now);
        let label = incident.label();
        let fact = Fact::SeverityChanged {
            to: self.to,
            reason: maybe("the reason", self.reason.as_deref())?,
        };
        if !rises {
            return plain(room, fact, self.at).await;
        }
        let word = self.to.to_string().to_lowercase();
        let what = format!("{label} becomes {} {}", self.to, self.to.word());
        confirmed(room, fact, self.at, (&word, &what)).await
    }
}

impl Describe {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        if self.title.is_none() && self.impact.is_none() && self.service.is_none() {
            let sentence = "say what to reword: --title, --impact or --service";
            return Err(Failure::usage(sentence).into());
        }
        let fact = Fact::Described {
            title: self
                .title
                .as_deref()
                .map(|text| typed("the title", text))
                .transpose()?,
            impact: self
                .impact
                .as_deref()
                .map(|text| typed("the impact", text))
                .transpose()?,
            service: self
                .service
                .as_deref()
                .map(|text| typed("the service", text))
                .transpose()?,
        };
        plain(room, fact, At::default()).await
    }
}

impl EnterPhase {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let phase: Phase = read::phase(&self.phase)?;
        let rollback = self.rollback.as_deref();
        let rollback = rollback
            .map(|text| typed("the rollback plan", text))
            .transpose()?;
        plain(room, Fact::PhaseEntered { phase, rollback }, self.at).await
    }
}

impl Resolve {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let (id, label) = (incident.id, incident.label());
        let reason = self.reason.as_deref();
        let reason: Option<Prose> = reason.map(|text| typed("the reason", text)).transpose()?;
        let entering = Entering {
            incident: id,
            fact: Fact::Resolved {
                unmet: Vec::new(),
                reason,
            },
            at: self.at.at.as_deref(),
        };
        let mut wishes = room.propose(&entering).await?;
        confirm::word(
            room.global(),
            "resolved",
            &format!("this ends {label} for everybody"),
        )?;
        let now = room.now();
        wishes.extend(self.new_failure_mode.map(|new| Wish {
            incident: id,
            fact: Fact::FailureModeSaid { new },
            at: now,
        }));
        let recorded = room.write(wishes).await?;
        done::tell(room, &recorded)
    }
}

async fn reopen(room: &mut Room, reason: Option<String>) -> color_eyre::Result<Exit> {
    let reason = maybe("the reason", reason.as_deref())?;
    let what = format!("{} goes on", room.incident()?.label());
    let fact = Fact::Reopened { reason };
    confirmed(room, fact, At::default(), ("reopen", &what)).await
}

async fn merge(room: &mut Room, into: &str) -> color_eyre::Result<Exit> {
    let target = room.find(Some(into))?;
    let what = format!("{} goes on in {}", room.incident()?.label(), target.label());
    let fact = Fact::Merged { into: target.id };
    confirmed(room, fact, At::default(), ("merge", &what)).await
}
