//! The probes as a file says them, checked and made into what is probed.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use url::Url;

use super::{
    ConfigError, Fault,
    file::{Probe, ProbeKind},
    keys::WORDS,
    origin::Origins,
};
use crate::domain::{
    located::Warning,
    probe::{Spec, Target},
    text::Name,
};

/// The keys that every probe has.
const EVERY: [&str; 9] = [
    "name",
    "kind",
    "every",
    "timeout",
    "slow",
    "failures",
    "successes",
    "control",
    "counts",
];

/// The keys of one kind alone.
const fn own(kind: ProbeKind) -> &'static [&'static str] {
    match kind {
        ProbeKind::Http => &["url", "status", "body", "follow", "headers", "ca_file"],
        ProbeKind::Tcp => &["address"],
        ProbeKind::Tls => &["address", "warn", "ca_file"],
        ProbeKind::Dns => &["host", "expect"],
        ProbeKind::Command => &["argv"],
        ProbeKind::System => &["path", "warn_percent"],
    }
}

/// What is probed if nobody says anything: the document's health check, and
/// this host (H3).
pub(super) fn built_in() -> Vec<Spec> {
    let health = Target::Http {
        url: "http://localhost:8080/health".to_owned(),
        status: None,
        body: None,
        follow: false,
        headers: Vec::new(),
        ca_file: None,
    };
    let host = Target::System {
        path: "/".into(),
        warn_percent: 90,
    };
    vec![spec("health", health), spec("host", host)]
}

fn spec(name: &str, target: Target) -> Spec {
    Spec {
        name: name.into(),
        target,
        every: TimeDelta::seconds(10),
        timeout: TimeDelta::seconds(5),
        slow: None,
        failures: 3,
        successes: 2,
        control: false,
        counts: None,
    }
}

/// Checks all probes of a file, and each against the others; answers those that
/// can be used, and what is wrong with the others.
pub(super) fn read(
    probes: Vec<Probe>,
    origins: &Origins,
    warnings: &mut Vec<Warning>,
) -> (Vec<Spec>, Vec<Fault>) {
    let mut names = BTreeSet::new();
    let (mut specs, mut faults) = (Vec::new(), Vec::new());
    for (at, probe) in probes.into_iter().enumerate() {
        let reader = Reader {
            key: format!("probes[{at}]"),
            origins,
        };
        warnings.extend(reader.odd(probe.kind));
        let read = reader.spec(probe);
        match read.and_then(|spec| reader.own_name(spec, &mut names)) {
            Ok(spec) => specs.push(spec),
            Err(error) => faults.push(Fault {
                key: reader.key,
                error,
            }),
        }
    }
    (specs, faults)
}

/// One probe, and where it is written.
struct Reader<'a> {
    key: String,
    origins: &'a Origins,
}

impl Reader<'_> {
    fn wrong(&self, key: &str, message: String, hint: &str) -> ConfigError {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.origins
            .wrong(&format!("{}.{key}", self.key), message, hint)
    }

    fn spec(&self, probe: Probe) -> Result<Spec, ConfigError> {
        let usual = spec(&probe.name, Target::Command { argv: Vec::new() });
        let read = Spec {
            every: probe.every.unwrap_or(usual.every),
            timeout: probe.timeout.unwrap_or(usual.timeout),
            slow: probe.slow,
            failures: probe.failures.unwrap_or(usual.failures),
            successes: probe.successes.unwrap_or(usual.successes),
            control: probe.control,
            counts: probe.counts,
            name: probe.name.clone(),
            target: self.target(probe)?,
        };
        self.check(&read)?;
        Ok(read)
    }

    fn own_name(&self, spec: Spec, names: &mut BTreeSet<Name>) -> Result<Spec, ConfigError> {
        if names.insert(spec.name.clone()) {
            return Ok(spec);
        }
        let taken = format!("another probe is called {:?} too", spec.name.as_str());
        Err(self.wrong("name", taken, "give each its own name"))
    }

    /// Keys that mean nothing for a probe of this kind.
    fn odd(&self, kind: ProbeKind) -> Vec<Warning> {
        let without_effect =
            |(key, _): &(&str, _)| !EVERY.contains(key) && !own(kind).contains(key);
        self.origins
            .inside(&self.key)
            .filter(without_effect)
            .filter(|(key, _)| WORDS.contains(key))
            .map(|(key, from)| {
                let key = format!("{}.{key}", self.key);
                from.warning(format!("{key}: has no effect on a probe of this kind"))
            })
            .collect()
    }

    fn check(&self, spec: &Spec) -> Result<(), ConfigError> {
        let second = TimeDelta::seconds(1);
        if spec.name.is_empty() {
            return Err(self.wrong("name", "a probe needs a name".to_owned(), ""));
        }
        for (key, span) in [("every", spec.every), ("timeout", spec.timeout)] {
            if span < second {
                let message = format!("found {}s, and 1s is the least", span.num_seconds());
                return Err(self.wrong(key, message, ""));
            }
        }
        for (key, count) in [("failures", spec.failures), ("successes", spec.successes)] {
            if count == 0 {
                return Err(self.wrong(key, "found 0, and 1 is the least".to_owned(), ""));
            }
        }
        Ok(())
    }

    fn target(&self, probe: Probe) -> Result<Target, ConfigError> {
        let name = &probe.name;
        let target = match probe.kind {
            ProbeKind::Http => Target::Http {
                url: self.web(self.needed(name, "url", probe.url)?)?,
                status: probe.status,
                body: probe.body,
                follow: probe.follow.unwrap_or_default(),
                headers: self.headers(probe.headers.unwrap_or_default())?,
                ca_file: probe.ca_file,
            },
            ProbeKind::Tcp => Target::Tcp {
                address: self.host_port(self.needed(name, "address", probe.address)?)?,
            },
            ProbeKind::Tls => Target::Tls {
                address: self.host_port(self.needed(name, "address", probe.address)?)?,
                warn: probe.warn.unwrap_or(TimeDelta::days(14)),
                ca_file: probe.ca_file,
            },
            ProbeKind::Dns => Target::Dns {
                host: self.needed(name, "host", probe.host)?,
                expect: probe.expect,
            },
            ProbeKind::Command => Target::Command {
                argv: self.needed(name, "argv", probe.argv.filter(|argv| !argv.is_empty()))?,
            },
            ProbeKind::System => Target::System {
                path: probe.path.unwrap_or_else(|| "/".into()),
                warn_percent: probe.warn_percent.unwrap_or(90),
            },
        };
        Ok(target)
    }

    fn needed<T>(&self, name: &Name, key: &str, value: Option<T>) -> Result<T, ConfigError> {
        value.ok_or_else(|| {
            let message = format!("the probe {:?} needs the key {key}", name.as_str());
            self.origins.wrong(&self.key, message, None)
        })
    }

    fn web(&self, url: String) -> Result<String, ConfigError> {
        match Url::parse(&url) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(url),
            Ok(_) | Err(_) => Err(self.wrong(
                "url",
                format!("found {url:?}, which is not an address of the web"),
                "write it as http://host:port/path",
            )),
        }
    }

    fn host_port(&self, address: String) -> Result<String, ConfigError> {
        let good = address
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if good {
            return Ok(address);
        }
        let message = format!("found {address:?}, which is not a host and a port");
        Err(self.wrong("address", message, "write it as host:443, or [::1]:443"))
    }

    fn headers(&self, headers: Vec<String>) -> Result<Vec<String>, ConfigError> {
        let good = |header: &String| {
            header.split_once(':').is_some_and(|(name, _)| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
            }) && !header.contains(char::is_control)
        };
        // Which one is not said by its text: it may hold a token.
        match headers.iter().position(|header| !good(header)) {
            None => Ok(headers),
            Some(at) => Err(self.wrong(
                "headers",
                format!("number {} is not a header", at + 1),
                "write it as \"Accept: application/json\"",
            )),
        }
    }
}
