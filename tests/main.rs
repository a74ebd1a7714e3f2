//! All integration tests, in one binary: a module per subject.

#[cfg(test)]
mod app;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod config;
#[cfg(test)]
mod connectors;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod encoder;
#[cfg(test)]
#[macro_use]
mod faults;
#[cfg(test)]
mod floors;
#[cfg(test)]
mod licences;
#[cfg(test)]
mod probes;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod server;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod store;
#[cfg(test)]
mod story;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod themes;
#[cfg(test)]
mod widgets;
