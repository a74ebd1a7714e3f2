//! Telling people: the five lines inside the company, and the news outside.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use color_eyre::eyre::eyre;

use super::{
    confirm,
    done::{self, At},
    failure::{Exit, Failure},
    incident::{confirmed, plain},
    open::{Entering, Recorded, Room, typed},
    say, view,
};
use crate::{
    domain::{
        entry::EntryId,
        fact::{Fact, Update as Sent},
        hints::{self, Context},
        incident::Incident,
        notice::DeliveryState,
        phase::Phase,
        span,
        text::{Name, Prose, one_line},
        update::{Audience, Form},
    },
    store::DeliveryFilter,
    ui::composer::Composer,
};

/// Waiting for what was sent.
#[derive(Debug, Clone, Default, Args)]
pub struct Waiting {
    /// Wait until every channel took it, at most so long: 30s, 2m
    #[arg(long, value_name = "SPAN")]
    pub wait: Option<String>,
}

/// Tell the company. Shows exactly what is sent, and sends it after --yes.
#[derive(Debug, Args)]
#[command(after_help = "\
What is left out comes from the incident, its phase and the update before:
the status from the phase, the impact from severity and impact, the next
update from the policy. Without a channel it is recorded as posted by hand.

Examples:
  warroom update --status Identified --eta '2 hours' --body 'A bad deploy.' --yes
  warroom update --no-change --next 15:30 --yes --wait 1m
  warroom update --last --yes")]
pub struct Update {
    /// Investigating, Identified …
    #[arg(long, value_name = "TEXT")]
    pub status: Option<String>,
    /// 'P2 - High latency on video generation'
    #[arg(long, value_name = "TEXT")]
    pub impact: Option<String>,
    /// '2 hours', '16:30 UTC', unknown
    #[arg(long, value_name = "TEXT")]
    pub eta: Option<String>,
    /// When the next one follows: 14:50, +30m, none
    #[arg(long, value_name = "TIME")]
    pub next: Option<String>,
    /// What else is to be said; - reads stdin
    #[arg(long, value_name = "TEXT")]
    pub body: Option<String>,
    /// The last one
    #[arg(long)]
    pub last: bool,
    /// Repeat the last text: nothing has changed
    #[arg(long)]
    pub no_change: bool,
    /// Begin with the draft that a console keeps
    #[arg(long, conflicts_with = "no_change")]
    pub draft: bool,
    /// A channel it goes to; those of the configuration otherwise
    #[arg(long, value_name = "CHANNEL")]
    pub to: Vec<String>,
    /// It was posted by hand: record it, send nothing
    #[arg(long, conflicts_with = "to")]
    pub by_hand: bool,
    #[command(flatten)]
    pub waiting: Waiting,
}

/// News for outside: drafted, approved by the commander, published.
#[derive(Debug, Subcommand)]
pub enum External {
    /// Write a text for outside; nothing leaves
    Draft(Draft),
    /// Approve the newest draft, as its commander; nothing leaves
    Approve,
    /// Publish the approved draft
    Publish(Publish),
}

/// A text for outside.
#[derive(Debug, Args)]
pub struct Draft {
    /// The words; - reads stdin
    pub body: String,
    /// Investigating, Identified …; from the phase otherwise
    #[arg(long, value_name = "TEXT")]
    pub status: Option<String>,
    /// What users notice; from the incident otherwise
    #[arg(long, value_name = "TEXT")]
    pub impact: Option<String>,
}

/// Where it goes.
#[derive(Debug, Args)]
pub struct Publish {
    /// A channel it goes to; it was published by hand otherwise
    #[arg(long, value_name = "CHANNEL")]
    pub to: Vec<String>,
    #[command(flatten)]
    pub waiting: Waiting,
}

impl Update {
    /// Shows it, asks, sends it.
    ///
    /// # Errors
    ///
    /// The refusal, a missing confirmation, or why it could not be recorded.
    pub async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let now = room.now();
        let incident = room.incident()?;
        let (id, sealed) = (incident.id, incident.is_sealed());
        let update = self.compose(room, incident, now).await?;
        let label = room.board.label_in_updates(incident);
        let text = update.form.render(view::setting(label.as_deref(), now));
        hint(room, &update.form, Audience::Internal);
        let entering = Entering {
            incident: id,
            fact: Fact::UpdateSent(Box::new(update.clone())),
            at: None,
        };
        room.propose(&entering).await?;
        say::note(room.global(), &text);
        if !update.channels.is_empty() && !sealed {
            let what = format!("this goes to {}", names(&update.channels));
            confirm::word(room.global(), "send", &what)?;
        }
        let recorded = room.record(entering).await?;
        if self.draft {
            let key = Composer::draft_key(id, Audience::Internal);
            room.log.drop_draft(&key).await?;
        }
        done::tell(room, &recorded)?;
        wait(room, &recorded, &self.waiting).await
    }

    /// The update as it would be sent, through the console's own composer, so
    /// that both fill in the same.
    async fn compose(
        &self,
        room: &Room,
        incident: &Incident,
        now: DateTime<Utc>,
    ) -> color_eyre::Result<Sent> {
        let channels = self.channels(room)?;
        let mut composer = if self.no_change {
            Composer::no_change(incident, &channels, now)
        } else {
            Composer::new(incident, Audience::Internal, &channels, now)
        };
        if self.draft {
            let key = Composer::draft_key(incident.id, Audience::Internal);
            let kept = room.log.draft(&key).await?;
            let sentence = format!("no draft is kept for {}", incident.label());
            composer.restore(&kept.ok_or_else(|| Failure::not_found(sentence))?, now);
        }
        self.fill(&mut composer, incident, now)?;
        Ok(composer.update(now).map_err(Failure::refused)?)
    }

    fn channels(&self, room: &Room) -> Result<Vec<Name>, Failure> {
        if self.by_hand {
            return Ok(Vec::new());
        }
        if self.to.is_empty() {
            return Ok(room.setup.config.updates.clone());
        }
        known_channels(room, &self.to)
    }

    fn fill(
        &self,
        composer: &mut Composer,
        incident: &Incident,
        now: DateTime<Utc>,
    ) -> Result<(), Failure> {
        if let Some(text) = &self.status {
            composer
                .status
                .set(&typed::<200, false>("the status", text)?);
        }
        if let Some(text) = &self.impact {
            composer
                .impact
                .set(&typed::<200, false>("the impact", text)?);
        }
        if let Some(text) = &self.eta {
            composer.eta.set(&typed::<200, false>("the ETA", text)?);
            composer.eta_said = now;
        }
        if let Some(text) = &self.body {
            composer.body.set(&typed::<4000, true>("the text", text)?);
        }
        composer.last |= self.last;
        if let Some(text) = &self.next {
            composer
                .next
                .set(&typed::<200, false>("the next update", text)?);
        } else if composer.last && !incident.is_active() {
            composer.next.set("none");
        }
        Ok(())
    }
}

impl External {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// The refusal, a missing confirmation, or why it could not be recorded.
    pub async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        match self {
            Self::Draft(draft) => draft.run(room).await,
            Self::Approve => approve(room).await,
            Self::Publish(publish) => publish.run(room).await,
        }
    }
}

impl Draft {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let incident = room.incident()?;
        let usual = Composer::new(incident, Audience::External, &[], room.now());
        let status = self.status.unwrap_or_else(|| usual.status.text());
        // The level and the word for it are our own; outside, what users notice counts.
        let impact = match (self.impact, incident.state().impact.is_empty()) {
            (Some(impact), _) => impact,
            (None, true) => incident.state().title.to_string(),
            (None, false) => incident.state().impact.to_string(),
        };
        let form = Form {
            status: typed::<200, false>("the status", &status)?,
            impact: typed::<200, false>("the impact", &impact)?,
            body: typed("the text", &self.body)?,
            ..Form::default()
        };
        hint(room, &form, Audience::External);
        plain(room, Fact::ExternalDrafted { form }, At::default()).await
    }
}

fn newest_draft(incident: &Incident) -> Result<(EntryId, Form), Failure> {
    let draft = incident.state().external.draft.as_ref();
    draft
        .map(|(id, _, form)| (*id, form.clone()))
        .ok_or_else(|| {
            let label = incident.label();
            Failure::not_found(format!(
                "{label} has no draft for outside: write one with `warroom external draft`"
            ))
        })
}

async fn approve(room: &mut Room) -> color_eyre::Result<Exit> {
    let (draft, form) = newest_draft(room.incident()?)?;
    say::note(room.global(), &public(&form));
    plain(room, Fact::ExternalApproved { draft }, At::default()).await
}

fn public(form: &Form) -> String {
    format!("{}: {}\n\n{}", form.status, form.impact, form.body)
}

impl Publish {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let channels = known_channels(room, &self.to)?;
        let incident = room.incident()?;
        let (draft, form) = newest_draft(incident)?;
        let entering = Entering {
            incident: incident.id,
            fact: Fact::UpdateSent(Box::new(Sent {
                audience: Audience::External,
                last: incident.phase() == Phase::Resolved,
                form: form.clone(),
                channels: channels.clone(),
                draft: Some(draft),
            })),
            at: None,
        };
        room.propose(&entering).await?;
        say::note(room.global(), &public(&form));
        let what = match channels.as_slice() {
            [] => "this was published by hand".to_owned(),
            some => format!("this is published on {}", names(some)),
        };
        confirm::word(room.global(), "publish", &what)?;
        let recorded = room.record(entering).await?;
        done::tell(room, &recorded)?;
        wait(room, &recorded, &self.waiting).await
    }
}

/// The incident will take long: updates may be promised later than usual.
///
/// # Errors
///
/// The refusal, or why it could not be recorded.
pub async fn long_running(room: &mut Room, reason: &str) -> color_eyre::Result<Exit> {
    let reason: Prose = typed("the reason", reason)?;
    plain(room, Fact::LongRunning { reason }, At::default()).await
}

/// Fires or pages, after somebody confirmed it, and waits if asked to.
///
/// # Errors
///
/// As [`confirmed`].
pub async fn reaching(
    room: &mut Room,
    fact: Fact,
    asked: (&str, &str),
    waiting: &Waiting,
) -> color_eyre::Result<Exit> {
    let before = room.board.head();
    let exit = confirmed(room, fact, At::default(), asked).await?;
    if exit != Exit::Ok || waiting.wait.is_none() {
        return Ok(exit);
    }
    let entries = room.incident()?.entries().iter();
    let entries = entries.filter(|entry| entry.seq > Some(before));
    let recorded = Recorded {
        incident: room.incident()?.id,
        entries: entries.map(|entry| entry.id).collect(),
        intents: Vec::new(),
    };
    wait(room, &recorded, waiting).await
}

fn known_channels(room: &Room, names: &[String]) -> Result<Vec<Name>, Failure> {
    let channels = &room.setup.config.channels;
    names
        .iter()
        .map(|text| {
            let name: Name = typed("the channel", text)?;
            if channels.contains_key(&name) {
                return Ok(name);
            }
            let known: Vec<&str> = channels.keys().map(Name::as_str).collect();
            let known = match known.as_slice() {
                [] => "the configuration has none".to_owned(),
                some => format!("there are {}", some.join(", ")),
            };
            Err(Failure::not_found(format!(
                "there is no channel {name}: {known}"
            )))
        })
        .collect()
}

fn names(channels: &[Name]) -> String {
    let names: Vec<&str> = channels.iter().map(Name::as_str).collect();
    names.join(", ")
}

/// What to look at again before sending, on stderr.
fn hint(room: &Room, form: &Form, audience: Audience) {
    let people = room.incident().map(Incident::people).unwrap_or_default();
    let context = Context {
        now: room.now(),
        known_people: &people,
        internal_suffixes: &[],
    };
    for hint in hints::hints(form, audience, &context) {
        say::note(room.global(), &format!("hint: {hint}"));
    }
}

/// Waits until every delivery that follows from what was recorded has ended.
async fn wait(room: &Room, recorded: &Recorded, waiting: &Waiting) -> color_eyre::Result<Exit> {
    let Some(text) = &waiting.wait else {
        return Ok(Exit::Ok);
    };
    let limit: Duration = span::parse(text)
        .map_err(Failure::from)?
        .to_std()
        .map_err(|_| eyre!("{} is no time to wait", one_line(text)))?;
    let mut changes = room.log.changes().await;
    let watch = async {
        loop {
            if let Some(exit) = ended(room, recorded).await? {
                return Ok(exit);
            }
            changes.changed().await;
        }
    };
    let timed_out = || {
        let sentence = format!(
            "not every channel had taken it after {}: see `warroom deliveries`, and whether an engine runs",
            one_line(text)
        );
        Err(Failure::new(Exit::TimedOut, sentence).into())
    };
    tokio::time::timeout(limit, watch)
        .await
        .unwrap_or_else(|_| timed_out())
}

/// How it ended; `None` while something is on its way.
async fn ended(room: &Room, recorded: &Recorded) -> color_eyre::Result<Option<Exit>> {
    let filter = DeliveryFilter::About(recorded.incident);
    let deliveries = room.log.deliveries(filter).await?;
    let mine: Vec<DeliveryState> = deliveries
        .iter()
        .filter(|delivery| recorded.entries.contains(&delivery.intent.origin))
        .map(|delivery| delivery.state)
        .collect();
    let on_its_way =
        |state: &DeliveryState| matches!(state, DeliveryState::Queued | DeliveryState::InFlight);
    if mine.iter().any(on_its_way) {
        return Ok(None);
    }
    let sent = mine
        .iter()
        .filter(|state| **state == DeliveryState::Sent)
        .count();
    if sent == mine.len() {
        return Ok(Some(Exit::Ok));
    }
    let sentence = format!(
        "{sent} of {} channels took it: see `warroom deliveries`",
        mine.len()
    );
    let exit = if sent == 0 {
        Exit::Refused
    } else {
        Exit::Partly
    };
    Err(Failure::new(exit, sentence).into())
}
