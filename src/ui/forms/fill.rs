//! A filled sheet: its fields read as what they mean, and refused by name.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    domain::{
        entry::EntryId,
        fact::{Fact, StepId},
        incident::Incident,
        span,
        text::Text,
        when,
        zone::Zone,
    },
    ui::{app::App, msg::Effect, sheet::Sheet},
};

/// A sheet as it is filled in now.
pub(super) struct Filled<'a> {
    /// The screen.
    pub app: &'a App,
    /// The sheet.
    pub sheet: &'a Sheet,
    /// The time.
    pub now: DateTime<Utc>,
}

/// Why a sheet can't be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// The field that it is about, if it is about one.
    pub field: Option<&'static str>,
    /// The sentence to show.
    pub why: String,
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self { field: None, why }
    }
}

impl From<&str> for Refused {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

impl Refused {
    /// About one field.
    pub fn of(field: &'static str, why: &(impl ToString + ?Sized)) -> Self {
        Self {
            field: Some(field),
            why: why.to_string(),
        }
    }
}

impl Filled<'_> {
    /// The incident that the sheet is about.
    pub fn incident(&self) -> Result<&Incident, Refused> {
        let id = self.sheet.incident.ok_or("no incident is on the screen")?;
        Ok(self.app.board.get(id).ok_or("the incident is gone")?)
    }

    /// What stands in that field.
    pub fn value(&self, label: &str) -> String {
        self.sheet.value(label)
    }

    /// The entry that the sheet is about.
    pub fn entry(&self) -> Result<EntryId, Refused> {
        Ok(self.sheet.entry.ok_or("choose an entry first")?)
    }

    /// The step that the sheet is about.
    pub fn step(&self) -> Result<StepId, Refused> {
        Ok(self.sheet.step.clone().ok_or("the step is gone")?)
    }

    /// Text that fits.
    pub fn text<const MAX: usize, const LINES: bool>(
        &self,
        label: &'static str,
    ) -> Result<Text<MAX, LINES>, Refused> {
        Text::typed(&self.value(label)).map_err(|error| Refused::of(label, &error))
    }

    /// Text that fits; `None` where nothing was typed.
    pub fn maybe<const MAX: usize, const LINES: bool>(
        &self,
        label: &'static str,
    ) -> Result<Option<Text<MAX, LINES>>, Refused> {
        let text = self.text(label)?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// One of `all`, by its words.
    pub fn one_of<T>(
        &self,
        label: &'static str,
        all: impl IntoIterator<Item = T>,
        words: impl Fn(&T) -> String,
    ) -> Result<T, Refused> {
        let wanted = self.value(label);
        let found = all.into_iter().find(|one| words(one) == wanted);
        found.ok_or_else(|| Refused::of(label, "choose one of these"))
    }

    /// When something happened; now where nothing was typed.
    pub fn past(&self, label: &'static str) -> Result<DateTime<Utc>, Refused> {
        match self.value(label).as_str() {
            "" | "now" => Ok(self.now),
            text => when::parse_past(text, self.now, self.zone())
                .map_err(|error| Refused::of(label, &error)),
        }
    }

    /// When something is to be.
    pub fn ahead(&self, label: &'static str, text: &str) -> Result<DateTime<Utc>, Refused> {
        when::parse_time(text, self.now, self.zone()).map_err(|error| Refused::of(label, &error))
    }

    /// So long from now.
    pub fn within(&self, label: &'static str, text: &str) -> Result<DateTime<Utc>, Refused> {
        let span = span::parse(text).map_err(|error| Refused::of(label, &error))?;
        Ok(self.now + span)
    }

    /// A day; `None` where nothing was typed.
    pub fn date(&self, label: &'static str) -> Result<Option<NaiveDate>, Refused> {
        let text = self.value(label);
        if text.is_empty() {
            return Ok(None);
        }
        let found = crate::domain::text::one_line(&text);
        let why = format!("{found:?} is not a date: write 2026-02-01");
        text.parse().map(Some).map_err(|_| Refused::of(label, &why))
    }

    /// Records `fact` as happening now.
    pub fn record(&self, fact: Fact) -> Result<Vec<Effect>, Refused> {
        self.record_at(fact, self.now)
    }

    /// Records `fact` as happening at another time.
    pub fn record_at(&self, fact: Fact, at: DateTime<Utc>) -> Result<Vec<Effect>, Refused> {
        let id = self.incident()?.id;
        let wishes =
            super::propose::at(self.app, id, fact, at, self.now).map_err(|refusal| Refused {
                field: refusal.needs_reason.then_some("Reason"),
                why: refusal.sentence,
            })?;
        Ok(vec![Effect::Record(wishes)])
    }

    /// The zone in which the incident's team reads a clock.
    fn zone(&self) -> Zone {
        self.incident()
            .map_or(Zone::UTC, |incident| incident.policy().calendar.zone)
    }
}
