//! All integration tests, in one binary: a module per subject.

mod connectors;
mod encoder;
mod probes;
mod rules;
mod store;
mod story;
mod terminal;
mod themes;
mod widgets;
