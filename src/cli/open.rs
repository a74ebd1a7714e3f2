//! The configuration, and what is opened by it: the log, and the policy.

mod log;

use std::path::Path;

use chrono::{DateTime, Utc};
use color_eyre::eyre::eyre;

use self::log::say_warnings;
use super::{
    args::Global,
    engine::out_of_order,
    failure::Failure,
    room::Room,
    say,
    text::read_file,
    touch::{Touch, in_touch},
};
use crate::{
    clock::{Clock, start_id},
    config::{self, Config, Environment, Flags, Paths},
    domain::{
        board::Board,
        policy::{self, Policy},
        text::Name,
    },
    journal,
    remote::{Address, Remote},
    server::Told,
    store::{Log, OpenMode, StoreError},
    sync::Replica,
    ui::format::{self, behind_or_ahead},
    wire::{Channels, Known},
};

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
    /// How the server of a copy is set up: it is the server that delivers.
    pub served: Option<Known>,
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
        for text in out_of_order(&config) {
            say::note(&global, &format!("warning: {text}"));
        }
        let clock = global.clock();
        let is_copy = config.server.is_some();
        Ok(Self {
            clock: if is_copy { clock.led() } else { clock },
            global,
            environment,
            flags,
            paths,
            config,
            served: None,
        })
    }

    /// Reads what is written down now, for a program that goes on in the same
    /// workspace: all of it holds, or what held before is better.
    ///
    /// # Errors
    ///
    /// At any mistake, or when the workspace is another one.
    pub fn anew(global: Global, was: &Name, what: &str) -> color_eyre::Result<Self> {
        let setup = Self::read(global)?;
        let is = &setup.config.workspace;
        if is != was {
            return Err(eyre!(
                "the workspace was {was} and is {is}: start the {what} again to change it"
            ));
        }
        if let Some(mistake) = setup.config.mistakes().next() {
            return Err(eyre!("{mistake}"));
        }
        Ok(setup)
    }

    /// What keeps `log` and the shared backend the same; `None` without one.
    ///
    /// # Errors
    ///
    /// When the token can't be read, or the address could not be trusted.
    pub fn sync(&self, log: &Log) -> color_eyre::Result<Option<Replica>> {
        let remote = self.remote()?;
        Ok(remote.map(|remote| Replica::new(log.clone(), remote, self.clock)))
    }

    /// The way to the shared backend; `None` without one.
    ///
    /// # Errors
    ///
    /// As [`Setup::sync`].
    pub fn remote(&self) -> color_eyre::Result<Option<Remote>> {
        let Some(server) = &self.config.server else {
            return Ok(None);
        };
        let token = server.token.as_ref();
        let token = token.map_err(|error| Failure::refused(error.to_string()))?;
        let remote = Remote::new(Address {
            url: server.url.clone(),
            workspace: self.config.workspace.clone(),
            token: token.clone(),
            token_file: server.token_file.clone(),
            ca_file: server.ca_file.clone(),
        })?;
        Ok(Some(remote))
    }

    /// The channels of the configuration, and where updates go unless somebody
    /// says otherwise.
    pub fn channels(&self) -> Channels {
        Channels {
            updates: self.config.updates.clone(),
            public: self.config.publish.clone(),
            all: self.config.channels.keys().cloned().collect(),
        }
    }

    /// The channels that messages of this log leave through: the server's for
    /// a copy.
    pub fn leads_to(&self) -> Channels {
        match &self.served {
            Some(known) => known.channels.clone(),
            None => self.channels(),
        }
    }

    /// Who has those channels, in words.
    pub const fn deliverer(&self) -> &'static str {
        match &self.served {
            Some(_) => "the server",
            None => "the configuration",
        }
    }

    /// The same, with the server's channels as it told of them last. Whatever
    /// stands in the way of that is for others to say.
    pub async fn knowing_channels(mut self) -> Self {
        if self.config.server.is_none() {
            return self;
        }
        if let Ok(path) = self.log_path()
            && let Ok(log) = self.open_as(&path, OpenMode::ReadOnly).await
        {
            self.take_channels(&log).await.ok();
            log.close().await;
        }
        self
    }

    /// Takes up how the server of a copy is set up, as it told last.
    ///
    /// # Errors
    ///
    /// When the log can't be read.
    pub async fn take_channels(&mut self, log: &Log) -> color_eyre::Result<()> {
        if log.is_copy()
            && let Some(known) = known_of_server(log).await?
        {
            self.take_up(known);
        }
        Ok(())
    }

    /// Takes up how the server is set up: it delivers, over its channels, and
    /// records under the name of the token; and it is its clock that counts.
    pub fn take_up(&mut self, known: Known) {
        if self.global.now.is_none() {
            self.clock.lead(self.time_of(&known));
        }
        self.config.updates.clone_from(&known.channels.updates);
        self.config.publish.clone_from(&known.channels.public);
        if let Some(name) = &known.name {
            self.config.actor.clone_from(name);
        }
        self.served = Some(known);
    }

    /// The server's time, by what nobody sets where that is known: whoever met
    /// it before, and set the host's clock since, records by the server's all
    /// the same.
    fn time_of(&self, known: &Known) -> DateTime<Utc> {
        let start = known.start.as_ref();
        let start = start.filter(|start| start_id().as_ref() == Some(&start.id));
        let by_ours = self.clock.host().ahead(known.offset());
        start
            .map_or(by_ours, |start| Clock::SinceStart(start.at))
            .now()
    }

    /// Says that the host's clock is wrong, where it is not gone by.
    pub fn say_clock_off(&self) {
        let by = self.clock.led_by();
        if by.is_zero() {
            return;
        }
        let (off, way) = (format::short(by.abs()), behind_or_ahead(by));
        // Which of the two is wrong is not known here.
        let theirs = match self.config.server {
            Some(_) => "the server's: times here are the server's; see that both are set by NTP",
            None => {
                "the time that this log counts by: times here are by that until no incident is open; see that the clock is set by NTP"
            }
        };
        let text = format!("warning: this host's clock is {off} {way} {theirs}");
        say::note(&self.global, &text);
    }

    /// What a server tells its copies.
    ///
    /// # Errors
    ///
    /// As [`Setup::policy`].
    pub fn tells(&self) -> color_eyre::Result<Told> {
        let own = self.config.policy.is_some();
        Ok(Told {
            channels: self.channels(),
            policy: own
                .then(|| self.policy())
                .transpose()?
                .map(|(_, text)| text),
        })
    }

    /// The team's policy and its text as new incidents carry it (E6).
    ///
    /// # Errors
    ///
    /// When the file can't be read, or is none.
    pub fn policy(&self) -> color_eyre::Result<(Policy, String)> {
        let theirs = self.served.as_ref().and_then(|known| known.policy.clone());
        if let (None, Some(text)) = (&self.config.policy, theirs) {
            let (policy, _) = Policy::parse("the server's policy", &text)?;
            return Ok((policy, text));
        }
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

    /// Everything, ready to work. A log is only begun where `may_begin`.
    ///
    /// # Errors
    ///
    /// When the log can't be opened or read.
    pub async fn enter(mut self, may_begin: bool) -> color_eyre::Result<Room> {
        let log = if may_begin || self.config.server.is_some() {
            Some(self.opened().await?)
        } else {
            self.begun_log().await?
        };
        let mut board = Board::default();
        let mut sync = None;
        let mut touch = Touch::All;
        if let Some(log) = &log {
            sync = self.sync(log)?;
            if let Some(sync) = &sync {
                touch = in_touch(sync).await?;
                let nothing_here = log.head().await? == 0 && log.unsent().await?.is_empty();
                if nothing_here && !may_begin {
                    touch.must_have_brought_all()?;
                }
                touch.say(&self.global);
            }
            say_warnings(log);
            self.take_channels(log).await?;
            self.say_clock_off();
            journal::catch_up(log, &mut board).await?;
        }
        Ok(Room {
            setup: self,
            log,
            sync,
            touch,
            board,
            follow_up: false,
        })
    }
}

/// What the server of a copy told of itself last; `None` before it ever did.
///
/// # Errors
///
/// When the log can't be read.
pub async fn known_of_server(log: &Log) -> Result<Option<Known>, StoreError> {
    let known = log.known_of_server().await?;
    Ok(known.and_then(|json| Known::read(&json)))
}

/// What stands for the built-in policy where a file is named.
const BUILT_IN_POLICY: &str = "built-in";

/// Reads a policy file; `built-in` is no file, and always there.
///
/// # Errors
///
/// When it can't be read, or is none.
pub fn read_policy(
    file: &Path,
) -> color_eyre::Result<(Policy, Vec<crate::domain::located::Warning>)> {
    if file.file_name().is_some_and(|name| name == BUILT_IN_POLICY) {
        return Ok(((*Policy::built_in()).clone(), Vec::new()));
    }
    let name = file.display().to_string();
    let text = read_file(file)?;
    Ok(Policy::parse_new(&name, &text)?)
}

/// Opens what a command needs. A log is only begun where `may_begin`.
///
/// # Errors
///
/// As [`Setup::read`] and [`Setup::enter`].
pub async fn room(global: Global, may_begin: bool) -> color_eyre::Result<Room> {
    let setup = Setup::read(global)?;
    setup.enter(may_begin).await
}
