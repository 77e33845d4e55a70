//! What a server is put through, one scenario a module.

mod acknowledgements;
mod descriptors;
pub mod drops;
pub mod ending;
mod floods;
pub mod kills;
mod mixed;
mod restart;
mod stalled;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Result;

use crate::report::Report;

/// What a scenario is given.
#[derive(Clone, Debug)]
pub struct Context {
    /// `partylined`.
    pub program: PathBuf,
    /// How long it should take, about. A scenario that has a number to reach takes as long as that does.
    pub time: Duration,
    /// What its chances are drawn from.
    pub seed: u64,
}

/// A scenario that goes on.
pub type Running = Pin<Box<dyn Future<Output = Result<Report>>>>;

/// A scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What holds if it passes.
    pub shows: &'static str,
    /// Does it.
    pub run: fn(Context) -> Running,
}

/// All of them, in the order they are run in.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "acknowledgements",
        shows: "how many messages a second are acknowledged, and how soon, for each durability and number of writers",
        run: |context| Box::pin(acknowledgements::run(context)),
    },
    Scenario {
        name: "kills",
        shows: "kill -9 a hundred times under load: nothing acknowledged is lost, doubled, moved, or shown and then gone",
        run: |context| Box::pin(kills::run(context)),
    },
    Scenario {
        name: "ending",
        shows: "SIGTERM under load: the same, and everybody is told why and when to come back",
        run: |context| Box::pin(ending::run(context)),
    },
    Scenario {
        name: "drops",
        shows: "connections that break in every way: no gap, nothing twice; half-open ones are noticed within 45 s",
        run: |context| Box::pin(drops::run(context)),
    },
    Scenario {
        name: "stalled",
        shows: "a reader that stops reading costs the others nothing, and itself its connection but no message",
        run: |context| Box::pin(stalled::run(context)),
    },
    Scenario {
        name: "stalled-crowd",
        shows: "a thousand readers that stop reading cost a bounded memory, which is given back",
        run: |context| Box::pin(stalled::crowd::run(context)),
    },
    Scenario {
        name: "flood-silence",
        shows: "ten thousand silent connections: the oldest are dropped, the others don't notice",
        run: |context| Box::pin(floods::silence::run(context)),
    },
    Scenario {
        name: "flood-slow",
        shows: "slowloris on HTTP, on the WebSocket handshake and on lines: cut off, and nobody else notices",
        run: |context| Box::pin(floods::slow::run(context)),
    },
    Scenario {
        name: "flood-address",
        shows: "one address that opens a thousand connections gets as many as it may have",
        run: |context| Box::pin(floods::address::run(context)),
    },
    Scenario {
        name: "flood-speech",
        shows: "one member that says a thousand messages a second is refused most of them, and nobody else notices",
        run: |context| Box::pin(floods::speech::run(context)),
    },
    Scenario {
        name: "flood-rooms",
        shows: "a hundred thousand joins of new rooms: most are refused, and nobody else notices",
        run: |context| Box::pin(floods::rooms::run(context)),
    },
    Scenario {
        name: "flood-nicks",
        shows: "other nicks and typing in a loop: most are refused, and nobody in another room notices",
        run: |context| Box::pin(floods::requests::nicks(context)),
    },
    Scenario {
        name: "flood-history",
        shows: "history asked for in a loop: most is refused, and nobody else notices",
        run: |context| Box::pin(floods::requests::history(context)),
    },
    Scenario {
        name: "flood-fragments",
        shows: "messages of twenty thousand fragments of a byte each: nobody else notices",
        run: |context| Box::pin(floods::frames::fragments(context)),
    },
    Scenario {
        name: "flood-pings",
        shows: "WebSocket pings in a loop: nobody else notices",
        run: |context| Box::pin(floods::frames::pings(context)),
    },
    Scenario {
        name: "flood-garbage",
        shows: "what isn't JSON in a loop, answers unread: memory is bounded, and nobody else notices",
        run: |context| Box::pin(floods::garbage::run(context)),
    },
    Scenario {
        name: "flood-datagrams",
        shows: "datagrams in a loop: most are refused, and nobody else notices",
        run: |context| Box::pin(floods::datagrams::run(context)),
    },
    Scenario {
        name: "restart",
        shows: "a restart under a thousand clients is one short \"reconnecting\" to each of them, spread over time, without a gap",
        run: |context| Box::pin(restart::run(context)),
    },
    Scenario {
        name: "descriptors",
        shows: "a server that can open no more files serves whom it has, and lets others in once there is room",
        run: |context| Box::pin(descriptors::run(context)),
    },
    Scenario {
        name: "mixed",
        shows: "people of all dialects who come, talk and go are refused nothing, and the server doesn't grow",
        run: |context| Box::pin(mixed::run(context)),
    },
];
