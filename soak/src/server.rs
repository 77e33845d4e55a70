//! A `partylined` that runs: started, looked at, killed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// How a server is started, each time anew.
#[derive(Clone, Debug)]
pub struct Program {
    /// `partylined`.
    pub path: PathBuf,
    /// Its flags, but for where it listens and keeps its log.
    pub flags: Vec<String>,
    /// Variables of its environment.
    pub variables: Vec<(String, String)>,
    /// Files that it may open, where that isn't what this program may.
    pub files: Option<u32>,
}

/// A server that runs. Dropped, it is killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// This program, told nothing.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), flags: Vec::new(), variables: Vec::new(), files: None }
    }

    /// The same with more flags.
    #[must_use]
    pub fn with(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
        self
    }

    /// The same with a variable in its environment.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a bound on the files that it may open, which it can't raise.
    #[must_use]
    pub fn with_files(mut self, files: u32) -> Self {
        self.files = Some(files);
        self
    }

    /// Starts it on a folder for its log. Port 0 takes a free one.
    ///
    /// # Errors
    /// Where it doesn't start: what it says about that is on stderr.
    pub async fn start(&self, folder: &Path, listen: SocketAddr) -> Result<Server> {
        let mut command = match self.files {
            None => Command::new(&self.path),
            Some(files) => {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(format!("ulimit -n {files} && exec \"$0\" \"$@\"")).arg(&self.path);
                shell
            }
        };
        command.arg("--listen").arg(listen.to_string()).arg("--data").arg(folder).args(&self.flags);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("starting {}", self.path.display()))?;
        let stdout = child.stdout.take().context("it has no stdout")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next_line().await?.context("the server ended instead of listening")?;
        let address = first.strip_prefix("listening on ").with_context(|| format!("it says {first:?}"))?;
        let address = address.parse()?;
        // Whoever writes into a pipe that nobody reads waits for ever.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Server { child, address })
    }
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// kill -9.
    ///
    /// # Errors
    /// Where the system doesn't.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// SIGTERM, and waits for its end.
    ///
    /// # Errors
    /// Where it doesn't end within 30 seconds.
    pub async fn terminate(mut self) -> Result<ExitStatus> {
        let pid = self.pid()?.to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await?;
        ensure!(sent.success(), "no signal was sent");
        match tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await {
            Ok(status) => Ok(status?),
            Err(_) => bail!("it did not end within 30 s of SIGTERM"),
        }
    }

    /// Its process.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Memory that it has resident, in bytes (`VmRSS` of proc(5)).
    ///
    /// # Errors
    /// Where there is no /proc, or the server has ended.
    pub fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024)
    }

    /// Time that it has spent on processors (`utime` and `stime` of proc(5), in hundredths of a second as Linux has
    /// them everywhere).
    ///
    /// # Errors
    /// As for [`Server::resident`].
    pub fn processor(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        // The name, in parentheses, may hold anything.
        let (_, rest) = stat.rsplit_once(')').context("no name in stat")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).context("no times in stat")?;
        Ok(Duration::from_millis((user + system) * 10))
    }
}
