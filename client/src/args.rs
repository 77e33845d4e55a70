//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::raw::LineEnd;
use crate::{Address, Target};

/// Talk on a Partyline, to any other socket, or to a web server, from a terminal or a script.
#[derive(Clone, Debug, Parser)]
#[command(name = "partyline", version)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Chat, line by line. Without a terminal: say the lines of stdin, and leave after the last one
    #[command(after_help = CHAT_STATUS)]
    Chat(ChatArgs),
    /// Say one message, and exit with status 0 once it is on the server's disk
    #[command(after_help = SEND_STATUS)]
    Send(SendArgs),
    /// Ask a web server by hand, and print its answer as it was on the wire: start line, headers, body
    #[command(after_help = GET_STATUS)]
    Get(GetArgs),
}

const CHAT_STATUS: &str = "\
Exit status:
  0  all that was typed was said; with --raw: one of the two hung up in order
  1  something was refused or not said, the connection couldn't be made or broke, --timeout was over
  2  the command line makes no sense

With --raw, what comes is shown line by line, a line without an end after 100 ms of silence; escape sequences are \
taken out. The lines of a pipe that nothing ends each wait for an answer to the one before, for a second at most, so \
that they don't run into each other.";

const SEND_STATUS: &str = "\
Exit status:
  0  the message is on the server's disk; by datagram: the server said so; with --raw: something was answered
  1  it isn't known to be, and why is said; with --raw: nothing was answered, or the connection broke
  2  the command line makes no sense

With --raw, the answer is printed until the server closes, or has been silent for half a second after it said \
something; with --half-close until it closes. Escape sequences are taken out.

A datagram is said in the server's default room, and is sent once: after a silence nobody knows whether it came.";

const GET_STATUS: &str = "\
Exit status:
  0  the whole answer came, whatever its status code says
  1  it didn't, and why is said
  2  the command line makes no sense

Into a pipe or a file the answer goes byte by byte as it came, with the sizes of its chunks. On a terminal, escape \
sequences are taken out, and a body that isn't text is counted instead of shown. What isn't part of the answer goes to \
stderr.

Certificates are checked against the system's roots; SSL_CERT_FILE names a file of others.";

/// How to chat.
#[derive(Clone, Debug, clap::Args)]
pub struct ChatArgs {
    /// The server: HOST, HOST:PORT (an IPv6 address in brackets) or unix:PATH
    pub address: Address,
    /// What to be called
    #[arg(long, conflicts_with = "raw-mode")]
    pub nick: Option<String>,
    /// The room to enter; may be given more than once. Without it, the server's default room
    #[arg(long, conflicts_with = "raw-mode")]
    pub room: Vec<String>,
    /// Which bytes to say.
    #[command(flatten)]
    pub raw: RawArgs,
    /// With --raw: how many seconds to wait for the connection, for each answer, and after Ctrl-D for the end. Without
    /// it, as long as it takes
    #[arg(long, value_name = "SECS", value_parser = seconds, requires = "raw-mode")]
    pub timeout: Option<Duration>,
}

/// What to send.
#[derive(Clone, Debug, clap::Args)]
pub struct SendArgs {
    /// The server: HOST, HOST:PORT (an IPv6 address in brackets), unix:PATH, udp:HOST:PORT or unixgram:PATH
    pub address: Address,
    /// The message. Without it, or as "-", it is read from stdin, with its line breaks
    pub text: Vec<String>,
    /// The room; without it, the server's default room
    #[arg(long, conflicts_with = "raw-mode")]
    pub room: Option<String>,
    /// Be called this, and be somebody else than in `partyline chat`
    #[arg(long, conflicts_with = "raw-mode")]
    pub nick: Option<String>,
    /// Which bytes to send.
    #[command(flatten)]
    pub raw: RawArgs,
    /// With --raw: tell the server that nothing more comes, and wait until it closes
    #[arg(short = 'N', long, requires = "raw-mode")]
    pub half_close: bool,
    /// How many seconds to try
    #[arg(long, default_value = "10", value_name = "SECS", value_parser = seconds)]
    pub timeout: Duration,
}

/// Whether the server is a Partyline, or any socket.
#[derive(Clone, Copy, Debug, clap::Args)]
#[group(id = "raw-mode", multiple = true)]
pub struct RawArgs {
    /// Talk to any server, without a protocol: what is said goes out as it is, without a line break at its end
    #[arg(long)]
    pub raw: bool,
    /// --raw, with LF after each line
    #[arg(long, conflicts_with = "crlf")]
    pub lf: bool,
    /// --raw, with CR LF after each line
    #[arg(long)]
    pub crlf: bool,
}

impl RawArgs {
    /// What ends a line; `None` where the server is a Partyline.
    pub(crate) fn line_end(self) -> Option<LineEnd> {
        match self {
            Self { crlf: true, .. } => Some(LineEnd::CrLf),
            Self { lf: true, .. } => Some(LineEnd::Lf),
            Self { raw: true, .. } => Some(LineEnd::None),
            Self { .. } => None,
        }
    }
}

/// What to get.
#[derive(Clone, Debug, clap::Args)]
pub struct GetArgs {
    /// What to ask for.
    #[arg(help = "http://HOST/PATH or https://HOST/PATH; a port after the host is used")]
    pub url: Target,
    /// Show the request too, and name each part of the answer, on stderr
    #[arg(short, long)]
    pub verbose: bool,
    /// Ask for the head alone, with the method HEAD
    #[arg(long)]
    pub head: bool,
    /// Save the body to this file, without the sizes of its chunks; the head is printed all the same
    #[arg(short, long, value_name = "FILE", conflicts_with = "head")]
    pub output: Option<PathBuf>,
    /// Follow redirects, 10 at most, and print the last answer. Without it, a redirect is an answer like any other
    #[arg(short = 'L', long)]
    pub follow: bool,
    /// How many seconds to wait for the connection, and then each time for the next bytes
    #[arg(long, default_value = "30", value_name = "SECS", value_parser = seconds)]
    pub timeout: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "must be a number of seconds".to_owned())?;
    let positive = Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero());
    positive
        .filter(|duration| duration.as_secs() <= 86_400)
        .ok_or_else(|| "must be more than 0, and at most a day".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_timeout_is_a_reasonable_number_of_seconds() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["", "0", "-1", "x", "inf", "NaN", "1e99", "90000"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_ends_of_lines_go_with_raw_or_stand_for_it() {
        let end = |flags: &[&str]| {
            let parsed = Args::try_parse_from([&["partyline", "chat", "h"], flags].concat())?;
            let Command::Chat(args) = parsed.command else { panic!("chat is what was asked for") };
            Ok::<_, clap::Error>(args.raw.line_end())
        };
        assert_eq!(end(&[]).unwrap(), None);
        assert_eq!(end(&["--raw"]).unwrap(), Some(LineEnd::None));
        assert_eq!(end(&["--raw", "--lf"]).unwrap(), Some(LineEnd::Lf));
        assert_eq!(end(&["--crlf", "--timeout", "1"]).unwrap(), Some(LineEnd::CrLf));
        for wrong in [&["--lf", "--crlf"][..], &["--timeout", "1"], &["--raw", "--nick", "x"], &["--lf", "--room", "x"]]
        {
            assert!(end(wrong).is_err(), "{wrong:?}");
        }
    }
}
