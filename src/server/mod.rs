//! The shared backend: the same log as a local file, spoken to over HTTP.
//!
//! Each workspace has one writer, which takes whatever waits in one
//! transaction and answers only after the commit; one feed, from which every
//! console is told of new entries; and one board, folded from the log. Nothing
//! is kept for a single client: it says where it is, and is told what follows.
//!
//! [`routes`] is the one list of addresses, with the [`Scope`] each asks for.
//! Whatever is refused is a [`Problem`].

mod accept;
mod auth;
mod edge;
mod events;
mod feed;
pub mod health;
mod late;
pub mod listen;
mod metrics;
mod news;
mod openapi;
mod problem;
mod read;
mod share;
mod taking;
pub mod tokens;
mod watching;

use std::{
    collections::BTreeMap,
    mem,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::Method,
    middleware,
    routing::{MethodRouter, get, post},
};
use tokio::sync::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use accept::Writer;
use edge::Door;
use feed::Feed;
use watching::Watching;

pub use crate::wire::Scope;
pub use auth::{Caller, Grant, Hash, Scopes, Tokens};
pub use edge::Edge;
pub use problem::Problem;

use crate::{
    clock::Clock,
    domain::{board::Board, policy::Policy, text::Name},
    journal,
    store::{Log, StoreError},
    wire::{self, Code},
};

/// A server, as its handlers share it.
pub(crate) type Shared = Arc<Server>;

/// What is served: the workspaces, and who may speak to them.
#[derive(Debug)]
pub struct Server {
    workspaces: BTreeMap<Name, Arc<Workspace>>,
    /// Who may.
    pub tokens: Tokens,
    /// What its edge keeps.
    pub edge: Edge,
    clock: Clock,
    drain: CancellationToken,
    told: RwLock<Told>,
}

/// What copies are told of the server's configuration.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Where updates may go.
    pub channels: wire::Channels,
    /// The team's policy, in TOML; `None` is the built-in one.
    pub policy: Option<String>,
}

impl Told {
    /// Whether the policy asks two people for news outside. One that can't be
    /// read counts as the built-in one.
    fn asks_for_two(&self) -> bool {
        let own = self
            .policy
            .as_deref()
            .map(|text| Policy::parse("the server's policy", text));
        let own = own.and_then(Result::ok).map(|(policy, _)| policy);
        own.as_ref()
            .unwrap_or(&Policy::built_in())
            .external
            .two_people
    }
}

/// One workspace: its room, and who writes in it.
#[derive(Debug)]
pub struct Workspace {
    room: Arc<Room>,
    writer: Writer,
    /// Ends the task that keeps the feed.
    _feeding: DropGuard,
}

/// What is known in a workspace.
#[derive(Debug)]
struct Room {
    log: Log,
    clock: Clock,
    /// Never ahead of the log while nobody holds it; `None` when it has to be
    /// folded anew. Whoever reads it takes it along as it is, and the writer
    /// goes on with a copy: incidents that nobody changes are in both.
    board: Mutex<Option<Arc<Board>>>,
    feed: Feed,
    watching: Watching,
    /// Whether the server's own policy asks two people for news outside (X2).
    asks_for_two: AtomicBool,
}

impl Server {
    /// Serves these logs by name.
    ///
    /// # Errors
    ///
    /// When one of them can't be read.
    pub async fn new(logs: BTreeMap<Name, Log>, clock: Clock) -> Result<Self, StoreError> {
        let mut workspaces = BTreeMap::new();
        for (name, log) in logs {
            workspaces.insert(name, Arc::new(Workspace::open(log, clock).await?));
        }
        Ok(Self {
            workspaces,
            tokens: Tokens::default(),
            edge: Edge::new(all_routes()),
            clock,
            drain: CancellationToken::new(),
            told: RwLock::default(),
        })
    }

    /// Says how it is set up, so that whoever writes on a copy need not know.
    pub fn tell(&self, told: Told) {
        for workspace in self.workspaces.values() {
            let asks = &workspace.room.asks_for_two;
            asks.store(told.asks_for_two(), Ordering::Relaxed);
        }
        *self.told.write().unwrap_or_else(PoisonError::into_inner) = told;
    }

    fn told(&self) -> Told {
        let told = self.told.read();
        told.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers everybody who waits, and takes nothing new: the end is near.
    pub fn drain(&self) {
        self.drain.cancel();
    }

    /// The caller's own workspace, which has to be the one that is asked for.
    fn of_caller(&self, caller: &Caller, asked: Option<&str>) -> Result<&Arc<Workspace>, Problem> {
        if asked.is_some_and(|ws| *ws != *caller.workspace) {
            return Err(Problem::new(
                Code::ForeignWorkspace,
                format_args!("the token is for the workspace {}", caller.workspace),
            ));
        }
        self.workspaces.get(&caller.workspace).ok_or_else(|| {
            Problem::new(
                Code::NoWorkspace,
                format_args!("{} is not served here", caller.workspace),
            )
        })
    }

    /// The workspaces, by name.
    pub fn workspaces(&self) -> impl Iterator<Item = (&Name, &Workspace)> {
        self.workspaces.iter().map(|(name, one)| (name, &**one))
    }
}

impl Workspace {
    async fn open(log: Log, clock: Clock) -> Result<Self, StoreError> {
        // Before the first look at the log, so that nothing is missed between.
        let changes = log.changes().await;
        let mut board = Board::default();
        journal::catch_up(&log, &mut board).await?;
        let room = Arc::new(Room {
            feed: Feed::of(&log).await?,
            log,
            clock,
            board: Mutex::new(Some(Arc::new(board))),
            watching: Watching::default(),
            asks_for_two: AtomicBool::new(Told::default().asks_for_two()),
        });
        room.feed.look(&room).await?;
        let stop = CancellationToken::new();
        tokio::spawn(feed::keep(Arc::clone(&room), changes, stop.clone()));
        Ok(Self {
            writer: Writer::start(Arc::clone(&room)),
            room,
            _feeding: stop.drop_guard(),
        })
    }

    /// How many wait for news.
    pub fn followers(&self) -> usize {
        self.room.feed.waiting()
    }

    /// How many pieces of at most 16 KiB wait to be written, or are being
    /// written: every post is one at least.
    pub fn posts(&self) -> usize {
        self.writer.waiting()
    }

    /// Its log.
    pub fn log(&self) -> &Log {
        &self.room.log
    }
}

/// An address.
#[derive(Debug, Clone)]
pub struct Route {
    /// How it is asked.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: &'static str,
    /// What the caller must be allowed; anybody may where absent.
    pub scope: Option<Scope>,
    handler: MethodRouter<Shared>,
}

impl Route {
    const fn get(path: &'static str, scope: Option<Scope>, handler: MethodRouter<Shared>) -> Self {
        Self {
            method: Method::GET,
            path,
            scope,
            handler,
        }
    }

    fn post(path: &'static str, scope: Option<Scope>, handler: MethodRouter<Shared>) -> Self {
        Self {
            method: Method::POST,
            path,
            scope,
            handler: handler.layer(DefaultBodyLimit::max(wire::BATCH)),
        }
    }
}

/// Every address.
pub fn routes() -> Vec<Route> {
    let (read, write) = (Some(Scope::Read), Some(Scope::Write));
    vec![
        Route::post("/v1/ws/{ws}/events", write, post(events::post)),
        Route::get("/v1/ws/{ws}/events", read, get(events::follow)),
        Route::get("/v1/ws/{ws}/incidents", read, get(read::incidents)),
        Route::get("/v1/ws/{ws}/incidents/{id}", read, get(read::incident)),
        Route::get("/v1/ws/{ws}/deliveries", read, get(read::deliveries)),
        Route::post(
            "/v1/ws/{ws}/deliveries/{key}/retry",
            write,
            post(read::retry),
        ),
        Route::post(
            "/v1/ws/{ws}/deliveries/{key}/mark-sent",
            write,
            post(read::mark_sent),
        ),
        Route::post(
            "/v1/ws/{ws}/deliveries/{key}/cancel",
            write,
            post(read::cancel),
        ),
        Route::get("/v1/meta", None, get(openapi::meta)),
        Route::get("/v1/openapi.json", None, get(openapi::document)),
    ]
}

/// Every address of the API, and those for whoever runs the server.
fn all_routes() -> impl Iterator<Item = Route> {
    routes().into_iter().chain(health::upkeep())
}

/// Everything the server answers, for a listener to serve.
pub fn router(server: Shared) -> Router {
    let enter = |scope| {
        let server = Arc::clone(&server);
        middleware::from_fn_with_state(Door { server, scope }, edge::enter)
    };
    let mut addresses: BTreeMap<&str, MethodRouter<Shared>> = BTreeMap::new();
    for route in all_routes() {
        let handlers = addresses.entry(route.path).or_default();
        *handlers = mem::take(handlers).merge(route.handler.route_layer(enter(route.scope)));
    }
    let mut router = Router::new();
    for (path, handlers) in addresses {
        let other = absent(Code::MethodNotAllowed).layer(enter(None));
        router = router.route(path, handlers.fallback(other));
    }
    router
        .fallback(absent(Code::NotFound).layer(enter(None)))
        .with_state(server)
}

/// Answers who asks for something else.
fn absent(code: Code) -> impl Handler<((),), Shared> {
    async move || Problem::new(code, "/v1/openapi.json lists what there is")
}

/// What everybody is told who asks or waits while the server ends.
fn draining() -> Problem {
    Problem::new(
        Code::Draining,
        "ask again: another one or this one takes over",
    )
}
