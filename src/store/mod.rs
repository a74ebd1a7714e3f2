//! To be built: store.
