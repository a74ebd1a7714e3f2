//! What the console does beside the loop: following the log, recording,
//! probing, running the engine, reading runbooks.

use std::{
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

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
    domain::{
        board::Board,
        entry::{Entry, IncidentId, Seq, Via},
        fact::Fact,
        notice::{Delivery, DeliveryState},
        policy::Policy,
    },
    engine::Engine,
    journal::{Author, Batch},
    probe::{Nudge, Schedule},
    store::{DeliveryFilter, Log, Owner, StoreError, Unsent},
    sync::Replica,
    ui::msg::{EngineSeen, LinkSeen, Msg, Order, Shared, Wish},
};

/// Jobs that may wait for the disk: a person types no faster than it writes.
const JOBS: usize = 256;
/// Entries read at a time: the screen shows the first while the rest is read.
const PAGE: u32 = 5_000;
/// Deliveries shown that are over; what waits for a person is always shown.
const SHOWN: usize = 200;
/// Bytes read back from an editor; far more than fits into an update.
const LONGEST_EDIT: u64 = 256 * 1024;
/// How often the runbooks are read again.
const RUNBOOKS: Duration = Duration::from_mins(1);
/// How long leaving waits for what is still to be written, and for messages on
/// the wire: a little more than a channel's own limit.
const PATIENCE: Duration = Duration::from_secs(11);

/// How long everything that is not the screen waits for the first frame to be
/// out: a blink, in which it has the processor to itself.
const BLINK: Duration = Duration::from_millis(50);

/// Something for the disk.
#[derive(Debug)]
pub(super) enum Job {
    /// Entries; and the draft that is forgotten once they are on disk.
    Append(Batch, Option<String>),
    SaveDraft(String, String),
    Adopt(IncidentId),
    Deliver(Order),
}

/// The tasks of a console.
pub(super) struct Tasks {
    jobs: Sender<Job>,
    author: Author,
    nudge: Nudge,
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
            policy_file: setup.policy_file,
        };
        running.spawn(writer.run(inbox, messages.clone()));
        running.spawn(follow(
            setup.log.clone(),
            head,
            messages.clone(),
            stop.clone(),
        ));
        let (log, clock) = (setup.log.clone(), setup.clock);
        if let Some(sync) = setup.sync {
            // Whoever runs the server does what falls due.
            running.spawn(later(in_touch(sync, messages.clone(), stop.clone())));
        } else {
            let (seen, watched) = watch::channel(EngineSeen::default());
            let owner = Owner {
                name: setup.settings.me.clone(),
                host: setup.settings.host.clone(),
                pid: std::process::id(),
            };
            let engine = Engine::new(log, clock, owner, setup.channels);
            let stopped = stop.clone();
            running.spawn(later(async move {
                engine.run(&seen, &stopped).await.map_err(Report::from)
            }));
            running.spawn(tell_engine(watched, messages.clone(), stop.clone()));
        }
        let schedule = Schedule::new(setup.probes, setup.clock);
        let nudge = schedule.nudge();
        running.spawn(later(look(schedule, messages.clone(), stop.clone())));
        let books = read_runbooks(setup.runbooks, messages.clone(), stop.clone());
        running.spawn(later(books));
        Self {
            jobs,
            author,
            nudge,
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

    /// Entries and messages, as this console's person writes them.
    pub(super) fn write(&self, wishes: Vec<Wish>, board: &Board) -> Batch {
        self.author.write(wishes, board)
    }

    /// Hands a job to the writer; `false` when too many wait.
    pub(super) fn job(&self, job: Job) -> bool {
        self.jobs.try_send(job).is_ok()
    }

    pub(super) fn probe_now(&self) {
        self.nudge.look_now();
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
async fn later<T>(task: impl Future<Output = T>) -> T {
    tokio::time::sleep(BLINK).await;
    task.await
}

/// Writes jobs down, one after the other, until nobody sends any more.
struct Writer {
    log: Log,
    author: Author,
    policy_file: Option<PathBuf>,
}

impl Writer {
    async fn run(self, mut jobs: Receiver<Job>, messages: Sender<Msg>) -> Result<(), Report> {
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
            Job::Append(batch, draft) => {
                log.append(&batch.entries, &batch.intents, now).await?;
                let by_people = batch.entries.iter().filter(|entry| entry.is_by_a_person());
                let ids = by_people
                    .filter(|entry| entry.via == Via::Console)
                    .map(|entry| entry.id);
                let mut answers = vec![Msg::Recorded(ids.collect())];
                if let Some(key) = draft {
                    log.drop_draft(&key).await?;
                    answers.push(Msg::DraftSent(key));
                }
                Ok(answers)
            }
            Job::SaveDraft(key, text) => {
                log.save_draft(&key, &text, now).await?;
                Ok(vec![Msg::DraftSaved(now)])
            }
            Job::Adopt(incident) => self.adopt(incident).await,
            Job::Deliver(Order::Retry(key)) => log.retry(&key, now).await.map(|_| Vec::new()),
            Job::Deliver(Order::Cancel(key)) => log.cancel(&key).await.map(|_| Vec::new()),
            Job::Deliver(Order::Recall(entry)) => {
                let deliveries = log.cancel_by_origin(entry).await?;
                Ok(too_late(&deliveries).into_iter().collect())
            }
        }
    }

    /// Reads the policy file anew and records that it counts from now on (E6);
    /// whole, so that what it amends can change without changing history.
    async fn adopt(&self, incident: IncidentId) -> Result<Vec<Msg>, StoreError> {
        let now = self.author.clock.now();
        let policy = match read_policy(self.policy_file.clone()).await {
            Ok(policy) => policy,
            Err(why) => return Ok(vec![Msg::Failed(why)]),
        };
        let fact = Fact::PolicyAdopted { policy };
        let wish = Wish {
            incident,
            fact,
            at: now,
        };
        let batch = self.author.write(vec![wish], &Board::default());
        self.log.append(&batch.entries, &batch.intents, now).await?;
        Ok(vec![Msg::Told(
            "the policy on disk counts from now on".to_owned(),
        )])
    }
}

async fn read_policy(file: Option<PathBuf>) -> Result<String, String> {
    let Some(path) = file else {
        return Ok(crate::domain::policy::BUILT_IN.to_owned());
    };
    let name = path.display().to_string();
    let text = tokio::fs::read_to_string(&path).await;
    let text = text.map_err(|error| format!("{name}: {error}"))?;
    let (policy, _) = Policy::parse(&name, &text).map_err(|error| error.to_string())?;
    Ok(policy.to_toml())
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

/// Entries after number `head`, as many as are read at a time.
pub(super) async fn page(log: &Log, head: Seq) -> Result<Vec<Entry>, StoreError> {
    patiently(|| log.after(head, PAGE)).await
}

/// Reads the log after number `head`, then whatever anybody adds to it.
pub(super) async fn follow(
    log: Log,
    mut head: Seq,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let mut changes = log.changes().await;
    for (key, text) in log.drafts().await? {
        messages.send(Msg::Draft(key, text)).await.ok();
    }
    let mut deliveries = Vec::new();
    let mut copy = Copy::default();
    loop {
        if copy.is_another(&log).await? {
            head = 0;
            messages.send(Msg::Shared(Shared::Anew)).await.ok();
        }
        loop {
            let entries = page(&log, head).await?;
            let Some(last) = entries.last() else { break };
            head = last.seq.unwrap_or(head);
            if messages.send(Msg::Entries(entries)).await.is_err() {
                return Ok(());
            }
        }
        if let Some(unsent) = copy.unsent(&log).await? {
            messages.send(unsent).await.ok();
        }
        let mut all = patiently(|| log.deliveries(DeliveryFilter::All)).await?;
        all.reverse();
        let mut place = 0;
        all.retain(|delivery| {
            place += 1;
            place <= SHOWN || !delivery.is_over()
        });
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

/// What is told of a log whose numbers a server gives.
#[derive(Default)]
struct Copy {
    epoch: Option<String>,
    waiting: Vec<Unsent>,
}

impl Copy {
    /// Whether its history is another one than at the last look.
    async fn is_another(&mut self, log: &Log) -> Result<bool, StoreError> {
        if !log.is_copy() {
            return Ok(false);
        }
        let epoch = patiently(|| log.epoch()).await?;
        let before = self.epoch.replace(epoch);
        Ok(before.is_some() && before != self.epoch)
    }

    /// What waits to be numbered, where that changed.
    async fn unsent(&mut self, log: &Log) -> Result<Option<Msg>, StoreError> {
        let waiting = patiently(|| log.unsent()).await?;
        if waiting == self.waiting {
            return Ok(None);
        }
        self.waiting = waiting;
        let entries = self.waiting.iter().filter_map(|one| one.row.entry());
        let refused = self.waiting.iter().filter(|one| one.refused.is_some());
        let heard = Shared::Unsent(entries.collect(), refused.count());
        Ok(Some(Msg::Shared(heard)))
    }
}

/// Reads until it works, where the reason may pass: a busy disk must not end
/// a console.
pub(super) async fn patiently<T, F>(read: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        match read().await {
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "reading the log again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => return other,
        }
    }
}

/// Keeps the copy and the shared backend the same, and tells how it goes.
pub(super) async fn in_touch(
    sync: Replica,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let (seen, mut watched) = watch::channel(<(LinkSeen, EngineSeen)>::default());
    let tell = async {
        while watched.changed().await.is_ok() {
            let (link, engine) = watched.borrow_and_update().clone();
            messages.send(Msg::Shared(Shared::Link(link))).await.ok();
            messages.send(Msg::Engine(engine)).await.ok();
        }
    };
    tokio::select! {
        ended = sync.run(&seen, &stop) => ended.map_err(Report::from),
        () = tell => Ok(()),
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

/// A new file that only its owner reads. Never one that is there: somebody
/// else may have put it there.
fn private_file(name: &str) -> io::Result<(PathBuf, std::fs::File)> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let path = folder.join(format!("warroom-{:016x}-{name}", fastrand::u64(..)));
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
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
    let edited = file
        .write_all(text.as_bytes())
        .and_then(|()| edit_file(&path));
    match edited {
        Ok(edited) => {
            std::fs::remove_file(&path)?;
            Ok(edited)
        }
        // What was written there is not thrown away.
        Err(error) => Err(io::Error::other(format!(
            "{error}; the text is in {}",
            path.display()
        ))),
    }
}

fn edit_file(path: &Path) -> io::Result<String> {
    let named = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let editor = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(named)
        .unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = std::process::Command::new(program)
        .args(words)
        .arg(path)
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{program} ended with {status}")));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(LONGEST_EDIT)
        .read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
