//! The log and its deliveries by hand: out, in, a copy, a check.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use color_eyre::eyre::WrapErr as _;
use serde::Serialize;

use super::{
    confirm,
    failure::{Exit, Failure},
    room::Room,
    say, view, words,
};
use crate::{
    domain::notice::{Delivery, Purpose},
    store::{DeliveryFilter, StoreError},
    ui::format,
    wire::Way,
};

/// What waits to be sent, and what did not arrive; with --all, what was sent.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom deliveries
  warroom deliveries --incident INC-3 --all
  warroom deliveries --all -o json
  warroom deliveries retry 'INC-3/0198…/incidents' --yes")]
pub struct Deliveries {
    /// All there ever were, not only the unfinished; with --incident, all of that one
    #[arg(short, long)]
    pub all: bool,
    #[command(subcommand)]
    pub verb: Option<Delivering>,
}

/// What to do about a delivery.
#[derive(Debug, Subcommand)]
pub enum Delivering {
    /// Try again at once. Reaches people
    Retry {
        /// As the list shows it
        key: String,
    },
    /// Take it back; it does not leave
    Cancel {
        /// As the list shows it
        key: String,
    },
    /// It arrived, or was sent by hand
    MarkSent {
        /// As the list shows it
        key: String,
    },
}

/// Write every entry as a line of JSON.
#[derive(Debug, Args)]
pub struct Export {
    /// A new file; stdout otherwise
    pub to: Option<PathBuf>,
}

/// Read entries that were exported; known ones are left as they are.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom import incidents.jsonl
  warroom export | ssh standby warroom import -")]
pub struct Import {
    /// The file; - reads stdin
    pub from: PathBuf,
}

/// Copy the log into a new file, while others go on writing.
#[derive(Debug, Args)]
pub struct Backup {
    /// The new file
    pub to: PathBuf,
}

/// What a command did to the log.
#[derive(Debug, Serialize)]
struct Count {
    entries: u64,
    added: u64,
    known: u64,
}

/// A file that was written.
#[derive(Debug, Serialize)]
struct Wrote {
    file: String,
    entries: u64,
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Checked {
    file: PathBuf,
    sound: bool,
    entries: u64,
    unknown: u64,
    problems: Vec<String>,
    more_problems: u64,
}

impl Deliveries {
    /// Lists them, or changes one.
    ///
    /// # Errors
    ///
    /// When there is no such delivery, or it can't be changed now.
    pub async fn run(self, room: &Room) -> color_eyre::Result<Exit> {
        let now = room.now();
        let delivery = match self.verb {
            None => return list(room, self.all).await,
            Some(Delivering::Retry { key }) => {
                let known = room.deliveries(DeliveryFilter::All).await?;
                let known = known.into_iter().find(|one| *one.intent.key == *key);
                let known = known.ok_or(StoreError::NoDelivery { key: key.clone() })?;
                let what = format!("this is sent to {} again", known.intent.channel);
                say::note(room.global(), &known.intent.text);
                let word = match known.intent.purpose {
                    Purpose::Public => "public",
                    Purpose::Page | Purpose::Update | Purpose::LateNotice => "send",
                };
                confirm::word(room.global(), word, &what)?;
                match &room.sync {
                    Some(sync) => sync.deliver(&key, Way::Retry).await?,
                    None => room.log()?.retry(&key, now).await?,
                }
            }
            Some(Delivering::Cancel { key }) => match &room.sync {
                Some(sync) => sync.deliver(&key, Way::Cancel).await?,
                None => room.author()?.cancel(room.log()?, &key).await?,
            },
            Some(Delivering::MarkSent { key }) => match &room.sync {
                Some(sync) => sync.deliver(&key, Way::MarkSent).await?,
                None => room.author()?.mark_sent(room.log()?, &key).await?,
            },
        };
        say::either(room.global(), &view::sending(&delivery), || {
            table(&[&delivery])
        })?;
        Ok(Exit::Ok)
    }
}

async fn list(room: &Room, all: bool) -> color_eyre::Result<Exit> {
    let about = match &room.global().incident {
        Some(text) => Some(room.find(Some(text))?.id),
        None => None,
    };
    let filter = if all {
        DeliveryFilter::All
    } else {
        DeliveryFilter::Unfinished
    };
    let mut deliveries = room.deliveries(filter).await?;
    deliveries.retain(|one| about.is_none_or(|incident| one.intent.incident == incident));
    let chosen: Vec<&Delivery> = deliveries.iter().collect();
    let views: Vec<_> = deliveries.iter().map(view::sending).collect();
    say::either(room.global(), &views, || table(&chosen))?;
    if chosen.is_empty() {
        say::note(room.global(), none(all, about.is_some()));
    }
    Ok(Exit::Ok)
}

const fn none(all: bool, of_one: bool) -> &'static str {
    match (all, of_one) {
        (true, false) => "so far nothing was sent from this log",
        (true, true) => "nothing was sent about this incident",
        (false, _) => "nothing waits or went wrong (--all shows what was sent)",
    }
}

fn table(deliveries: &[&Delivery]) -> String {
    let rows: Vec<Vec<String>> = deliveries
        .iter()
        .map(|delivery| {
            vec![
                delivery.intent.key.to_string(),
                delivery.intent.channel.to_string(),
                delivery.word().to_owned(),
                delivery.attempts.to_string(),
                words::stamp(delivery.sent_at.unwrap_or(delivery.next_at)),
                delivery.last_error.to_string(),
            ]
        })
        .collect();
    say::table(
        &[
            "KEY",
            "CHANNEL",
            "STATE",
            "TRIES",
            "SENT OR NEXT",
            "WENT WRONG",
        ],
        &rows,
    )
}

impl Export {
    /// Writes them.
    ///
    /// # Errors
    ///
    /// When the file is there already, or can't be written.
    pub async fn run(&self, room: &Room) -> color_eyre::Result<Exit> {
        let count = match &self.to {
            None => room.log()?.export(&mut io::stdout()).await?,
            Some(to) => {
                let mut file = BufWriter::new(new_file(to)?);
                let count = room.log()?.export(&mut file).await?;
                let doing = || format!("writing {}", to.display());
                let file = file.into_inner().map_err(io::IntoInnerError::into_error);
                file.and_then(|file| file.sync_all()).wrap_err_with(doing)?;
                count
            }
        };
        say::note(room.global(), &format::count(count, "entry", "entries"));
        if let Some(to) = &self.to {
            let wrote = Wrote {
                file: to.display().to_string(),
                entries: count,
            };
            say::done(room.global(), &wrote)?;
        }
        Ok(Exit::Ok)
    }
}

/// A file that was not there: an export never replaces another.
fn new_file(path: &Path) -> Result<File, Failure> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).map_err(|error| {
        let name = path.display();
        Failure::refused(match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("{name} is there already and is not overwritten: name another file")
            }
            _ => format!("{name} can't be written: {error}"),
        })
    })
}

impl Import {
    /// Reads them, all or none.
    ///
    /// # Errors
    ///
    /// When a line is no entry; nothing was imported then.
    pub async fn run(&self, room: &Room) -> color_eyre::Result<Exit> {
        let from: Box<dyn BufRead + Send> = if self.from.as_os_str() == "-" {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(&self.from).map_err(|error| {
                let name = self.from.display();
                match error.kind() {
                    io::ErrorKind::NotFound => {
                        Failure::not_found(format!("there is no file {name}"))
                    }
                    _ => Failure::refused(format!("{name} can't be read: {error}")),
                }
            })?;
            Box::new(BufReader::new(file))
        };
        let imported = room.log()?.import(from).await?;
        let count = Count {
            entries: imported.added + imported.known,
            added: imported.added,
            known: imported.known,
        };
        say::either(room.global(), &count, || {
            format!(
                "{} new, {} known",
                format::count(count.added, "entry is", "entries are"),
                format::count(count.known, "was", "were")
            )
        })?;
        Ok(Exit::Ok)
    }
}

impl Backup {
    /// Copies it.
    ///
    /// # Errors
    ///
    /// When there is something at that place, or it can't be written.
    pub async fn run(&self, room: &Room) -> color_eyre::Result<Exit> {
        room.log()?.backup(&self.to).await?;
        let name = self.to.display();
        say::note(room.global(), &format!("the log is copied to {name}"));
        let wrote = Wrote {
            file: name.to_string(),
            entries: room.log()?.head().await?,
        };
        say::done(room.global(), &wrote)?;
        Ok(Exit::Ok)
    }
}

/// Whether everything in the log is as it was written.
///
/// # Errors
///
/// When the file can't be opened at all.
pub async fn verify(room: &Room) -> color_eyre::Result<Exit> {
    let report = room.log()?.verify().await?;
    let checked = Checked {
        file: room.log()?.path().to_owned(),
        sound: report.is_sound(),
        entries: report.entries,
        unknown: report.unknown,
        problems: report.problems.iter().map(ToString::to_string).collect(),
        more_problems: report.more,
    };
    say::either(room.global(), &checked, || {
        let mut lines = checked.problems.clone();
        if checked.more_problems > 0 {
            lines.push(format!("and {} more", checked.more_problems));
        }
        let word = if checked.sound { "sound" } else { "damaged" };
        let entries = format::count(checked.entries, "entry", "entries");
        lines.push(format!("{entries}, {word}"));
        lines.join("\n")
    })?;
    Ok(if checked.sound { Exit::Ok } else { Exit::Found })
}
