//! Waiting until what was sent has arrived.

use std::time::Duration;

use clap::Args;
use color_eyre::eyre::eyre;

use super::{
    done::At,
    failure::{Exit, Failure},
    incident::confirmed,
    open::in_touch_during,
    room::{Recorded, Room},
};
use crate::{
    domain::{fact::Fact, notice::DeliveryState, span, text::one_line},
    store::DeliveryFilter,
};

/// Waiting for what was sent.
#[derive(Debug, Clone, Default, Args)]
pub struct Waiting {
    /// Wait until every channel took it, at most so long: 30s, 2m
    #[arg(long, value_name = "SPAN")]
    pub wait: Option<String>,
}

/// Fires or pages, after somebody confirmed it, and waits if asked to.
///
/// # Errors
///
/// As [`confirmed`].
pub async fn reaching(
    room: &mut Room,
    fact: Fact,
    asked: (&str, &str),
    waiting: &Waiting,
) -> color_eyre::Result<Exit> {
    let before = room.board.head();
    let exit = confirmed(room, fact, At::default(), asked).await?;
    if exit != Exit::Ok || waiting.wait.is_none() {
        return Ok(exit);
    }
    let entries = room.incident()?.entries().iter();
    let entries = entries.filter(|entry| entry.seq > Some(before));
    let recorded = Recorded {
        incident: room.incident()?.id,
        entries: entries.map(|entry| entry.id).collect(),
        intents: Vec::new(),
    };
    wait(room, &recorded, waiting).await
}

/// Waits until every delivery that follows from what was recorded has ended.
///
/// # Errors
///
/// Not in time, or not by every channel: each with its own code.
pub async fn wait(room: &Room, recorded: &Recorded, waiting: &Waiting) -> color_eyre::Result<Exit> {
    let Some(text) = &waiting.wait else {
        return Ok(Exit::Ok);
    };
    let limit: Duration = span::parse(text)
        .map_err(Failure::from)?
        .to_std()
        .map_err(|_| eyre!("{} is no time to wait", one_line(text)))?;
    let mut changes = room.log()?.changes().await;
    let watch = async {
        loop {
            if let Some(exit) = ended(room, recorded).await? {
                return Ok(exit);
            }
            changes.changed().await;
        }
    };
    let timed_out = || {
        let sentence = format!(
            "not every channel had taken it after {}: see `warroom deliveries`, and whether an engine runs",
            one_line(text)
        );
        Err(Failure::new(Exit::TimedOut, sentence).into())
    };
    let seen = tokio::sync::watch::Sender::default();
    // Boxed: it is the way to a server, for the few who have one.
    let watch = Box::pin(in_touch_during(room.sync.as_ref(), &seen, watch));
    tokio::time::timeout(limit, watch)
        .await
        .unwrap_or_else(|_| timed_out())
}

/// How it ended; `None` while something is on its way.
async fn ended(room: &Room, recorded: &Recorded) -> color_eyre::Result<Option<Exit>> {
    let filter = DeliveryFilter::About(recorded.incident);
    let deliveries = room.deliveries(filter).await?;
    let mine: Vec<DeliveryState> = deliveries
        .iter()
        .filter(|delivery| recorded.entries.contains(&delivery.intent.origin))
        .map(|delivery| delivery.state)
        .collect();
    let on_its_way =
        |state: &DeliveryState| matches!(state, DeliveryState::Queued | DeliveryState::InFlight);
    // A server that was not reached yet has none of them.
    let all_are_there = mine.len() >= recorded.intents.len();
    if !all_are_there || mine.iter().any(on_its_way) {
        return Ok(None);
    }
    let sent = mine
        .iter()
        .filter(|state| **state == DeliveryState::Sent)
        .count();
    if sent == mine.len() {
        return Ok(Some(Exit::Ok));
    }
    let sentence = format!(
        "{sent} of {} channels took it: see `warroom deliveries`",
        mine.len()
    );
    let exit = if sent == 0 {
        Exit::Refused
    } else {
        Exit::Partly
    };
    Err(Failure::new(exit, sentence).into())
}
