//! warroom: an incident war room in the terminal.
//!
//! The library has floors, and `crate::x` only ever points down; a test keeps
//! them (`tests/floors.rs`).
//!
//! ```text
//! LOOPS              cli        one short function per command
//!                    console    the screen, the keys and the doors, in one loop;
//!                               and the wall, without a key
//!                    server     the same log for many, over HTTP
//!                    engine     does what is due, while it holds the log's lease
//!                    sync       a copy of the log and the shared backend
//!                    journal    from a wish to an entry on disk
//! DOORS              config · store · probe · notify · remote
//!                    one outside thing each; none knows another
//!                    clock and wire: the time, and the JSON of the HTTP API
//! COMPUTING FLOORS   ui         what is on the screen and what a key does
//!                    domain     what an incident is, and what is owed
//!                    values in, values out: no clock, no I/O, no tasks
//! ```
//!
//! The way of the data: a key becomes an [`ui::action::Action`], its form makes
//! a [`domain::incident::Command`], the board decides it into facts, the
//! journal makes entries of them, the store appends them, and only what comes
//! back from disk is folded and drawn. Deadlines are values that follow from
//! facts and policy ([`domain::duty::duties`]); the engine sleeps until the
//! soonest and records what it did.
//!
//! Six words, one meaning each: an *action* is what a key asks for, a *command*
//! may be refused, a *fact* is stored for ever, a *duty* is owed, a *message*
//! goes into [`ui::app::update`], an *effect* comes out of it.

pub mod domain;
pub mod ui;

pub mod clock;
pub mod config;
pub mod notify;
pub mod probe;
pub mod remote;
pub mod store;
pub mod tls;
pub mod wire;

pub mod cli;
pub mod console;
pub mod engine;
pub mod journal;
pub mod server;
pub mod sync;
