//! One layer of the configuration, as a file says it: everything may be left
//! out, and nothing has been checked against the rest.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::TimeDelta;
use serde::{Deserialize, de::IgnoredAny};

use super::{Color, Glyphs, Theme};
use crate::domain::{
    channel::{Format, Kind},
    night::Night,
    span,
    text::{Address, Name},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "they are the keys of the file")]
pub(super) struct File {
    pub(super) actor: Option<Name>,
    pub(super) bell: Option<bool>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) color: Option<Color>,
    pub(super) glyphs: Option<Glyphs>,
    pub(super) keymap: Option<PathBuf>,
    pub(super) mouse: Option<bool>,
    pub(super) policy: Option<PathBuf>,
    pub(super) runbooks: Option<PathBuf>,
    pub(super) server: Option<Address>,
    pub(super) slow: Option<bool>,
    pub(super) theme: Option<ThemeChoice>,
    pub(super) themes: Option<PathBuf>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) workspace: Option<Name>,
    pub(super) updates: Updates,
    pub(super) wall: Wall,
    pub(super) channels: BTreeMap<Name, Channel>,
    pub(super) probes: Option<Vec<Probe>>,
    pub(super) links: BTreeMap<Name, Address>,
    pub(super) dashboards: BTreeMap<Name, Address>,
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a name such as \"harbor\", or { dark = \"harbor\", light = \"daylight\" }, belongs here"
)]
pub(super) enum ThemeChoice {
    One(Name),
    Pair { dark: Name, light: Name },
}

impl ThemeChoice {
    pub(super) fn into_theme(self) -> Theme {
        match self {
            Self::One(name) => Theme {
                dark: name.clone(),
                light: name,
            },
            Self::Pair { dark, light } => Theme { dark, light },
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Updates {
    pub(super) channels: Option<Vec<Name>>,
    pub(super) public: Option<Vec<Name>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wall {
    pub(super) distance_m: Option<f64>,
    pub(super) panel_inch: Option<f64>,
    pub(super) night: Option<Night>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Channel {
    pub(super) kind: Option<Kind>,
    pub(super) url: Option<String>,
    pub(super) url_file: Option<PathBuf>,
    /// Only there to be refused with a better word than "unknown".
    pub(super) secret: Option<IgnoredAny>,
    pub(super) secret_file: Option<PathBuf>,
    pub(super) format: Option<Format>,
    pub(super) resend_safe: Option<bool>,
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProbeKind {
    Http,
    Tcp,
    Tls,
    Dns,
    Command,
    System,
}

/// A probe with the keys of all kinds. Flat, unlike the `Spec` it becomes, so
/// that an error is at its own line and an unknown key is noticed.
#[derive(Debug, Deserialize)]
pub(super) struct Probe {
    pub(super) name: Name,
    pub(super) kind: ProbeKind,
    #[serde(default, with = "span::optional")]
    pub(super) every: Option<TimeDelta>,
    #[serde(default, with = "span::optional")]
    pub(super) timeout: Option<TimeDelta>,
    #[serde(default, with = "span::optional")]
    pub(super) slow: Option<TimeDelta>,
    pub(super) failures: Option<u32>,
    pub(super) successes: Option<u32>,
    #[serde(default)]
    pub(super) control: bool,
    pub(super) counts: Option<bool>,
    pub(super) url: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) body: Option<String>,
    pub(super) follow: Option<bool>,
    pub(super) headers: Option<Vec<String>>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) address: Option<String>,
    #[serde(default, with = "span::optional")]
    pub(super) warn: Option<TimeDelta>,
    pub(super) host: Option<String>,
    pub(super) expect: Option<String>,
    pub(super) argv: Option<Vec<String>>,
    pub(super) path: Option<PathBuf>,
    pub(super) warn_percent: Option<u8>,
}

impl File {
    /// Puts this layer on `below`: what it says holds, the rest shows through.
    /// Its probes, if it has any, replace all of those below.
    pub(super) fn over(self, below: Self) -> Self {
        let mut channels = below.channels;
        for (name, channel) in self.channels {
            let under = channels.remove(&name).unwrap_or_default();
            channels.insert(name, channel.over(under));
        }
        Self {
            actor: self.actor.or(below.actor),
            bell: self.bell.or(below.bell),
            ca_file: self.ca_file.or(below.ca_file),
            color: self.color.or(below.color),
            glyphs: self.glyphs.or(below.glyphs),
            keymap: self.keymap.or(below.keymap),
            mouse: self.mouse.or(below.mouse),
            policy: self.policy.or(below.policy),
            runbooks: self.runbooks.or(below.runbooks),
            server: self.server.or(below.server),
            slow: self.slow.or(below.slow),
            theme: self.theme.or(below.theme),
            themes: self.themes.or(below.themes),
            token_file: self.token_file.or(below.token_file),
            workspace: self.workspace.or(below.workspace),
            updates: Updates {
                channels: self.updates.channels.or(below.updates.channels),
                public: self.updates.public.or(below.updates.public),
            },
            wall: Wall {
                distance_m: self.wall.distance_m.or(below.wall.distance_m),
                panel_inch: self.wall.panel_inch.or(below.wall.panel_inch),
                night: self.wall.night.or(below.wall.night),
            },
            channels,
            probes: self.probes.or(below.probes),
            links: merged(self.links, below.links),
            dashboards: merged(self.dashboards, below.dashboards),
        }
    }

    /// Makes every path one that holds wherever the program was started.
    pub(super) fn each_path(&mut self, resolve: impl Fn(&PathBuf) -> PathBuf) {
        let own = [
            &mut self.ca_file,
            &mut self.token_file,
            &mut self.keymap,
            &mut self.policy,
            &mut self.runbooks,
            &mut self.themes,
        ];
        let of_channels = self.channels.values_mut().flat_map(|channel| {
            [
                &mut channel.url_file,
                &mut channel.secret_file,
                &mut channel.ca_file,
            ]
        });
        let of_probes = self.probes.iter_mut().flatten();
        let of_probes = of_probes.flat_map(|probe| [&mut probe.ca_file, &mut probe.path]);
        for path in own
            .into_iter()
            .chain(of_channels)
            .chain(of_probes)
            .flatten()
        {
            *path = resolve(path);
        }
    }
}

impl Channel {
    fn over(self, below: Self) -> Self {
        // An address here replaces one below, however each is written down.
        let moved = self.url.is_some() || self.url_file.is_some();
        let (url, url_file) = if moved {
            (self.url, self.url_file)
        } else {
            (below.url, below.url_file)
        };
        Self {
            kind: self.kind.or(below.kind),
            url,
            url_file,
            secret: self.secret.or(below.secret),
            secret_file: self.secret_file.or(below.secret_file),
            format: self.format.or(below.format),
            resend_safe: self.resend_safe.or(below.resend_safe),
            ca_file: self.ca_file.or(below.ca_file),
        }
    }
}

fn merged<T>(upper: BTreeMap<Name, T>, mut lower: BTreeMap<Name, T>) -> BTreeMap<Name, T> {
    lower.extend(upper);
    lower
}
