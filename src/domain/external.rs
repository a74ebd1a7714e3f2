//! When the public has to be told (X1).

use chrono::{DateTime, Utc};

use super::{
    cadence,
    duty::{Due, Duty, Promise, Settled, Standing, judged},
    entry::is_by,
    incident::Incident,
    phase::Phase,
    span,
    text::Name,
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

/// Owed once it is required, until something was published; and once more when
/// it is over. Drills and private incidents owe nothing to anybody outside (X4).
pub(super) fn due(incident: &Incident) -> Option<Due> {
    let over = matches!(incident.phase(), Phase::Closed | Phase::Cancelled);
    if over || incident.is_sealed() {
        return None;
    }
    if is_published(incident) {
        return final_due(incident);
    }
    let from = required_at(incident)?;
    Some(Due {
        by: from + incident.policy().external.within,
        from,
        duty: Duty::External,
    })
}

/// Whoever read that something is wrong reads that it is over, as soon as the
/// company does (U7, X2).
fn final_due(incident: &Incident) -> Option<Due> {
    let over = incident.phase() == Phase::Resolved;
    let resolved = incident.state().times.resolved.filter(|_| over)?;
    let mut published = incident.state().external.published.iter();
    let told =
        published.any(|sent| sent.update.last && sent.at >= resolved && sent.posted_at().is_some());
    (!told).then(|| Due {
        by: cadence::latest_promise(incident, resolved),
        from: resolved,
        duty: Duty::FinalExternal,
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

/// Whether `person` may approve the draft, as far as that is about people (X2).
///
/// The commander approves. Where two people are present and the policy asks for
/// both, nobody approves their own words: what the commander wrote is then for
/// anybody else. Who is alone at night still tells the public in time. What
/// somebody hands in for another counts as theirs both: nobody borrows a name to
/// be two, and nobody is another after a copy brought their words back.
///
/// # Errors
///
/// Who has to approve it instead, in a sentence.
pub fn may_approve(incident: &Incident, person: &Name) -> Result<(), &'static str> {
    let author = author(incident);
    let wrote = |person: &Name| author.is_some_and(|author| is_by(author, person));
    if asks_for_two(incident) && wrote(person) {
        return Err(
            "its author can't approve it while others are here: somebody else reads and approves it (X2)",
        );
    }
    let commander = incident.commander();
    let wrote_it = asks_for_two(incident) && commander.is_some_and(wrote);
    if !wrote_it && commander.is_some_and(|commander| commander != person) {
        return Err("the commander approves what is published (X2)");
    }
    Ok(())
}

/// Whether somebody approved the newest draft who may: who is present and what
/// the policy asks for by now counts, and not what it was then.
pub(super) fn is_approved_by_two(incident: &Incident) -> bool {
    let approver = incident.state().external.approved.as_ref();
    let (approver, author) = (approver.map(|(_, by)| by), author(incident));
    let alone = approver
        .zip(author)
        .is_some_and(|(approver, author)| is_by(author, approver));
    !(asks_for_two(incident) && alone)
}

/// Whether author and approver differ: the policy asks for it, and two people
/// are present (X2).
pub fn asks_for_two(incident: &Incident) -> bool {
    incident.policy().external.two_people && incident.people().len() > 1
}

fn author(incident: &Incident) -> Option<&Name> {
    let draft = incident.state().external.draft.as_ref();
    draft.map(|(_, author, _)| author)
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
        let at = first.told_at()?;
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
