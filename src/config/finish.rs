//! Checks what all layers say together, and makes the configuration of it.

use std::{collections::BTreeMap, fs, path::PathBuf};

use url::Url;

use super::{
    Channels, Config, ConfigError, Environment, Fault, Server, Source, Theme, Wall, channels,
    file::{self, File},
    layers::Layers,
    paths::variable,
    probes, read,
};
use crate::domain::{
    located::closest,
    probe,
    secret::Secret,
    text::{Address, Name},
};

/// The document's channel, `#incidents`.
const INCIDENTS: &str = "incidents";

impl Layers<'_> {
    /// The configuration, with what can't be used left out.
    pub(super) fn finish(mut self) -> Result<Config, ConfigError> {
        let mut file = std::mem::take(&mut self.file);
        let public = file.updates.public.take().unwrap_or_default();
        let mut channels = self.channels(&mut file, &public);
        // Before those for the public: what is unknown there is no channel to
        // be taken for the only one.
        let updates = self.updates(file.updates.channels, &public, &mut channels);
        let publish = self.known("updates.public", public, &mut channels);
        let theme = self.theme(file.theme);
        Ok(Config {
            actor: self.actor(file.actor)?,
            workspace: self.named("workspace", file.workspace, super::WORKSPACE)?,
            theme: self.spared("theme", theme, Theme::default())?,
            color: file.color.unwrap_or_default(),
            glyphs: file.glyphs.unwrap_or_default(),
            bell: file.bell.unwrap_or(true),
            mouse: file.mouse.unwrap_or(false),
            slow: file.slow,
            runbooks: file.runbooks.unwrap_or_else(|| super::RUNBOOKS.into()),
            policy: file.policy,
            keymap: file.keymap,
            themes: file.themes.or_else(|| self.themes_folder()),
            probes: self.probes(file.probes, file.server.is_some()),
            publish,
            updates,
            channels,
            server: self.server(file.server, file.token_file, file.ca_file)?,
            wall: self.wall(&file.wall)?,
            links: self.addresses("links", file.links),
            dashboards: self.addresses("dashboards", file.dashboards),
            origins: self.origins.into_list(),
            warnings: self.warnings,
            faults: self.faults,
        })
    }

    /// The channels; one that could not be read is out of order, and not gone:
    /// whatever names it is told why.
    fn channels(&mut self, file: &mut File, public: &[Name]) -> Channels {
        let specs = std::mem::take(&mut file.channels);
        let mut channels = channels::read(
            specs,
            public,
            self.environment,
            &mut self.origins,
            &mut self.warnings,
        );
        for fault in std::mem::take(&mut self.faults) {
            match fault.key.strip_prefix("channels.") {
                Some(name) => {
                    channels.insert(name.into(), Err(fault.error));
                }
                None => self.faults.push(fault),
            }
        }
        channels
    }

    fn actor(&mut self, set: Option<Name>) -> Result<Name, ConfigError> {
        if set.is_some() {
            return self.named("actor", set, "");
        }
        let (name, from) = user(self.environment);
        self.origins.set("actor", &name, from);
        Ok(name)
    }

    fn named(&self, key: &str, set: Option<Name>, default: &str) -> Result<Name, ConfigError> {
        let name = set.unwrap_or_else(|| default.into());
        if name.is_empty() {
            let message = "found nothing, and a name belongs here".to_owned();
            return Err(self.origins.wrong(key, message, None));
        }
        Ok(name)
    }

    fn theme(&self, set: Option<file::ThemeChoice>) -> Result<Theme, ConfigError> {
        let theme = set.map_or_else(Theme::default, file::ThemeChoice::into_theme);
        for name in [&theme.dark, &theme.light] {
            self.named("theme", Some(name.clone()), "")?;
        }
        Ok(theme)
    }

    fn themes_folder(&self) -> Option<PathBuf> {
        Some(self.paths.config.as_deref()?.parent()?.join("themes"))
    }

    fn probes(&mut self, set: Option<Vec<file::Probe>>, has_server: bool) -> Vec<probe::Spec> {
        match set {
            Some(probes) => {
                let (specs, faults) = probes::read(probes, &self.origins, &mut self.warnings);
                self.faults.extend(faults);
                specs
            }
            // Another host of the team looks: what is not here would be down.
            None if has_server || self.is_left_out("probes") => Vec::new(),
            None => self.built_in_probes(),
        }
    }

    fn built_in_probes(&mut self) -> Vec<probe::Spec> {
        let shown = "(http://localhost:8080/health, and this host)";
        self.origins.set("probes", shown, Source::Default);
        probes::built_in()
    }

    /// Where updates go. Never to more than was meant: among several channels
    /// there may be one that people outside read.
    fn updates(
        &mut self,
        set: Option<Vec<Name>>,
        public: &[Name],
        channels: &mut Channels,
    ) -> Vec<Name> {
        if self.is_left_out("updates.channels") {
            return Vec::new();
        }
        if let Some(names) = set {
            let names = self.known("updates.channels", names, channels);
            return self.inside(names, public);
        }
        let usual = Name::from(INCIDENTS);
        let mut names = channels.keys().filter(|name| !public.contains(name));
        match (names.next(), names.next()) {
            _ if channels.contains_key(&usual) && !public.contains(&usual) => vec![usual],
            (Some(only), None) => vec![only.clone()],
            (None, _) => Vec::new(),
            (Some(_), Some(_)) => {
                let text = "there are several channels, and nobody said which of them get the updates; name them in updates.channels";
                let warning = self.origins.of("channels").warning(text.to_owned());
                self.warnings.push(warning);
                Vec::new()
            }
        }
    }

    /// Those that the public does not read: what is told inside stays there (X2).
    fn inside(&mut self, mut names: Vec<Name>, public: &[Name]) -> Vec<Name> {
        for name in names.extract_if(.., |name| public.contains(name)) {
            let text = format!(
                "{name} is in updates.public as well, so no update inside goes there; take it out of one of the two"
            );
            let warning = self.origins.of("updates.channels").warning(text);
            self.warnings.push(warning);
        }
        names
    }

    /// The same names. One that is nowhere is a channel out of order from now
    /// on: what was to go there does not go elsewhere, and is told why.
    fn known(&self, key: &str, names: Vec<Name>, channels: &mut Channels) -> Vec<Name> {
        for unknown in &names {
            if channels.contains_key(unknown) {
                continue;
            }
            let all: Vec<&str> = channels.keys().map(Name::as_str).collect();
            let hint = match closest(unknown, &all) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => format!("write a section [channels.{unknown}]"),
            };
            let message = format!("there is no channel {:?}", unknown.as_str());
            let error = self.origins.wrong(key, message, Some(hint));
            channels.insert(unknown.clone(), Err(error));
        }
        names
    }

    /// The shared backend. A token that can't be read is only missed where it is
    /// needed: what is on this host can still be looked at.
    fn server(
        &self,
        address: Option<Address>,
        token_file: Option<PathBuf>,
        ca_file: Option<PathBuf>,
    ) -> Result<Option<Server>, ConfigError> {
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            return Ok(None);
        };
        let message = || format!("found {address:?}, which is not the address of a server");
        let hint = "write https://host, http://127.0.0.1:7477, or unix:/run/warroom/sock";
        let mut url = Url::parse(&address)
            .ok()
            .filter(is_a_server)
            .ok_or_else(|| {
                let hint = Some(hint.to_owned());
                self.origins.wrong("server", message(), hint)
            })?;
        if !url.username().is_empty() || url.password().is_some() {
            let hint = "put the token into a file with mode 600 and name that in token_file, or set WARROOM_TOKEN";
            let message = "an address holds no user and no password".to_owned();
            return Err(self.origins.wrong("server", message, Some(hint.to_owned())));
        }
        if url.scheme() != "unix" && !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let set = variable(self.environment, "WARROOM_TOKEN").map(Secret::new);
        // A variable goes before the file, and stays as it is.
        let token_file = token_file.filter(|_| set.is_none());
        let token = match (set, &token_file) {
            (None, Some(file)) => read::secret(file).map(Some),
            (set, _) => Ok(set),
        };
        Ok(Some(Server {
            url,
            token,
            token_file,
            ca_file,
        }))
    }

    fn wall(&mut self, set: &file::Wall) -> Result<Wall, ConfigError> {
        Ok(Wall {
            distance_m: self.within("wall.distance_m", set.distance_m, (0.3, 8.0, 100.0))?,
            panel_inch: self.within("wall.panel_inch", set.panel_inch, (3.0, 55.0, 500.0))?,
            night: set.night,
        })
    }

    /// A number between the least and the most, and what it usually is.
    fn within(
        &mut self,
        key: &str,
        set: Option<f64>,
        (least, usual, most): (f64, f64, f64),
    ) -> Result<f64, ConfigError> {
        let value = set.unwrap_or(usual);
        let read = if (least..=most).contains(&value) {
            Ok(value)
        } else {
            let message = format!("found {value}, and {least} to {most} belongs here");
            Err(self.origins.wrong(key, message, None))
        };
        self.spared(key, read, usual)
    }

    /// Those that can be opened.
    fn addresses(
        &mut self,
        section: &str,
        mut set: BTreeMap<Name, Address>,
    ) -> BTreeMap<Name, Address> {
        set.retain(|name, address| {
            let is_web =
                Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !is_web {
                let key = format!("{section}.{name}");
                let message = format!("found {address:?}, which is not an address of the web");
                let hint = Some("write it as https://host/path".to_owned());
                let error = self.origins.wrong(&key, message, hint);
                self.faults.push(Fault { key, error });
            }
            is_web
        });
        set
    }
}

/// The name of the person who started this, and where it is from.
fn user(environment: &Environment) -> (Name, Source) {
    for name in ["USER", "LOGNAME"] {
        if let Some(user) = variable(environment, name) {
            return (user.into(), Source::Environment(name.to_owned()));
        }
    }
    // Under cron and some service managers neither is set.
    let id = rustix::process::getuid().as_raw();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id.to_string()).then_some(name)
    });
    let name = user.map_or_else(|| Name::lossy(&format!("uid-{id}")), Name::from);
    (name, Source::Default)
}

/// Whether it is the address of a host, or the path of a socket on this one.
fn is_a_server(url: &Url) -> bool {
    match url.scheme() {
        "http" | "https" => url.has_host(),
        "unix" => !url.has_host() && url.path().starts_with('/'),
        _ => false,
    }
}
