//! A backup in the place of the log, with a new history.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use color_eyre::eyre::WrapErr as _;

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

impl Restore {
    /// Restores it.
    ///
    /// # Errors
    ///
    /// When the backup is no log, or there is no room for it.
    pub async fn run(&self, setup: Setup) -> color_eyre::Result<Exit> {
        let mut revoked = Vec::new();
        if let Some(from) = &self.from {
            nobody_works(&setup).await?;
            revoked = revoked_tokens(&setup).await;
            put_back(&setup, from).await?;
        }
        let log = setup.open_to_write().await?;
        for id in revoked {
            log.revoke_tokens(&id, setup.clock.now()).await?;
        }
        let uncertain = log.begin_epoch().await?;
        let entries = log.head().await?;
        log.close().await;
        say::note(
            &setup.global,
            &format!(
                "the log has a new history, with {}; {} for a person, since they may have left before, and pages leave as possible repeats; \
                 steps that fall due before an engine runs again wait 30 s longer, for copies of the log to tell what was fired already",
                format::count(entries, "entry", "entries"),
                format::count(uncertain, "message waits", "messages wait")
            ),
        );
        Ok(Exit::Ok)
    }
}

/// Refuses while a console, an engine or a server works on the log: it would go
/// on writing to the file that is moved aside.
async fn nobody_works(setup: &Setup) -> color_eyre::Result<()> {
    let Ok(log) = Log::open(setup.log_path()?, OpenMode::ReadOnly).await else {
        return Ok(());
    };
    let now = setup.clock.now();
    let lease = log.lease().await?.filter(|lease| lease.expires_at > now);
    // One that was killed could not give it back.
    let lease = lease.filter(|lease| !lease.owner.is_gone(&engine::host()));
    log.close().await;
    match lease {
        Some(lease) => Err(Failure::refused(format!(
            "{} on {} (pid {}) works on this log: end it first, and every console on this host",
            lease.owner.name, lease.owner.host, lease.owner.pid
        ))
        .into()),
        None => Ok(()),
    }
}

/// Tokens that were taken back in the log that is in the way: a backup must not
/// bring them back to life.
async fn revoked_tokens(setup: &Setup) -> Vec<String> {
    let known = async {
        let log = Log::open(setup.log_path()?, OpenMode::ReadOnly).await?;
        let tokens = log.tokens().await?;
        log.close().await;
        color_eyre::Result::<_>::Ok(tokens)
    };
    let Ok(tokens) = known.await else {
        say::aside(
            "warning: tokens that were revoked since the backup hold again: `warroom token list`",
        );
        return Vec::new();
    };
    let revoked = tokens.iter().filter(|token| token.revoked_at.is_some());
    revoked.map(Token::id).collect()
}

/// Copies `from` into the place of the log, whole, and moves what was there aside.
async fn put_back(setup: &Setup, from: &Path) -> color_eyre::Result<()> {
    let to = setup.log_path()?;
    let backup = Log::open(from, OpenMode::ReadOnly).await?;
    if let Some(to) = backup.given_to().await? {
        return Err(StoreError::Given { to }.into());
    }
    let half = beside(&to, ".restoring");
    fs::remove_file(&half).ok();
    backup.backup(&half).await?;
    backup.close().await;
    let aside = beside(
        &to,
        &format!(".before-{}", setup.clock.now().format("%Y%m%dT%H%M%SZ")),
    );
    for suffix in ["", "-wal", "-shm", ".head"] {
        let there = beside(&to, suffix);
        if there.exists() {
            fs::rename(&there, beside(&aside, suffix)).wrap_err("moving the log aside")?;
        }
    }
    fs::rename(&half, &to).wrap_err("putting the backup in place")?;
    if aside.exists() {
        let aside = aside.display();
        say::note(
            &setup.global,
            &format!("the log that was there is {aside} now"),
        );
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
