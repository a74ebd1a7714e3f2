//! The page that Prometheus reads.

use std::{
    fmt::Write as _,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use axum::{
    Extension,
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};

use super::{BUCKETS_MS, Counts, Metrics};
use crate::{
    domain::notice::DeliveryState,
    server::{Caller, Problem, Server, Shared, Workspace},
    store::StoreError,
};

/// The address on which followers wait.
const FOLLOW: (&str, &str) = ("GET", "/v1/ws/{ws}/events");

/// `GET /metrics`: of the server, and of the caller's workspace.
pub(in crate::server) async fn metrics(
    State(server): State<Shared>,
    Extension(caller): Extension<Arc<Caller>>,
    Extension(workspace): Extension<Arc<Workspace>>,
) -> Result<impl IntoResponse, Problem> {
    let mut page = Page::default();
    server.edge.metrics.write(&mut page);
    of_server(&server, &mut page);
    of_log(&caller, &workspace, &mut page).await?;
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, text)], page.0))
}

/// Text in Prometheus's own form.
#[derive(Default)]
struct Page(String);

impl Page {
    /// Begins a metric.
    fn about(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.write_fmt(line).expect("a string takes everything");
        self.0.push('\n');
    }

    /// A metric of one number.
    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.about(name, "gauge", help);
        self.line(format_args!("{name} {value}"));
    }
}

impl Metrics {
    fn write(&self, page: &mut Page) {
        let name = "warroom_http_requests_total";
        page.about(name, "counter", "Requests that were answered.");
        for counts in &self.routes {
            self.answered(name, counts, page);
        }
        let name = "warroom_http_request_duration_seconds";
        page.about(name, "histogram", "How long requests took.");
        for counts in &self.routes {
            took(name, counts, page);
        }
        let following = |counts: &&Counts| (counts.method.as_str(), counts.path) == FOLLOW;
        let followers = self.routes.iter().find(following);
        page.gauge(
            "warroom_followers_waiting",
            "Followers that wait for news.",
            followers.map_or(0, |counts| counts.under_way.load(Relaxed)),
        );
        page.gauge(
            "warroom_connections",
            "Connections that are open.",
            self.connections.load(Relaxed),
        );
        let name = "warroom_connections_refused_total";
        page.about(name, "counter", "Connections that found no seat.");
        page.line(format_args!("{name} {}", self.refused.load(Relaxed)));
    }

    fn answered(&self, name: &str, counts: &Counts, page: &mut Page) {
        let (method, path) = (&counts.method, counts.path);
        for (status, count) in self.statuses.iter().zip(&counts.by_status) {
            let count = count.load(Relaxed);
            if count == 0 {
                continue;
            }
            let status = if *status == 0 {
                "other".to_owned()
            } else {
                status.to_string()
            };
            page.line(format_args!(
                "{name}{{method=\"{method}\",route=\"{path}\",status=\"{status}\"}} {count}"
            ));
        }
    }
}

/// Of an address that was never asked there is nothing to say.
fn took(name: &str, counts: &Counts, page: &mut Page) {
    let (method, path) = (&counts.method, counts.path);
    let all: u64 = counts.by_status.iter().map(|one| one.load(Relaxed)).sum();
    if all == 0 {
        return;
    }
    let labels = format!("method=\"{method}\",route=\"{path}\"");
    let mut upto = 0;
    for (end, count) in BUCKETS_MS.iter().zip(&counts.buckets) {
        upto += count.load(Relaxed);
        let end = seconds(end * 1_000);
        page.line(format_args!(
            "{name}_bucket{{{labels},le=\"{end}\"}} {upto}"
        ));
    }
    // Counted one by one without a lock, so the last may be a moment behind.
    let all = all.max(upto);
    page.line(format_args!("{name}_bucket{{{labels},le=\"+Inf\"}} {all}"));
    let sum = seconds(counts.sum_us.load(Relaxed));
    page.line(format_args!("{name}_sum{{{labels}}} {sum}"));
    page.line(format_args!("{name}_count{{{labels}}} {all}"));
}

fn seconds(micros: u64) -> f64 {
    std::time::Duration::from_micros(micros).as_secs_f64()
}

fn of_server(server: &Server, page: &mut Page) {
    let name = "warroom_build_info";
    page.about(name, "gauge", "Which program this is.");
    let version = env!("CARGO_PKG_VERSION");
    page.line(format_args!("{name}{{version=\"{version}\"}} 1"));
    page.gauge("warroom_tokens", "Tokens that hold.", server.tokens.count());
    let ticked_at = server.edge.engine.borrow().ticked_at;
    if let Some(at) = ticked_at {
        let age = (server.clock.now() - at).as_seconds_f64().max(0.0);
        let help = "How long ago the engine went round.";
        page.gauge("warroom_engine_age_seconds", help, age);
    }
}

/// A workspace's name is a label, and may hold what a label must escape.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

async fn of_log(caller: &Caller, workspace: &Workspace, page: &mut Page) -> Result<(), StoreError> {
    let ws = label(&caller.workspace);
    let head = workspace.log().head().await?;
    let name = "warroom_log_entries";
    let help = "Entries in the log: the number of the last one as well.";
    page.about(name, "gauge", help);
    page.line(format_args!("{name}{{workspace=\"{ws}\"}} {head}"));
    let counts = workspace.log().delivery_counts().await?;
    let name = "warroom_deliveries";
    page.about(name, "gauge", "Deliveries in each state.");
    for state in DeliveryState::ALL {
        let count = counts.get(&state).copied().unwrap_or_default();
        let state = state.key();
        page.line(format_args!(
            "{name}{{workspace=\"{ws}\",state=\"{state}\"}} {count}"
        ));
    }
    Ok(())
}
