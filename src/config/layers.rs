//! Puts the layers on each other, each with what it gets wrong left out.

use std::path::Path;

use super::{
    Config, ConfigError, Environment, Fault, Flags, Paths, Source,
    file::File,
    folder, is_inside,
    keys::{self, KEYS, WORDS},
    origin::Origins,
    paths::variable,
    read,
};
use crate::domain::located::{Sparing, Warning};

/// Variables that are ours and set no key.
const OTHERS: [&str; 5] = [
    "WARROOM_CONFIG",
    "WARROOM_DATA_DIR",
    "WARROOM_LOG",
    "WARROOM_TOKEN",
    "WARROOM_URL",
];
/// What decides who records, where, and by which process: with a mistake in one
/// of these, nothing begins.
const NEEDED: [&str; 6] = [
    "actor",
    "ca_file",
    "policy",
    "server",
    "token_file",
    "workspace",
];
/// Of these, everything inside is a part of its own: one is left out, and the
/// others hold.
const OF_PARTS: [&str; 6] = [
    "channels",
    "dashboards",
    "links",
    "probes",
    "updates",
    "wall",
];

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
        faults: Vec::new(),
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
pub(super) struct Layers<'a> {
    pub(super) paths: &'a Paths,
    pub(super) environment: &'a Environment,
    pub(super) file: File,
    pub(super) origins: Origins,
    pub(super) warnings: Vec<Warning>,
    pub(super) faults: Vec<Fault>,
}

impl Layers<'_> {
    /// Puts a file on top; false if there is none.
    fn add_file(&mut self, path: &Path) -> Result<bool, ConfigError> {
        let Some(text) = read::text(path)? else {
            return Ok(false);
        };
        let name = path.display().to_string();
        let sparing = Sparing {
            of_parts: &OF_PARTS,
            needed: &NEEDED,
        };
        let read = sparing.parse::<File>(&name, &text, WORDS)?;
        self.origins.add_file(&name, &text, read.root.get_ref());
        self.warnings.extend(read.warnings);
        self.faults
            .extend(read.faults.into_iter().map(|(key, error)| Fault {
                key,
                error: error.into(),
            }));
        self.put(read.value, folder(path));
        Ok(true)
    }

    fn put(&mut self, mut file: File, folder: Option<&Path>) {
        file.each_path(|path| self.paths.resolve(folder, path));
        self.file = file.over(std::mem::take(&mut self.file));
    }

    fn add_variables(&mut self) -> Result<(), ConfigError> {
        for key in &KEYS {
            let name = keys::variable(key.name);
            let Some(raw) = variable(self.environment, &name) else {
                continue;
            };
            match keys::as_file(key.name, raw, &name) {
                Ok(file) => {
                    self.put(file, None);
                    self.origins.set(key.name, raw, Source::Environment(name));
                }
                Err(error) => self.leave_out(key.name, error)?,
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

    /// What was read for `key`; where that can't be used, `otherwise` holds and
    /// the mistake is told. What is needed stops, and so does a flag: whoever
    /// typed it this minute is there to type it again.
    pub(super) fn spared<T>(
        &mut self,
        key: &str,
        read: Result<T, ConfigError>,
        otherwise: T,
    ) -> Result<T, ConfigError> {
        let is_flag = matches!(self.origins.of(key), Source::Flag(_));
        match read {
            Err(error) if !is_flag => {
                self.leave_out(key, error)?;
                self.origins.unset(key);
                Ok(otherwise)
            }
            read => read,
        }
    }

    fn leave_out(&mut self, key: &str, error: ConfigError) -> Result<(), ConfigError> {
        if NEEDED.contains(&key) {
            return Err(error);
        }
        let key = key.to_owned();
        self.faults.push(Fault { key, error });
        Ok(())
    }

    /// Whether what a file says of `key` was left out, by itself or with all of
    /// its section.
    pub(super) fn is_left_out(&self, key: &str) -> bool {
        self.faults.iter().any(|fault| is_inside(key, &fault.key))
    }
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
