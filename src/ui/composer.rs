//! The update being written: fields, text, and what is to be sent.
//!
//! Every change is kept on disk as a draft, so a crash loses nothing; it
//! leaves this console only through a review and a typed word.

mod draft;
mod eta;
mod next;
mod source;
mod stale;

use chrono::{DateTime, Utc};

use super::edit::Edit;
use crate::domain::{
    cadence,
    entry::{EntryId, IncidentId},
    fact::Update,
    incident::Incident,
    phase::Phase,
    text::{Name, Prose, Title},
    update::{Audience, Form},
};

use next::{clock, promised};

pub use eta::eta_at;
pub use source::Source;
pub use stale::Stale;

/// The fields, in the order of the Tab key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `Investigating`.
    Status,
    /// `P2 - …`.
    Impact,
    /// `2 hours`.
    Eta,
    /// `14:50 UTC`.
    Next,
    /// The channels.
    To,
    /// The words below.
    Body,
}

impl Field {
    /// Every field, in order.
    pub const ALL: [Self; 6] = [
        Self::Status,
        Self::Impact,
        Self::Eta,
        Self::Next,
        Self::To,
        Self::Body,
    ];
}

/// An update being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Composer {
    /// In which incident.
    pub incident: IncidentId,
    /// For whom.
    pub audience: Audience,
    /// Where the cursor is.
    pub field: Field,
    /// The status line.
    pub status: Edit,
    /// The impact line.
    pub impact: Edit,
    /// The ETA line, and when it was last changed.
    pub eta: Edit,
    /// When the ETA was last changed: `2 hours` counts from there (U5).
    pub eta_said: DateTime<Utc>,
    /// The next update's time.
    pub next: Edit,
    /// The words below.
    pub body: Edit,
    /// Channels, and whether each is ticked.
    pub to: Vec<(Name, bool)>,
    /// The channel that the cursor is on.
    pub channel: usize,
    /// When it was last kept on disk.
    pub saved_at: Option<DateTime<Utc>>,
    /// It says that it is over (U7).
    pub last: bool,
    /// The last update when it was begun: another's may come meanwhile.
    pub after: Option<EntryId>,
    /// The key under which it is kept.
    pub key: String,
    /// The drafts that it was taken from.
    pub taken_from: Vec<Source>,
    /// The status that was filled in when it was begun.
    filled_in: String,
}

impl Composer {
    /// A new draft, filled in from the incident and its last update (U7); for
    /// outside without our own levels, and without a promise (X3).
    pub fn new(
        incident: &Incident,
        audience: Audience,
        channels: &[Name],
        now: DateTime<Utc>,
    ) -> Self {
        let last_sent = incident.state().last_update();
        let over = incident.phase() == Phase::Resolved;
        let inside = audience == Audience::Internal;
        let eta = match last_sent {
            _ if !inside => String::new(),
            Some(sent) if !over => sent.update.form.eta.to_string(),
            Some(_) | None if over => "done".to_owned(),
            Some(_) | None => "unknown".to_owned(),
        };
        let next = if over || !inside {
            String::new()
        } else {
            clock(cadence::latest_promise(incident, now), now)
        };
        let impact = if inside {
            impact_line(incident)
        } else {
            what_is_noticed(incident).to_string()
        };
        Self {
            incident: incident.id,
            audience,
            field: if inside { Field::Status } else { Field::Body },
            status: Edit::suggestion(status_word(incident.phase())),
            impact: Edit::suggestion(&impact),
            eta: Edit::suggestion(&eta),
            eta_said: last_sent.filter(|_| !over).map_or(now, |sent| sent.at),
            next: Edit::suggestion(&next),
            body: Edit::page(""),
            to: channels.iter().map(|name| (name.clone(), true)).collect(),
            channel: 0,
            saved_at: None,
            last: over,
            after: incident.state().updates.last().map(|sent| sent.entry),
            key: Self::draft_key(incident.id, audience),
            taken_from: Vec::new(),
            filled_in: status_word(incident.phase()).to_owned(),
        }
    }

    /// A draft that repeats the last text with a new time (U3).
    pub fn no_change(incident: &Incident, channels: &[Name], now: DateTime<Utc>) -> Self {
        let mut composer = Self::new(incident, Audience::Internal, channels, now);
        if let Some(sent) = incident.state().last_update() {
            composer.status = Edit::suggestion(&sent.update.form.status);
            composer.impact = Edit::suggestion(&sent.update.form.impact);
            composer.body.set(&sent.update.form.body);
            let said = "No change since the last update.";
            if !sent.update.form.body.starts_with(said) {
                composer
                    .body
                    .set(format!("{said}\n{}", sent.update.form.body).trim_end());
            }
        }
        composer
    }

    /// A draft with the words of an update that was taken back.
    pub fn of_form(
        incident: &Incident,
        update: &Update,
        channels: &[Name],
        now: DateTime<Utc>,
    ) -> Self {
        let mut composer = Self::new(incident, update.audience, channels, now);
        composer.status.set(&update.form.status);
        composer.impact.set(&update.form.impact);
        composer.eta.set(&update.form.eta);
        composer.body.set(&update.form.body);
        composer
    }

    /// Whether nothing was typed: its words are those that `fresh` has too.
    pub fn is_as_filled_in(&self, fresh: &Self) -> bool {
        let words = |composer: &Self| {
            [
                &composer.status,
                &composer.impact,
                &composer.eta,
                &composer.body,
            ]
            .map(Edit::text)
        };
        words(self) == words(fresh)
    }

    /// The field that is being typed into; `None` on the channels.
    pub fn focused(&mut self) -> Option<&mut Edit> {
        match self.field {
            Field::Status => Some(&mut self.status),
            Field::Impact => Some(&mut self.impact),
            Field::Eta => Some(&mut self.eta),
            Field::Next => Some(&mut self.next),
            Field::Body => Some(&mut self.body),
            Field::To => None,
        }
    }

    /// The same, to be looked at.
    pub const fn focus(&self) -> Option<&Edit> {
        match self.field {
            Field::Status => Some(&self.status),
            Field::Impact => Some(&self.impact),
            Field::Eta => Some(&self.eta),
            Field::Next => Some(&self.next),
            Field::Body => Some(&self.body),
            Field::To => None,
        }
    }

    /// Whether typing replaces what stands in that field.
    pub fn suggests(&self) -> bool {
        self.focus().is_some_and(Edit::is_suggestion)
    }

    /// Whether that field is part of what is sent: outside nothing is promised.
    pub fn says(&self, field: Field) -> bool {
        let promises = matches!(field, Field::Eta | Field::Next);
        self.audience == Audience::Internal || !promises
    }

    /// Moves to the next field, or to the one before.
    pub fn step(&mut self, forward: bool) {
        let said: Vec<Field> = Field::ALL.into_iter().filter(|it| self.says(*it)).collect();
        let place = said.iter().position(|field| *field == self.field);
        let (place, count) = (place.unwrap_or(0), said.len());
        let next = if forward {
            place + 1
        } else {
            place + count - 1
        } % count;
        self.field = said[next];
    }

    /// The form as it stands at `now`.
    ///
    /// # Errors
    ///
    /// Says which field can't be read, and what would be right.
    pub fn form(&self, now: DateTime<Utc>) -> Result<Form, String> {
        let typed = |edit: &Edit| Title::typed(&edit.text()).map_err(|error| error.to_string());
        let next_text = self.next.text();
        let next = match next_text.trim() {
            "" | "none" => None,
            text => Some(promised(text, now).map_err(|error| format!("next update: {error}"))?),
        };
        Ok(Form {
            status: typed(&self.status)?,
            impact: typed(&self.impact)?,
            eta: typed(&self.eta)?,
            eta_at: eta_at(&self.eta.text(), self.eta_said),
            next,
            body: Prose::typed(&self.body.text()).map_err(|error| error.to_string())?,
        })
    }

    /// The update as it would be sent at `now`.
    ///
    /// # Errors
    ///
    /// As [`Composer::form`].
    pub fn update(&self, now: DateTime<Utc>) -> Result<Update, String> {
        Ok(Update {
            audience: self.audience,
            form: self.form(now)?,
            channels: self
                .to
                .iter()
                .filter(|(_, ticked)| *ticked)
                .map(|(name, _)| name.clone())
                .collect(),
            label: None,
            last: self.last,
            draft: None,
        })
    }

    /// Characters of the text below the lines.
    pub fn length(&self) -> usize {
        self.body.text().chars().count()
    }
}

/// How an update words the phase.
fn status_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Triage => "Investigating",
        other => other.word(),
    }
}

/// `P2 - High latency on video generation`.
fn impact_line(incident: &Incident) -> String {
    let what = what_is_noticed(incident);
    let level = incident.severity().map(|level| level.to_string());
    match level.filter(|level| !begins_with(what, level)) {
        Some(level) => format!("{level} - {what}"),
        None => what.to_string(),
    }
}

/// Whether the first word of it is that level already: `P2 - High latency`.
fn begins_with(what: &str, level: &str) -> bool {
    let first = what.split(|c: char| !c.is_alphanumeric()).next();
    first.is_some_and(|first| first.eq_ignore_ascii_case(level))
}

fn what_is_noticed(incident: &Incident) -> &Title {
    let state = incident.state();
    if state.impact.is_empty() {
        &state.title
    } else {
        &state.impact
    }
}
