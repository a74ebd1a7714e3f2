//! The screen: what stands where, at each size, and what no key can do.

mod alarms;
mod apart;
mod bursts;
mod covered;
mod elsewhere;
mod ended;
pub mod fixture;
mod footers;
mod hung;
mod latest;
mod outside;
mod owed;
mod properties;
mod reading;
mod rows;
mod sealed;
mod sent;
mod sides;
mod snapshots;
mod states;
mod touch;
mod turns;
mod vantages;
mod walls;
mod watched;
