//! Programs that carry what one types or pipes into them.

use std::net::SocketAddr;
use std::process::Command;

use crate::cell;
use crate::program::Program;
use crate::support::{Server, Socket};

pub(crate) const HEADING: &str = "\
| with | a line | without a newline | at a terminal |
|---|---|---|---|
";

/// A program, and what it is expected to be good for.
pub(crate) struct Talker {
    /// What the README calls it.
    name: &'static str,
    /// The command as the README shows it, with `HOST` and `19534` for the address. The test runs this one.
    command: &'static str,
    /// The program's name where several share the one that is shown.
    program: &'static str,
    /// Its input must stay open until the answer is there: it hangs up, or ends, with its input.
    stays_open: bool,
    /// How a person ends it at a terminal.
    leave: &'static [Leave],
    /// What it shows once it is connected, if anything. It may drop what is typed before.
    ready: &'static str,
}

/// What a person types to leave.
enum Leave {
    Quit,
    CtrlD,
}
use Leave::{CtrlD, Quit};

impl Leave {
    fn shown(&self) -> &'static str {
        match self {
            Quit => "`/quit`",
            CtrlD => "Ctrl-D",
        }
    }
}

const PLAIN: Talker = Talker { name: "", command: "", program: "", stays_open: false, leave: &[Quit], ready: "" };

/// All of them.
pub(crate) const TALKERS: [Talker; 6] = [
    Talker { name: "netcat (OpenBSD's)", command: "nc -N HOST 19534", program: "nc.openbsd", leave: &[CtrlD], ..PLAIN },
    // It doesn't close its half, and waits so many seconds for the answer.
    Talker { name: "netcat (traditional)", command: "nc -q 3 HOST 19534", program: "nc.traditional", ..PLAIN },
    Talker { name: "ncat", command: "ncat HOST 19534", leave: &[CtrlD], ..PLAIN },
    Talker { name: "socat", command: "socat -t 3 - TCP:HOST:19534", ..PLAIN },
    Talker {
        name: "telnet",
        command: "telnet HOST 19534",
        stays_open: true,
        ready: "Escape character is '^]'.",
        ..PLAIN
    },
    Talker {
        name: "bash alone",
        command: "exec 3<>/dev/tcp/HOST/19534; cat <&3 & cat >&3",
        stays_open: true,
        leave: &[Quit, CtrlD],
        ..PLAIN
    },
];

impl Talker {
    /// Its row of the table.
    pub(crate) fn row(&self) -> String {
        let kept = if self.stays_open { ", while its input stays open" } else { "" };
        let line = format!("said, and greeted{kept}");
        let no_newline = format!("said, with a receipt{kept}");
        let leave: Vec<_> = self.leave.iter().map(Leave::shown).collect();
        format!(
            "| {}: `{}` | {} | {} | {} |\n",
            self.name,
            self.command,
            cell(&line, || self.pipes("hello 你好 é\n", "-- Welcome to ")),
            cell(&no_newline, || self.pipes("hello 你好 é", "收到你的消息hello 你好 é")),
            cell(&format!("both ways; {} ends it", leave.join(", then ")), || self.talks()),
        )
    }

    fn command(&self, address: SocketAddr) -> String {
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let command = self.command.replace("HOST", &host).replace("19534", &port);
        if self.program.is_empty() { command } else { command.replacen("nc", self.program, 1) }
    }

    /// `echo … | program`: it is said, the program shows the answer, and ends.
    fn pipes(&self, text: &str, answer: &str) {
        let server = Server::start(&[]);
        let mut witness = Socket::json_in(server.address, "witness", "lobby");
        let mut program = Program::start(Command::new("bash").args(["-c", &self.command(server.address)]));
        program.write(text);
        if !self.stays_open {
            program.close_stdin();
        }
        assert_eq!(witness.event("message")["text"], "hello 你好 é", "{}", self.name);
        program.until(answer);
        if self.stays_open {
            program.close_stdin();
            // What bash leaves running ends with the connection.
            drop(server);
        }
        // Its exit status is its own affair: some of them call it an error to be hung up on.
        program.finish();
    }

    /// A person at a terminal: what others say comes in, what is typed goes out until they leave.
    fn talks(&self) {
        let server = Server::start(&[]);
        let mut ann = Socket::plain_in(server.address, "ann");
        // `script` is the terminal.
        let command = self.command(server.address);
        let mut program = Command::new("script");
        let mut program = Program::start(program.args(["-qec", &command, "/dev/null"]).env("SHELL", "/bin/bash"));
        if !self.ready.is_empty() {
            program.until(self.ready);
        }
        program.write("\n");
        program.until("-- This is lobby: 2 here");
        ann.send("welcome 你好 é\n");
        program.until("ann: welcome 你好 é\r\n");
        program.write("thanks 你好 é\n");
        assert!(ann.line_with("thanks").ends_with(": thanks 你好 é"), "{}", self.name);
        for leave in self.leave {
            match leave {
                Quit => {
                    program.write("/quit\n");
                    program.until("-- good-bye");
                }
                CtrlD => program.close_stdin(),
            }
        }
        program.finish();
        assert!(ann.line_with("left").starts_with("-- guest-"), "{}", self.name);
    }
}
