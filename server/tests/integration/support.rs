//! A real `partylined`, and the sockets that the tests speak to it with.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

/// A read that takes longer than this has failed. It is no measure of speed: a loaded machine may be slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs, and is ended with the test.
pub(crate) struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// What it logs, where the test reads that.
    stderr: Option<BufReader<ChildStderr>>,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts one that keeps nothing, on a free port.
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self::on(&[&["--listen", "127.0.0.1:0", "--data", ":memory:"], flags].concat())
    }

    /// Starts one on a folder, so that it can come back.
    pub(crate) fn in_folder(folder: &Path, listen: &str, flags: &[&str]) -> Self {
        Self::on(&[&["--listen", listen, "--data", folder.to_str().unwrap()], flags].concat())
    }

    fn on(flags: &[&str]) -> Self {
        Self::spawn(&mut program(flags))
    }

    /// Starts one as the command says.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = child.stderr.take().map(BufReader::new);
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("it says where it listens");
        let address = address.parse().unwrap();
        Self { child, stdout, stderr, address }
    }

    /// Reads what it logs up to a line that holds `part`, and returns all of that. Its stderr must be piped.
    pub(crate) fn logged(&mut self, part: &str) -> String {
        let stderr = self.stderr.as_mut().expect("its stderr is piped");
        let (mut logged, mut before) = (String::new(), 0);
        while !logged[before..].contains(part) {
            before = logged.len();
            assert!(stderr.read_line(&mut logged).unwrap() > 0, "it ended without {part:?}:\n{logged}");
        }
        logged
    }

    /// Where else it listens, one after the other.
    pub(crate) fn listens_also(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned()
    }

    /// Connects a socket.
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

    /// Waits for its end; returns how, and what else it said on stdout.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `partylined` with flags, without whatever the environment says.
pub(crate) fn program(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_partylined"));
    command.args(flags).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// Runs it to its end, where it is expected to end by itself; returns the exit code, stdout and stderr.
pub(crate) fn run(flags: &[&str]) -> (Option<i32>, String, String) {
    let output = program(flags).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Sends a process a signal: "TERM".
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What a script has a socket of.
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn shut(&self) {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write).unwrap(),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write).unwrap(),
        }
    }

    fn set_read_timeout(&self, timeout: Duration) {
        match self {
            Self::Tcp(stream) => stream.set_read_timeout(Some(timeout)).unwrap(),
            Self::Unix(stream) => stream.set_read_timeout(Some(timeout)).unwrap(),
        }
    }

    fn set_nonblocking(&self, nonblocking: bool) {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(nonblocking).unwrap(),
            Self::Unix(stream) => stream.set_nonblocking(nonblocking).unwrap(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A stream socket, as a script has it.
pub(crate) struct Socket {
    reader: BufReader<Stream>,
}

impl Socket {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // What is sent in pieces arrives in pieces, as far as the system lets it.
        stream.set_nodelay(true).unwrap();
        Self { reader: BufReader::new(Stream::Tcp(stream)) }
    }

    /// The port that it was given.
    pub(crate) fn local_port(&self) -> u16 {
        match self.reader.get_ref() {
            Stream::Tcp(stream) => stream.local_addr().unwrap().port(),
            Stream::Unix(_) => panic!("a Unix socket has no port"),
        }
    }

    /// Connects to a Unix socket.
    pub(crate) fn unix(path: &Path) -> Self {
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { reader: BufReader::new(Stream::Unix(stream)) }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.reader.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// `false` where the connection is gone.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.reader.get_mut().write_all(bytes.as_ref()).is_ok()
    }

    /// One line, without its end; panics at the end of the stream.
    pub(crate) fn line(&mut self) -> String {
        self.try_line().expect("the connection has ended")
    }

    pub(crate) fn try_line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end_matches('\n').to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("no line came: {error}"),
        }
    }

    /// Reads lines up to one that holds `part`, and returns that.
    pub(crate) fn line_with(&mut self, part: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Sends a byte ten times a second, over and over, until the server has hung up; returns what it said.
    pub(crate) fn drip(mut self, byte: u8) -> String {
        self.reader.get_mut().set_read_timeout(Duration::from_millis(100));
        let mut said = Vec::new();
        loop {
            match self.reader.read_to_end(&mut said) {
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                    // Refused where the server has hung up meanwhile, which the next read says.
                    self.try_send([byte]);
                }
                // It was reset: the server had yet to read some of it.
                Ok(_) | Err(_) => return String::from_utf8_lossy(&said).into_owned(),
            }
        }
    }

    /// What comes until the server hangs up, without a word to it.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.reader.read_to_end(&mut rest) {
            Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("it doesn't hang up: {error}"),
            _ => rest,
        }
    }

    /// So many bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// One `recv(1024)`, as the tutorials do it.
    pub(crate) fn receive(&mut self) -> String {
        let mut bytes = [0; 1024];
        assert!(self.reader.buffer().is_empty(), "a line reader has read ahead");
        let len = self.reader.get_mut().read(&mut bytes).unwrap();
        String::from_utf8(bytes[..len].to_vec()).unwrap()
    }

    /// Says nothing more, and reads what comes to the end.
    pub(crate) fn finish(self) -> String {
        String::from_utf8(self.finish_bytes()).unwrap()
    }

    pub(crate) fn finish_bytes(mut self) -> Vec<u8> {
        self.reader.get_mut().shut();
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest).unwrap();
        rest
    }

    /// Whether nothing has come; what has is lost. Asked after an event that would have come later.
    pub(crate) fn is_silent(&mut self) -> bool {
        let stream = self.reader.get_mut();
        stream.set_nonblocking(true);
        let silent = matches!(stream.read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
        stream.set_nonblocking(false);
        silent && self.reader.buffer().is_empty()
    }

    pub(crate) fn send_json(&mut self, value: &Value) {
        self.send(format!("{value}\n"));
    }

    pub(crate) fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Reads objects up to one of this type, and returns that.
    pub(crate) fn event(&mut self, kind: &str) -> Value {
        loop {
            let value = self.json();
            if value["type"] == kind {
                return value;
            }
        }
    }

    /// A JSON client that has said hello and is in a room.
    pub(crate) fn json_in(address: SocketAddr, nick: &str, room: &str) -> Self {
        let mut socket = Self::connect(address);
        socket.send_json(&json!({"type": "hello", "nick": nick}));
        socket.send_json(&json!({"type": "join", "room": room}));
        socket.event("joined");
        socket
    }

    /// A plain client that has pressed Enter and been greeted.
    pub(crate) fn plain_in(address: SocketAddr, nick: &str) -> Self {
        let mut socket = Self::connect(address);
        socket.send(format!("/nick {nick}\n"));
        socket.line_with(&format!("is now called {nick}"));
        socket
    }
}

/// A WebSocket client that speaks JSON.
pub(crate) struct Web {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
}

impl Web {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let (socket, _) = tokio_tungstenite::tungstenite::connect(format!("ws://{address}/ws")).unwrap();
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        Self { socket }
    }

    pub(crate) fn join(address: SocketAddr, nick: &str, room: &str) -> Self {
        let mut web = Self::connect(address);
        web.send(&json!({"type": "hello", "nick": nick}));
        web.send(&json!({"type": "join", "room": room}));
        web.event("joined");
        web
    }

    pub(crate) fn send(&mut self, value: &Value) {
        self.send_raw(Message::text(value.to_string()));
    }

    /// Closes it, and returns whether the server answered that with a close of its own.
    pub(crate) fn close(mut self) -> bool {
        self.socket.close(None).unwrap();
        loop {
            match self.socket.read() {
                Ok(Message::Close(_)) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    pub(crate) fn send_raw(&mut self, message: Message) {
        self.socket.send(message).unwrap();
    }

    /// The next object; `None` at the end.
    pub(crate) fn try_json(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub(crate) fn event(&mut self, kind: &str) -> Value {
        loop {
            let value = self.try_json().expect("the connection has ended");
            if value["type"] == kind {
                return value;
            }
        }
    }
}

/// `say`, as JSON.
pub(crate) fn say(room: &str, text: &str, reference: &str) -> Value {
    json!({"type": "say", "room": room, "text": text, "ref": reference})
}
