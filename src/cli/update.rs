//! Telling the company: the five lines.

use chrono::{DateTime, Utc};
use clap::Args;

use super::{
    confirm,
    done::{self, At},
    failure::{Exit, Failure},
    incident::plain,
    room::{Entering, Room},
    say,
    text::typed,
    view,
    wait::{Waiting, wait},
};
use crate::{
    domain::{
        fact::{Fact, Update as Sent},
        hints::{self, Context},
        incident::Incident,
        text::{Name, Prose, Title},
        update::{Audience, Form},
    },
    ui::composer::Composer,
};

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
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Update {
    /// Investigating, Identified, Fixing, Monitoring, Resolved, or your own words
    #[arg(long, value_name = "TEXT")]
    pub status: Option<String>,
    /// 'P2 - High latency on video generation'
    #[arg(long, value_name = "TEXT")]
    pub impact: Option<String>,
    /// '2 hours', '16:30 UTC', unknown
    #[arg(long, value_name = "TEXT")]
    pub eta: Option<String>,
    /// When the next one follows: 14:50, 30m, none
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
        let (update, key) = self.compose(room, incident, now).await?;
        let text = update
            .form
            .render(view::setting(update.label.as_deref(), now));
        hint(room, &update.form, Audience::Internal);
        let entering = Entering {
            incident: id,
            fact: Fact::UpdateSent(Box::new(update.clone())),
            at: None,
        };
        room.propose(&entering).await?;
        say::note(room.global(), &text);
        if update.channels.is_empty() && !self.by_hand && !sealed {
            say::aside(&reaches_nobody(room));
        }
        if !update.channels.is_empty() && !sealed {
            let what = format!("this goes to {}", names(&update.channels));
            confirm::word(room.global(), "send", &what)?;
        }
        let recorded = room.record(entering).await?;
        if let Some(key) = key {
            room.log()?.drop_draft(&key).await?;
        }
        done::tell(room, &recorded)?;
        wait(room, &recorded, &self.waiting).await
    }

    /// The update as it would be sent, through the console's own composer, so
    /// that both fill in the same; and the key of the draft it was made of.
    async fn compose(
        &self,
        room: &Room,
        incident: &Incident,
        now: DateTime<Utc>,
    ) -> color_eyre::Result<(Sent, Option<String>)> {
        let channels = self.channels(room)?;
        let mut key = None;
        let mut composer = if self.no_change {
            Composer::no_change(incident, &channels, now)
        } else {
            Composer::new(incident, Audience::Internal, &channels, now)
        };
        if self.draft {
            let sentence = format!("no draft is kept for {}", incident.label());
            let kept = room.draft(incident.id).await?;
            let (kept, text) = kept.ok_or_else(|| Failure::not_found(sentence))?;
            composer.restore(&text);
            key = Some(kept);
        }
        self.fill(&mut composer, incident, now)?;
        let label = room.board.label_in_updates(incident);
        let sent = Sent {
            label: label.map(|label| Title::lossy(&label)),
            ..composer.update(now).map_err(Failure::refused)?
        };
        Ok((sent, key))
    }

    fn channels(&self, room: &Room) -> Result<Vec<Name>, Failure> {
        if self.by_hand {
            return Ok(Vec::new());
        }
        let named = match self.to.as_slice() {
            [] => room.setup.config.updates.clone(),
            named => known_channels(room, named)?,
        };
        stay_inside(room, &named)?;
        Ok(named)
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

/// That no channel takes an update inside the company, so that somebody has to
/// tell people.
fn reaches_nobody(room: &Room) -> String {
    let there = room.setup.leads_to();
    let whose = room.setup.deliverer();
    let has = match (there.all.as_slice(), there.public.as_slice()) {
        ([], _) => "has no channel".to_owned(),
        (all, public) if all.iter().all(|name| public.contains(name)) => {
            format!("has only {}, which is for the public", names(all))
        }
        (all, _) => format!("has {}, and none of them is for updates", names(all)),
    };
    format!(
        "THIS REACHES NOBODY: {whose} {has}; post it yourself, or name a channel with --to or in updates.channels"
    )
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

/// The channels of those names.
///
/// # Errors
///
/// Names those that there are.
pub fn known_channels(room: &Room, names: &[String]) -> Result<Vec<Name>, Failure> {
    let there = room.setup.leads_to().all;
    names
        .iter()
        .map(|text| {
            let name: Name = typed("the channel", text)?;
            if there.contains(&name) {
                return Ok(name);
            }
            let whose = room.setup.deliverer();
            let known = match there.as_slice() {
                [] => format!("{whose} has none"),
                some => format!("{whose} has {}", self::names(some)),
            };
            Err(Failure::not_found(format!(
                "there is no channel {name}: {known}"
            )))
        })
        .collect()
}

/// Refuses channels that the public reads, for what is meant for people inside.
///
/// # Errors
///
/// Names the first, and the way out.
pub fn stay_inside(room: &Room, channels: &[Name]) -> Result<(), Failure> {
    let public = room.setup.leads_to().public;
    match channels.iter().find(|name| public.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Failure::refused(format!(
            "{name} is a public channel, and this is not for the public (X2): name another one, or write for outside with `warroom external draft`"
        ))),
    }
}

/// `incidents, mail`.
pub fn names(channels: &[Name]) -> String {
    let names: Vec<&str> = channels.iter().map(Name::as_str).collect();
    names.join(", ")
}

/// What to look at again before sending, on stderr.
pub fn hint(room: &Room, form: &Form, audience: Audience) {
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
