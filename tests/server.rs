//! The shared backend, spoken to over real sockets, on a real file.

mod anything;
mod counted;
mod document;
mod ends;
mod following;
mod limits;
mod outside;
mod posting;
mod reading;
mod rights;
mod schema;
mod sharing;
mod twice;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeZone as _, Utc};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use uuid::Uuid;
use warroom::{
    clock::Clock,
    domain::{
        fact::{Declaration, Fact, Update},
        severity::Severity,
        update::{Audience, Form},
    },
    server::{Grant, Hash, Scope, Server, Workspace, router},
    store::{Log, OpenMode},
};

/// A server on a free port of this host; it ends with the test.
struct House {
    url: String,
    client: Client,
    server: Arc<Server>,
    log: Log,
    listener: JoinHandle<()>,
    _folder: TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap()
}

/// ada writes, bo reads, grace may all, and alerts come as hooks; and eve may
/// all in another workspace.
fn grants() -> Vec<Grant> {
    [
        ("ada", "prod", Scope::Write),
        ("bo", "prod", Scope::Read),
        ("grace", "prod", Scope::Admin),
        ("alerts", "prod", Scope::Hook),
        ("eve", "elsewhere", Scope::Admin),
    ]
    .into_iter()
    .map(|(name, workspace, scope)| Grant {
        hash: Hash::of(name),
        name: name.into(),
        workspace: workspace.into(),
        scopes: [scope].into_iter().collect(),
        expires_at: None,
    })
    .collect()
}

impl House {
    async fn open() -> Self {
        warroom::notify::install_tls();
        let folder = tempfile::tempdir().unwrap();
        let log = Log::open(folder.path().join("log.db"), OpenMode::ReadWrite)
            .await
            .unwrap();
        let logs = BTreeMap::from([("prod".into(), log.clone())]);
        let clock = Clock::starting_at(noon());
        let server = Arc::new(Server::new(logs, clock).await.unwrap());
        server.tokens.set(grants(), noon());
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let app = router(Arc::clone(&server));
        let listener = tokio::spawn(async move { axum::serve(socket, app).await.unwrap() });
        Self {
            url,
            client: Client::new(),
            server,
            log,
            listener,
            _folder: folder,
        }
    }

    /// The one workspace.
    fn workspace(&self) -> &Workspace {
        self.server.workspaces().next().unwrap().1
    }

    /// A request by whoever has that name.
    fn ask(&self, method: Method, path: &str, who: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.url);
        self.client.request(method, url).bearer_auth(who)
    }

    /// What ada reads there.
    async fn get(&self, path: &str) -> Value {
        let answer = self.ask(Method::GET, path, "ada").send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Ada posts these entries.
    async fn post(&self, events: &[Value]) -> Value {
        let answer = self.post_as("ada", &json!({ "events": events })).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    async fn post_as(&self, who: &str, body: &Value) -> Response {
        let request = self.ask(Method::POST, EVENTS, who).json(body);
        request.send().await.unwrap()
    }

    async fn post_raw(&self, body: impl Into<reqwest::Body>) -> Response {
        let request = self.ask(Method::POST, EVENTS, "ada");
        let json = request.header("content-type", "application/json");
        json.body(body).send().await.unwrap()
    }

    /// Every entry, by pages of `most`.
    async fn all(&self, most: usize) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let page = self
                .get(&format!("{EVENTS}?after={}&limit={most}", all.len()))
                .await;
            all.extend(page["events"].as_array().unwrap().iter().cloned());
            if page["more"] == json!(false) {
                return all;
            }
        }
    }
}

const EVENTS: &str = "/v1/ws/prod/events";

fn uuid(n: u128) -> String {
    Uuid::from_u128(n).to_string()
}

/// An entry of incident 1, made by ada's console.
fn entry(n: u128, kind: &str, body: &Value) -> Value {
    json!({
        "id": uuid(n), "incident": uuid(1), "kind": kind, "v": 1,
        "at": "2026-11-23T12:00:00Z", "recorded_at": "2026-11-23T12:00:00Z",
        "by": "ada", "via": "console", "replica": uuid(7), "base": 0, "body": body,
    })
}

fn note(n: u128, text: &str) -> Value {
    entry(n, "noted", &json!({ "text": text }))
}

fn notes(numbers: std::ops::Range<u128>) -> Vec<Value> {
    numbers.map(|n| note(n, &format!("note {n}"))).collect()
}

/// The entry that says so, of incident 1.
fn fact(n: u128, fact: &Fact) -> Value {
    let (kind, body) = fact.write();
    entry(n, &kind, &serde_json::from_str(body.get()).unwrap())
}

/// Incident 1 is declared; entry `n`.
fn declared(n: u128) -> Value {
    let declaration = Declaration {
        title: "checkout is down".into(),
        severity: Some(Severity::P1),
        ..Declaration::default()
    };
    fact(n, &Fact::Declared(Box::new(declaration)))
}

/// Entry `n`: an update about incident 1 that goes to `#incidents`.
fn update(n: u128) -> Value {
    let update = Update {
        label: None,
        audience: Audience::Internal,
        form: Form {
            status: "Investigating".into(),
            ..Form::default()
        },
        channels: vec!["#incidents".into()],
        last: false,
        draft: None,
    };
    fact(n, &Fact::UpdateSent(Box::new(update)))
}

/// The results of a post, each as `appended 1`, `duplicate 1`, `rejected id_reuse`.
fn results(posted: &Value) -> Vec<String> {
    let results = posted["results"].as_array().unwrap().iter();
    results
        .map(|one| {
            let word = one["result"].as_str().unwrap();
            match one["code"].as_str() {
                Some(code) => format!("{word} {code}"),
                None => format!("{word} {}", one["seq"]),
            }
        })
        .collect()
}

async fn code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["status"], json!(status));
    (status, problem["code"].as_str().unwrap().to_owned())
}
