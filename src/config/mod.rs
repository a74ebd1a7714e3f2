//! To be built: config.
