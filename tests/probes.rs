//! Probes against real peers: what `curl`, `df`, `free` and a shell would see.

mod certs;
mod command;
mod curl;
mod http;
mod peers;
mod schedule;
mod specs;
mod system;
mod tls;

use std::path::PathBuf;

use chrono::TimeDelta;
use warroom::{
    clock::Clock,
    domain::probe::{Reading, Spec, Target},
    probe::{Once, Probe},
};

/// A probe of `target` as the configuration would make it by default.
fn spec(target: Target) -> Spec {
    Spec {
        name: "checkout".into(),
        target,
        every: TimeDelta::seconds(10),
        timeout: TimeDelta::seconds(20),
        slow: None,
        failures: 3,
        successes: 2,
        control: false,
        counts: None,
    }
}

fn http(url: impl Into<String>) -> Target {
    Target::Http {
        url: url.into(),
        status: None,
        body: None,
        follow: false,
        headers: Vec::new(),
        ca_file: None,
    }
}

fn https(url: impl Into<String>, ca_file: PathBuf) -> Target {
    Target::Http {
        url: url.into(),
        status: None,
        body: None,
        follow: false,
        headers: Vec::new(),
        ca_file: Some(ca_file),
    }
}

fn command(argv: &[&str]) -> Target {
    Target::Command {
        argv: argv.iter().map(|&word| word.to_owned()).collect(),
    }
}

fn shell(script: &str) -> Target {
    command(&["sh", "-c", script])
}

async fn read(target: Target) -> Reading {
    once(spec(target)).await.reading
}

/// Not to wait long for what never comes.
async fn read_impatiently(target: Target) -> Reading {
    once(impatient(target)).await.reading
}

fn impatient(target: Target) -> Spec {
    Spec {
        timeout: TimeDelta::seconds(1),
        ..spec(target)
    }
}

async fn once(spec: Spec) -> Once {
    let probe = Probe::new(spec).expect("the test asks for what can be");
    probe.once(&Clock::System).await
}
