//! Servers as processes: started on the cores they may use, looked at, killed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::cores::Cores;

/// How long a server may take until it listens. A log of ten million messages may have to be opened first.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between two looks at whether something listens, or has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// What the two ways of counting processor time may differ by, because one is coarse.
const COARSE: Duration = Duration::from_millis(30);

/// Where and on what a server is to run.
#[derive(Debug)]
pub struct Launch {
    /// A folder for what it keeps and for its configuration.
    pub folder: PathBuf,
    /// The cores that it may use.
    pub cores: Cores,
}

/// A server that runs. Dropped, it is killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// From being started until it could be connected to.
    start_up: Duration,
}

impl Launch {
    /// A port that nobody listens at, for servers that can't choose one themselves and say which.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn free_port() -> Result<u16> {
        Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
    }

    /// Starts a program that says where it listens: the first line of its stdout that begins with `announces` has the address after it.
    ///
    /// # Errors
    /// Where it can't be started, or doesn't say it in a minute.
    pub fn announced(&self, command: &mut Command, announces: &'static str) -> Result<Server> {
        let started = Instant::now();
        let mut child = self.spawn(command.stdout(Stdio::piped()))?;
        let stdout = child.stdout.take().context("it has no stdout")?;
        let (tell, told) = mpsc::channel();
        // Goes on reading: whoever writes into a pipe that nobody reads waits for ever.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix(announces) {
                    // Nobody waits any more after the first.
                    let _ = tell.send(address.trim().to_owned());
                }
            }
        });
        // Made first, so that the child is killed where this fails.
        let mut server =
            Server { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), start_up: Duration::ZERO };
        let address = told.recv_timeout(PATIENCE).context("it didn't say that it listens")?;
        server.start_up = started.elapsed();
        server.address = address.parse().with_context(|| format!("it says that it listens at {address:?}"))?;
        Ok(server)
    }

    /// Starts a program that was told to listen at `port` of 127.0.0.1, and waits until it does. What it prints is dropped.
    ///
    /// # Errors
    /// Where it can't be started, or doesn't listen in a minute.
    pub fn at_port(&self, command: &mut Command, port: u16) -> Result<Server> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let started = Instant::now();
        let child = self.spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let mut server = Server { child, address, start_up: Duration::ZERO };
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("it ended with {status} instead of listening");
            }
            ensure!(started.elapsed() < PATIENCE, "it doesn't listen at {address}");
            thread::sleep(LOOK_AGAIN);
        }
        server.start_up = started.elapsed();
        Ok(server)
    }

    fn spawn(&self, command: &mut Command) -> Result<Child> {
        let name = command.get_program().to_owned();
        let spawn = || command.stdin(Stdio::null()).spawn();
        self.cores.lend(spawn)?.with_context(|| format!("starting {}", Path::new(&name).display()))
    }
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From being started until it could be connected to.
    pub fn start_up(&self) -> Duration {
        self.start_up
    }

    /// Ends it as whoever runs it would, so that it leaves its log in order.
    ///
    /// # Errors
    /// Where it doesn't end in a minute.
    pub fn end(mut self) -> Result<()> {
        let process = Pid::from_raw(i32::try_from(self.child.id())?).context("no process")?;
        kill_process(process, Signal::TERM)?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(asked.elapsed() < PATIENCE, "it didn't end when it was asked to");
            thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// Memory that it has resident, in bytes (`VmRSS` of proc(5)).
    ///
    /// # Errors
    /// Where there is no /proc, or the server has ended.
    pub fn resident(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS: it has ended")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024)
    }

    /// Time that it has spent on processors so far, user and system.
    ///
    /// # Errors
    /// As for [`Server::resident`].
    pub fn spent(&self) -> Result<Spent> {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()));
        let stat = fs::read_to_string(folder.join("stat"))?;
        let mut threads = 0;
        for thread in fs::read_dir(folder.join("task"))? {
            // A thread may end between the two.
            let Ok(line) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            let first = line.split_whitespace().next().context("an empty schedstat")?;
            threads += first.parse::<u64>()?;
        }
        ensure!(threads > 0, "no times in schedstat: the kernel is built without CONFIG_SCHED_INFO");
        Ok(Spent { threads: Duration::from_nanos(threads), process: in_stat(&stat).context("no times in stat")? })
    }
}

/// `utime` and `stime` of proc(5), which are hundredths of a second on Linux everywhere.
fn in_stat(stat: &str) -> Option<Duration> {
    // The name, in parentheses, may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 10))
}

/// What a process has spent on processors, as the system counts it in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Of the threads that there are (`schedstat`), to the nanosecond.
    threads: Duration,
    /// Of all that there ever were (`stat`), to a hundredth of a second.
    process: Duration,
}

impl Spent {
    /// What was spent since then: to the nanosecond, unless threads have ended meanwhile and took a part with them.
    pub fn since(self, before: Self) -> Duration {
        let threads = self.threads.saturating_sub(before.threads);
        let process = self.process.saturating_sub(before.process);
        if process > threads + COARSE { process } else { threads }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; its folder goes next, and nothing of it is needed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "42 (a) (b c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 9";
        assert_eq!(in_stat(stat), Some(Duration::from_secs(2)));
        assert_eq!(in_stat("42 (a) S 1 2"), None);
    }

    #[test]
    fn what_ended_threads_took_with_them_counts() {
        let spent = |threads, process| Spent {
            threads: Duration::from_millis(threads),
            process: Duration::from_millis(process),
        };
        assert_eq!(spent(1_234, 1_300).since(spent(1_000, 1_060)), Duration::from_millis(234));
        assert_eq!(spent(1_100, 1_500).since(spent(1_000, 1_000)), Duration::from_millis(500));
    }
}
