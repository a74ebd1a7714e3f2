//! To be built: cli.
