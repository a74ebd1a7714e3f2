//! One layer of the configuration, as a file says it: everything may be left
//! out, and nothing has been checked against the rest.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::TimeDelta;
use serde::{Deserialize, de::IgnoredAny};
use utoipa::{
    ToSchema,
    openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Schema, Type},
};

use super::{Color, Glyphs, Theme};
use crate::domain::{
    channel::{Format, Kind},
    night::Night,
    span,
    text::{Address, Name},
};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "they are the keys of the file")]
pub(super) struct File {
    /// Who sits at this console; the user's name otherwise.
    #[schema(value_type = Option<String>)]
    pub(super) actor: Option<Name>,
    /// Whether the terminal's bell rings.
    pub(super) bell: Option<bool>,
    /// A PEM file of certificates to trust for the server, beside the system's.
    #[schema(value_type = Option<String>)]
    pub(super) ca_file: Option<PathBuf>,
    /// How many colours are written.
    pub(super) color: Option<Color>,
    /// Which characters are drawn.
    pub(super) glyphs: Option<Glyphs>,
    /// A file with other keys for the console.
    #[schema(value_type = Option<String>)]
    pub(super) keymap: Option<PathBuf>,
    /// Whether the mouse is listened to.
    pub(super) mouse: Option<bool>,
    /// The file of the response process; the built-in one otherwise.
    #[schema(value_type = Option<String>)]
    pub(super) policy: Option<PathBuf>,
    /// The folder of the runbooks.
    #[schema(value_type = Option<String>)]
    pub(super) runbooks: Option<PathBuf>,
    /// The shared backend: `https://host`, or `http://127.0.0.1:port`.
    #[schema(value_type = Option<String>)]
    pub(super) server: Option<Address>,
    /// Whether bytes are dear, so that the console draws less.
    pub(super) slow: Option<bool>,
    /// The theme, or one for each ground.
    #[schema(schema_with = one_or_pair)]
    pub(super) theme: Option<ThemeChoice>,
    /// The folder of your own themes.
    #[schema(value_type = Option<String>)]
    pub(super) themes: Option<PathBuf>,
    /// A file with the token that the server knows you by, at mode 600.
    #[schema(value_type = Option<String>)]
    pub(super) token_file: Option<PathBuf>,
    /// One log, and one team.
    #[schema(value_type = Option<String>)]
    pub(super) workspace: Option<Name>,
    /// Where news goes.
    #[serde(default)]
    pub(super) updates: Updates,
    /// The screen on the wall.
    #[serde(default)]
    pub(super) wall: Wall,
    /// What messages leave through, by name.
    #[schema(value_type = BTreeMap<String, Channel>)]
    #[serde(default)]
    pub(super) channels: BTreeMap<Name, Channel>,
    /// What is looked at; these replace those of the host's file.
    pub(super) probes: Option<Vec<Probe>>,
    /// Links that the console shows, by name.
    #[schema(value_type = BTreeMap<String, String>)]
    #[serde(default)]
    pub(super) links: BTreeMap<Name, Address>,
    /// Dashboards that the console shows, by name.
    #[schema(value_type = BTreeMap<String, String>)]
    #[serde(default)]
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

/// As [`ThemeChoice`] is read.
fn one_or_pair() -> Schema {
    let name = || Object::with_type(Type::String);
    let pair = ObjectBuilder::new();
    let pair = pair.property("dark", name()).property("light", name());
    let pair = pair.required("dark").required("light");
    OneOfBuilder::new().item(name()).item(pair).into()
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

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct Updates {
    /// Channels for updates inside the company.
    #[schema(value_type = Option<Vec<String>>)]
    pub(super) channels: Option<Vec<Name>>,
    /// Channels for news that people outside read.
    #[schema(value_type = Option<Vec<String>>)]
    pub(super) public: Option<Vec<Name>>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct Wall {
    /// How far away the readers are, in metres: `warroom doctor --wall` says
    /// whether they can read it. It changes nothing on the screen.
    pub(super) distance_m: Option<f64>,
    /// The diagonal of the panel, in inches, for `warroom doctor --wall` as well.
    pub(super) panel_inch: Option<f64>,
    /// The hours in which it is dim, such as `20:00-07:00`.
    #[schema(value_type = Option<String>)]
    pub(super) night: Option<Night>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct Channel {
    /// What is behind the address.
    pub(super) kind: Option<Kind>,
    /// The address, where it is no secret.
    pub(super) url: Option<String>,
    /// A file with the address, at mode 600.
    #[schema(value_type = Option<String>)]
    pub(super) url_file: Option<PathBuf>,
    /// Only there to be refused with a better word than "unknown".
    #[schema(ignore)]
    pub(super) secret: Option<IgnoredAny>,
    /// A file with the secret that messages are signed with, at mode 600.
    #[schema(value_type = Option<String>)]
    pub(super) secret_file: Option<PathBuf>,
    /// The body of a webhook.
    pub(super) format: Option<Format>,
    /// Whether the receiver drops what it has seen under the same key.
    pub(super) resend_safe: Option<bool>,
    /// A PEM file of certificates to trust besides the system's.
    #[schema(value_type = Option<String>)]
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
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
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Probe {
    /// Under which it is shown.
    #[schema(value_type = String)]
    pub(super) name: Name,
    /// What is looked at.
    pub(super) kind: ProbeKind,
    /// How often: 30s, 5m, 1h30m.
    #[serde(default, with = "span::optional")]
    #[schema(value_type = Option<String>)]
    pub(super) every: Option<TimeDelta>,
    /// How long an answer may take.
    #[serde(default, with = "span::optional")]
    #[schema(value_type = Option<String>)]
    pub(super) timeout: Option<TimeDelta>,
    /// From which time on an answer counts as slow.
    #[serde(default, with = "span::optional")]
    #[schema(value_type = Option<String>)]
    pub(super) slow: Option<TimeDelta>,
    /// How many failures in a row make it down.
    pub(super) failures: Option<u32>,
    /// How many successes in a row make it up again.
    pub(super) successes: Option<u32>,
    /// Whether it tells this host's own way out: while that fails, others say nothing.
    #[serde(default)]
    pub(super) control: bool,
    /// Whether it counts for the downtime and the resolve gate.
    pub(super) counts: Option<bool>,
    /// Of http: the address.
    pub(super) url: Option<String>,
    /// Of http: the status that is right.
    pub(super) status: Option<u16>,
    /// Of http: what the body has to contain.
    pub(super) body: Option<String>,
    /// Of http: whether redirects are followed.
    pub(super) follow: Option<bool>,
    /// Of http: headers, such as "accept: text/plain".
    pub(super) headers: Option<Vec<String>>,
    /// Of http and tls: certificates to trust besides the system's.
    #[schema(value_type = Option<String>)]
    pub(super) ca_file: Option<PathBuf>,
    /// Of tcp and tls: host:port.
    pub(super) address: Option<String>,
    /// Of tls: how long before its end a certificate is warned of.
    #[serde(default, with = "span::optional")]
    #[schema(value_type = Option<String>)]
    pub(super) warn: Option<TimeDelta>,
    /// Of dns: the name that is resolved.
    pub(super) host: Option<String>,
    /// Of dns: the address that has to be among the answers.
    pub(super) expect: Option<String>,
    /// Of command: the program and its arguments.
    pub(super) argv: Option<Vec<String>>,
    /// Of system: the place whose disk is looked at.
    #[schema(value_type = Option<String>)]
    pub(super) path: Option<PathBuf>,
    /// Of system: how full a disk may be, in percent.
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
