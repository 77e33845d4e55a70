//! The thread that floods, in turns.

use std::fs;
use std::future::Future;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};
use tokio::runtime;
use tokio::sync::watch;

use super::Target;

/// Does its worst until it is dropped, with everything that it has opened.
pub(super) type Attack = fn(Target) -> Pin<Box<dyn Future<Output = Result<()>> + Send>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Pause,
    Flood,
    Over,
}

/// Somebody who floods.
#[derive(Debug)]
pub(super) struct Attacker {
    phase: watch::Sender<Phase>,
    thread: JoinHandle<Result<()>>,
}

impl Attacker {
    /// Waits for its turn.
    pub(super) fn start(target: Target, attack: Attack) -> Result<Self> {
        let (phase, turn) = watch::channel(Phase::Pause);
        let thread = thread::Builder::new().name("attacker".to_owned()).spawn(move || {
            step_back();
            runtime::Builder::new_current_thread().enable_all().build()?.block_on(take_turns(target, attack, turn))
        })?;
        Ok(Self { phase, thread })
    }

    /// Begins, all over again.
    pub(super) fn begin(&self) {
        self.phase.send_replace(Phase::Flood);
    }

    /// Leaves off.
    pub(super) fn pause(&self) {
        self.phase.send_replace(Phase::Pause);
    }

    /// Ends.
    ///
    /// # Errors
    /// Where the flood couldn't go on.
    pub(super) fn end(self) -> Result<()> {
        self.phase.send_replace(Phase::Over);
        self.thread.join().map_err(|_| anyhow!("the attacker panicked"))?
    }
}

async fn take_turns(target: Target, attack: Attack, mut turn: watch::Receiver<Phase>) -> Result<()> {
    loop {
        match *turn.wait_for(|phase| *phase != Phase::Pause).await? {
            Phase::Over => return Ok(()),
            Phase::Flood | Phase::Pause => {}
        }
        tokio::select! {
            ended = attack(target.clone()) => ended?,
            _ = turn.wait_for(|phase| *phase != Phase::Flood) => {}
        }
    }
}

/// Takes the lowest priority for this thread, where the system has a way: a real flood comes from other processors.
fn step_back() {
    let Ok(task) = fs::read_link("/proc/thread-self") else { return };
    let Some(id) = task.file_name() else { return };
    let mut renice = Command::new("renice");
    // Where there is no such program, the figures are a little worse for it.
    let _ = renice.args(["-n", "19", "-p"]).arg(id).stdout(Stdio::null()).stderr(Stdio::null()).status();
}
