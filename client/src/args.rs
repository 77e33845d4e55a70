//! The command line.

use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::Address;

/// Talk on a Partyline, from a terminal or a script.
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
    Chat(ChatArgs),
    /// Say one message, and exit with status 0 once it is on the server's disk
    Send(SendArgs),
}

/// How to chat.
#[derive(Clone, Debug, clap::Args)]
pub struct ChatArgs {
    /// The server: HOST or HOST:PORT, an IPv6 address in brackets
    pub host: Address,
    /// What to be called
    #[arg(long)]
    pub nick: Option<String>,
    /// The room to enter; may be given more than once. Without it, the server's default room
    #[arg(long)]
    pub room: Vec<String>,
}

/// What to send.
#[derive(Clone, Debug, clap::Args)]
pub struct SendArgs {
    /// The server: HOST or HOST:PORT, an IPv6 address in brackets
    pub host: Address,
    /// The message. Without it, or as "-", it is read from stdin, with its line breaks
    pub text: Vec<String>,
    /// The room; without it, the server's default room
    #[arg(long)]
    pub room: Option<String>,
    /// Be called this, and be somebody else than in `partyline chat`
    #[arg(long)]
    pub nick: Option<String>,
    /// How many seconds to try
    #[arg(long, default_value = "10", value_name = "SECS", value_parser = seconds)]
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
}
