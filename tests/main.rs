//! All integration tests, in one binary: a module per subject.

#[cfg(test)]
mod store;
