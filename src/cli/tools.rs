//! What a packager installs beside the program; and mending a terminal.

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
};

use clap::{Args, ValueEnum};
use color_eyre::eyre::WrapErr as _;

use super::{
    command,
    failure::{Exit, Failure},
    say,
};
use crate::console::terminal;

/// Print completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom completions bash > ~/.local/share/bash-completion/completions/warroom
  warroom completions zsh > ~/.zfunc/_warroom
  warroom completions fish > ~/.config/fish/completions/warroom.fish")]
pub struct Completions {
    /// Which
    pub shell: Shell,
}

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

/// Print the manual page, or write one for each command.
#[derive(Debug, Args)]
pub struct Man {
    /// A folder to write them all to
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// Mends the terminal that it is run in.
///
/// # Errors
///
/// Where there is none, or it does not take its modes back.
pub fn reset() -> color_eyre::Result<Exit> {
    if !io::stdin().is_terminal() {
        let text = "standard input is no terminal: run this in the one that is to be mended";
        return Err(Failure::refused(text).into());
    }
    terminal::reset().wrap_err("mending the terminal")?;
    Ok(Exit::Ok)
}

impl Completions {
    /// Prints them.
    ///
    /// # Errors
    ///
    /// When stdout can't be written.
    pub fn run(&self) -> color_eyre::Result<Exit> {
        let shell = match self.shell {
            Shell::Bash => clap_complete::Shell::Bash,
            Shell::Zsh => clap_complete::Shell::Zsh,
            Shell::Fish => clap_complete::Shell::Fish,
        };
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut command(), "warroom", &mut text);
        say::data(&String::from_utf8_lossy(&text))?;
        Ok(Exit::Ok)
    }
}

impl Man {
    /// Prints it, or writes them.
    ///
    /// # Errors
    ///
    /// When the folder or stdout can't be written.
    pub fn run(&self) -> color_eyre::Result<Exit> {
        if let Some(folder) = &self.to {
            let doing = || format!("writing manual pages to {}", folder.display());
            std::fs::create_dir_all(folder).wrap_err_with(doing)?;
            clap_mangen::generate_to(command(), folder).wrap_err_with(doing)?;
            return Ok(Exit::Ok);
        }
        let mut text = Vec::new();
        clap_mangen::Man::new(command())
            .render(&mut text)
            .wrap_err("making the manual page")?;
        say::data(&String::from_utf8_lossy(&text))?;
        Ok(Exit::Ok)
    }
}
