//! What is on the screen and what a key does: values in, values out.

pub mod action;
pub mod app;
pub mod canvas;
pub mod capability;
pub mod composer;
pub mod edit;
pub mod format;
pub mod forms;
pub mod glyph;
pub mod keymap;
pub mod layout;
pub mod markdown;
pub mod msg;
pub mod pane;
pub mod sheet;
pub mod theme;
pub mod view;
pub mod wall;
pub mod widget;
