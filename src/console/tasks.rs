//! What the console does beside the loop, each in a task of its own.

use std::{path::PathBuf, pin::pin, sync::Arc, time::Duration};

use color_eyre::eyre::{Report, eyre};
use tokio::{
    sync::{
        Notify,
        mpsc::{self, Sender},
        watch,
    },
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    Setup, Works,
    follow::follow,
    in_place::InPlace,
    looking::Looking,
    runbooks,
    wall::watch_engine,
    writer::{Job, Writer},
};
use crate::{
    domain::{
        board::Board,
        entry::{Seq, Via},
    },
    engine::Engine,
    journal::{Author, Batch},
    store::{Log, Owner},
    sync::{Replica, Seen},
    ui::{
        app::Source,
        msg::{EngineSeen, LinkSeen, Msg, Shared, Wish},
    },
};

/// Jobs that may wait for the disk: a person types no faster than it writes.
const JOBS: usize = 256;
/// How often the runbooks are read again.
const RUNBOOKS: Duration = Duration::from_mins(1);
/// How long leaving waits for what is still to be written, and for messages on
/// the wire: a little more than a channel's own limit.
pub(super) const PATIENCE: Duration = Duration::from_secs(11);

/// How long everything that is not the screen waits for the first frame to be
/// out and seen: a blink, in which it has the processor to itself.
const BLINK: Duration = Duration::from_millis(100);

/// The tasks of a console.
pub(super) struct Tasks {
    jobs: Sender<Job>,
    author: Author,
    looking: Looking,
    /// The engine as it would begin now: what runs hears of another one.
    engine: watch::Sender<Engine>,
    pages: Arc<Notify>,
    running: JoinSet<Result<(), Report>>,
}

impl Tasks {
    /// Begins everything; `head` is how far the log was read already.
    pub(super) fn start(
        setup: Setup,
        head: Seq,
        messages: &Sender<Msg>,
        stop: &CancellationToken,
    ) -> Self {
        let (jobs, inbox) = mpsc::channel(JOBS);
        let mut running = JoinSet::new();
        let author = Author {
            name: setup.settings.me.clone(),
            via: Via::Console,
            replica: setup.log.replica(),
            clock: setup.clock,
        };
        let writer = Writer {
            log: setup.log.clone(),
            author: author.clone(),
            sync: setup.sync.clone(),
        };
        running.spawn(writer.run(inbox, messages.clone()));
        running.spawn(later(follow(
            setup.log.clone(),
            head,
            messages.clone(),
            stop.clone(),
        )));
        let owner = Owner {
            name: setup.settings.me.clone(),
            host: setup.settings.host.clone(),
            pid: std::process::id(),
        };
        let log = setup.log.clone();
        let engine = Engine::new(setup.log, setup.clock, owner, setup.works.channels);
        let books = read_runbooks(setup.runbooks, messages.clone(), stop.clone());
        running.spawn(later(books));
        let mut tasks = Self {
            jobs,
            author,
            looking: Looking::new(setup.clock, messages, stop),
            engine: watch::Sender::new(engine),
            pages: Arc::default(),
            running,
        };
        match setup.sync {
            Some(sync) => {
                let seen = Seen {
                    link: LinkSeen {
                        read_only: setup.read_only,
                        ..LinkSeen::default()
                    },
                    ..Seen::default()
                };
                tasks.follow_server(sync, seen, setup.takes_channels, messages, stop);
            }
            None if log.is_read_only() => tasks.look_on(log, messages, stop),
            None => tasks.page(messages, stop),
        }
        tasks.looking.begin(setup.works.probes, &mut tasks.running);
        tasks
    }

    /// Whoever runs the server does what falls due, until somebody here is told
    /// to.
    fn follow_server(
        &mut self,
        sync: Arc<Replica>,
        known: Seen,
        takes_channels: bool,
        messages: &Sender<Msg>,
        stop: &CancellationToken,
    ) {
        let (seen, link) = watch::channel(known);
        self.engine
            .send_modify(|engine| *engine = engine.clone().in_place_of_server());
        let in_place = InPlace {
            engine: self.engine.subscribe(),
            sync: Arc::clone(&sync),
            asked: Arc::clone(&self.pages),
            link,
            messages: messages.clone(),
        };
        self.running.spawn(later(in_place.run(stop.clone())));
        let touch = in_touch(sync, seen, takes_channels, messages.clone(), stop.clone());
        self.running.spawn(later(touch));
    }

    /// Where nothing can be written: sees whether another does what falls due.
    fn look_on(&mut self, log: Log, messages: &Sender<Msg>, stop: &CancellationToken) {
        let (clock, messages, stop) = (self.author.clock, messages.clone(), stop.clone());
        self.running.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                ended = watch_engine(log, clock, messages) => ended,
            }
        });
    }

    /// Does what falls due here, while nobody else does.
    fn page(&mut self, messages: &Sender<Msg>, stop: &CancellationToken) {
        let (seen, watched) = watch::channel(EngineSeen::default());
        let engine = run_engine(self.engine.subscribe(), seen, stop.clone());
        self.running.spawn(later(engine));
        let told = tell_engine(watched, messages.clone(), stop.clone());
        self.running.spawn(told);
    }

    /// Looks and sends as the configuration says now. What the engine is at
    /// comes to its end before it goes on with the new channels.
    pub(super) fn take_up(&mut self, works: Works) {
        self.looking.begin(works.probes, &mut self.running);
        let channels = works.channels;
        self.engine
            .send_modify(|engine| *engine = engine.with_channels(channels));
    }

    /// Pages in the server's place from now on, until it answers.
    pub(super) fn page_from_here(&self) {
        self.pages.notify_one();
    }

    /// Waits until a task ends badly; a panic in one is one, too.
    pub(super) async fn failed(&mut self) -> Report {
        loop {
            match self.running.join_next().await {
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(report))) => return report,
                Some(Err(error)) => return eyre!("a part of the program ended: {error}"),
                None => std::future::pending::<()>().await,
            }
        }
    }

    /// Entries and messages, as this console's person writes them.
    pub(super) fn write(&self, wishes: Vec<Wish>, board: &Board) -> Batch {
        self.author.write(wishes, board)
    }

    /// Hands a job to the writer; `false` when too many wait.
    pub(super) fn job(&self, job: Job) -> bool {
        self.jobs.try_send(job).is_ok()
    }

    pub(super) fn probe_now(&self) {
        self.looking.look_now();
    }

    /// Waits, not for ever, until everything that was asked for is on disk.
    pub(super) async fn end(mut self) {
        drop(self.jobs);
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!("the tasks did not end in time");
        }
    }
}

/// Begins a blink after the screen.
pub(super) async fn later<T>(task: impl Future<Output = T>) -> T {
    tokio::time::sleep(BLINK).await;
    task.await
}

/// What a screen that knows of `told` has to hear, now that this is `seen`.
fn news(told: &Seen, seen: &Seen, takes_channels: bool) -> Vec<Msg> {
    let mut news = vec![
        Msg::Shared(Shared::Link(seen.link.clone())),
        Msg::Engine(seen.engine.clone()),
    ];
    if seen.watching != told.watching {
        let names = seen.watching.iter();
        let names = names.map(|one| (one.name.clone(), one.consoles)).collect();
        news.push(Msg::Shared(Shared::Watching(names)));
    }
    if seen.known_as != told.known_as {
        let known_as = seen.known_as.clone().map(Shared::KnownAs);
        news.extend(known_as.map(Msg::Shared));
    }
    if takes_channels && seen.channels != told.channels {
        let known = seen.channels.clone().unwrap_or_default();
        news.push(Msg::Shared(Shared::Channels(known.updates, known.public)));
    }
    if seen.deliveries != told.deliveries {
        let newest_first = seen.deliveries.iter().rev().cloned().collect();
        news.push(Msg::Deliveries(newest_first));
    }
    news
}

/// Keeps the copy and the shared backend the same, and tells how it goes.
pub(super) async fn in_touch(
    sync: Arc<Replica>,
    seen: watch::Sender<Seen>,
    takes_channels: bool,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let mut watched = seen.subscribe();
    let tell = async {
        let mut told = Seen::default();
        while watched.changed().await.is_ok() {
            let seen = watched.borrow_and_update().clone();
            for news in news(&told, &seen, takes_channels) {
                messages.send(news).await.ok();
            }
            told = seen;
        }
    };
    tokio::select! {
        ended = sync.run(&seen, &stop) => ended.map_err(Report::from),
        () = tell => Ok(()),
    }
}

/// Runs the engine, and whenever there is another one, that one instead.
async fn run_engine(
    mut engines: watch::Receiver<Engine>,
    seen: watch::Sender<EngineSeen>,
    stop: CancellationToken,
) -> Result<(), Report> {
    loop {
        let round = stop.child_token();
        let engine = engines.borrow_and_update().clone();
        let mut work = pin!(engine.run(&seen, &round));
        tokio::select! {
            ended = &mut work => return ended.map_err(Report::from),
            Ok(()) = engines.changed() => round.cancel(),
        }
        work.await?;
    }
}

async fn tell_engine(
    mut seen: watch::Receiver<EngineSeen>,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            changed = seen.changed() => if changed.is_err() { return Ok(()) },
        }
        let engine = seen.borrow_and_update().clone();
        messages.send(Msg::Engine(engine)).await.ok();
    }
}

async fn read_runbooks(
    folder: PathBuf,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let mut before = Vec::new();
    let mut is_first = true;
    loop {
        let place = folder.clone();
        let books = tokio::task::spawn_blocking(move || runbooks::read(&place)).await?;
        if books != before {
            before.clone_from(&books);
            messages.send(Msg::Runbooks(books)).await.ok();
        }
        if std::mem::take(&mut is_first) {
            messages.send(Msg::Read(Source::Runbooks)).await.ok();
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(RUNBOOKS) => {}
        }
    }
}
