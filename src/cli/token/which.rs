//! Which logs are meant where nobody names a workspace: one host may serve
//! several, and the usual name of none need not be one of them.

use std::{fs, path::Path};

use crate::{
    cli::{
        failure::{Exit, Failure},
        open::Setup,
    },
    config::Source,
    domain::text::Name,
    store::{Log, OpenMode, StoreError},
};

/// The workspace that was named; else every one that is kept here. The usual
/// name where there is none yet.
pub(super) async fn workspaces(setup: &Setup) -> Vec<Name> {
    let usual = || vec![setup.config.workspace.clone()];
    if is_named(setup) {
        return usual();
    }
    let mut here = Vec::new();
    for name in files(&setup.paths.data) {
        if is_own_log(setup, &name).await {
            here.push(name);
        }
    }
    if here.is_empty() { usual() } else { here }
}

/// The only one there is.
///
/// # Errors
///
/// When there are several, with their names.
pub(super) fn only(workspaces: Vec<Name>) -> Result<Name, Failure> {
    match <[Name; 1]>::try_from(workspaces) {
        Ok([only]) => Ok(only),
        Err(several) => Err(ambiguous("there are several workspaces here", &several)),
    }
}

/// That somebody has to say which.
pub(super) fn ambiguous(why: &str, several: &[Name]) -> Failure {
    let names: Vec<&str> = several.iter().map(Name::as_str).collect();
    let names = names.join(", ");
    Failure::usage(format!("{why}: name one with --workspace ({names})"))
}

/// The log of a workspace, which is the one that numbers its entries.
///
/// # Errors
///
/// As [`Setup::open_as`]; [`StoreError::IsCopy`] for a copy of a server's.
pub(super) async fn open(
    setup: &mut Setup,
    workspace: &Name,
    mode: OpenMode,
) -> color_eyre::Result<Log> {
    setup.config.workspace = workspace.clone();
    let path = setup.log_path()?;
    let begins = !path.exists() && setup.global.db.is_none();
    if begins && setup.config.server.is_some() {
        return Err(StoreError::IsCopy.into());
    }
    let log = setup.open_as(&path, mode).await?;
    if log.is_copy() {
        return Err(StoreError::IsCopy.into());
    }
    Ok(log)
}

fn is_named(setup: &Setup) -> bool {
    let config = &setup.config;
    let mut origins = config.origins().iter();
    let said = origins.any(|one| one.key == "workspace" && one.from != Source::Default);
    said || setup.global.db.is_some() || config.server.is_some()
}

/// The names that the logs in a folder would have, in order.
fn files(folder: &Path) -> Vec<Name> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<Name> = files
        .filter_map(|file| {
            let path = file.path();
            let is_log = path.extension().is_some_and(|ending| ending == "db");
            let stem = path.file_stem().filter(|_| is_log)?.to_str()?;
            Name::typed(stem).ok()
        })
        .collect();
    names.sort();
    names
}

/// Whether a log of that name is here whose numbers no server gives. One that
/// can't be read is left for whoever opens it to say so.
async fn is_own_log(setup: &Setup, name: &Name) -> bool {
    let path = setup.paths.data.join(format!("{name}.db"));
    match setup.open_as(&path, OpenMode::ReadOnly).await {
        Ok(log) => {
            let own = !log.is_copy();
            log.close().await;
            own
        }
        Err(StoreError::NotALog { .. } | StoreError::OtherProgram { .. }) => false,
        Err(_) => true,
    }
}

/// Nothing that holds has that name or id.
pub(super) fn unknown(name: &str) -> Failure {
    let sentence =
        format!("no token that holds is called {name}: `warroom token list` shows what there is");
    Failure::new(Exit::NotFound, sentence)
}
