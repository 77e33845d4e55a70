//! The Partyline server: sockets, the page, the log.
//!
//! [`Server::start`] binds and serves in the background; [`Server::stop`] ends it in good order. Everything that
//! waits for the world is here: the hub, which decides, knows no socket, and this crate decides nothing.

mod addresses;
mod config;
mod connection;
mod delivery;
mod descriptors;
#[cfg(feature = "test-build")]
mod faults;
mod hub_task;
mod link;
mod listen;
mod log;
mod meter;
mod metered;
mod metrics;
mod outbox;
mod panics;
mod silence;
mod socket;
mod stderr_log;
mod tools;
mod transport;
mod welcome;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;

use partyline_hub::Hub;
use partyline_shared::{Bye, ByeReason};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use config::{Asked, Bounds, Config, ConfigError, LogFormat, Secret};
pub use descriptors::raise_open_files;
pub use listen::{Address, ListenError, Listening};
pub use log::{Durability, ImportError, Keep, OpenError, Place};
pub use meter::Pace;
pub use panics::log_panics;
pub use stderr_log::start_log;
pub use tools::{Tool, ToolError};
pub use welcome::where_to_go;

use addresses::Addresses;
use connection::Shared;
use delivery::Delivery;
use hub_task::{Clock, HubHandle};
use listen::Listener;
use log::{Log, LogSettings};
use metrics::Metrics;
use silence::Silence;
use transport::datagrams;
use transport::http::Site;

/// How long a write may find the database locked by somebody else.
const BUSY_TIMEOUT_MS: u64 = 2000;

/// Messages written with one commit at most.
const COMMIT_BATCH: usize = 1024;

/// How often what isn't to be kept is removed.
const TRIM_EVERY: Duration = Duration::from_mins(1);

/// When clients are told to come back after a stop.
const RETURN_AFTER_MS: u64 = 2000;

/// Why a server doesn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address can't be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The log can't be opened.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// The system doesn't give what the hub runs on.
    #[error("the hub can't be started: {0}")]
    Hub(std::io::Error),
}

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    listening: Vec<Listening>,
    hub: HubHandle,
    /// Its end; an error where that was a panic.
    hub_task: oneshot::Receiver<()>,
    hub_stopped: CancellationToken,
    stopping: CancellationToken,
    tasks: TaskTracker,
    stop_within: Duration,
}

impl Server {
    /// Opens the log, binds every address, and serves.
    ///
    /// # Errors
    /// [`StartError`] says what to do. Nothing is left running.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        // Addresses first: a second server started by mistake says so, and leaves the log alone.
        let mut listeners = Vec::new();
        for address in &config.listen {
            listeners.push(Listener::bind(address, config.unix_mode, config.bounds.ping_after).await?);
        }
        let Config { bounds, mut hub, .. } = config;
        let clock = Clock::start();
        let metrics = Arc::new(Metrics::new());
        let (handle, queue) = hub_task::channel(bounds.queue_bytes, Arc::clone(&metrics));
        let answers = handle.clone();
        let settings = LogSettings {
            place: config.place,
            durability: config.durability,
            queue: config.log_queue,
            batch: COMMIT_BATCH,
            busy_timeout_ms: BUSY_TIMEOUT_MS,
            keep: config.keep,
            trim_every: TRIM_EVERY,
            metrics: metrics.log.clone(),
        };
        let log = Log::open(settings, move || clock.now(), move |inputs| answers.log_answered(inputs))?;
        hub.epoch = log.epoch().clone();
        let (default_room, limits) = (hub.default_room.clone(), hub.limits.clone());
        let hub_stopped = CancellationToken::new();
        let stopped = hub_stopped.clone().cancelled_owned();
        let runtime = Builder::new_current_thread().enable_time().build().map_err(StartError::Hub)?;
        let delivery = Delivery::start(&metrics.deliveries, &metrics.refusals).map_err(StartError::Hub)?;
        let running = hub_task::run(Hub::new(hub), log, delivery, clock, queue, stopped, Arc::clone(&metrics));
        // A thread of its own: among thousands of connections that all have something to do at once it would have to wait
        // for its turn, and everybody for it, twice a message.
        let (ended, hub_task) = oneshot::channel();
        let run = move || {
            runtime.block_on(running);
            // Whoever is stopping the server may have given up waiting.
            let _ = ended.send(());
        };
        // Not one of the runtime's own, which waits for those at its end: a second signal ends the process at once.
        thread::Builder::new().name("hub".to_owned()).spawn(run).map_err(StartError::Hub)?;

        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        let router = transport::http::router(Site {
            hub: handle.clone(),
            json_bytes: bounds.json_bytes,
            ping_after: bounds.ping_after,
            allow_origin: config.allow_origin,
            allow_host: config.allow_host,
            metrics: Arc::clone(&metrics),
            metrics_token: config.metrics_token,
            stopping: stopping.clone(),
            sockets: tasks.clone(),
        });
        let addresses = Addresses::new(bounds.per_address);
        let places = Arc::new(Semaphore::new(bounds.connections));
        let stop_within = bounds.stop_within;
        let silence = Silence::new(bounds.silent);
        let shared = Shared {
            hub: handle.clone(),
            router,
            bounds,
            default_room,
            silence,
            stopping: stopping.clone(),
            metrics,
            tasks: tasks.clone(),
            last: AtomicU64::new(0),
        };
        let shared = Arc::new(shared);
        let mut listening = Vec::new();
        for listener in listeners {
            listening.extend(listener.listening());
            let (shared, addresses, places) = (Arc::clone(&shared), Arc::clone(&addresses), Arc::clone(&places));
            match listener {
                Listener::Streams(listener) => {
                    tasks.spawn(listen::accept(listener, shared, addresses, places));
                }
                Listener::Datagrams(datagrams) => {
                    tasks.spawn(datagrams::serve(datagrams, shared, clock, limits.clone()));
                }
            }
        }
        Ok(Self { listening, hub: handle, hub_task, hub_stopped, stopping, tasks, stop_within })
    }

    /// Where it listens, with the real ports.
    pub fn listening(&self) -> &[Listening] {
        &self.listening
    }

    /// Waits until it has failed: without its hub it serves nobody, and whoever supervises it should know.
    ///
    /// After this has returned, there is nothing left to [`Server::stop`] in good order.
    pub async fn failed(&mut self) {
        if (&mut self.hub_task).await.is_err() {
            say_hub_panicked();
        }
    }

    /// Ends it: no connection is accepted any more, everybody is told good-bye and given time to take it in, and
    /// the log is closed with everything in it.
    pub async fn stop(self) {
        self.stopping.cancel();
        let text = "the server stops; if it comes back, so can you".to_owned();
        self.hub.stop(Bye { reason: ByeReason::Shutdown, text, return_after_ms: Some(RETURN_AFTER_MS) }).await;
        self.tasks.close();
        if tokio::time::timeout(self.stop_within, self.tasks.wait()).await.is_err() {
            tracing::info!(connections = self.tasks.len(), "not everybody took the good-bye in");
        }
        self.hub_stopped.cancel();
        if self.hub_task.await.is_err() {
            say_hub_panicked();
        }
    }
}

/// Where it did was logged when it did ([`log_panics`]). What the task's end says isn't: it may quote what people said.
fn say_hub_panicked() {
    tracing::error!("the hub ended badly");
}
