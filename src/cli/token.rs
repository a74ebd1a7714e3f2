//! Tokens for a server on this log: made, listed, taken back. A token is shown
//! once, when it is made, and nowhere kept.

mod which;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    failure::{Exit, Failure},
    open::Setup,
    say,
};
use crate::{
    domain::{
        entry::ENGINE,
        span,
        text::{Name, one_line},
    },
    server::{Scope, Scopes, tokens},
    store::{Log, OpenMode, Token},
};

/// Who may speak to a server on a log of this host
///
/// Where no workspace is named, the only one that is kept here is meant.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Create(Create),
    /// Every token there ever was, and whether it holds; never the token itself.
    /// Of all workspaces here, where none is named
    List,
    /// Take back all tokens of a name, or the one with an id
    Revoke {
        /// As `warroom token list` shows it
        name_or_id: String,
    },
}

/// Make a token, and print it: this once
#[derive(Debug, Args)]
#[command(after_help = "\
Scopes:
  read   see everything: enough for a wall
  write  record, and change deliveries; and read
  admin  all of it
  hook   post alerts, and nothing else

Examples:
  (umask 077; warroom token create ada --scope write > ada.token)
  warroom token create wall --scope read --expires never")]
pub struct Create {
    /// The name under which its bearer's entries are recorded
    pub name: String,
    /// What it allows: read, write, admin, hook
    #[arg(
        long = "scope",
        required = true,
        value_delimiter = ',',
        value_name = "SCOPE"
    )]
    pub scopes: Vec<String>,
    /// How long it holds, such as 90d; or never
    #[arg(long, default_value = "90d", value_name = "LENGTH")]
    pub expires: String,
}

#[derive(Debug, Serialize)]
struct Made {
    token: String,
    #[serde(flatten)]
    about: Shown,
}

/// What may be shown of a token.
#[derive(Debug, Serialize)]
struct Shown {
    workspace: Name,
    id: String,
    name: Name,
    scopes: Vec<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    holds: bool,
}

impl Shown {
    fn of(token: &Token, workspace: &Name, now: DateTime<Utc>) -> Self {
        Self {
            workspace: workspace.clone(),
            id: token.id(),
            name: token.name.clone(),
            scopes: token.scopes.split(',').map(one_line).collect(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            holds: token.holds(now),
        }
    }

    fn state(&self) -> &'static str {
        match (self.holds, self.revoked_at) {
            (true, _) => "holds",
            (false, Some(_)) => "revoked",
            (false, None) => "expired",
        }
    }
}

impl Verb {
    /// Does it.
    ///
    /// # Errors
    ///
    /// When a name, a scope or a length can't be understood, or the log can't
    /// be written.
    pub async fn run(self, mut setup: Setup) -> color_eyre::Result<Exit> {
        let workspaces = which::workspaces(&setup).await;
        match self {
            Self::Create(create) => create.run(&mut setup, which::only(workspaces)?).await,
            Self::List => list(&mut setup, &workspaces).await,
            Self::Revoke { name_or_id } => revoke(&mut setup, &workspaces, &name_or_id).await,
        }
    }
}

impl Create {
    async fn run(&self, setup: &mut Setup, workspace: Name) -> color_eyre::Result<Exit> {
        let now = setup.clock.now();
        let (token, hash) = tokens::mint();
        let scopes: Vec<&str> = self.scopes()?.iter().map(Scope::word).collect();
        let kept = Token {
            hash: hash.bytes(),
            name: self.name()?,
            scopes: scopes.join(","),
            created_at: now,
            expires_at: self.expires_at(now)?,
            revoked_at: None,
        };
        let log = which::open(setup, &workspace, OpenMode::ReadWrite).await?;
        log.add_token(&kept).await?;
        log.close().await;
        let about = Shown::of(&kept, &workspace, now);
        let until = until(about.expires_at);
        let word = format!(
            "{} may {} in {workspace} {until}; the token is shown this once (id {})",
            about.name,
            scopes.join(" and "),
            about.id
        );
        say::note(&setup.global, &word);
        let made = Made { token, about };
        say::either(&setup.global, &made, || made.token.clone())?;
        Ok(Exit::Ok)
    }

    fn name(&self) -> Result<Name, Failure> {
        let name = Name::typed(self.name.trim())
            .map_err(|error| Failure::usage(format!("the name: {error}")))?;
        match &*name {
            "" => Err(Failure::usage("a token needs a name: whose it is")),
            ENGINE => Err(Failure::usage(
                "engine is the name under which the engine records: take another one",
            )),
            _ => Ok(name),
        }
    }

    fn scopes(&self) -> Result<Scopes, Failure> {
        let scopes = self.scopes.iter().map(|word| {
            Scope::from_word(word.trim()).ok_or_else(|| {
                let word = one_line(word);
                Failure::usage(format!(
                    "there is no scope {word:?}: take read, write, admin or hook"
                ))
            })
        });
        scopes.collect()
    }

    fn expires_at(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Failure> {
        if self.expires == "never" {
            return Ok(None);
        }
        Ok(Some(now + span::parse(&self.expires)?))
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%MZ").to_string()
}

fn until(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "for ever".to_owned(),
        |at| format!("until {}", stamp(at)),
    )
}

async fn list(setup: &mut Setup, workspaces: &[Name]) -> color_eyre::Result<Exit> {
    let now = setup.clock.now();
    let mut shown = Vec::new();
    for workspace in workspaces {
        let log = which::open(setup, workspace, OpenMode::ReadOnly).await?;
        let tokens = log.tokens().await?;
        shown.extend(tokens.iter().map(|token| Shown::of(token, workspace, now)));
        log.close().await;
    }
    say::either(&setup.global, &shown, || {
        let rows: Vec<Vec<String>> = shown.iter().map(row).collect();
        let heads = ["ID", "NAME", "SCOPES", "STATE", "MADE", "ENDS", "WORKSPACE"];
        say::table(&heads, &rows)
    })?;
    Ok(Exit::Ok)
}

fn row(token: &Shown) -> Vec<String> {
    let ends = token.revoked_at.or(token.expires_at);
    vec![
        token.id.clone(),
        token.name.to_string(),
        token.scopes.join(","),
        token.state().to_owned(),
        stamp(token.created_at),
        ends.map_or_else(|| "never".to_owned(), stamp),
        token.workspace.to_string(),
    ]
}

/// Takes it back where it is. One name in two workspaces may be two people.
async fn revoke(
    setup: &mut Setup,
    workspaces: &[Name],
    name_or_id: &str,
) -> color_eyre::Result<Exit> {
    let now = setup.clock.now();
    let mut held = Vec::new();
    for workspace in workspaces {
        let log = which::open(setup, workspace, OpenMode::ReadWrite).await?;
        let tokens = log.tokens().await?;
        if tokens.iter().any(|token| token.is_meant(name_or_id, now)) {
            held.push((workspace.clone(), log));
        }
    }
    let name = one_line(name_or_id);
    let (workspace, log) = match <[(Name, Log); 1]>::try_from(held) {
        Ok([only]) => only,
        Err(none) if none.is_empty() => return Err(which::unknown(&name).into()),
        Err(several) => {
            let names: Vec<Name> = several.into_iter().map(|(name, _)| name).collect();
            let why = format!("{name} has tokens in {} workspaces", names.len());
            return Err(which::ambiguous(&why, &names).into());
        }
    };
    let revoked = log.revoke_tokens(name_or_id, now).await?;
    log.close().await;
    let of = |token| Shown::of(token, &workspace, now);
    let shown: Vec<Shown> = revoked.iter().map(of).collect();
    say::either(&setup.global, &shown, || {
        let lines = shown.iter();
        let lines = lines.map(|token| format!("{} of {} is revoked", token.id, token.name));
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Ok)
}
