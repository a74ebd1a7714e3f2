//! The edge of the shared backend: the real program, listening.

pub mod ask;
mod certs;
mod crowd;
mod health;
mod joined;
mod listen;
pub mod served;
mod signals;
pub mod systemd;
mod tokens;

use std::time::Duration;

/// How long a test waits for what must happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(30);
