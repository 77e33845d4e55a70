//! Who is connected, and who wasn't let in.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Label;

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// Nothing yet.
    Nothing,
    /// Plain text.
    Plain,
    /// JSON lines.
    Json,
    /// HTTP, until it becomes a WebSocket.
    Http,
    /// WebSocket.
    Ws,
}

/// Why a connection is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnedAway {
    /// Its address has as many as it may have.
    AddressFull,
    /// There are as many as there may be.
    Full,
    /// It said nothing, and was the oldest of too many such.
    SilentEvicted,
    /// It said nothing for too long.
    SilentTooLong,
    /// It speaks what the server doesn't.
    NotSpokenHere,
}

impl Speaks {
    const ALL: [Self; 5] = [Self::Nothing, Self::Plain, Self::Json, Self::Http, Self::Ws];

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "silent",
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Http => "http",
            Self::Ws => "ws",
        }
    }
}

impl TurnedAway {
    const ALL: [Self; 5] =
        [Self::AddressFull, Self::Full, Self::SilentEvicted, Self::SilentTooLong, Self::NotSpokenHere];

    fn name(self) -> &'static str {
        match self {
            Self::AddressFull => "address_full",
            Self::Full => "full",
            Self::SilentEvicted => "silent_evicted",
            Self::SilentTooLong => "silent_too_long",
            Self::NotSpokenHere => "not_spoken_here",
        }
    }
}

/// The connections.
#[derive(Debug)]
pub(crate) struct Connections {
    open: Family<Label, Gauge>,
    total: Family<Label, Counter>,
    turned_away: Family<Label, Counter>,
    /// Times that the system had nothing left to accept with.
    pub(crate) accept_failures: Counter,
}

/// An open connection, counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Connections {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let (open, total, turned_away) = (Family::default(), Family::default(), Family::default());
        let accept_failures = Counter::default();
        let all = "Connections that were accepted, by what they speak; each is silent first, a WebSocket HTTP next";
        registry.register("open_connections", "Open connections, by what they speak", open.clone());
        registry.register("connections", all, total.clone());
        registry.register("connections_turned_away", "Connections not served, by reason", turned_away.clone());
        registry.register("accept_failures", "Times that the system couldn't accept", accept_failures.clone());
        let connections = Self { open, total, turned_away, accept_failures };
        // What never happened is told as 0: a rate needs something to start from.
        for speaks in Speaks::ALL {
            connections.open.get_or_create(&[("dialect", speaks.name())]).set(0);
            connections.total.get_or_create(&[("dialect", speaks.name())]).inc_by(0);
        }
        for reason in TurnedAway::ALL {
            connections.turned_away.get_or_create(&[("reason", reason.name())]).inc_by(0);
        }
        connections
    }

    /// Counts one until what is returned is dropped.
    #[must_use]
    pub(crate) fn open(&self, speaks: Speaks) -> Open {
        let label = [("dialect", speaks.name())];
        self.total.get_or_create(&label).inc();
        let open = self.open.get_or_create_owned(&label);
        open.inc();
        Open(open)
    }

    /// Counts one that isn't served.
    pub(crate) fn turned_away(&self, reason: TurnedAway) {
        self.turned_away.get_or_create(&[("reason", reason.name())]).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_open_until_it_is_dropped_and_counted_for_ever() {
        let connections = Connections::register(&mut Registry::default());
        let label = [("dialect", "ws")];
        let open = [connections.open(Speaks::Ws), connections.open(Speaks::Ws)];
        assert_eq!(connections.open.get_or_create(&label).get(), 2);
        drop(open);
        assert_eq!(connections.open.get_or_create(&label).get(), 0);
        assert_eq!(connections.total.get_or_create(&label).get(), 2);
    }
}
