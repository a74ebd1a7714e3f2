//! Waiting until what was sent has arrived.

use std::time::Duration;

use clap::Args;
use color_eyre::eyre::eyre;
use tokio::sync::watch;

use super::{
    done::{self, At},
    failure::{Exit, Failure, in_a_line},
    incident::once_confirmed,
    room::{Recorded, Room, refused_there},
    touch::in_touch_during,
};
use crate::{
    domain::{
        entry::EntryId,
        fact::Fact,
        notice::{Delivery, DeliveryState, Intent},
        span,
        text::{Name, one_line},
    },
    store::DeliveryFilter,
    sync::Replica,
    ui::format,
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
/// As [`once_confirmed`].
pub async fn reaching(
    room: &mut Room,
    fact: Fact,
    asked: (&str, &str),
    waiting: &Waiting,
) -> color_eyre::Result<Exit> {
    let recorded = once_confirmed(room, fact, At::default(), asked).await?;
    done::tell(room, &recorded)?;
    wait(room, &recorded, waiting).await
}

/// Waits until every delivery that follows from what was recorded has ended,
/// wherever it leaves from.
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
            if let Some(mine) = theirs(room, recorded).await?
                && !mine.iter().any(is_on_its_way)
            {
                return told(&mine, &nowhere(recorded, &mine));
            }
            changes.changed().await;
        }
    };
    let seen = watch::Sender::default();
    // Boxed: it is the way to a server, for the few who have one.
    let watch = Box::pin(in_touch_during(room.sync.as_ref(), &seen, watch));
    match tokio::time::timeout(limit, watch).await {
        Ok(ended) => ended,
        Err(_) => Err(too_late(room, recorded, &one_line(text)).await.into()),
    }
}

/// The deliveries that follow from what was recorded; `None` while whoever
/// delivers has not heard of it, or does not answer.
async fn theirs(room: &Room, recorded: &Recorded) -> color_eyre::Result<Option<Vec<Delivery>>> {
    let is_ours = |id: &EntryId| recorded.entries.contains(id);
    let unsent = room.log()?.unsent().await?;
    if let Some(one) = unsent.iter().find(|one| is_ours(&one.row.id)) {
        return match &one.refused {
            Some(why) => Err(refused_there(why).into()),
            None => Ok(None),
        };
    }
    let filter = DeliveryFilter::About(recorded.incident);
    match room.deliveries(filter).await {
        Ok(mut all) => {
            all.retain(|delivery| is_ours(&delivery.intent.origin));
            Ok(Some(all))
        }
        Err(error) if room.sync.is_some() && error.may_pass() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The channels to which nothing of it is on its way, nor was: of an incident
/// that nobody opened there, or because it was overtaken.
fn nowhere<'r>(recorded: &'r Recorded, mine: &[Delivery]) -> Vec<&'r Name> {
    let is_there = |intent: &Intent| {
        let of = |one: &Delivery| {
            (one.intent.origin, &one.intent.channel) == (intent.origin, &intent.channel)
        };
        mine.iter().any(of)
    };
    let missing = recorded.intents.iter().filter(|intent| !is_there(intent));
    missing.map(|intent| &intent.channel).collect()
}

const fn is_on_its_way(delivery: &Delivery) -> bool {
    matches!(
        delivery.state,
        DeliveryState::Queued | DeliveryState::InFlight
    )
}

/// How it ended.
fn told(mine: &[Delivery], nowhere: &[&Name]) -> color_eyre::Result<Exit> {
    let missed: Vec<&Delivery> = mine
        .iter()
        .filter(|delivery| delivery.state != DeliveryState::Sent)
        .collect();
    if missed.is_empty() && nowhere.is_empty() {
        return Ok(Exit::Ok);
    }
    let sent = mine.len() - missed.len();
    let missing = nowhere.iter().map(|name| format!("{name} is sent nothing"));
    let words: Vec<String> = each(&missed).into_iter().chain(missing).collect();
    let sentence = format!(
        "{sent} of {} took it: {}; see `warroom deliveries`",
        format::count(mine.len() + nowhere.len(), "channel", "channels"),
        words.join(", ")
    );
    let exit = if sent == 0 {
        Exit::Refused
    } else {
        Exit::Partly
    };
    Err(Failure::new(exit, sentence).into())
}

/// `incidents dead (it answered 403)`, `mail uncertain`.
fn each(deliveries: &[&Delivery]) -> Vec<String> {
    deliveries
        .iter()
        .map(|delivery| {
            let why = match delivery.last_error.as_str() {
                "" => String::new(),
                why => format!(" ({why})"),
            };
            format!("{} {}{why}", delivery.intent.channel, delivery.state.word())
        })
        .collect()
}

/// Nothing ended in time: what it hangs on, as far as it can be told.
async fn too_late(room: &Room, recorded: &Recorded, limit: &str) -> Failure {
    let why = match theirs(room, recorded).await {
        Ok(Some(mine)) => {
            let waits: Vec<&Delivery> = mine.iter().filter(|one| is_on_its_way(one)).collect();
            format!(
                "{}; see `warroom deliveries`, and whether an engine runs",
                each(&waits).join(", ")
            )
        }
        Ok(None) => {
            let server = room.sync.as_ref().map(Replica::server).unwrap_or_default();
            format!("{server} does not answer; `warroom sync` says what waits here")
        }
        Err(error) => in_a_line(&error),
    };
    let sentence = format!("not every channel had taken it after {limit}: {why}");
    Failure::new(Exit::TimedOut, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_to_which_nothing_is_on_its_way_did_not_take_it() {
        let public = Name::from("public");

        let error = told(&[], &[&public]).unwrap_err();

        let failure = error.downcast_ref::<Failure>().unwrap();
        assert_eq!(failure.exit, Exit::Refused);
        let sentence = failure.to_string();
        assert!(
            sentence.contains("0 of 1 channel took it: public is sent nothing"),
            "{sentence}"
        );
        assert_eq!(told(&[], &[]).unwrap(), Exit::Ok, "it was for nobody");
    }
}
