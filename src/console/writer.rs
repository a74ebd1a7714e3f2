//! Writing down what the screen asks for, one job after the other.

use std::sync::Arc;

use color_eyre::eyre::Report;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::{
    domain::{
        entry::{IncidentId, Via},
        notice::{Delivery, DeliveryState},
        policy::BUILT_IN,
    },
    journal::{Author, Batch},
    store::{Log, StoreError},
    sync::Replica,
    ui::msg::{Msg, Order},
    wire::Way,
};

/// Something for the disk.
#[derive(Debug)]
pub(super) enum Job {
    /// Entries; and the drafts that are forgotten once they are on disk.
    Append(Batch, Vec<String>),
    SaveDraft(String, String),
    /// What the server's policy is now, to be adopted there.
    AskPolicy(IncidentId),
    Deliver(Order),
}

/// Writes jobs down, one after the other, until nobody sends any more.
pub(super) struct Writer {
    pub(super) log: Log,
    pub(super) author: Author,
    /// The shared backend, where there is one.
    pub(super) sync: Option<Arc<Replica>>,
}

impl Writer {
    pub(super) async fn run(
        self,
        mut jobs: Receiver<Job>,
        messages: Sender<Msg>,
    ) -> Result<(), Report> {
        while let Some(job) = jobs.recv().await {
            let answers = match self.carry_out(job).await {
                Ok(answers) => answers,
                Err(error) => vec![Msg::Failed(error.to_string())],
            };
            for answer in answers {
                messages.send(answer).await.ok();
            }
        }
        Ok(())
    }

    async fn carry_out(&self, job: Job) -> Result<Vec<Msg>, StoreError> {
        let (log, now) = (&self.log, self.author.clock.now());
        match job {
            Job::Append(batch, drafts) => {
                log.append(&batch.entries, &batch.intents, now).await?;
                let by_people = batch.entries.iter().filter(|entry| entry.is_by_a_person());
                let ids = by_people
                    .filter(|entry| entry.via == Via::Console)
                    .map(|entry| entry.id);
                let mut answers = vec![Msg::Recorded(ids.collect())];
                for key in drafts {
                    log.drop_draft(&key).await?;
                    answers.push(Msg::DraftSent(key));
                }
                Ok(answers)
            }
            Job::SaveDraft(key, text) => {
                log.save_draft(&key, &text, now).await?;
                Ok(vec![Msg::DraftSaved(now)])
            }
            Job::AskPolicy(incident) => {
                let Some(sync) = &self.sync else {
                    return Ok(Vec::new());
                };
                Ok(vec![match sync.policy().await {
                    Ok(policy) => {
                        Msg::Policy(incident, policy.unwrap_or_else(|| BUILT_IN.to_owned()))
                    }
                    Err(error) => Msg::Failed(format!("which policy counts now: {error}")),
                }])
            }
            Job::Deliver(order) => match &self.sync {
                Some(sync) if !self.is_from_here(&order).await? => {
                    Ok(ask_server(sync, order).await)
                }
                Some(_) if matches!(order, Order::Retry(_)) => {
                    let why = "the server pages again: that was only sent from here in its place";
                    Ok(vec![Msg::Failed(why.to_owned())])
                }
                Some(_) | None => self.deliver(order).await,
            },
        }
    }

    /// Whether it is about a message that was sent in the server's place.
    async fn is_from_here(&self, order: &Order) -> Result<bool, StoreError> {
        match order {
            Order::Retry(key) | Order::Cancel(key) => {
                self.log.delivery(key).await.map(|known| known.is_some())
            }
            Order::Recall(_) => Ok(false),
        }
    }

    async fn deliver(&self, order: Order) -> Result<Vec<Msg>, StoreError> {
        let (log, now) = (&self.log, self.author.clock.now());
        match order {
            Order::Retry(key) => log.retry(&key, now).await.map(|_| Vec::new()),
            Order::Cancel(key) => self.author.cancel(log, &key).await.map(|_| Vec::new()),
            Order::Recall(entry) => {
                let deliveries = log.cancel_by_origin(entry).await?;
                Ok(too_late(&deliveries).into_iter().collect())
            }
        }
    }
}

/// On a copy the server delivers; it takes back by itself what follows from an
/// entry that is taken back.
async fn ask_server(sync: &Replica, order: Order) -> Vec<Msg> {
    let done = match order {
        Order::Retry(key) => sync.deliver(&key, Way::Retry).await,
        Order::Cancel(key) => sync.deliver(&key, Way::Cancel).await,
        Order::Recall(_) => return Vec::new(),
    };
    match done {
        Ok(_) => Vec::new(),
        Err(error) => vec![Msg::Failed(error.to_string())],
    }
}

/// What was taken back after it had left, if anything.
fn too_late(deliveries: &[Delivery]) -> Option<Msg> {
    let left: Vec<&str> = deliveries
        .iter()
        .filter(|delivery| delivery.state != DeliveryState::Cancelled)
        .map(|delivery| delivery.intent.channel.as_str())
        .collect();
    let text = format!("too late to stop it: it went to {}", left.join(", "));
    (!left.is_empty()).then_some(Msg::Failed(text))
}
