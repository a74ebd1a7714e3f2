//! All integration tests, in one binary: a module per subject.

mod connectors;
mod encoder;
mod floors;
mod licences;
mod probes;
mod store;
mod terminal;
mod themes;
mod widgets;
