//! All integration tests, in one binary: a module per subject.
// `cfg(test)` is always true here; it tells clippy that helpers are tests too.

#[cfg(test)]
mod config;
#[cfg(test)]
mod connectors;
