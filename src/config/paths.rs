//! Where things are kept.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::{ConfigError, Environment, Flags};

/// The configuration of the host, below the user's own.
const SYSTEM: &str = "/etc/warroom/config.toml";

/// Where things are kept. Nothing here needs to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The host's configuration, which the user's goes before.
    pub system_config: PathBuf,
    /// The user's configuration; `None` where there is no home and none was named.
    pub config: Option<PathBuf>,
    /// Who named the configuration; if nobody did, it need not be there.
    pub(super) named_by: Option<&'static str>,
    /// The log, and what else must not be lost.
    pub data: PathBuf,
    /// Our own log files, and what may be lost.
    pub state: PathBuf,
    /// Sockets and locks, gone after a restart.
    pub runtime: PathBuf,
    /// What a `~` at the beginning of a path stands for.
    pub(super) home: Option<PathBuf>,
}

impl Paths {
    /// The directories of this user, unless flags or variables name others.
    ///
    /// With `--data-dir` or `WARROOM_DATA_DIR` everything but the configuration
    /// is in that one directory, so that two of them never meet.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoHome`] if there is no home and no directory was named.
    pub fn find(flags: &Flags, environment: &Environment) -> Result<Self, ConfigError> {
        Self::below(
            ProjectDirs::from("", "", "warroom").as_ref(),
            flags,
            environment,
        )
    }

    /// As [`Paths::find`], from directories that were already found, if any.
    ///
    /// # Errors
    ///
    /// As [`Paths::find`].
    pub fn below(
        directories: Option<&ProjectDirs>,
        flags: &Flags,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let named = named(flags.config.as_deref(), environment, "WARROOM_CONFIG");
        let data = named_dir(flags, environment);
        let (data, state, runtime) = match (data, directories) {
            (Some(data), _) => (data.clone(), data.join("state"), data.join("run")),
            (None, Some(found)) => of_user(found),
            (None, None) => return Err(ConfigError::NoHome),
        };
        Ok(Self {
            system_config: SYSTEM.into(),
            named_by: named.is_some().then(|| {
                flags
                    .config
                    .as_ref()
                    .map_or("WARROOM_CONFIG", |_| "--config")
            }),
            config: named.or_else(|| Some(directories?.config_dir().join("config.toml"))),
            data,
            state,
            runtime,
            home: variable(environment, "HOME").map(PathBuf::from),
        })
    }

    /// `path` as it was meant in a file in `folder`.
    pub(super) fn resolve(&self, folder: Option<&Path>, path: &Path) -> PathBuf {
        if let Some(home) = &self.home
            && let Ok(rest) = path.strip_prefix("~")
        {
            return home.join(rest);
        }
        folder.map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }
}

/// A variable that is set to something.
pub(super) fn variable<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    environment
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

fn named(flag: Option<&Path>, environment: &Environment, name: &str) -> Option<PathBuf> {
    flag.map(Path::to_owned)
        .or_else(|| variable(environment, name).map(PathBuf::from))
}

fn named_dir(flags: &Flags, environment: &Environment) -> Option<PathBuf> {
    named(flags.data_dir.as_deref(), environment, "WARROOM_DATA_DIR")
}

fn of_user(found: &ProjectDirs) -> (PathBuf, PathBuf, PathBuf) {
    let data = found.data_dir().to_owned();
    let state = found.state_dir().unwrap_or(&data).to_owned();
    // Over su and from cron there is no runtime directory.
    let runtime = found
        .runtime_dir()
        .map_or_else(|| state.join("run"), Path::to_owned);
    (data, state, runtime)
}
