//! The channels as a file says them, with their secrets.

use std::collections::BTreeMap;

use url::Url;

use super::{
    Channels, ConfigError, Environment,
    file::Channel,
    keys,
    origin::{Origins, Source},
    paths, read,
};
use crate::domain::{
    channel::{Format, Kind, Spec},
    located::Warning,
    secret::Secret,
    text::Name,
};

/// How the variables of channels begin.
const PREFIX: &str = "WARROOM_CHANNEL_";

/// All channels, with the addresses and secrets that files and variables hold.
///
/// News for outside go to those of `public`. A mistake in one is its own: the
/// others, and everything that sends nothing, go on.
pub(super) fn read(
    channels: BTreeMap<Name, Channel>,
    public: &[Name],
    environment: &Environment,
    origins: &mut Origins,
    warnings: &mut Vec<Warning>,
) -> Channels {
    warnings.extend(stray(&channels, environment));
    let mut specs = BTreeMap::new();
    for (name, channel) in channels {
        let mut reader = Reader {
            name: &name,
            public,
            environment,
            origins,
        };
        let spec = reader.spec(channel);
        warnings.extend(spec.iter().flat_map(|spec| reader.odd(spec)));
        specs.insert(name, spec);
    }
    specs
}

/// `WARROOM_CHANNEL_ON_CALL_URL` for `on-call`.
fn variable(name: &Name, what: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    format!("{PREFIX}{name}_{what}")
}

/// Variables that look as if they were for a channel, and are for none.
fn stray(channels: &BTreeMap<Name, Channel>, environment: &Environment) -> Vec<Warning> {
    let known: Vec<String> = channels
        .keys()
        .flat_map(|name| [variable(name, "URL"), variable(name, "SECRET")])
        .collect();
    environment
        .keys()
        .filter(|name| name.starts_with(PREFIX) && !known.contains(name))
        .map(|name| Warning {
            file: name.clone(),
            line: 0,
            text: match keys::meant(name, PREFIX, &known) {
                Some(meant) => format!("no channel has this name; did you mean {meant}?"),
                None => "no channel has this name".to_owned(),
            },
        })
        .collect()
}

/// One channel, and where it is written.
struct Reader<'a> {
    name: &'a Name,
    public: &'a [Name],
    environment: &'a Environment,
    origins: &'a mut Origins,
}

impl Reader<'_> {
    fn key(&self, key: &str) -> String {
        match key {
            "" => format!("channels.{}", self.name),
            key => format!("channels.{}.{key}", self.name),
        }
    }

    fn wrong(&self, key: &str, message: &str, hint: String) -> ConfigError {
        self.origins
            .wrong(&self.key(key), message.to_owned(), Some(hint))
    }

    fn spec(&mut self, channel: Channel) -> Result<Spec, ConfigError> {
        if channel.secret.is_some() {
            let hint = format!(
                "put it into a file of its own with mode 600 and name that in secret_file, or set {}",
                variable(self.name, "SECRET")
            );
            return Err(self.wrong("secret", "a secret does not belong in this file", hint));
        }
        let Some(kind) = channel.kind else {
            let hint = "write kind = \"webhook\" or kind = \"slack\"".to_owned();
            return Err(self.wrong("", "the key kind is missing", hint));
        };
        Ok(Spec {
            kind,
            url: self.url(kind, &channel)?,
            secret: self.secret(&channel)?,
            format: channel.format.unwrap_or_default(),
            resend_safe: channel.resend_safe.unwrap_or(kind.is_resend_safe()),
            ca_file: channel.ca_file,
            public: self.public.contains(self.name),
        })
    }

    fn variable_for(&mut self, key: &str, what: &str) -> Option<Secret> {
        let variable = variable(self.name, what);
        let secret = Secret::new(paths::variable(self.environment, &variable)?);
        self.origins
            .set(&self.key(key), Secret::DOTS, Source::Environment(variable));
        Some(secret)
    }

    fn secret(&mut self, channel: &Channel) -> Result<Option<Secret>, ConfigError> {
        match (self.variable_for("secret", "SECRET"), &channel.secret_file) {
            (Some(secret), _) => Ok(Some(secret)),
            (None, Some(file)) => read::secret(file).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn url(&mut self, kind: Kind, channel: &Channel) -> Result<Secret, ConfigError> {
        let (key, url) = match (
            self.variable_for("url", "URL"),
            &channel.url_file,
            &channel.url,
        ) {
            (Some(url), _, _) => ("url", url),
            (None, Some(_), Some(_)) => {
                let hint = "keep url_file, and take url out".to_owned();
                return Err(self.wrong("url", "there is a url_file as well", hint));
            }
            (None, Some(file), None) => ("url_file", read::secret(file)?),
            (None, None, Some(url)) => ("url", self.inline(kind, url)?),
            (None, None, None) => return Err(self.no_url(kind)),
        };
        match Url::parse(url.reveal()) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(url),
            Ok(_) | Err(_) => Err(self.wrong(
                key,
                "the address is not one of http or https",
                "write it as https://host/path".to_owned(),
            )),
        }
    }

    /// An address in the file itself, if it is none that lets anybody post.
    fn inline(&self, kind: Kind, url: &str) -> Result<Secret, ConfigError> {
        let has_password = Url::parse(url).is_ok_and(|url| url.password().is_some());
        match kind {
            Kind::Webhook if !has_password => Ok(Secret::new(url)),
            Kind::Webhook => {
                Err(self.wrong("url", "the address holds a password", self.elsewhere()))
            }
            Kind::Slack => Err(self.wrong(
                "url",
                "whoever has an address of Slack can post, so it does not belong in this file",
                self.elsewhere(),
            )),
        }
    }

    fn no_url(&self, kind: Kind) -> ConfigError {
        let hint = match kind {
            Kind::Webhook => format!("write url, url_file, or set {}", variable(self.name, "URL")),
            Kind::Slack => self.elsewhere(),
        };
        self.wrong("", "the channel has no address", hint)
    }

    fn elsewhere(&self) -> String {
        format!(
            "put it into a file of its own with mode 600 and name that in url_file, or set {}",
            variable(self.name, "URL")
        )
    }

    /// What a channel says without effect, or without care.
    fn odd(&self, spec: &Spec) -> Vec<Warning> {
        let warning = |key: &str, text: &str| {
            let key = self.key(key);
            self.origins.of(&key).warning(format!("{key}: {text}"))
        };
        let mut odd = Vec::new();
        match spec.kind {
            Kind::Slack => {
                if spec.format == Format::Text {
                    odd.push(warning(
                        "format",
                        "has no effect, Slack has a form of its own",
                    ));
                }
                if spec.secret.is_some() {
                    odd.push(warning(
                        "secret",
                        "has no effect, Slack checks no signature",
                    ));
                }
            }
            Kind::Webhook => {}
        }
        if let Ok(url) = Url::parse(spec.url.reveal())
            && url.scheme() == "http"
            && !is_this_host(&url)
        {
            odd.push(warning(
                "url",
                "goes over the network in the clear; use https",
            ));
        }
        odd
    }
}

fn is_this_host(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
