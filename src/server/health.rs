//! Whether the server is alive, and whether it can be relied on: for load
//! balancers, for systemd, and for whoever wonders at night.

use axum::{Json, extract::State, http::Method, response::IntoResponse, routing::get};
use chrono::TimeDelta;
use serde_json::json;
use tokio::{
    sync::Mutex,
    time::{Duration, Instant, timeout},
};

use super::{Problem, Route, Scope, Server, Shared, metrics};
use crate::wire::Code;

/// The addresses for whoever runs the server: none of the API, and the same in
/// all versions of it.
pub(super) fn upkeep() -> [Route; 3] {
    let route = |path, scope, handler| Route {
        method: Method::GET,
        path,
        scope,
        handler,
    };
    [
        route("/healthz", None, get(healthz)),
        route("/readyz", None, get(readyz)),
        route("/metrics", Some(Scope::Read), get(metrics::metrics)),
    ]
}

/// How long it counts that every log took something and gave it back.
const PROVEN: Duration = Duration::from_secs(4);
/// How long it counts that one did not, so that nobody makes it worse by asking.
const FAILED: Duration = Duration::from_secs(1);
/// How long a log may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long the engine may take to go round; it does every five seconds.
const ROUND: TimeDelta = TimeDelta::seconds(30);

/// What came of the last write and read, and when.
#[derive(Debug, Default)]
pub(super) struct Proof(Mutex<Option<(Instant, Result<(), String>)>>);

impl Proof {
    /// Whether every log takes entries. Whoever asks while another one tries
    /// gets that one's answer.
    async fn of(&self, server: &Server) -> Result<(), String> {
        let mut last = self.0.lock().await;
        if let Some((at, result)) = &*last {
            let counts = if result.is_ok() { PROVEN } else { FAILED };
            if at.elapsed() < counts {
                return result.clone();
            }
        }
        let result = prove(server).await;
        *last = Some((Instant::now(), result.clone()));
        result
    }
}

async fn prove(server: &Server) -> Result<(), String> {
    for (name, workspace) in server.workspaces() {
        let proven = timeout(PATIENCE, workspace.log().prove(server.clock.now())).await;
        let Ok(proven) = proven else {
            let seconds = PATIENCE.as_secs();
            return Err(format!("the log of {name} took longer than {seconds} s"));
        };
        // Its own words name paths, which are nobody's business out there.
        proven.map_err(|error| {
            let code = Problem::from(error).code();
            format!("the log of {name}: {}", code.title())
        })?;
    }
    Ok(())
}

/// Whether the logs take entries and the engine goes round.
///
/// # Errors
///
/// Every reason why not.
pub async fn well(server: &Server) -> Result<(), Vec<String>> {
    let mut reasons: Vec<String> = server
        .edge
        .proof
        .of(server)
        .await
        .err()
        .into_iter()
        .collect();
    reasons.extend(engine(server));
    if reasons.is_empty() {
        return Ok(());
    }
    Err(reasons)
}

/// Why the engine can't be relied on; `None` when it can.
fn engine(server: &Server) -> Option<String> {
    let ticked_at = server.edge.engine.borrow().ticked_at;
    let Some(at) = ticked_at else {
        return Some("no engine has gone round yet".to_owned());
    };
    let age = server.clock.now() - at;
    (age >= ROUND).then(|| format!("the engine last went round {} s ago", age.num_seconds()))
}

/// `GET /healthz`: it answers, so it is alive.
async fn healthz() -> impl IntoResponse {
    Json(json!({ "status": "alive" }))
}

/// `GET /readyz`: whether it can be relied on.
async fn readyz(State(server): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let mut reasons = well(&server).await.err().unwrap_or_default();
    if server.drain.is_cancelled() {
        reasons.push("it is about to end".to_owned());
    }
    if reasons.is_empty() {
        return Ok(Json(json!({ "status": "ready" })));
    }
    Err(Problem::new(Code::NotReady, reasons.join("; ")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{clock::Clock, domain::seen::EngineSeen};

    async fn reasons(age: Option<TimeDelta>) -> Vec<String> {
        let server = Server::new(BTreeMap::new(), Clock::System).await.unwrap();
        server.edge.engine.send_replace(EngineSeen {
            ticked_at: age.map(|age| server.clock.now() - age),
            ..EngineSeen::default()
        });
        well(&server).await.err().unwrap_or_default()
    }

    #[tokio::test]
    async fn an_engine_that_stands_still_is_a_reason() {
        assert!(reasons(Some(TimeDelta::seconds(20))).await.is_empty());
        let late = reasons(Some(TimeDelta::seconds(40))).await.join("");
        assert!(late.starts_with("the engine last went round 4"), "{late}");
        let never = reasons(None).await.join("");
        assert_eq!(never, "no engine has gone round yet");
    }
}
