//! Who may be connected at the same time: so many in all, and so many from one
//! address, so that nobody keeps the others out.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// In all.
    pub all: usize,
    /// From one address; for IPv6, from one network of 64 bits.
    pub each: usize,
}

impl Default for Most {
    /// A thousand consoles may come through one proxy, and nobody can take
    /// more than half of what there is.
    fn default() -> Self {
        Self {
            all: 4_096,
            each: 2_048,
        }
    }
}

/// The seats there are.
#[derive(Debug)]
pub(super) struct Seats {
    most: Most,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// A seat that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    address: Option<IpAddr>,
}

impl Seats {
    pub(super) fn new(most: Most) -> Arc<Self> {
        Arc::new(Self {
            most,
            taken: Mutex::default(),
        })
    }

    /// A seat for somebody from there; `None` when there is none left.
    pub(super) fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Seat> {
        let address = address.map(network);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.most.all {
            return None;
        }
        if let Some(address) = address {
            let by = taken.by.entry(address).or_default();
            if *by >= self.most.each {
                return None;
            }
            *by += 1;
        }
        taken.all += 1;
        Some(Seat {
            seats: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let seats = &self.seats.taken;
        let mut taken = seats.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(address) = self.address
            && let Some(by) = taken.by.get_mut(&address)
        {
            *by -= 1;
            if *by == 0 {
                taken.by.remove(&address);
            }
        }
    }
}

/// One customer of a provider has a whole network of IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(seats: &Arc<Seats>, address: &str) -> Option<Seat> {
        seats.take(Some(address.parse().unwrap()))
    }

    #[test]
    fn one_address_can_not_take_every_seat() {
        let seats = Seats::new(Most { all: 4, each: 2 });

        let first = take(&seats, "192.0.2.1");
        let second = take(&seats, "192.0.2.1");

        assert!(first.is_some() && second.is_some());
        assert!(take(&seats, "192.0.2.1").is_none());
        assert!(take(&seats, "192.0.2.2").is_some());
    }

    #[test]
    fn a_seat_is_free_again_when_its_connection_ends() {
        let seats = Seats::new(Most { all: 1, each: 1 });
        let first = take(&seats, "192.0.2.1");
        assert!(seats.take(None).is_none());

        drop(first);

        assert!(seats.take(None).is_some());
        assert!(seats.taken.lock().unwrap().by.is_empty());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_and_an_old_address_in_new_clothes_as_itself() {
        let seats = Seats::new(Most { all: 9, each: 1 });
        let held = ["2001:db8::1", "192.0.2.1"].map(|one| take(&seats, one));

        assert!(held.iter().all(Option::is_some));
        assert!(take(&seats, "2001:db8::2").is_none());
        assert!(take(&seats, "2001:db8:0:1::1").is_some());
        assert!(take(&seats, "::ffff:192.0.2.1").is_none());
    }
}
