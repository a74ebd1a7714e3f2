//! The program: parse, install hooks, run, report. See the library for its floors.

use std::process::ExitCode;

use warroom::{cli, notify};

fn main() -> ExitCode {
    // Only a broken invariant panics; its report says where to look.
    color_eyre::config::HookBuilder::default()
        .theme(color_eyre::config::Theme::new())
        .install()
        .ok();
    notify::install_tls();
    cli::run(std::env::args_os()).into()
}
