//! What the hub holds in memory, as it last said.

use partyline_hub::Load;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// What the hub holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct HubLoad {
    sessions: Gauge,
    members: Gauge,
    rooms: Gauge,
    appends: Gauge,
    reads: Gauge,
}

impl HubLoad {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let load = Self::default();
        for (name, help, gauge) in [
            ("sessions", "Sessions that the hub holds", &load.sessions),
            ("members", "Members with a session, or whose nick is kept", &load.members),
            ("rooms", "Rooms in memory", &load.rooms),
            ("appends_waiting", "Messages on their way to the log", &load.appends),
            ("reads_waiting", "Reads that the log hasn't answered", &load.reads),
        ] {
            registry.register(name, help, gauge.clone());
        }
        load
    }

    /// Says what is held now.
    pub(crate) fn set(&self, load: &Load) {
        let count = |count| i64::try_from(count).unwrap_or(i64::MAX);
        self.sessions.set(count(load.sessions));
        self.members.set(count(load.members));
        self.rooms.set(count(load.rooms));
        self.appends.set(count(load.appends));
        self.reads.set(count(load.reads));
    }
}
