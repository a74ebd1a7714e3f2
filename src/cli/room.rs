//! The log and all incidents as it tells them; and the one way in which a
//! command records.

mod deliveries;
mod meant;

use chrono::{DateTime, Utc};

use super::{
    args::Global,
    failure::{Exit, Failure},
    open::Setup,
    say,
    touch::{Touch, in_touch},
};
use crate::{
    domain::{
        board::Board,
        entry::{Entry, EntryId, IncidentId, Via},
        fact::{Fact, Health},
        incident::{Command, Gate, Incident},
        notice::Intent,
        text::{Name, Title},
        update::Audience,
        when,
        zone::Zone,
    },
    journal::{self, Author},
    store::{Log, StoreError},
    sync::Replica,
    ui::{composer::Composer, msg::Wish},
};

/// Everything a command works with.
#[derive(Debug)]
pub struct Room {
    /// The configuration.
    pub setup: Setup,
    /// The log; `None` where none has begun, and this command begins none.
    pub log: Option<Log>,
    /// What keeps it and the shared backend the same; `None` without one.
    pub sync: Option<Replica>,
    /// How the log and the backend stood when they last met.
    pub touch: Touch,
    /// All incidents.
    pub board: Board,
    /// While nothing is active, the incident is meant that waits for its
    /// follow-up: for commands that look back.
    pub follow_up: bool,
}

/// What a command recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// In which incident.
    pub incident: IncidentId,
    /// The entries, the first being the one that was asked for.
    pub entries: Vec<EntryId>,
    /// The messages that follow.
    pub intents: Vec<Intent>,
}

/// Fails where the server refused what was just recorded for good.
async fn taken(log: &Log, entries: &[Entry]) -> color_eyre::Result<()> {
    let ours = |id| entries.iter().any(|entry| entry.id == id);
    let unsent = log.unsent().await?;
    let refused = unsent
        .iter()
        .find_map(|one| one.refused.as_ref().filter(|_| ours(one.row.id)));
    match refused {
        Some(why) => Err(refused_there(why).into()),
        None => Ok(()),
    }
}

/// The server refused an entry for good.
pub fn refused_there(why: &str) -> Failure {
    kept_here(&format!("the server will not take it ({why})"))
}

fn kept_here(why: &str) -> Failure {
    let sentence =
        format!("{why}: it is kept here, and not for the team; `warroom sync` lists what is");
    Failure::new(Exit::Found, sentence)
}

/// A fact to record, and how.
#[derive(Debug)]
pub struct Entering<'a> {
    /// In which incident.
    pub incident: IncidentId,
    /// What happened.
    pub fact: Fact,
    /// When, as somebody typed it; now where nothing was.
    pub at: Option<&'a str>,
}

impl Room {
    /// The log.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`] where none has begun.
    pub fn log(&self) -> Result<&Log, StoreError> {
        let path = || self.setup.log_path().unwrap_or_default();
        self.log
            .as_ref()
            .ok_or_else(|| StoreError::Missing { path: path() })
    }

    /// The flags that every command takes.
    pub const fn global(&self) -> &Global {
        &self.setup.global
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.setup.clock.now()
    }

    /// Who does it.
    pub const fn me(&self) -> &Name {
        &self.setup.config.actor
    }

    /// When something happened, as somebody typed it; now where nobody did.
    ///
    /// # Errors
    ///
    /// When it can't be read as a time.
    pub fn happened(
        &self,
        incident: Option<&Incident>,
        at: Option<&str>,
    ) -> Result<DateTime<Utc>, Failure> {
        let zone = incident.map_or(Zone::UTC, |incident| incident.policy().calendar.zone);
        match at {
            None => Ok(self.now()),
            Some(text) => Ok(when::parse_past(text, self.now(), zone)?),
        }
    }

    /// When something is to be, as somebody typed it.
    ///
    /// # Errors
    ///
    /// When it can't be read as a time.
    pub fn ahead(&self, incident: &Incident, text: &str) -> Result<DateTime<Utc>, Failure> {
        let zone = incident.policy().calendar.zone;
        Ok(when::parse_time(text, self.now(), zone)?)
    }

    /// Records one fact, if it may be.
    ///
    /// # Errors
    ///
    /// The refusal, or why it could not be written.
    pub async fn record(&mut self, entering: Entering<'_>) -> color_eyre::Result<Recorded> {
        let wishes = self.propose(&entering).await?;
        self.write(wishes).await
    }

    /// What would be recorded, if it may be.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn propose(&self, entering: &Entering<'_>) -> color_eyre::Result<Vec<Wish>> {
        let now = self.now();
        let incident = self.board.get(entering.incident);
        let at = self.happened(incident, entering.at)?;
        let command = Command {
            fact: entering.fact.clone(),
            at,
            by: self.recorded_as().await,
            now,
            gate: self.gate(entering.incident).await?,
        };
        let facts = self
            .board
            .decide(entering.incident, &command)
            .map_err(Failure::from)?;
        let wish = |(incident, fact)| Wish { incident, fact, at };
        Ok(facts.into_iter().map(wish).collect())
    }

    /// Who records what this command does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`] where no log has begun.
    pub fn author(&self) -> Result<Author, StoreError> {
        Ok(Author {
            name: self.me().clone(),
            via: Via::Cli,
            replica: self.log()?.replica(),
            clock: self.setup.clock,
        })
    }

    /// Appends wishes and the messages that follow from them.
    ///
    /// # Errors
    ///
    /// Why it could not be written.
    pub async fn write(&mut self, wishes: Vec<Wish>) -> color_eyre::Result<Recorded> {
        let batch = self.author()?.write(wishes, &self.board);
        let now = self.now();
        let log = self.log()?.clone();
        log.append(&batch.entries, &batch.intents, now).await?;
        if let Some(sync) = &self.sync {
            self.hand_in(sync).await?;
            taken(&log, &batch.entries).await?;
            self.say_under_whom(sync).await;
        }
        journal::catch_up(&log, &mut self.board).await?;
        Ok(Recorded {
            incident: batch
                .entries
                .first()
                .map_or(IncidentId::WORKSPACE, |entry| entry.incident),
            entries: batch.entries.iter().map(|entry| entry.id).collect(),
            intents: batch.intents,
        })
    }

    /// Gives the server what was just recorded; fails where it takes nothing
    /// from here.
    async fn hand_in(&self, sync: &Replica) -> color_eyre::Result<()> {
        let touch = match &self.touch {
            // Who did not answer a moment ago is not waited for once more.
            Touch::Away(_) => {
                let way = "it waits here, and pages nobody: `warroom sync --wait` hands it in, as this home's open console does";
                say::note(&self.setup.global, way);
                return Ok(());
            }
            // With all the rest it goes there at somebody's word.
            Touch::Anew(_) => return Err(kept_here("the server was made anew").into()),
            // Why was said then. That this was refused as well is kept with it.
            Touch::Denied(_) => {
                in_touch(sync).await?;
                return Err(kept_here("the server takes nothing from here").into());
            }
            Touch::All | Touch::Without(_) => in_touch(sync).await?,
        };
        if let Touch::Denied(why) = &touch {
            return Err(refused_there(why).into());
        }
        // What was said a moment ago is not said once more.
        if touch != self.touch {
            touch.say(self.global());
        }
        Ok(())
    }

    /// Under which name this is recorded, as far as that is known: whoever may
    /// not do it under the name of the token is told here, and not only there.
    async fn recorded_as(&self) -> Name {
        let known_as = match &self.sync {
            Some(sync) => sync.known_as().await,
            None => None,
        };
        known_as.unwrap_or_else(|| self.me().clone())
    }

    /// A name that was asked for, and that the server does not record.
    async fn say_under_whom(&self, sync: &Replica) {
        let Some(asked) = &self.global().actor else {
            return;
        };
        let text = match sync.known_as().await {
            Some(name) if name.as_str() == asked => return,
            Some(name) => format!(
                "recorded as {name}: the server takes the name from the token, so --as {asked} does not count"
            ),
            None => format!(
                "the server will record it under the name of the token, whatever --as {asked} says"
            ),
        };
        say::note(self.global(), &text);
    }

    /// The draft of an update that was saved last, whoever wrote it: its key and
    /// its text.
    ///
    /// # Errors
    ///
    /// When the drafts can't be read.
    pub async fn draft(&self, id: IncidentId) -> Result<Option<(String, String)>, StoreError> {
        let key = Composer::draft_key(id, Audience::Internal);
        let all = self.log()?.drafts().await?.into_iter();
        let mut of_it = all.filter(|(found, _)| found.starts_with(&key));
        Ok(of_it.next_back())
    }

    /// What a command sees of the resolve gate (R1): the probes as the log
    /// tells, and whether the last update is sent or drafted.
    ///
    /// # Errors
    ///
    /// When the drafts can't be read.
    pub async fn gate(&self, id: IncidentId) -> Result<Gate, StoreError> {
        // A log that knows of no probe says nothing about the service.
        let known = self.board.probes().next().is_some();
        let not_green = self.board.probes();
        let not_green = not_green.filter(|(_, health, _)| *health != Health::Up);
        let not_green = not_green
            .map(|(name, health, _)| Title::lossy(&format!("probe {name}: {}", health.word())));
        let sent = self.board.get(id).is_some_and(|incident| {
            let last = incident.state().last_update();
            last.is_some_and(|sent| sent.update.last)
        });
        let drafted = sent || self.draft(id).await?.is_some();
        Ok(Gate {
            not_green: known.then(|| not_green.collect()),
            final_update_drafted: drafted,
        })
    }
}
