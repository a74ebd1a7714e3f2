//! To be built: notify.
