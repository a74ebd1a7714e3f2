//! Paging from a copy of the log while its server is away: its own engine, for
//! as long as nobody answers, at somebody's word.

use std::sync::Arc;

use chrono::TimeDelta;
use color_eyre::eyre::Report;
use tokio::sync::{Notify, mpsc::Sender, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    domain::span,
    engine::Engine,
    store::StoreError,
    sync::{Replica, Seen},
    ui::msg::{EngineSeen, LinkState, Msg, Shared},
};

/// How far a clock may stray by itself while a server is away.
const STRAYS: TimeDelta = TimeDelta::seconds(60);

/// Pages from this copy until its server answers, or until `stop`. Says with
/// `tell` where the clock of this host was set meanwhile.
///
/// # Errors
///
/// As [`Engine::run`].
pub async fn page(
    engine: &Engine,
    sync: &Replica,
    mut link: watch::Receiver<Seen>,
    seen: &watch::Sender<EngineSeen>,
    stop: &CancellationToken,
    tell: impl AsyncFnOnce(String),
) -> Result<(), StoreError> {
    let (engine, moved) = engine.by_the_servers_clock().await?;
    if moved.abs() > STRAYS {
        tell(set_meanwhile(moved, &sync.server())).await;
    }
    let end = stop.child_token();
    sync.hurry(true);
    let work = async {
        let ended = engine.run(seen, &end).await;
        end.cancel();
        ended
    };
    let answers = async {
        tokio::select! {
            _ = link.wait_for(|seen| seen.link.answers) => end.cancel(),
            () = end.cancelled() => {}
        }
    };
    let (ended, ()) = tokio::join!(work, answers);
    sync.hurry(false);
    ended
}

/// That the clock of this host is not gone by, and what to do if it should be.
fn set_meanwhile(ahead: TimeDelta, server: &str) -> String {
    let way = if ahead < TimeDelta::zero() {
        "back"
    } else {
        "ahead"
    };
    let span = span::format(ahead.abs());
    format!(
        "this host's clock was set {span} {way} since {server} answered: steps fall due as if it had not been; if the host was paused, phone people"
    )
}

/// Why nobody may page in the server's place: it is there. `None` where nobody
/// answers.
pub fn stands_in_the_way(seen: &Seen) -> Option<String> {
    let server = &seen.link.server;
    match &seen.link.state {
        LinkState::Online { .. } => Some(format!("{server} answers")),
        LinkState::Offline { why, .. } if seen.link.answers => Some(why.to_string()),
        LinkState::Offline { .. } | LinkState::Alone => None,
    }
}

/// What a console needs to page in its server's place.
pub(super) struct InPlace {
    /// As it is to page: the channels may change meanwhile.
    pub(super) engine: watch::Receiver<Engine>,
    pub(super) sync: Arc<Replica>,
    pub(super) asked: Arc<Notify>,
    pub(super) link: watch::Receiver<Seen>,
    pub(super) messages: Sender<Msg>,
}

impl InPlace {
    /// Pages whenever somebody asks for it, each time until the server answers.
    pub(super) async fn run(self, stop: CancellationToken) -> Result<(), Report> {
        let engine = self.engine.borrow().clone();
        if let Err(error) = engine.tidy_up().await {
            tracing::warn!(%error, "giving up what an earlier console left");
        }
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.asked.notified() => {}
            }
            let told = match self.page(&stop).await {
                Ok(()) => Msg::Told(self.ended()),
                Err(error) => Msg::Failed(format!("nobody is paged from here any more: {error}")),
            };
            self.tell(None).await;
            self.messages.send(told).await.ok();
        }
    }

    /// Why it does not page any more.
    fn ended(&self) -> String {
        let seen = self.link.borrow();
        match &seen.link.state {
            LinkState::Offline { why, .. } => format!("nobody is paged from here: {why}"),
            LinkState::Online { .. } | LinkState::Alone => {
                format!("{} answers again: it pages", self.sync.server())
            }
        }
    }

    async fn page(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        if self.link.borrow().link.answers {
            return Ok(());
        }
        let (seen, mut watched) = watch::channel(EngineSeen::default());
        let work = async {
            let link = self.link.clone();
            let tell = async |text| drop(self.messages.send(Msg::Told(text)).await);
            let engine = self.engine.borrow().clone();
            let ended = page(&engine, &self.sync, link, &seen, stop, tell).await;
            drop(seen);
            ended
        };
        let tell = async {
            while watched.changed().await.is_ok() {
                let engine = watched.borrow_and_update().clone();
                self.tell(Some(engine)).await;
            }
        };
        let (ended, ()) = tokio::join!(work, tell);
        ended
    }

    async fn tell(&self, engine: Option<EngineSeen>) {
        let told = Msg::Shared(Shared::InPlace(engine));
        self.messages.send(told).await.ok();
    }
}
