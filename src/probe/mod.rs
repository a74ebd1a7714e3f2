//! To be built: probe.
