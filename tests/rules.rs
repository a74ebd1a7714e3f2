//! The rules of the response process, each as a sentence that can fail. A test
//! carries the number of its rule.

mod adopted;
mod ahead;
mod always;
mod any;
mod apart;
mod close;
mod escalate;
mod external;
mod guard;
mod health;
mod phases;
mod policy;
mod reach;
mod resolve;
pub mod room;
mod severity;
mod time;
mod twice;
mod updates;
mod wanted;
