//! When the public has to be told (X1).

use chrono::{DateTime, Utc};

use super::{
    duty::{Due, Duty, Promise, Settled, Standing, judged},
    incident::Incident,
    phase::Phase,
    span,
    text::Name,
};

/// Something worth a word, which stops nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remark {
    /// The rule of the process that it is about.
    pub rule: &'static str,
    /// The word.
    pub text: &'static str,
}

/// When telling the public became required: at the level that demands it, or
/// as the downtime passed its limit, whichever was first. While an outage is
/// open, that moment may lie ahead.
pub fn required_at(incident: &Incident) -> Option<DateTime<Utc>> {
    let by_level = incident.state().external_since;
    let by_downtime = incident
        .state()
        .ledger
        .crosses(incident.policy().external.downtime);
    [by_level, by_downtime].into_iter().flatten().min()
}

/// When the downtime calls for a warning.
pub fn warns_at(incident: &Incident) -> Option<DateTime<Utc>> {
    incident
        .state()
        .ledger
        .crosses(incident.policy().external.warn)
}

/// Owed once it is required, until something was published. Drills and private
/// incidents owe nothing to anybody outside (X4).
pub(super) fn due(incident: &Incident) -> Option<Due> {
    let over = matches!(incident.phase(), Phase::Closed | Phase::Cancelled);
    if over || incident.is_sealed() || is_published(incident) {
        return None;
    }
    let from = required_at(incident)?;
    Some(Due {
        by: from + incident.policy().external.within,
        from,
        duty: Duty::External,
    })
}

fn is_published(incident: &Incident) -> bool {
    incident
        .state()
        .external
        .published
        .iter()
        .any(|sent| sent.posted_at().is_some())
}

/// Whether `person` would approve words of their own, which two people would
/// not let each other do, and may because nobody else is there.
pub fn approves_alone(incident: &Incident, person: &Name) -> Option<Remark> {
    let alone = asks_for_two(incident) && !two_are_there(incident);
    (alone && wrote_the_draft(incident, person)).then_some(Remark {
        rule: "X2",
        text: "nobody else is here, so you approve your own words: read them twice",
    })
}

/// Whether the approval has to be somebody else's: two are there (X2).
pub(super) fn needs_another(incident: &Incident, person: &Name) -> bool {
    asks_for_two(incident) && two_are_there(incident) && wrote_the_draft(incident, person)
}

fn asks_for_two(incident: &Incident) -> bool {
    incident.policy().external.two_people
}

fn two_are_there(incident: &Incident) -> bool {
    incident.state().joined.len() > 1
}

fn wrote_the_draft(incident: &Incident, person: &Name) -> bool {
    let draft = &incident.state().external.draft;
    draft
        .as_ref()
        .is_some_and(|(_, author, _)| author == person)
}

pub(super) fn settled(incident: &Incident) -> Option<Settled> {
    let what = Promise::External;
    if incident.is_sealed() {
        let kind = if incident.state().drill {
            "a drill"
        } else {
            "private"
        };
        return Some(Settled {
            what,
            standing: Standing::NotApplicable(kind.to_owned()),
        });
    }
    if let Some(first) = incident
        .state()
        .external
        .published
        .iter()
        .find(|sent| sent.posted_at().is_some())
    {
        let at = first.posted_at()?;
        let from = required_at(incident).unwrap_or(at);
        let owed = required_at(incident).map(|from| from + incident.policy().external.within);
        let standing = judged(&first.by, at, from, owed);
        return Some(Settled { what, standing });
    }
    if required_at(incident).is_some() {
        return None;
    }
    let rule = format!(
        "no downtime (rule: {})",
        span::format(incident.policy().external.downtime)
    );
    Some(Settled {
        what,
        standing: Standing::NotApplicable(rule),
    })
}
