//! While it serves: the end that a signal asks for, and the configuration that
//! is read again.

use std::{net::SocketAddr, sync::Arc};

use color_eyre::eyre::{WrapErr as _, eyre};
use futures::future::try_join_all;
use rustls::ServerConfig;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{Serve, Tls, unit};
use crate::{
    cli::{
        engine::{Works, stop_on_signals, tell},
        failure::{Exit, in_a_line},
        open::Setup,
        say,
        systemd::Systemd,
    },
    server::{Server, Told, listen::Listener, tokens},
    store::Log,
};

/// A server that runs.
pub(super) struct Life {
    serve: Serve,
    setup: Setup,
    log: Log,
    server: Arc<Server>,
    tls: Tls,
    hands: Hands,
}

/// What may be asked of it from outside.
pub(super) struct Signals {
    stop: CancellationToken,
    hang_up: Signal,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> color_eyre::Result<Self> {
        let stop = CancellationToken::new();
        stop_on_signals(&stop)?;
        let hang_up = signal(SignalKind::hangup()).wrap_err("listening for SIGHUP")?;
        Ok(Self { stop, hang_up })
    }
}

/// The engine and the probes, at work.
struct Hands {
    stop: CancellationToken,
    task: JoinHandle<color_eyre::Result<()>>,
}

impl Hands {
    fn set_to(works: Works, server: &Arc<Server>) -> Self {
        let (stop, server) = (CancellationToken::new(), Arc::clone(server));
        let ending = stop.clone();
        let task = tokio::spawn(async move {
            // However it ends, the server must not go on without it.
            let ended = ending.clone().drop_guard();
            let result = works.run(&server.edge.engine, &ending).await;
            drop(ended);
            result
        });
        Self { stop, task }
    }

    /// Lets them end what they are at.
    async fn rest(&mut self) -> color_eyre::Result<()> {
        self.stop.cancel();
        (&mut self.task).await.wrap_err("the engine's task")?
    }
}

/// A configuration that was read again, before anything changes.
struct Prepared {
    setup: Setup,
    told: Told,
    works: Works,
    certificate: Option<Arc<ServerConfig>>,
}

impl Life {
    /// Sets the engine to work.
    pub(super) fn begin(
        serve: Serve,
        setup: Setup,
        log: Log,
        server: Arc<Server>,
        tls: Tls,
    ) -> color_eyre::Result<Self> {
        setup.policy()?;
        let works = Works::begin(&setup, &log).after_copies();
        Ok(Self {
            hands: Hands::set_to(works, &server),
            serve,
            setup,
            log,
            server,
            tls,
        })
    }

    /// Says where it is to be found, and what is missing for that to be of use.
    pub(super) fn announce(&self, at: Option<SocketAddr>) -> color_eyre::Result<()> {
        // On a socket people are known without one.
        if at.is_some() && self.server.tokens.count() == 0 {
            let word = "nobody has a token yet: `warroom token create NAME --scope write`";
            say::note(&self.setup.global, word);
        }
        self.serve.announce(&self.setup, at)
    }

    /// Serves until SIGTERM or SIGINT, or until the engine can't go on.
    pub(super) async fn live(
        mut self,
        listener: Listener,
        mut signals: Signals,
    ) -> color_eyre::Result<Exit> {
        let systemd = Arc::new(Systemd::find(&self.setup.environment));
        let tasks = self.attend(listener, &systemd, &signals.stop);
        systemd.say("READY=1");
        self.until_the_end(&mut signals).await;
        let asked = signals.stop.is_cancelled();
        systemd.say("STOPPING=1");
        signals.stop.cancel();
        let (ended, rested) = tokio::join!(try_join_all(tasks), self.hands.rest());
        ended.wrap_err("the server's tasks")?;
        rested?;
        if !asked {
            return Err(eyre!("the engine ended by itself"));
        }
        say::note(&self.setup.global, "the server ended, as it was told to");
        Ok(Exit::Ok)
    }

    /// Sets everything going that goes by itself, until `stop`.
    fn attend(
        &self,
        listener: Listener,
        systemd: &Arc<Systemd>,
        stop: &CancellationToken,
    ) -> [JoinHandle<()>; 3] {
        let server = || Arc::clone(&self.server);
        let quiet = self.setup.global.quiet;
        tokio::spawn(tell(quiet, self.server.edge.engine.subscribe()));
        [
            tokio::spawn(tokens::follow(server(), stop.clone())),
            tokio::spawn(unit::watch(Arc::clone(systemd), server(), stop.clone())),
            tokio::spawn(listener.serve(server(), stop.clone())),
        ]
    }

    async fn until_the_end(&mut self, signals: &mut Signals) {
        loop {
            tokio::select! {
                () = signals.stop.cancelled() => return,
                () = self.hands.stop.cancelled() => return,
                _ = signals.hang_up.recv() => self.read_again().await,
            }
        }
    }

    /// Takes up the configuration and the certificate as they are written down
    /// now: all of it, or nothing.
    async fn read_again(&mut self) {
        match self.prepare() {
            Ok(prepared) => {
                self.take_up(prepared).await;
                say::note(&self.setup.global, "the configuration was read again");
            }
            Err(error) => {
                let why = in_a_line(&error);
                say::aside(&format!("warroom: everything stays as it was: {why}"));
            }
        }
    }

    fn prepare(&self) -> color_eyre::Result<Prepared> {
        let was = &self.setup.config.workspace;
        let mut setup = Setup::anew(self.setup.global.clone(), was, "server")?;
        setup.clock = self.setup.clock;
        let told = setup.tells()?;
        let works = Works::anew(&setup, &self.log)?.after_copies();
        let certificate = self.serve.certificate(setup.clock.now())?;
        Ok(Prepared {
            setup,
            told,
            works,
            certificate,
        })
    }

    async fn take_up(&mut self, prepared: Prepared) {
        let Prepared {
            setup,
            told,
            works,
            certificate,
        } = prepared;
        self.server.tell(told);
        if let (Some(tls), Some(certificate)) = (&self.tls, certificate) {
            tls.send_replace(certificate);
        }
        if let Err(error) = self.hands.rest().await {
            tracing::warn!(%error, "the engine of before");
        }
        self.hands = Hands::set_to(works, &self.server);
        self.setup = setup;
    }
}
