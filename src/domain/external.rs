//! When the public has to be told (X1).

use chrono::{DateTime, Utc};

use super::{
    duty::{Due, Duty, Promise, Settled, Standing, judged},
    incident::Incident,
    phase::Phase,
    span,
};

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
        let standing = match required_at(incident) {
            // It was told before anything asked for it.
            Some(from) if from <= at => {
                let by = from + incident.policy().external.within;
                judged(&first.by, at, from, Some(by))
            }
            Some(_) | None => judged(&first.by, at, at, None),
        };
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
