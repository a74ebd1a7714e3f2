//! Who may be connected at the same time: so many in all, and so many from one
//! address or of one user, so that nobody keeps the others out.

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
    /// From one address, and of one user of this host; for IPv6, from one
    /// network of 64 bits.
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

/// Who takes a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    /// Whoever comes from there: see [`Who::at`].
    Address(IpAddr),
    /// A user of this host, at a Unix socket.
    User(u32),
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
    by: HashMap<Who, usize>,
}

/// A seat that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    who: Option<Who>,
}

impl Seats {
    pub(super) fn new(most: Most) -> Arc<Self> {
        Arc::new(Self {
            most,
            taken: Mutex::default(),
        })
    }

    /// A seat for them; `None` when there is none left.
    pub(super) fn take(self: &Arc<Self>, who: Option<Who>) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.most.all {
            return None;
        }
        if let Some(who) = who {
            let by = taken.by.entry(who).or_default();
            if *by >= self.most.each {
                return None;
            }
            *by += 1;
        }
        taken.all += 1;
        Some(Seat {
            seats: Arc::clone(self),
            who,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let seats = &self.seats.taken;
        let mut taken = seats.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(who) = self.who
            && let Some(by) = taken.by.get_mut(&who)
        {
            *by -= 1;
            if *by == 0 {
                taken.by.remove(&who);
            }
        }
    }
}

impl Who {
    /// Whoever comes from `address`. One customer of a provider has a whole
    /// network of IPv6 addresses.
    pub(super) fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(seats: &Arc<Seats>, address: &str) -> Option<Seat> {
        seats.take(Some(Who::at(address.parse().unwrap())))
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
    fn one_user_of_this_host_can_not_take_every_seat() {
        let seats = Seats::new(Most { all: 2, each: 1 });

        let first = seats.take(Some(Who::User(1000)));

        assert!(first.is_some());
        assert!(seats.take(Some(Who::User(1000))).is_none());
        assert!(seats.take(Some(Who::User(1001))).is_some());
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
