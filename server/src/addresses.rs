//! How many connections each address has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

/// Connections by where they come from. An IPv6 client owns at least its /64, so that counts as one address.
#[derive(Debug)]
pub(crate) struct Addresses {
    counts: Mutex<HashMap<IpAddr, usize>>,
    max: usize,
}

/// One connection, counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    addresses: Arc<Addresses>,
    address: Option<IpAddr>,
}

/// What a connection is counted under, until it is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    _counted: Counted,
    _place: OwnedSemaphorePermit,
}

impl Admitted {
    /// Under its address, and among all.
    pub(crate) fn new(counted: Counted, place: OwnedSemaphorePermit) -> Self {
        Self { _counted: counted, _place: place }
    }

    /// For a stream that came from nowhere.
    #[cfg(test)]
    pub(crate) fn for_test() -> Self {
        let place = Arc::new(tokio::sync::Semaphore::new(1)).try_acquire_owned().unwrap();
        Self::new(Addresses::new(1).count(None).unwrap(), place)
    }
}

impl Addresses {
    /// So many connections an address.
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { counts: Mutex::default(), max })
    }

    /// Counts a connection; `None` where its address has as many as it may. Loopback is exempt, and what has no
    /// address (a Unix socket): there a proxy stands for everybody, and whoever is on this machine has better ways to
    /// do harm.
    pub(crate) fn count(self: &Arc<Self>, from: Option<IpAddr>) -> Option<Counted> {
        let from = from.map(|from| from.to_canonical()).filter(|from| !from.is_loopback());
        let Some(address) = from.map(network) else {
            return Some(Counted { addresses: Arc::clone(self), address: None });
        };
        let mut counts = self.counts();
        let count = counts.entry(address).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Counted { addresses: Arc::clone(self), address: Some(address) })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Nothing awaits under it, and what a panic leaves is whole.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut counts = self.addresses.counts();
        if let Some(count) = counts.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&address);
            }
        }
    }
}

/// What counts as one address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_bounded_and_loopback_is_not() {
        let addresses = Addresses::new(2);
        let ip = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        let first = addresses.count(ip("192.0.2.1")).unwrap();
        let _second = addresses.count(ip("::ffff:192.0.2.1")).unwrap();
        assert!(addresses.count(ip("192.0.2.1")).is_none());
        assert!(addresses.count(ip("192.0.2.2")).is_some());
        drop(first);
        assert!(addresses.count(ip("192.0.2.1")).is_some(), "whoever leaves makes room");
        let _six = [addresses.count(ip("2001:db8::1")).unwrap(), addresses.count(ip("2001:db8::2")).unwrap()];
        assert!(addresses.count(ip("2001:db8::3")).is_none(), "one /64 is one address");
        let many: Vec<_> = (0..100).map(|_| [addresses.count(ip("127.0.0.1")), addresses.count(None)]).collect();
        assert!(many.iter().flatten().all(Option::is_some));
        drop(many);
    }
}
