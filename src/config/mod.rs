//! What a person wrote down: files, variables and flags, put together into one
//! [`Config`]; and where things are kept.
//!
//! Nothing has to be written: every key has a default. A flag goes before a
//! variable, that before the user's file, that before the host's
//! (`/etc/warroom/config.toml`).
//!
//! ```toml
//! actor = "ada"                     # default: the user's name
//! workspace = "local"
//! server = "https://warroom.example"                  # default: the local file; or unix:/run/warroom/sock
//! token_file = "warroom.token"      # mode 600; or WARROOM_TOKEN
//! ca_file = "ca.pem"                # trusted beside the system's certificates
//! theme = { dark = "harbor", light = "daylight" }     # or one name
//! color = "auto"                    # auto | none | 16 | 256 | true
//! glyphs = "auto"                   # auto | rich | console | ascii
//! bell = true
//! mouse = false
//! slow = true                       # default: as the line is
//! policy = "policy.toml"            # paths: from this file's folder
//! keymap = "keymap.toml"
//! themes = "themes"
//! runbooks = "/docs/runbooks"
//!
//! [channels.incidents]
//! kind = "slack"
//! url_file = "slack.url"            # mode 600; or WARROOM_CHANNEL_INCIDENTS_URL
//!
//! [channels.log]
//! kind = "webhook"
//! url = "https://hooks.example/log"
//! secret_file = "log.secret"        # or WARROOM_CHANNEL_LOG_SECRET
//! format = "json"                   # json | text
//! resend_safe = true                # it drops what it has seen
//!
//! [updates]
//! channels = ["incidents"]
//! public = []                       # channels that people outside read
//!
//! [[probes]]                        # replace the built-in ones
//! name = "api"
//! kind = "http"                     # http | tcp | tls | dns | command | system
//! url = "http://localhost:8080/health"
//! every = "10s"
//!
//! [wall]
//! distance_m = 8
//! panel_inch = 55
//! night = "20:00-07:00"             # a dimmer theme in these hours, unless a P1 is open
//!
//! [links]
//! grafana = "https://grafana.example"
//! [dashboards]
//! latency = "https://grafana.example/d/1"
//! ```
//!
//! A key can be set by a variable, `WARROOM_THEME` or `WARROOM_WALL__PANEL_INCH`.
//! What can't be understood is told with file, line and column, and left out:
//! a bell that is 3 must not keep anybody from an incident. What decides who
//! records and where (`actor`, `workspace`, `server`, its token, `policy`) stops
//! everything, as does a flag; an unknown key only warns. Secrets are in files of their own, readable by their owner
//! alone, or in variables, and are never shown.

mod channels;
mod error;
#[expect(
    unused_qualifications,
    reason = "the derive of the schema writes them, on fields that are enums of other modules"
)]
mod file;
mod finish;
mod keys;
mod layers;
mod origin;
mod paths;
mod probes;
mod read;
mod schema;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;

use crate::domain::{
    channel,
    located::Warning,
    night::Night,
    probe,
    secret::Secret,
    text::{Address, Name},
};

pub use error::ConfigError;
pub use origin::{Origin, Source};
pub use paths::Paths;
pub use schema::schema;

/// Where the document keeps its runbooks.
const RUNBOOKS: &str = "/docs/runbooks";
/// The workspace of somebody who never named one.
const WORKSPACE: &str = "local";

/// The variables by name, as the program was started with them.
pub type Environment = BTreeMap<String, String>;

/// What was said on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`: in place of the user's file.
    pub config: Option<PathBuf>,
    /// `--data-dir`: where the log is kept.
    pub data_dir: Option<PathBuf>,
    /// Keys as in a file, with their values: `--theme dark` is `("theme", "dark")`.
    pub set: Vec<(String, String)>,
}

/// How many colours are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum Color {
    /// As the terminal can.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// None; bold, dim and reverse remain.
    #[serde(rename = "none", alias = "never")]
    None,
    /// The terminal's sixteen.
    #[serde(rename = "16")]
    Ansi16,
    /// The palette of 256.
    #[serde(rename = "256")]
    Ansi256,
    /// Any.
    #[serde(rename = "true")]
    True,
}

/// Which characters are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Glyphs {
    /// As the terminal can.
    #[default]
    Auto,
    /// All of ours.
    Rich,
    /// What the fonts of text consoles have.
    Console,
    /// Below `0x80`.
    Ascii,
}

/// The names of two themes, one for each ground. Equal where one was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// On a dark ground.
    pub dark: Name,
    /// On a light ground.
    pub light: Name,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            dark: "harbor".into(),
            light: "daylight".into(),
        }
    }
}

/// The wall display: where it hangs, for the doctor to judge the size of its
/// letters by, and when it is dim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wall {
    /// How far away the readers are, in metres.
    pub distance_m: f64,
    /// The diagonal of the panel, in inches.
    pub panel_inch: f64,
    /// When it is dim; always bright if absent.
    pub night: Option<Night>,
}

/// The shared backend.
#[derive(Debug)]
pub struct Server {
    /// Its root, with a slash at its end; or `unix:` and the path of a socket.
    pub url: Url,
    /// What it knows us by, or why that could not be read.
    pub token: Result<Option<Secret>, ConfigError>,
    /// The file it is from: another one may be put there any time.
    pub token_file: Option<PathBuf>,
    /// Certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// The channels by name; one with a mistake says which, and is out of order.
pub type Channels = BTreeMap<Name, Result<channel::Spec, ConfigError>>;

/// Everything a person can set.
#[derive(Debug)]
pub struct Config {
    /// Who sits at this console.
    pub actor: Name,
    /// The workspace it opens.
    pub workspace: Name,
    /// The themes.
    pub theme: Theme,
    /// How many colours are written.
    pub color: Color,
    /// Which characters are drawn.
    pub glyphs: Glyphs,
    /// Whether the terminal's bell rings.
    pub bell: bool,
    /// Whether the mouse is on from the start.
    pub mouse: bool,
    /// Whether bytes are dear; `None`: as the line is.
    pub slow: Option<bool>,
    /// The folder of runbooks.
    pub runbooks: PathBuf,
    /// The team's policy; `None` is the built-in one.
    pub policy: Option<PathBuf>,
    /// The user's keys; `None` are the built-in ones.
    pub keymap: Option<PathBuf>,
    /// The folder of the user's themes, which need not be there; `None` if
    /// there is no configuration it could be beside.
    pub themes: Option<PathBuf>,
    /// What is probed.
    pub probes: Vec<probe::Spec>,
    /// Where messages can go.
    pub channels: Channels,
    /// Where updates go unless somebody says otherwise; all of them are in `channels`.
    pub updates: Vec<Name>,
    /// Where news for the public go, once they are approved; all of them are in
    /// `channels`, and there are none unless somebody says so.
    pub publish: Vec<Name>,
    /// The shared backend; `None`: the local file.
    pub server: Option<Server>,
    /// The wall display.
    pub wall: Wall,
    /// Addresses to open, by name.
    pub links: BTreeMap<Name, Address>,
    /// Dashboards to look at before resolving (R1), by name.
    pub dashboards: BTreeMap<Name, Address>,
    origins: Vec<Origin>,
    warnings: Vec<Warning>,
    faults: Vec<Fault>,
}

/// A part that can't be used: it is left out, and everything else holds.
#[derive(Debug)]
pub struct Fault {
    /// Which: a key such as `bell` or `probes[2]`.
    pub key: String,
    /// What is wrong with it, and where.
    pub error: ConfigError,
}

impl Fault {
    /// Whether it is `section`, or something inside.
    pub fn is_in(&self, section: &str) -> bool {
        is_inside(&self.key, section)
    }
}

/// The variables this process was started with; those that are not text are
/// left out.
pub fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

impl Config {
    /// Reads the host's file and the user's, variables and flags.
    ///
    /// # Errors
    ///
    /// The first thing that is needed and can't be understood, with its place
    /// and the way out; the rest is in [`Config::mistakes`].
    pub fn load(
        paths: &Paths,
        flags: &Flags,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        layers::load(paths, flags, environment)
    }

    /// Every key that was set or has a default, in order, and who set it.
    /// Secrets are dots.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// What can't be used and is left out; of channels it is in [`Channels`].
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Everything that can't be used, of channels as well.
    pub fn mistakes(&self) -> impl Iterator<Item = &ConfigError> {
        let channels = self.channels.values().filter_map(|one| one.as_ref().err());
        self.faults.iter().map(|one| &one.error).chain(channels)
    }

    /// What is odd, and was used or ignored nevertheless.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// Whether `key` is `section`, or a key inside.
fn is_inside(key: &str, section: &str) -> bool {
    let rest = key.strip_prefix(section);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn folder(file: &Path) -> Option<&Path> {
    file.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
}
