//! What the probes saw, and what the log does not say of it yet.

use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::{entry::IncidentId, fact::Fact, probe::Reading, text::Name},
    ui::msg::{Effect, Wish},
};

/// What a probe saw.
pub(super) fn read(app: &mut App, name: &Name, reading: &Reading) -> Vec<Effect> {
    app.panel.observe(name, reading);
    app.panel.recall(app.board.told_of_probes());
    untold(app, reading.at)
}

/// What the log does not say of the probes yet. Whoever runs the engine records
/// it, also what it missed before it took over; nobody asks twice at a time.
pub(super) fn untold(app: &mut App, at: DateTime<Utc>) -> Vec<Effect> {
    if !app.engine.mine {
        return Vec::new();
    }
    let board = &app.board;
    app.telling
        .retain(|name, health| board.probe(name) != Some(*health));
    let changes = board.untold(&app.panel);
    let mut wishes = Vec::new();
    for change in changes {
        if app.telling.insert(change.probe.clone(), change.to) != Some(change.to) {
            wishes.push(Wish {
                incident: IncidentId::WORKSPACE,
                fact: Fact::ProbeChanged(Box::new(change)),
                at,
            });
        }
    }
    if wishes.is_empty() {
        Vec::new()
    } else {
        vec![Effect::Record(wishes)]
    }
}
