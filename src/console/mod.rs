//! To be built: console.
