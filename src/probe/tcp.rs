//! Whether something accepts connections.

use std::time::Duration;

use super::{
    Shared,
    connect::HostPort,
    sight::{Saw, Sight},
};

#[derive(Debug)]
pub(super) struct Tcp {
    pub(super) address: HostPort,
    pub(super) limit: Duration,
    pub(super) shared: Shared,
}

impl Tcp {
    pub(super) async fn look(&self) -> Saw {
        self.address
            .open(self.shared.lookups(), self.limit)
            .await
            .map(|_| Sight::well("connected"))
    }
}
