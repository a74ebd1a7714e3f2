//! The screen: what stands where, at each size, and what no key can do.

mod bursts;
pub mod fixture;
mod properties;
mod snapshots;
mod walls;
