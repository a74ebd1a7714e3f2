//! What is on the screen and what a key does: values in, values out.
pub mod theme;
