//! What a command works with: the configuration, the log, and all incidents
//! as the log tells them; and the one way in which a command records.

use std::{
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use color_eyre::eyre::WrapErr as _;

use super::{args::Global, failure::Failure, say};
use crate::{
    clock::Clock,
    config::{self, Config, Environment, Flags, Paths},
    domain::{
        board::Board,
        entry::{Entry, EntryId, IncidentId, Via},
        fact::{Fact, Health},
        incident::{Command, Gate, Incident},
        notice::Intent,
        policy::{self, Policy},
        text::{Name, Text},
        update::Audience,
        when,
    },
    journal::{self, Author},
    store::{Log, OpenMode, StoreError},
    ui::{composer::Composer, msg::Wish},
};

/// The most that is read from stdin as one text; more fits into no field.
const TEXT: u64 = 1 << 20;
/// The most of a policy file that is read.
const POLICY: u64 = 1 << 20;

/// The configuration, and how it came about.
#[derive(Debug)]
pub struct Setup {
    /// The flags that every command takes.
    pub global: Global,
    /// The variables the program was started with.
    pub environment: Environment,
    /// Flags that the configuration knows.
    pub flags: Flags,
    /// Where things are kept.
    pub paths: Paths,
    /// Everything a person can set.
    pub config: Config,
    /// The time, and new ids.
    pub clock: Clock,
}

/// Everything a command works with.
#[derive(Debug)]
pub struct Room {
    /// The configuration.
    pub setup: Setup,
    /// The log.
    pub log: Log,
    /// All incidents.
    pub board: Board,
}

/// What a command recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// In which incident.
    pub incident: IncidentId,
    /// The entries, the first being the one that was asked for.
    pub entries: Vec<EntryId>,
    /// The messages that follow.
    pub intents: Vec<Intent>,
}

/// A fact to record, and how.
#[derive(Debug)]
pub struct Entering<'a> {
    /// In which incident.
    pub incident: IncidentId,
    /// What happened.
    pub fact: Fact,
    /// When, as somebody typed it; now where nothing was.
    pub at: Option<&'a str>,
}

impl Setup {
    /// Reads what was written down.
    ///
    /// # Errors
    ///
    /// When there is nowhere to keep anything, or a file can't be understood.
    pub fn read(global: Global) -> color_eyre::Result<Self> {
        let environment = config::environment();
        let flags = global.flags()?;
        let paths = Paths::find(&flags, &environment)?;
        let config = Config::load(&paths, &flags, &environment)?;
        for warning in config.warnings() {
            say::note(&global, &format!("warning: {warning}"));
        }
        Ok(Self {
            clock: global.clock(),
            global,
            environment,
            flags,
            paths,
            config,
        })
    }

    /// The log's file: the one that was named, or the workspace's.
    ///
    /// # Errors
    ///
    /// When the workspace's name can't be a file's.
    pub fn log_path(&self) -> Result<PathBuf, Failure> {
        if let Some(file) = &self.global.db {
            return Ok(file.clone());
        }
        let name = self.config.workspace.as_str();
        if name.contains('/') || name.starts_with('.') {
            return Err(Failure::refused(format!(
                "the workspace {name:?} can't be the name of a file: take one without a slash, that does not begin with a dot"
            )));
        }
        Ok(self.paths.data.join(format!("{name}.db")))
    }

    /// Opens the log, and makes it where there is none and none was named.
    ///
    /// A file that can't be written is opened for reading, so that everything
    /// that only looks still works.
    ///
    /// # Errors
    ///
    /// As [`Log::open`].
    pub async fn open_log(&self) -> color_eyre::Result<Log> {
        let path = self.log_path()?;
        let log = match self.open_as(&path, OpenMode::ReadWrite).await {
            Err(StoreError::ReadOnlyFolder { .. } | StoreError::Permission { .. })
                if path.exists() =>
            {
                self.open_as(&path, OpenMode::ReadOnly).await?
            }
            other => other?,
        };
        for warning in log.warnings() {
            say::aside(&format!("warning: {warning}"));
        }
        Ok(log)
    }

    async fn open_as(&self, path: &Path, mode: OpenMode) -> Result<Log, StoreError> {
        if self.global.network_file_system {
            Log::open_on_network(path, mode).await
        } else {
            Log::open(path, mode).await
        }
    }

    /// The team's policy and its text as new incidents carry it (E6).
    ///
    /// # Errors
    ///
    /// When the file can't be read, or is none.
    pub fn policy(&self) -> color_eyre::Result<(Policy, String)> {
        let Some(file) = &self.config.policy else {
            let policy = (*Policy::built_in()).clone();
            return Ok((policy, policy::BUILT_IN.to_owned()));
        };
        let (policy, warnings) = read_policy(file)?;
        for warning in warnings {
            say::note(&self.global, &format!("warning: {warning}"));
        }
        // Whole, so that what it amends can change without changing history.
        let text = policy.to_toml();
        Ok((policy, text))
    }

    /// Everything, ready to work.
    ///
    /// # Errors
    ///
    /// When the log can't be opened or read.
    pub async fn enter(self) -> color_eyre::Result<Room> {
        let log = self.open_log().await?;
        let mut board = Board::default();
        journal::catch_up(&log, &mut board).await?;
        Ok(Room {
            setup: self,
            log,
            board,
        })
    }
}

/// Reads a policy file.
///
/// # Errors
///
/// When it can't be read, or is none.
pub fn read_policy(
    file: &Path,
) -> color_eyre::Result<(Policy, Vec<crate::domain::located::Warning>)> {
    let name = file.display().to_string();
    let text = read_file(file, POLICY)?;
    Ok(Policy::parse(&name, &text)?)
}

/// The text of a file of at most `most` bytes.
///
/// # Errors
///
/// When it is not there, too large, or no text.
pub fn read_file(file: &Path, most: u64) -> color_eyre::Result<String> {
    let name = file.display();
    let opened = fs::File::open(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::not_found(format!("there is no file {name}")),
        _ => Failure::refused(format!("{name} can't be read: {error}")),
    })?;
    let mut text = String::new();
    opened
        .take(most + 1)
        .read_to_string(&mut text)
        .map_err(|error| Failure::refused(format!("{name} can't be read: {error}")))?;
    if text.len() as u64 > most {
        let sentence =
            format!("{name} is larger than {most} bytes: that is not a file of this kind");
        return Err(Failure::refused(sentence).into());
    }
    Ok(text)
}

impl Room {
    /// The flags that every command takes.
    pub const fn global(&self) -> &Global {
        &self.setup.global
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.setup.clock.now()
    }

    /// Who does it.
    pub const fn me(&self) -> &Name {
        &self.setup.config.actor
    }

    /// The incident that is meant: `--incident`, or the only active one.
    ///
    /// # Errors
    ///
    /// When there is none, or several could be meant.
    pub fn incident(&self) -> Result<&Incident, Failure> {
        let wanted = self.global().incident.as_deref();
        self.find(wanted)
    }

    /// The incident that `text` means.
    ///
    /// # Errors
    ///
    /// As [`Room::incident`].
    pub fn find(&self, text: Option<&str>) -> Result<&Incident, Failure> {
        self.board.find(text).map_err(|refusal| {
            let several = text.is_none() && self.board.active().len() > 1;
            if several {
                Failure::usage(refusal.sentence)
            } else {
                Failure::not_found(refusal.sentence)
            }
        })
    }

    /// The entry of `incident` that is meant by its id, the last digits of
    /// that, its number in the log (`#12`), or `last` for one's own last.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn entry<'a>(&self, incident: &'a Incident, text: &str) -> Result<&'a Entry, Failure> {
        let wanted = text.trim().to_ascii_lowercase();
        let number: Option<u64> = wanted
            .strip_prefix('#')
            .and_then(|number| number.parse().ok());
        let is_meant = |entry: &Entry| match (wanted.as_str(), number) {
            ("last", _) => entry.by == *self.me(),
            (_, Some(number)) => entry.seq == Some(number),
            (wanted, None) => wanted.len() >= 4 && entry.id.to_string().ends_with(wanted),
        };
        let mut entries = incident.entries().iter().rev();
        entries
            .find(|entry| is_meant(entry))
            .map(AsRef::as_ref)
            .ok_or_else(|| {
                let text = crate::domain::text::one_line(text);
                let label = incident.label();
                Failure::not_found(format!(
                    "{label} has no entry {text}: `warroom timeline` shows their numbers, such as #12"
                ))
            })
    }

    /// When something happened, as somebody typed it; now where nobody did.
    ///
    /// # Errors
    ///
    /// When it can't be read as a time.
    pub fn happened(
        &self,
        incident: Option<&Incident>,
        at: Option<&str>,
    ) -> Result<DateTime<Utc>, Failure> {
        let zone = incident.map_or(chrono_tz::UTC, |incident| incident.policy().calendar.zone);
        match at {
            None => Ok(self.now()),
            Some(text) => Ok(when::parse_past(text, self.now(), zone)?),
        }
    }

    /// When something is to be, as somebody typed it.
    ///
    /// # Errors
    ///
    /// When it can't be read as a time.
    pub fn ahead(&self, incident: &Incident, text: &str) -> Result<DateTime<Utc>, Failure> {
        let zone = incident.policy().calendar.zone;
        Ok(when::parse_time(text, self.now(), zone)?)
    }

    /// Records one fact, if it may be.
    ///
    /// # Errors
    ///
    /// The refusal, or why it could not be written.
    pub async fn record(&mut self, entering: Entering<'_>) -> color_eyre::Result<Recorded> {
        let wishes = self.propose(&entering).await?;
        self.write(wishes).await
    }

    /// What would be recorded, if it may be.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub async fn propose(&self, entering: &Entering<'_>) -> color_eyre::Result<Vec<Wish>> {
        let now = self.now();
        let incident = self.board.get(entering.incident);
        let at = self.happened(incident, entering.at)?;
        let command = Command {
            fact: entering.fact.clone(),
            at,
            by: self.me().clone(),
            now,
            gate: self.gate(entering.incident).await?,
        };
        let facts = self
            .board
            .decide(entering.incident, &command)
            .map_err(Failure::from)?;
        let wish = |(incident, fact)| Wish { incident, fact, at };
        Ok(facts.into_iter().map(wish).collect())
    }

    /// Appends wishes and the messages that follow from them.
    ///
    /// # Errors
    ///
    /// Why it could not be written.
    pub async fn write(&mut self, wishes: Vec<Wish>) -> color_eyre::Result<Recorded> {
        let author = Author {
            name: self.me().clone(),
            via: Via::Cli,
            replica: self.log.replica(),
            clock: self.setup.clock,
        };
        let batch = author.write(wishes, &self.board);
        let now = self.now();
        self.log.append(&batch.entries, &batch.intents, now).await?;
        journal::catch_up(&self.log, &mut self.board).await?;
        Ok(Recorded {
            incident: batch
                .entries
                .first()
                .map_or(IncidentId::WORKSPACE, |entry| entry.incident),
            entries: batch.entries.iter().map(|entry| entry.id).collect(),
            intents: batch.intents,
        })
    }

    /// What a command sees of the resolve gate (R1): the probes as the log
    /// tells, and whether the last update is sent or drafted.
    ///
    /// # Errors
    ///
    /// When the drafts can't be read.
    pub async fn gate(&self, id: IncidentId) -> Result<Gate, StoreError> {
        let probes_green = self
            .board
            .probes()
            .all(|(_, health, _)| health != Health::Down);
        let sent = self.board.get(id).is_some_and(|incident| {
            let last = incident.state().updates.last();
            last.is_some_and(|sent| sent.update.last)
        });
        let key = Composer::draft_key(id, Audience::Internal);
        let drafted = sent || self.log.draft(&key).await?.is_some();
        Ok(Gate {
            probes_green,
            final_update_drafted: drafted,
        })
    }
}

/// Text that somebody typed, where it fits; `-` is all of stdin.
///
/// # Errors
///
/// When it is too long, or no text.
pub fn typed<const MAX: usize, const LINES: bool>(
    what: &str,
    text: &str,
) -> Result<Text<MAX, LINES>, Failure> {
    let read;
    let text = if text == "-" {
        read = from_stdin(what)?;
        read.trim_end()
    } else {
        text
    };
    Text::typed(text).map_err(|error| Failure::refused(format!("{what}: {error}")))
}

/// [`typed`], of text that may be absent.
///
/// # Errors
///
/// As [`typed`].
pub fn maybe<const MAX: usize, const LINES: bool>(
    what: &str,
    text: Option<&str>,
) -> Result<Text<MAX, LINES>, Failure> {
    text.map_or_else(|| Ok(Text::default()), |text| typed(what, text))
}

fn from_stdin(what: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(TEXT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::refused(format!("{what}: stdin can't be read: {error}")))?;
    if bytes.len() as u64 > TEXT {
        return Err(Failure::refused(format!(
            "{what}: more than {TEXT} bytes came from stdin, and no text is that long: shorten it"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::refused(format!("{what}: stdin is not UTF-8 text")))
}

/// Opens what a command needs.
///
/// # Errors
///
/// As [`Setup::read`] and [`Setup::enter`].
pub async fn room(global: Global) -> color_eyre::Result<Room> {
    let setup = Setup::read(global)?;
    setup.enter().await.wrap_err("opening the log")
}
