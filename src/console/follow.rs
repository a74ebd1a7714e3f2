//! Following the log: what is in it, and whatever anybody adds.

use std::{collections::BTreeMap, time::Duration};

use color_eyre::eyre::Report;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use crate::{
    domain::{
        entry::{Entry, EntryId, Seq},
        text::Title,
    },
    store::{Log, StoreError, Unsent},
    ui::{
        app::Source,
        msg::{Msg, Shared},
    },
};

/// Entries read at a time: the screen shows the first while the rest is read.
const PAGE: u32 = 5_000;
/// Deliveries shown that are over; what waits for a person is always shown.
const SHOWN: u32 = 200;

/// Entries after number `head`, as many as are read at a time.
pub(super) async fn page(log: &Log, head: Seq) -> Result<Vec<Entry>, StoreError> {
    patiently(None, || log.after(head, PAGE)).await
}

/// Reads the log after number `head`, then whatever anybody adds to it.
pub(super) async fn follow(
    log: Log,
    mut head: Seq,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let mut changes = log.changes().await;
    let mut deliveries = Vec::new();
    let mut drafts = Vec::new();
    let mut copy = Copy::default();
    let mut is_first = true;
    loop {
        if copy.is_another(&log, &messages).await? {
            let (anew, last) = copy.anew(&log, &messages).await?;
            head = last;
            messages.send(Msg::Shared(anew)).await.ok();
        }
        loop {
            let entries = patiently(Some(&messages), || log.after(head, PAGE)).await?;
            let Some(last) = entries.last() else { break };
            head = last.seq.unwrap_or(head);
            if messages.send(Msg::Entries(entries)).await.is_err() {
                return Ok(());
            }
        }
        if let Some(unsent) = copy.unsent(&log, &messages).await? {
            messages.send(unsent).await.ok();
        }
        let kept = patiently(Some(&messages), || log.drafts()).await?;
        if kept != drafts {
            drafts.clone_from(&kept);
            messages.send(Msg::Drafts(kept)).await.ok();
        }
        let shown = patiently(Some(&messages), || log.latest_deliveries(SHOWN)).await?;
        if shown != deliveries {
            deliveries.clone_from(&shown);
            // A server has the others of a copy.
            let told = if log.is_copy() {
                Msg::Shared(Shared::FromHere(shown))
            } else {
                Msg::Deliveries(shown)
            };
            messages.send(told).await.ok();
        }
        if std::mem::take(&mut is_first) {
            for source in [Source::Log, Source::Outbox] {
                messages.send(Msg::Read(source)).await.ok();
            }
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = changes.changed() => {}
        }
    }
}

/// What is told of a log whose numbers a server gives.
#[derive(Default)]
struct Copy {
    epoch: Option<String>,
    waiting: Vec<Unsent>,
}

impl Copy {
    /// Whether its history is another one than at the last look.
    async fn is_another(&mut self, log: &Log, messages: &Sender<Msg>) -> Result<bool, StoreError> {
        if !log.is_copy() {
            return Ok(false);
        }
        let epoch = patiently(Some(messages), || log.epoch()).await?;
        let before = self.epoch.replace(epoch);
        Ok(before.is_some() && before != self.epoch)
    }

    /// The whole of another history, and the number of its last entry. What
    /// waits is read first: what gets its number meanwhile is in both, and not
    /// in neither.
    async fn anew(
        &mut self,
        log: &Log,
        messages: &Sender<Msg>,
    ) -> Result<(Shared, Seq), StoreError> {
        self.waiting = patiently(Some(messages), || log.unsent()).await?;
        let (mut history, mut head) = (Vec::new(), 0);
        loop {
            let page = patiently(Some(messages), || log.after(head, PAGE)).await?;
            let Some(last) = page.last() else { break };
            head = last.seq.unwrap_or(head);
            history.extend(page);
        }
        let (unsent, refused) = self.waiting();
        Ok((Shared::Anew(history, unsent, refused), head))
    }

    /// What waits to be numbered, where that changed.
    async fn unsent(
        &mut self,
        log: &Log,
        messages: &Sender<Msg>,
    ) -> Result<Option<Msg>, StoreError> {
        let waiting = patiently(Some(messages), || log.unsent()).await?;
        if waiting == self.waiting {
            return Ok(None);
        }
        self.waiting = waiting;
        let (unsent, refused) = self.waiting();
        Ok(Some(Msg::Shared(Shared::Unsent(unsent, refused))))
    }

    /// The entries that wait, and which of them were refused, and why.
    fn waiting(&self) -> (Vec<Entry>, BTreeMap<EntryId, Title>) {
        let entries = self.waiting.iter().filter_map(|one| one.row.entry());
        let refused = self.waiting.iter();
        let refused = refused.filter_map(|one| Some((one.row.id, one.refused.clone()?)));
        (entries.collect(), refused.collect())
    }
}

/// Reads until it works, where the reason may pass: a busy disk must not end
/// a console. What stands in the way is told once, where somebody listens.
pub(super) async fn patiently<T, F>(
    mut messages: Option<&Sender<Msg>>,
    read: impl Fn() -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        match read().await {
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "reading the log again");
                if let Some(messages) = messages.take() {
                    let why = format!("what happens now is not shown: {error}");
                    messages.send(Msg::Failed(why)).await.ok();
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => return other,
        }
    }
}
