//! Where an update stands, channel by channel.

use std::collections::BTreeMap;

use crate::domain::{
    entry::{ENGINE, EntryId},
    fact::Fate,
    incident::{Incident, NotSent, Outbound},
    text::Name,
};

/// Whether people's words and names are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// Who called it off, and what it says where it went nowhere.
    Told,
    /// Nobody is named, nobody quoted (W18).
    Unnamed,
}

/// Where the update of that entry stands: `delivered: #incidents`, `waits for
/// the server: mail`; `None` once it was taken back.
pub fn standing_of(incident: &Incident, entry: EntryId, people: People) -> Option<String> {
    let state = incident.state();
    let mut sent = state.updates.iter().chain(&state.external.published);
    sent.find(|sent| sent.entry == entry)
        .map(|sent| standing(incident, sent, people))
}

fn standing(incident: &Incident, sent: &Outbound, people: People) -> String {
    let nowhere = match (incident.is_sealed(), sent.update.channels.is_empty()) {
        (true, _) => Some("nothing leaves"),
        (false, true) => Some("sent to no channel, posted by hand"),
        (false, false) => None,
    };
    if let Some(nowhere) = nowhere {
        return match people {
            People::Told => format!("{nowhere}: {}", sent.update.form.status),
            People::Unnamed => nowhere.to_owned(),
        };
    }
    let mut parts: BTreeMap<Part, Vec<&str>> = BTreeMap::new();
    for channel in &sent.update.channels {
        let names = parts.entry(part(incident, sent, channel)).or_default();
        names.push(channel);
    }
    let parts = parts.into_iter();
    let parts = parts.map(|(part, names)| format!("{}: {}", part.words(people), names.join(", ")));
    parts.collect::<Vec<_>>().join("; ")
}

/// How it stands at a channel, in the order in which that is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Delivered,
    Failed,
    Uncertain,
    Held,
    CalledOff(Name),
    Replaced,
    Stopped,
    WaitsForServer,
    OnItsWay,
}

impl Part {
    fn words(&self, people: People) -> String {
        let words = match self {
            Self::Delivered => "delivered",
            Self::Failed => "FAILED",
            Self::Uncertain => "UNCERTAIN, may have arrived",
            Self::Held => "held, waits for confirmation",
            Self::CalledOff(by) if by.as_str() == ENGINE => "not sent",
            Self::CalledOff(_) if people == People::Unnamed => "called off",
            Self::CalledOff(by) => return format!("called off by {by}"),
            Self::Replaced => "replaced by a newer one",
            Self::Stopped => "stopped",
            Self::WaitsForServer => "waits for the server",
            Self::OnItsWay => "on its way",
        };
        words.to_owned()
    }
}

fn part(incident: &Incident, sent: &Outbound, channel: &Name) -> Part {
    if sent.posted.iter().any(|(name, _)| name == channel) {
        return Part::Delivered;
    }
    if let Some(NotSent { fate, by, .. }) = sent.not_sent.iter().find(|one| one.channel == *channel)
    {
        return match fate {
            Fate::Failed => Part::Failed,
            Fate::Uncertain => Part::Uncertain,
            Fate::Held => Part::Held,
            Fate::CalledOff => Part::CalledOff(by.clone()),
        };
    }
    let waits = incident
        .entry(sent.entry)
        .is_some_and(|entry| entry.waits());
    if sent.stopped && sent.had_left {
        Part::Uncertain
    } else if sent.stopped {
        Part::Stopped
    } else if waits {
        Part::WaitsForServer
    } else if is_replaced(incident, sent, channel) {
        Part::Replaced
    } else {
        Part::OnItsWay
    }
}

/// Whether a newer update is out there already: an older one does not follow it.
fn is_replaced(incident: &Incident, sent: &Outbound, channel: &Name) -> bool {
    let updates = &incident.state().updates;
    let place = updates.iter().position(|one| one.entry == sent.entry);
    let newer = place.map_or(&[][..], |place| &updates[place + 1..]);
    let mut posted = newer.iter().flat_map(|one| &one.posted);
    posted.any(|(name, _)| name == channel)
}
