//! What is on the screen and what a key does: values in, values out.
pub mod action;
pub mod app;
pub mod capability;
pub mod composer;
pub mod edit;
pub mod forms;
pub mod keymap;
pub mod markdown;
pub mod msg;
pub mod sheet;
pub mod theme;
