//! What the console does beside the loop: following the log, recording,
//! probing, running the engine, reading runbooks.

use std::{
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    time::Duration,
};

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Report, eyre};
use tokio::{
    sync::{
        mpsc::{self, Receiver, Sender},
        watch,
    },
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{Setup, runbooks};
use crate::{
    clock::Clock,
    domain::{board::Board, entry::IncidentId, fact::Fact, policy::Policy},
    engine::Engine,
    journal::{Author, Batch},
    probe::{Nudge, Schedule},
    store::{DeliveryFilter, Log, Owner, StoreError},
    ui::msg::{EngineSeen, Msg, Order, Wish},
};

/// Jobs that may wait for the disk: a person types no faster than it writes.
const JOBS: usize = 256;
/// Entries read at a time: the screen shows the first while the rest is read.
const PAGE: u32 = 5_000;
/// Deliveries shown.
const SHOWN: usize = 200;
/// How often the runbooks are read again.
const RUNBOOKS: Duration = Duration::from_mins(1);
/// How long leaving waits for what is still to be written.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something for the disk.
#[derive(Debug)]
pub(super) enum Job {
    Append(Batch),
    SaveDraft(String, String),
    DropDraft(String),
    Deliver(Order),
}

/// The tasks of a console.
pub(super) struct Tasks {
    jobs: Sender<Job>,
    author: Author,
    nudge: Nudge,
    policy_file: Option<PathBuf>,
    messages: Sender<Msg>,
    running: JoinSet<Result<(), Report>>,
}

impl Tasks {
    pub(super) fn start(setup: Setup, messages: &Sender<Msg>, stop: &CancellationToken) -> Self {
        let (jobs, inbox) = mpsc::channel(JOBS);
        let mut running = JoinSet::new();
        let author = Author {
            name: setup.settings.me.clone(),
            via: crate::domain::entry::Via::Console,
            replica: setup.log.replica(),
            clock: setup.clock,
        };
        running.spawn(write(
            setup.log.clone(),
            setup.clock,
            inbox,
            messages.clone(),
        ));
        running.spawn(follow(setup.log.clone(), messages.clone(), stop.clone()));
        let (seen, watched) = watch::channel(EngineSeen::default());
        let owner = Owner {
            name: setup.settings.me.clone(),
            host: setup.settings.host.clone(),
            pid: std::process::id(),
        };
        let engine = Engine::new(setup.log.clone(), setup.clock, owner, setup.channels);
        let engine_stop = stop.clone();
        running.spawn(async move { engine.run(&seen, &engine_stop).await.map_err(Report::from) });
        running.spawn(tell_engine(watched, messages.clone(), stop.clone()));
        let schedule = Schedule::new(setup.probes, setup.clock);
        let nudge = schedule.nudge();
        running.spawn(look(schedule, messages.clone(), stop.clone()));
        running.spawn(read_runbooks(
            setup.runbooks,
            messages.clone(),
            stop.clone(),
        ));
        Self {
            jobs,
            author,
            nudge,
            policy_file: setup.policy_file,
            messages: messages.clone(),
            running,
        }
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

    pub(super) fn record(&self, wishes: Vec<Wish>, board: &Board) {
        self.job(Job::Append(self.author.write(wishes, board)));
    }

    /// The queue is only full when the disk stands still; then the person is
    /// told that nothing was recorded, instead of waiting for it.
    pub(super) fn job(&self, job: Job) {
        if self.jobs.try_send(job).is_err() {
            let text = "the disk does not keep up: this was not recorded; try again".to_owned();
            self.messages.try_send(Msg::Failed(text)).ok();
        }
    }

    pub(super) fn probe_now(&self) {
        self.nudge.look_now();
    }

    /// Reads the policy file anew and records that it counts from now on (E6).
    pub(super) fn adopt(&self, incident: IncidentId, board: &Board, now: DateTime<Utc>) {
        let text = match &self.policy_file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| format!("{}: {error}", path.display())),
            None => Ok(crate::domain::policy::BUILT_IN.to_owned()),
        };
        let checked = text.and_then(|text| match Policy::parse("policy", &text) {
            Ok(_) => Ok(text),
            Err(error) => Err(error.to_string()),
        });
        match checked {
            Ok(policy) => self.record(
                vec![Wish {
                    incident,
                    fact: Fact::PolicyAdopted { policy },
                    at: now,
                }],
                board,
            ),
            Err(why) => drop(self.messages.try_send(Msg::Failed(why))),
        }
    }

    /// Waits, not for ever, until everything that was asked for is on disk.
    pub(super) async fn end(mut self) {
        drop(self.jobs);
        drop(self.messages);
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!("the tasks did not end in time");
        }
    }
}

/// Writes jobs down, one after the other, until nobody sends any more.
async fn write(
    log: Log,
    clock: Clock,
    mut jobs: Receiver<Job>,
    messages: Sender<Msg>,
) -> Result<(), Report> {
    while let Some(job) = jobs.recv().await {
        let answer = match carry_out(&log, clock, job).await {
            Ok(answer) => answer,
            Err(error) => Some(Msg::Failed(error.to_string())),
        };
        if let Some(answer) = answer {
            messages.send(answer).await.ok();
        }
    }
    Ok(())
}

async fn carry_out(log: &Log, clock: Clock, job: Job) -> Result<Option<Msg>, StoreError> {
    let now = clock.now();
    match job {
        Job::Append(batch) => {
            log.append(&batch.entries, &batch.intents, now).await?;
            let by_people = batch.entries.iter().filter(|entry| entry.is_by_a_person());
            return Ok(Some(Msg::Recorded(
                by_people.map(|entry| entry.id).collect(),
            )));
        }
        Job::SaveDraft(key, text) => {
            log.save_draft(&key, &text, now).await?;
            return Ok(Some(Msg::DraftSaved(now)));
        }
        Job::DropDraft(key) => log.drop_draft(&key).await?,
        Job::Deliver(Order::Retry(key)) => drop(log.retry(&key, now).await?),
        Job::Deliver(Order::Cancel(key)) => drop(log.cancel(&key).await?),
        Job::Deliver(Order::Recall(entry)) => drop(log.cancel_by_origin(entry).await?),
    }
    Ok(None)
}

/// Reads the log from its start, then whatever anybody adds to it.
pub(super) async fn follow(
    log: Log,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let mut changes = log.changes().await;
    for (key, text) in log.drafts().await? {
        messages.send(Msg::Draft(key, text)).await.ok();
    }
    let mut head = 0;
    let mut deliveries = Vec::new();
    loop {
        loop {
            let entries = log.after(head, PAGE).await?;
            let Some(last) = entries.last() else { break };
            head = last.seq.unwrap_or(head);
            if messages.send(Msg::Entries(entries)).await.is_err() {
                return Ok(());
            }
        }
        let mut all = log.deliveries(DeliveryFilter::All).await?;
        all.reverse();
        all.truncate(SHOWN);
        if all != deliveries {
            deliveries.clone_from(&all);
            messages.send(Msg::Deliveries(all)).await.ok();
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = changes.changed() => {}
        }
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

pub(super) async fn look(
    schedule: Schedule,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let (sender, mut readings) = mpsc::channel(64);
    let schedule = schedule.run(sender, stop);
    let forward = async {
        while let Some((name, reading)) = readings.recv().await {
            messages.send(Msg::Reading(name, reading)).await.ok();
        }
    };
    tokio::join!(schedule, forward);
    Ok(())
}

async fn read_runbooks(
    folder: PathBuf,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let mut before = Vec::new();
    loop {
        let place = folder.clone();
        let books = tokio::task::spawn_blocking(move || runbooks::read(&place)).await?;
        if books != before {
            before.clone_from(&books);
            messages.send(Msg::Runbooks(books)).await.ok();
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(RUNBOOKS) => {}
        }
    }
}

/// A file that only its owner reads, in the folder of this session if there is one.
fn private_file(name: &str) -> io::Result<(PathBuf, std::fs::File)> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let path = folder.join(format!("warroom-{}-{name}", std::process::id()));
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)?;
    Ok((path, file))
}

/// Writes text that is too long for a terminal's clipboard into a file.
pub(super) fn keep_copy(text: &str) -> io::Result<PathBuf> {
    let (path, mut file) = private_file("copy.md")?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

/// Lets a person write `text` in their editor; answers what they left.
pub(super) fn edit(text: &str) -> io::Result<String> {
    let (path, mut file) = private_file("update.md")?;
    file.write_all(text.as_bytes())?;
    drop(file);
    let editor = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = std::process::Command::new(program)
        .args(words)
        .arg(&path)
        .status()?;
    let mut edited = String::new();
    std::fs::File::open(&path)?
        .take(256 * 1024)
        .read_to_string(&mut edited)?;
    std::fs::remove_file(&path)?;
    if status.success() {
        Ok(edited)
    } else {
        Err(io::Error::other(format!(
            "{program} ended with {status}; the text is as it was"
        )))
    }
}
