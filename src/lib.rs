//! warroom: an incident war room in the terminal.

pub mod domain;
pub mod ui;

pub mod clock;
pub mod config;
pub mod notify;
pub mod probe;
pub mod store;

pub mod cli;
pub mod console;
pub mod engine;
pub mod journal;
