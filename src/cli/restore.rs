//! A backup in the place of the log, as a whole or not at all.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use clap::Args;
use color_eyre::eyre::WrapErr as _;
use serde::Serialize;

use super::{
    engine,
    failure::{Exit, Failure},
    open::Setup,
    say,
};
use crate::{
    store::{Log, OpenMode, StoreError, Token},
    ui::format,
};

/// Put a backup in the place of the log, with a new history
///
/// Consoles that held more than the backup bring it back by themselves. The log
/// that is in the way is moved aside, never overwritten.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom restore /safe/place/log.db --workspace prod   # while no server runs
  warroom restore --new-epoch --db postgres://db/rooms  # after pg_restore")]
pub struct Restore {
    /// The backup
    #[arg(required_unless_present = "new_epoch")]
    pub from: Option<PathBuf>,
    /// Only begin a new history with what is in the log: it was put back already
    #[arg(long, conflicts_with = "from")]
    pub new_epoch: bool,
}

/// The log with its new history.
#[derive(Debug, Serialize)]
struct Restored {
    entries: u64,
    /// Messages that wait for a person, since they may have left before.
    uncertain_messages: usize,
}

impl Restore {
    /// Restores it.
    ///
    /// # Errors
    ///
    /// When the backup is no log, or there is no room for it.
    pub async fn run(&self, setup: Setup) -> color_eyre::Result<Exit> {
        let new = match &self.from {
            Some(from) => Some(NewLog::beside_the_old(&setup, from).await?),
            None => None,
        };
        let log = match &new {
            Some(new) => setup.open_as(&new.half, OpenMode::ReadWrite).await?,
            None => setup.open_to_write().await?,
        };
        let begun = begin_anew(&log, new.as_ref(), setup.clock.now()).await;
        log.close().await;
        let (entries, uncertain) = begun?;
        if let Some(new) = &new {
            new.takes_its_place(&setup)?;
        }
        say::note(
            &setup.global,
            &format!(
                "the log has a new history, with {}; {} for a person, since they may have left before, and pages leave as possible repeats; \
                 steps that fall due before an engine runs again wait 30 s longer, for copies of the log to tell what was fired already",
                format::count(entries, "entry", "entries"),
                format::count(uncertain, "message waits", "messages wait")
            ),
        );
        let restored = Restored {
            entries,
            uncertain_messages: uncertain,
        };
        say::done(&setup.global, &restored)?;
        Ok(Exit::Ok)
    }
}

/// Begins a new history in `log`, and takes back the tokens that must not come
/// back to life. Answers how many entries there are, and how many messages wait
/// for a person.
async fn begin_anew(
    log: &Log,
    new: Option<&NewLog>,
    now: DateTime<Utc>,
) -> Result<(u64, usize), StoreError> {
    // First: a console's copy is refused by it.
    let uncertain = log.begin_epoch().await?;
    for id in new.into_iter().flat_map(|new| &new.revoked) {
        log.revoke_tokens(id, now).await?;
    }
    Ok((log.head().await?, uncertain))
}

/// A log beside the one whose place it takes. Everything is done to it before
/// that, so that whoever is killed meanwhile leaves the old one or the whole
/// new one.
struct NewLog {
    /// Where it is until then.
    half: PathBuf,
    /// Tokens that were taken back in the old one since the backup.
    revoked: Vec<String>,
}

impl Drop for NewLog {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", ".head"] {
            fs::remove_file(beside(&self.half, suffix)).ok();
        }
    }
}

impl NewLog {
    /// A copy of the log `from`.
    async fn beside_the_old(setup: &Setup, from: &Path) -> color_eyre::Result<Self> {
        let new = Self {
            half: beside(&setup.log_path()?, ".restoring"),
            revoked: leave(setup).await?,
        };
        // What an earlier one left that was killed.
        drop(Self {
            half: new.half.clone(),
            revoked: Vec::new(),
        });
        let backup = Log::open(from, OpenMode::ReadOnly).await?;
        if let Some(to) = backup.given_to().await? {
            return Err(StoreError::Given { to }.into());
        }
        backup.backup(&new.half).await?;
        backup.close().await;
        Ok(new)
    }

    /// Puts it in the place of the old one, which is kept aside.
    fn takes_its_place(&self, setup: &Setup) -> color_eyre::Result<()> {
        let to = setup.log_path()?;
        let file = File::open(&self.half).and_then(|file| file.sync_all());
        file.wrap_err("writing the log that was restored")?;
        let time = setup.clock.now().format("%Y%m%dT%H%M%S%.3fZ");
        let aside = beside(&to, &format!(".before-{time}"));
        if to.exists() {
            // Under both names, so that there is a log at every moment; not
            // every file system can do that.
            let kept = fs::hard_link(&to, &aside).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Err(error),
                _ => fs::rename(&to, &aside),
            });
            kept.wrap_err("moving the log aside")?;
        }
        for suffix in ["-wal", "-shm", ".head"] {
            let there = beside(&to, suffix);
            if there.exists() {
                fs::rename(&there, beside(&aside, suffix)).wrap_err("moving the log aside")?;
            }
        }
        fs::rename(&self.half, &to).wrap_err("putting the backup in place")?;
        // It only tells whether something was lost, and may come later.
        fs::rename(beside(&self.half, ".head"), beside(&to, ".head")).ok();
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new(".")));
        folder
            .and_then(|folder| folder.sync_all())
            .wrap_err("putting the backup in place")?;
        if aside.exists() {
            let text = format!("the log that was there is {} now", aside.display());
            say::note(&setup.global, &text);
        }
        Ok(())
    }
}

/// Closes the log that is in the way as a whole; answers which tokens were taken
/// back in it: a backup must not bring them back to life.
///
/// # Errors
///
/// While a console, an engine or a server works on it: it would go on writing to
/// the file that is moved aside.
async fn leave(setup: &Setup) -> color_eyre::Result<Vec<String>> {
    let lost = || {
        say::aside(
            "warning: tokens that were revoked since the backup hold again: `warroom token list`",
        );
        Ok(Vec::new())
    };
    let path = setup.log_path()?;
    if !path.exists() {
        return lost();
    }
    let Ok(log) = setup.open_as(&path, OpenMode::ReadWrite).await else {
        return lost();
    };
    let holder = log.engine(setup.clock.now()).await?.holder;
    // One that was killed could not give it back.
    let holder = holder.filter(|owner| !owner.is_gone(&engine::host()));
    let tokens = log.tokens().await;
    log.close().await;
    if let Some(owner) = holder {
        return Err(Failure::refused(format!(
            "{} works on this log: end it first, and every console on this host",
            owner.process()
        ))
        .into());
    }
    let Ok(tokens) = tokens else {
        return lost();
    };
    let revoked = tokens.iter().filter(|token| token.revoked_at.is_some());
    Ok(revoked.map(Token::id).collect())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
