//! While it serves: the end that a signal asks for, and the configuration that
//! is read again.

use std::sync::Arc;

use color_eyre::eyre::{WrapErr as _, eyre};
use rustls::ServerConfig;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{Serve, Tls, systemd::Systemd};
use crate::{
    cli::{
        engine::{Works, stop_on_signals, tell},
        failure::{Exit, in_a_line},
        open::Setup,
        say,
    },
    server::{Server, listen::Listener, tokens},
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

/// The engine and the probes, at work.
struct Hands {
    stop: CancellationToken,
    task: JoinHandle<color_eyre::Result<()>>,
}

impl Hands {
    fn set_to(works: Works, server: &Arc<Server>) -> Self {
        let (stop, server) = (CancellationToken::new(), Arc::clone(server));
        let ending = stop.clone();
        let task = tokio::spawn(async move { works.run(&server.edge.engine, &ending).await });
        Self { stop, task }
    }

    /// Lets them end what they are at.
    async fn rest(&mut self) -> color_eyre::Result<()> {
        self.stop.cancel();
        (&mut self.task).await.wrap_err("the engine's task")?
    }
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
        let works = Works::new(&setup, &log)?;
        Ok(Self {
            hands: Hands::set_to(works, &server),
            serve,
            setup,
            log,
            server,
            tls,
        })
    }

    /// Serves until SIGTERM or SIGINT, or until the engine can't go on.
    pub(super) async fn live(mut self, listener: Listener) -> color_eyre::Result<Exit> {
        let stop = CancellationToken::new();
        stop_on_signals(&stop)?;
        let mut hang_up = signal(SignalKind::hangup()).wrap_err("listening for SIGHUP")?;
        let systemd = Arc::new(Systemd::find(&self.setup.environment));
        let listening = tokio::spawn(listener.serve(Arc::clone(&self.server), stop.clone()));
        tokio::spawn(tokens::follow(Arc::clone(&self.server), stop.clone()));
        let watching = Arc::clone(&systemd).watch(Arc::clone(&self.server), stop.clone());
        tokio::spawn(watching);
        let quiet = self.setup.global.quiet;
        tokio::spawn(tell(quiet, self.server.edge.engine.subscribe()));
        systemd.say("READY=1");
        let ended = loop {
            tokio::select! {
                () = stop.cancelled() => break Ok(()),
                ended = &mut self.hands.task => {
                    break Err(ended.map_or_else(Into::into, |ended| {
                        ended.err().unwrap_or_else(|| eyre!("the engine ended by itself"))
                    }));
                }
                _ = hang_up.recv() => self.read_again().await,
            }
        };
        systemd.say("STOPPING=1");
        stop.cancel();
        if ended.is_ok() {
            let (listening, rest) = tokio::join!(listening, self.hands.rest());
            listening.wrap_err("the listener's task")?;
            rest?;
            say::note(&self.setup.global, "the server ended, as it was told to");
        } else {
            listening.await.wrap_err("the listener's task")?;
        }
        ended.map(|()| Exit::Ok)
    }

    /// Takes up the configuration and the certificate as they are written down
    /// now: all of it, or nothing.
    async fn read_again(&mut self) {
        let taken = match self.prepare() {
            Ok(prepared) => self.take_up(prepared).await,
            Err(error) => Err(error),
        };
        say::aside(&match taken {
            Ok(()) => "the configuration was read again".to_owned(),
            Err(error) => format!("warroom: everything stays as it was: {}", in_a_line(&error)),
        });
    }

    fn prepare(&self) -> color_eyre::Result<(Setup, Works, Option<Arc<ServerConfig>>)> {
        let mut setup = Setup::read(self.setup.global.clone())?;
        setup.clock = self.setup.clock;
        let (is, was) = (&setup.config.workspace, &self.setup.config.workspace);
        if is != was {
            return Err(eyre!(
                "the workspace was {was} and is {is}: start the server again to change it"
            ));
        }
        setup.policy()?;
        let works = Works::new(&setup, &self.log)?;
        let certificate = self.serve.certificate(setup.clock.now())?;
        Ok((setup, works, certificate))
    }

    async fn take_up(
        &mut self,
        (setup, works, certificate): (Setup, Works, Option<Arc<ServerConfig>>),
    ) -> color_eyre::Result<()> {
        if let (Some(tls), Some(certificate)) = (&self.tls, certificate) {
            tls.send_replace(certificate);
        }
        let rested = self.hands.rest().await;
        self.hands = Hands::set_to(works, &self.server);
        self.setup = setup;
        rested
    }
}
