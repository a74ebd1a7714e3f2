//! Which file or database the log is, and opening it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::Setup;
use crate::{
    cli::{failure::Failure, say},
    journal::begin_as_others,
    store::{Log, OpenMode, StoreError},
};

impl Setup {
    /// The log's file: the one that was named, or the workspace's.
    ///
    /// # Errors
    ///
    /// When the workspace's name can't be a file's.
    pub fn log_path(&self) -> Result<PathBuf, Failure> {
        if let Some(file) = &self.global.db {
            return match self.unknown_scheme() {
                Some(scheme) => Err(Failure::usage(format!(
                    "{scheme}:// is no database that a log is kept in: name a file, or postgres://user@host/database"
                ))),
                None => Ok(file.clone()),
            };
        }
        let name = self.config.workspace.as_str();
        if name.contains('/') || name.starts_with('.') {
            return Err(Failure::refused(format!(
                "the workspace {name:?} can't be the name of a file: take one without a slash, that does not begin with a dot"
            )));
        }
        Ok(self.paths.data.join(format!("{name}.db")))
    }

    /// The scheme of an address that was named and leads to no database of
    /// ours: no file is meant by it.
    fn unknown_scheme(&self) -> Option<&str> {
        let named = self.global.db.as_deref()?.to_str()?;
        let (scheme, _) = named.split_once("://")?;
        let is_file = scheme.contains(['/', '.']) || self.database().is_some();
        (!is_file).then_some(scheme)
    }

    /// The database that was named by its address, if one was.
    fn database(&self) -> Option<&str> {
        let named = self.global.db.as_deref()?.to_str()?;
        let is_one = named.starts_with("postgres://") || named.starts_with("postgresql://");
        is_one.then_some(named)
    }

    /// Opens the log to write, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// As [`Log::open`] and [`Log::connect`].
    pub async fn open_to_write(&self) -> color_eyre::Result<Log> {
        Ok(self.open_as(&self.log_path()?, OpenMode::ReadWrite).await?)
    }

    /// Opens the log, and makes it where there is none.
    ///
    /// A file that can't be written is opened for reading, so that everything
    /// that only looks still works.
    ///
    /// # Errors
    ///
    /// As [`Log::open`].
    pub async fn open_log(&self) -> color_eyre::Result<Log> {
        let log = self.opened().await?;
        say_warnings(&log);
        Ok(log)
    }

    /// The same, without a word.
    pub(super) async fn opened(&self) -> color_eyre::Result<Log> {
        let path = self.log_path()?;
        match self.open_as(&path, OpenMode::ReadWrite).await {
            Err(StoreError::ReadOnlyFolder { .. } | StoreError::Permission { .. })
                if path.exists() =>
            {
                Ok(self.open_as(&path, OpenMode::ReadOnly).await?)
            }
            other => Ok(other?),
        }
    }

    /// Opens the log at `path`, as the flags say; that of the database where one
    /// was named.
    ///
    /// # Errors
    ///
    /// As [`Log::open`] and [`Log::connect`].
    pub(in crate::cli) async fn open_as(
        &self,
        path: &Path,
        mode: OpenMode,
    ) -> Result<Log, StoreError> {
        let log = match self.database() {
            Some(address) => Log::connect(address, &self.config.workspace).await?,
            None if self.global.network_file_system => Log::open_on_network(path, mode).await?,
            None => Log::open(path, mode).await?,
        };
        // A damaged one is still worth a look, by whatever time.
        if let Err(error) = begin_as_others(&log, self.clock).await {
            tracing::info!(%error, "by which time the log counts is not known");
        }
        Ok(log)
    }

    /// The log, if one has begun; none is made. One that was named by its file
    /// and is not there is a slip.
    pub(super) async fn begun_log(&self) -> color_eyre::Result<Option<Log>> {
        let path = self.log_path()?;
        let is_there = fs::metadata(&path).is_ok_and(|file| file.len() > 0);
        if is_there || self.database().is_some() {
            return self.opened().await.map(Some);
        }
        // Reading makes nothing, and tells a log that is gone from none.
        match self.open_as(&path, OpenMode::ReadOnly).await {
            Err(StoreError::Missing { .. }) if self.global.db.is_none() => Ok(None),
            other => Ok(other.map(Some)?),
        }
    }
}

/// Says what is odd about a log, once it is clear that it is worked with.
pub(super) fn say_warnings(log: &Log) {
    for warning in log.warnings() {
        say::aside(&format!("warning: {warning}"));
    }
}
