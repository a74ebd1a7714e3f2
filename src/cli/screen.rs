//! The console and the wall: everything they are made of, from the
//! configuration.

use std::{
    fs::OpenOptions, os::fd::OwnedFd, os::unix::fs::OpenOptionsExt as _, path::PathBuf, sync::Arc,
};

use color_eyre::eyre::eyre;

use super::{
    args::Global,
    doctor::capability,
    engine::{channels, host, out_of_order, probes},
    failure::{Exit, Failure, in_a_line},
    follow, in_place,
    open::{Setup, known_of_server},
    status,
    text::read_file,
    themes,
    touch::in_touch,
};
use crate::{
    config, console,
    console::{
        Again, Looks, Works, terminal,
        wall::{How, Watcher},
    },
    domain::{board::Board, entry::IncidentId, night::Night},
    journal,
    store::Log,
    ui::{
        app::Settings,
        capability::{Capability, Depth, Plain},
        keymap::Keymap,
        theme::Theme,
    },
};

/// The console; sentences where it can't be drawn.
///
/// # Errors
///
/// When a file of the configuration is wrong, the log can't be opened, or the
/// terminal can't be taken.
pub async fn console(mut setup: Setup) -> color_eyre::Result<Exit> {
    let capability = capability(&setup);
    if let Some(why) = capability.plain {
        return sentences(setup, why).await;
    }
    let (mut parts, errors) = drawn(&mut setup, capability, "console").await?;
    parts.shown = shown(&setup, &parts.log).await?;
    let again = again(&setup, &parts, "console");
    let log = parts.log.clone();
    let code = Box::pin(console::run(parts, again, errors)).await?;
    log.close().await;
    Ok(Exit::Of(u8::try_from(code).unwrap_or(1)))
}

/// The incident that was asked for, whether it is over or not.
async fn shown(setup: &Setup, log: &Log) -> color_eyre::Result<Option<IncidentId>> {
    let named = setup.global.incident.as_deref();
    if named.is_none() {
        return Ok(None);
    }
    let mut board = Board::default();
    journal::catch_up(log, &mut board).await?;
    if board.find(named).is_err()
        && let Some(sync) = setup.sync(log)?
    {
        // It may have come up since this copy was last in touch.
        in_touch(&sync).await?.say(&setup.global);
        journal::catch_up(log, &mut board).await?;
    }
    let found = board.find(named);
    let found = found.map_err(|refusal| Failure::not_found(refusal.sentence))?;
    Ok(Some(found.id))
}

/// The screen on the wall; sentences where it can't be drawn.
///
/// # Errors
///
/// As [`console()`].
pub async fn wall(mut setup: Setup, redact: bool, watcher: Watcher) -> color_eyre::Result<Exit> {
    let capability = capability(&setup);
    if let Some(why) = capability.plain {
        return sentences(setup, why).await;
    }
    let (parts, errors) = drawn(&mut setup, capability, "wall").await?;
    let how = How {
        redact,
        night: night(&setup, parts.capability.depth),
        watcher,
        again: again(&setup, &parts, "wall"),
    };
    let code = Box::pin(console::wall::run(parts, how, errors)).await?;
    Ok(Exit::Of(u8::try_from(code).unwrap_or(1)))
}

/// How things stand; to somebody at a terminal, also what happens then.
async fn sentences(setup: Setup, why: Plain) -> color_eyre::Result<Exit> {
    match why {
        Plain::NotATerminal => status::status(&setup.enter(false).await?).await,
        Plain::Asked | Plain::NoTerm | Plain::Dumb => {
            follow::run(&mut setup.enter(true).await?).await
        }
    }
}

/// What a screen is made of, and where its own errors go.
async fn drawn(
    setup: &mut Setup,
    capability: Capability,
    what: &str,
) -> color_eyre::Result<(console::Setup, Option<OwnedFd>)> {
    let log = setup.open_log().await?;
    if let Some(sync) = setup.sync(&log)?
        && log.known_of_server().await?.is_none()
    {
        // Only the first time: later it is known without the server.
        in_touch(&sync).await?.say(&setup.global);
    }
    setup.take_channels(&log).await?;
    let errors = error_log(setup);
    terminal::install_panic_hook(errors.as_ref().map(|(path, _)| path.clone()));
    let known = known_of_server(&log).await?.unwrap_or_default();
    let mut parts = parts(setup, capability, log, what)?;
    parts.read_only = !known.may_write();
    Ok((parts, errors.map(|(_, file)| file)))
}

fn parts(
    setup: &Setup,
    capability: Capability,
    log: Log,
    what: &str,
) -> color_eyre::Result<console::Setup> {
    let config = &setup.config;
    let kept = Settings {
        me: config.actor.clone(),
        host: host(),
        workspace: config.workspace.clone(),
        inside: config.updates.clone(),
        outside: config.publish.clone(),
        works: Vec::new(),
        links: Vec::new(),
        policy: String::new(),
        pid: std::process::id(),
        bell: config.bell,
        clipboard: true,
    };
    let (looks, mistakes) = looks(setup, kept, &capability, what);
    let Looks {
        settings,
        keymap,
        theme,
        works,
        mut warnings,
    } = looks;
    warnings.extend(mistakes);
    warnings.extend(log.warnings().iter().map(ToString::to_string));
    if log.is_read_only() {
        let why = "no engine runs here and nothing can be recorded: its folder or its file system is read-only, or this user may not write there";
        warnings.push(format!("{} can only be read: {why}", log.path().display()));
    }
    Ok(console::Setup {
        clock: setup.clock,
        settings,
        keymap,
        theme,
        capability,
        works,
        takes_channels: config.channels.is_empty(),
        read_only: false,
        shown: None,
        runbooks: config.runbooks.clone(),
        warnings,
        sync: setup.sync(&log)?.map(Arc::new),
        log,
    })
}

/// The theme of the night, and when it holds.
fn night(setup: &Setup, depth: Depth) -> Option<(Night, Theme)> {
    let night = setup.config.wall.night?;
    let name = match depth {
        Depth::Mono => "mono",
        Depth::Ansi16 | Depth::Ansi256 | Depth::True => "wall-night",
    };
    let theme = themes::named(setup, name, &mut Vec::new());
    let theme = theme.unwrap_or_else(|error| {
        let why = in_a_line(&error);
        tracing::warn!(why, "the theme of the night is the built-in one");
        Theme::built_in(name).expect("it comes with the program")
    });
    Some((night, theme))
}

/// What can change while a screen is shown; who sits where does not, nor where
/// a server sends. And what of it can't be used: a colour or a key must not keep
/// anybody from an incident, so the built-in ones stand in. No process stands
/// in for the team's: without it nothing is declared here.
fn looks(
    setup: &Setup,
    kept: Settings,
    capability: &Capability,
    what: &str,
) -> (Looks, Vec<String>) {
    let config = &setup.config;
    let mut mistakes = Vec::new();
    let mut warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    warnings.extend(out_of_order(config));
    let mut spared = |error: &color_eyre::Report| {
        let told = format!("out of order, and left out: {}", in_a_line(error));
        // A wall has no line for it.
        tracing::warn!("{told}");
        mistakes.push(told);
    };
    let policy = match setup.policy() {
        Ok((_, text)) => text,
        Err(error) => {
            spared(&error);
            String::new()
        }
    };
    let keymap = keymap(setup, &mut warnings).unwrap_or_else(|error| {
        spared(&error);
        Keymap::built_in()
    });
    let theme = theme(setup, capability, what, &mut warnings).unwrap_or_else(|error| {
        spared(&error);
        usual_theme(capability, what)
    });
    let (probes, broken) = probes(config);
    mistakes.extend(broken);
    let links = config.links.iter().chain(&config.dashboards);
    let channels = channels(config);
    let (inside, outside) = match setup.served {
        Some(_) => (kept.inside, kept.outside),
        None => (config.updates.clone(), config.publish.clone()),
    };
    let works = in_place::works(&channels);
    let looks = Looks {
        works: Works {
            specs: probes.iter().map(|probe| probe.spec().clone()).collect(),
            probes,
            channels,
        },
        keymap,
        theme,
        settings: Settings {
            works,
            links: links
                .map(|(name, url)| (name.clone(), url.clone()))
                .collect(),
            policy,
            bell: config.bell,
            inside,
            outside,
            ..kept
        },
        warnings,
    };
    (looks, mistakes)
}

/// Reads it again for a screen, without a word of its own over that.
fn again(setup: &Setup, parts: &console::Setup, what: &'static str) -> Again {
    let global = Global {
        quiet: true,
        ..setup.global.clone()
    };
    let (kept, capability) = (parts.settings.clone(), parts.capability.clone());
    let served = setup.served.clone();
    Arc::new(move || {
        let read = || {
            let mut setup = Setup::anew(global.clone(), &kept.workspace, what)?;
            setup.served.clone_from(&served);
            let (looks, mistakes) = looks(&setup, kept.clone(), &capability, what);
            match mistakes.into_iter().next() {
                Some(mistake) => Err(eyre!(mistake)),
                None => Ok(looks),
            }
        };
        read().map_err(|error: color_eyre::Report| in_a_line(&error))
    })
}

/// The built-in keys, with the user's over them.
pub(super) fn keymap(setup: &Setup, warnings: &mut Vec<String>) -> color_eyre::Result<Keymap> {
    let mut keymap = Keymap::built_in();
    if let Some(path) = &setup.config.keymap {
        let text = read_file(path)?;
        let found = keymap.merge(&path.display().to_string(), &text)?;
        warnings.extend(found.iter().map(ToString::to_string));
    }
    Ok(keymap)
}

/// The theme that needs no file.
fn usual_theme(capability: &Capability, what: &str) -> Theme {
    let name = match (what, capability.depth) {
        (_, Depth::Mono) => "mono",
        ("wall", _) => "wall",
        _ => "harbor",
    };
    Theme::built_in(name).expect("it comes with the program")
}

/// The theme of that name: the user's, or a built-in one; without colours the
/// one that needs none.
fn theme(
    setup: &Setup,
    capability: &Capability,
    what: &str,
    warnings: &mut Vec<String>,
) -> color_eyre::Result<Theme> {
    let chosen = &setup.config.theme;
    let is_usual = config::Theme::default() == *chosen;
    let name = match (what, capability.depth) {
        (_, Depth::Mono) => "mono",
        ("wall", _) if is_usual => "wall",
        _ if is_light(setup) => chosen.light.as_str(),
        _ => chosen.dark.as_str(),
    };
    themes::named(setup, name, warnings)
}

/// Whether the terminal says that its ground is light: the last number of
/// `COLORFGBG` is white or light grey.
fn is_light(setup: &Setup) -> bool {
    let said = setup
        .environment
        .get("COLORFGBG")
        .and_then(|said| said.rsplit(';').next());
    matches!(said, Some("7" | "15"))
}

/// Where the screen's own errors go: a file, never the terminal we draw on.
fn error_log(setup: &Setup) -> Option<(PathBuf, OwnedFd)> {
    let folder = &setup.paths.state;
    std::fs::create_dir_all(folder).ok()?;
    let path = folder.join("warroom.log");
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .ok()?;
    Some((path, file.into()))
}
