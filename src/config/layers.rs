//! Puts the layers on each other and checks what comes out.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use url::Url;

use super::{
    Channels, Config, ConfigError, Environment, Flags, Paths, Server, Source, Theme, Wall,
    channels,
    file::{self, File},
    folder,
    keys::{self, KEYS, WORDS},
    origin::Origins,
    paths::variable,
    probes, read,
};
use crate::domain::{
    located::{self, Warning, closest},
    probe,
    secret::Secret,
    text::{Address, Name},
};

/// Variables that are ours and set no key.
const OTHERS: [&str; 5] = [
    "WARROOM_CONFIG",
    "WARROOM_DATA_DIR",
    "WARROOM_LOG",
    "WARROOM_TOKEN",
    "WARROOM_URL",
];
/// The document's channel, `#incidents`.
const INCIDENTS: &str = "incidents";

/// Reads all layers, from the lowest to the highest.
pub(super) fn load(
    paths: &Paths,
    flags: &Flags,
    environment: &Environment,
) -> Result<Config, ConfigError> {
    let mut layers = Layers {
        paths,
        environment,
        file: File::default(),
        origins: Origins::new(),
        warnings: Vec::new(),
    };
    layers.add_file(&paths.system_config)?;
    if let Some(config) = &paths.config {
        let found = layers.add_file(config)?;
        if let (false, Some(named_by)) = (found, paths.named_by) {
            return Err(ConfigError::Missing {
                file: config.clone(),
                named_by,
            });
        }
    }
    layers.add_variables()?;
    layers.add_flags(flags)?;
    layers.finish()
}

/// What was read so far.
struct Layers<'a> {
    paths: &'a Paths,
    environment: &'a Environment,
    file: File,
    origins: Origins,
    warnings: Vec<Warning>,
}

impl Layers<'_> {
    /// Puts a file on top; false if there is none.
    fn add_file(&mut self, path: &Path) -> Result<bool, ConfigError> {
        let Some(text) = read::text(path)? else {
            return Ok(false);
        };
        let name = path.display().to_string();
        let (file, warnings) = located::parse_knowing::<File>(&name, &text, WORDS)?;
        self.origins.add_file(&name, &text);
        self.warnings.extend(warnings);
        self.put(file, folder(path));
        Ok(true)
    }

    fn put(&mut self, mut file: File, folder: Option<&Path>) {
        file.each_path(|path| self.paths.resolve(folder, path));
        self.file = file.over(std::mem::take(&mut self.file));
    }

    fn add_variables(&mut self) -> Result<(), ConfigError> {
        for key in &KEYS {
            let name = keys::variable(key.name);
            if let Some(raw) = variable(self.environment, &name) {
                self.put(keys::as_file(key.name, raw, &name)?, None);
                self.origins.set(key.name, raw, Source::Environment(name));
            }
        }
        self.warnings.extend(strange_variables(self.environment));
        Ok(())
    }

    fn add_flags(&mut self, flags: &Flags) -> Result<(), ConfigError> {
        for (key, raw) in &flags.set {
            let name = format!("--{}", key.replace(['_', '.'], "-"));
            self.put(keys::as_file(key, raw, &name)?, None);
            self.origins.set(key, raw, Source::Flag(name));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Config, ConfigError> {
        let mut file = std::mem::take(&mut self.file);
        let specs = std::mem::take(&mut file.channels);
        let public = file.updates.public.take().unwrap_or_default();
        let channels = channels::read(
            specs,
            &public,
            self.environment,
            &mut self.origins,
            &mut self.warnings,
        );
        Ok(Config {
            actor: self.actor(file.actor)?,
            workspace: self.named("workspace", file.workspace, super::WORKSPACE)?,
            theme: self.theme(file.theme)?,
            color: file.color.unwrap_or_default(),
            glyphs: file.glyphs.unwrap_or_default(),
            bell: file.bell.unwrap_or(true),
            mouse: file.mouse.unwrap_or(false),
            slow: file.slow,
            runbooks: file.runbooks.unwrap_or_else(|| super::RUNBOOKS.into()),
            policy: file.policy,
            keymap: file.keymap,
            themes: file.themes.or_else(|| self.themes_folder()),
            probes: match file.probes {
                Some(probes) => probes::read(probes, &self.origins, &mut self.warnings)?,
                // Another host of the team looks: what is not here would be down.
                None if file.server.is_some() => Vec::new(),
                None => self.built_in_probes(),
            },
            updates: self.updates(file.updates.channels, &public, &channels)?,
            publish: self.known("updates.public", public, &channels)?,
            channels,
            server: self.server(file.server, file.token_file, file.ca_file)?,
            wall: self.wall(&file.wall)?,
            links: self.addresses("links", file.links)?,
            dashboards: self.addresses("dashboards", file.dashboards)?,
            origins: self.origins.into_list(),
            warnings: self.warnings,
        })
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
        channels: &Channels,
    ) -> Result<Vec<Name>, ConfigError> {
        if let Some(names) = set {
            let names = self.known("updates.channels", names, channels)?;
            return Ok(self.inside(names, public));
        }
        let usual = Name::from(INCIDENTS);
        let mut names = channels.keys().filter(|name| !public.contains(name));
        match (names.next(), names.next()) {
            _ if channels.contains_key(&usual) && !public.contains(&usual) => Ok(vec![usual]),
            (Some(only), None) => Ok(vec![only.clone()]),
            (None, _) => Ok(Vec::new()),
            (Some(_), Some(_)) => {
                let text = "there are several channels, and nobody said which of them get the updates; name them in updates.channels";
                let warning = self.origins.of("channels").warning(text.to_owned());
                self.warnings.push(warning);
                Ok(Vec::new())
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

    fn known(
        &self,
        key: &str,
        names: Vec<Name>,
        channels: &Channels,
    ) -> Result<Vec<Name>, ConfigError> {
        let Some(unknown) = names.iter().find(|name| !channels.contains_key(*name)) else {
            return Ok(names);
        };
        let all: Vec<&str> = channels.keys().map(Name::as_str).collect();
        let hint = match closest(unknown, &all) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("write a section [channels.{unknown}]"),
        };
        let message = format!("there is no channel {:?}", unknown.as_str());
        Err(self.origins.wrong(key, message, Some(hint)))
    }

    /// The shared backend. A token that can't be read is only missed where it is
    /// needed: what is on this host can still be looked at.
    fn server(
        &mut self,
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

    fn wall(&self, set: &file::Wall) -> Result<Wall, ConfigError> {
        let wall = Wall {
            distance_m: set.distance_m.unwrap_or(8.0),
            panel_inch: set.panel_inch.unwrap_or(55.0),
            night: set.night,
        };
        for (key, value, least, most) in [
            ("wall.distance_m", wall.distance_m, 0.3, 100.0),
            ("wall.panel_inch", wall.panel_inch, 3.0, 500.0),
        ] {
            if !(least..=most).contains(&value) {
                let message = format!("found {value}, and {least} to {most} belongs here");
                return Err(self.origins.wrong(key, message, None));
            }
        }
        Ok(wall)
    }

    fn addresses(
        &self,
        section: &str,
        set: BTreeMap<Name, Address>,
    ) -> Result<BTreeMap<Name, Address>, ConfigError> {
        for (name, address) in &set {
            let is_web =
                Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !is_web {
                let key = format!("{section}.{name}");
                let message = format!("found {address:?}, which is not an address of the web");
                let hint = Some("write it as https://host/path".to_owned());
                return Err(self.origins.wrong(&key, message, hint));
            }
        }
        Ok(set)
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

/// Variables that were probably meant for us, and set nothing.
fn strange_variables(environment: &Environment) -> Vec<Warning> {
    let ours: Vec<String> = KEYS
        .iter()
        .map(|key| keys::variable(key.name))
        .chain(OTHERS.map(str::to_owned))
        .collect();
    environment
        .keys()
        .filter(|name| name.starts_with("WARROOM_") && !ours.contains(name))
        .filter_map(|name| {
            let meant = keys::meant(name, "WARROOM_", &ours)?;
            Some(Warning {
                file: name.clone(),
                line: 0,
                text: format!("sets nothing; did you mean {meant}?"),
            })
        })
        .collect()
}

/// Whether it is the address of a host, or the path of a socket on this one.
fn is_a_server(url: &Url) -> bool {
    match url.scheme() {
        "http" | "https" => url.has_host(),
        "unix" => !url.has_host() && url.path().starts_with('/'),
        _ => false,
    }
}
