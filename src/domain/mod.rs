//! What an incident is, and what is owed while it lasts.
pub mod calendar;
pub mod channel;
pub mod downtime;
pub mod entry;
pub mod fact;
pub mod health;
pub mod located;
pub mod notice;
pub mod phase;
pub mod probe;
pub mod secret;
pub mod severity;
pub mod span;
pub mod text;
pub mod update;
