//! A machine with one disk: the folder that the shim watches, and the servers that run on it one after the other.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::channel;

use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use crate::image::{Disk, Fate};
use crate::journal;
use crate::support::{PATIENCE, Socket, program, signal};

/// When the power fails: in place of the so manieth change or fsync.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// The only file that counts; `None` for all of them.
    pub(crate) file: Option<&'static str>,
    /// Only fsyncs count.
    pub(crate) syncs: bool,
    /// From 1.
    pub(crate) number: usize,
}

/// The shim, compiled once. A machine that builds the workspace has a C compiler: SQLite needs it.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/disk/shim.c");
        // Another run of the tests may be loading it just now: it gets its name when it is complete.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let new = folder.path().join("shim.so");
        let flags = ["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"];
        let status = Command::new("cc").args(flags).args([new.as_os_str(), source.as_ref()]).arg("-ldl").status();
        assert!(status.expect("cc runs").success(), "the shim can't be compiled");
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-shim.so");
        fs::rename(new, &kept).unwrap();
        kept
    })
}

/// Whether a process ended as one that loses its power does here.
pub(crate) fn was_cut(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}

/// The machine. Its disk is new, and empty.
pub(crate) struct Machine {
    folder: TempDir,
    gate: UnixListener,
    disk: Disk,
    starts: usize,
    /// Changes that were made to the database itself, not to its write-ahead log.
    pub(crate) checkpointed: usize,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("disk")).unwrap();
        let gate = UnixListener::bind(folder.path().join("gate")).unwrap();
        let machine = Self { folder, gate, disk: Disk::default(), starts: 0, checkpointed: 0 };
        machine.turns("well");
        machine
    }

    /// What the disk does from now on: `well`, `full`, `read-only`, `failing` (its fsync) or `held` (its fsync
    /// waits); followed by a file's name where it is about that one alone.
    pub(crate) fn turns(&self, how: &str) {
        // Under its name at once, with all of it: it is read at each call.
        let (new, control) = (self.folder.path().join("control.new"), self.folder.path().join("control"));
        fs::write(&new, how).unwrap();
        fs::rename(new, control).unwrap();
    }

    /// The data folder of the servers. The first one makes it.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("disk/data")
    }

    /// Starts a server; `None` where the power failed before it listened. It listens or is cut off: it never refuses.
    pub(crate) fn start_until(&mut self, cut: Option<Cut>, flags: &[&str]) -> Option<Server> {
        let child = self.spawn(cut, flags).spawn().unwrap();
        let started = Server::of(child, self.errors());
        assert!(self.journal().exists(), "LD_PRELOAD has no effect on this server: nothing was tested");
        match started {
            Ok(server) => Some(server),
            Err(status) if cut.is_some() && was_cut(status) => None,
            Err(status) => panic!("it doesn't start: {status}, {}", fs::read_to_string(self.errors()).unwrap()),
        }
    }

    /// Starts a server that nothing happens to.
    pub(crate) fn start(&mut self, flags: &[&str]) -> Server {
        self.start_until(None, flags).unwrap()
    }

    /// Starts a server that is expected to refuse; returns its exit code and what it says.
    pub(crate) fn refused(&mut self) -> (Option<i32>, String) {
        let mut child = self.spawn(None, &[]).spawn().unwrap();
        let status = child.wait().unwrap();
        (status.code(), fs::read_to_string(self.errors()).unwrap())
    }

    /// Reads what the server that has ended did to the disk, and holds it against what is there.
    pub(crate) fn take_stock(&mut self, rng: &mut ChaCha8Rng) {
        let notes = journal::read(&self.journal());
        self.checkpointed += self.disk.replay(&notes, "data/partyline.db", rng);
        self.disk.compare(&self.folder.path().join("disk"));
    }

    /// The power fails, or has failed: the disk is what it may have become. The server is gone already.
    pub(crate) fn lose_power(&mut self, fate: Fate, rng: &mut ChaCha8Rng) {
        self.take_stock(rng);
        let folder = self.folder.path().join("disk");
        fs::remove_dir_all(&folder).unwrap();
        self.disk = self.disk.after_cut(fate, rng);
        self.disk.write_to(&folder);
    }

    /// Waits until an fsync waits at the gate.
    pub(crate) fn held(&self) -> Held {
        let (gate, (arrived, arrival)) = (self.gate.try_clone().unwrap(), channel());
        std::thread::spawn(move || arrived.send(gate.accept()));
        let (stream, _) = arrival.recv_timeout(PATIENCE).expect("there is an fsync").unwrap();
        let mut reader = BufReader::new(stream);
        let mut file = String::new();
        reader.read_line(&mut file).unwrap();
        Held { file: file.trim().to_owned(), stream: reader.into_inner() }
    }

    fn spawn(&mut self, cut: Option<Cut>, flags: &[&str]) -> Command {
        self.starts += 1;
        let mut command = program(&["--listen", "127.0.0.1:0", "--data", self.data().to_str().unwrap()]);
        command.args(flags).stdout(Stdio::piped()).stderr(fs::File::create(self.errors()).unwrap());
        command.env("LD_PRELOAD", shim()).env("DISK_FOLDER", self.folder.path().join("disk"));
        command.env("DISK_JOURNAL", self.journal()).env("DISK_CONTROL", self.folder.path().join("control"));
        command.env("DISK_GATE", self.folder.path().join("gate"));
        if let Some(Cut { file, syncs, number }) = cut {
            let kind = if syncs { "sync" } else { "any" };
            command.env("DISK_CUT", format!("{kind} {} {number}", file.unwrap_or_default()));
        }
        command
    }

    /// Each server keeps its own.
    fn journal(&self) -> PathBuf {
        self.folder.path().join(format!("journal-{}", self.starts))
    }

    fn errors(&self) -> PathBuf {
        self.folder.path().join(format!("errors-{}", self.starts))
    }
}

/// An fsync that waits. It goes on when this is dropped.
pub(crate) struct Held {
    /// What it is about.
    pub(crate) file: String,
    stream: UnixStream,
}

impl Held {
    /// It goes on.
    pub(crate) fn release(mut self) {
        self.stream.write_all(b"g").unwrap();
    }
}

/// A server that runs, or has been ended by a cut.
pub(crate) struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    errors: PathBuf,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Where it ends before it listens: how.
    fn of(mut child: Child, errors: PathBuf) -> Result<Self, ExitStatus> {
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some(address) = line.trim().strip_prefix("listening on ") else {
            return Err(child.wait().unwrap());
        };
        let address = address.parse().unwrap();
        Ok(Self { child, stdout, errors, address })
    }

    /// A socket of a test that nobody cuts off.
    pub(crate) fn connect(&self) -> Socket {
        Socket::connect(self.address)
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        signal(&self.child, "TERM");
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap()
    }

    /// What it has said on stderr so far.
    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server said:\n{}", fs::read_to_string(&self.errors).unwrap_or_default());
        }
    }
}

/// A stream to a server that may be gone at any moment.
pub(crate) fn connect(address: SocketAddr) -> Option<BufReader<std::net::TcpStream>> {
    let stream = std::net::TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    Some(BufReader::new(stream))
}
