//! The rules of the response process, each as a sentence that can fail. A test
//! carries the number of its rule.

mod always;
mod any;
mod close;
mod escalate;
mod external;
mod health;
mod phases;
mod policy;
mod reach;
mod resolve;
pub mod room;
mod severity;
mod time;
mod updates;
