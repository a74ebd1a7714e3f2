//! News for outside: drafted, approved by the commander, published.

use clap::{Args, Subcommand};

use super::{
    confirm,
    done::{self, At},
    failure::{Exit, Failure},
    incident::plain,
    room::{Entering, Room},
    say,
    text::typed,
    update::{hint, known_channels, names},
    wait::{Waiting, wait},
};
use crate::{
    domain::{
        entry::EntryId,
        fact::{Fact, Update as Sent},
        incident::Incident,
        phase::Phase,
        update::{Audience, Form},
    },
    ui::composer::Composer,
};

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
    /// A channel it goes to; the public ones of the configuration otherwise
    #[arg(long, value_name = "CHANNEL")]
    pub to: Vec<String>,
    /// It was published by hand: record it, send nothing
    #[arg(long, conflicts_with = "to")]
    pub by_hand: bool,
    #[command(flatten)]
    pub waiting: Waiting,
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
        let channels = match (self.by_hand, self.to.as_slice()) {
            (true, _) => Vec::new(),
            (false, []) => room.setup.config.publish.clone(),
            (false, named) => known_channels(room, named)?,
        };
        let incident = room.incident()?;
        let (draft, form) = newest_draft(incident)?;
        let entering = Entering {
            incident: incident.id,
            fact: Fact::UpdateSent(Box::new(Sent {
                audience: Audience::External,
                last: incident.phase() == Phase::Resolved,
                label: None,
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
        confirm::word(room.global(), "public", &what)?;
        let recorded = room.record(entering).await?;
        done::tell(room, &recorded)?;
        wait(room, &recorded, &self.waiting).await
    }
}
