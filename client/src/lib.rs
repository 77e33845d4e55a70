//! The native client of Partyline: `partyline chat` for people, `partyline send` for scripts, both also to any other
//! socket, and `partyline get` for a look at HTTP.
//!
//! The engine decides, [`session`](Session) moves bytes and time, and a screen shows what came of it. A screen is all
//! that `chat` knows of a terminal; another one (a full screen, say) drives the same [`Session`].

mod address;
mod args;
mod chat;
mod connect;
mod datagram;
mod get;
mod host_port;
mod identity;
mod pipe;
mod print;
mod raw;
mod render;
mod screen;
mod send;
mod session;
mod socket;
mod terminal;
mod view;
mod wait;

use std::process::ExitCode;

pub use address::{Address, DatagramAddress, InvalidAddress, StreamAddress};
pub use args::{Args, ChatArgs, Command, GetArgs, RawArgs, SendArgs};
pub use get::{InvalidUrl, Target};
pub use host_port::HostPort;
pub use session::{News, Session, SessionArgs};

/// The status of a command line that can't be carried out, as clap has it.
const USAGE: u8 = 2;

/// Does what the command line says.
pub fn run(args: Args) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            print::problem(&format!("can't start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(async {
        match args.command {
            Command::Chat(args) => talk(args).await,
            Command::Send(args) => send::run(args).await,
            Command::Get(args) => get::run(args).await,
        }
    });
    // A thread that waits for the next key can't be told to stop: it isn't waited for.
    runtime.shutdown_background();
    code
}

async fn talk(args: ChatArgs) -> ExitCode {
    let ChatArgs { address, nick, room, raw, timeout } = args;
    match (address, raw.line_end()) {
        (Address::Stream(address), None) => chat::run(address, nick, room).await,
        (Address::Stream(address), Some(line_end)) => raw::chat(address, line_end, timeout).await,
        (Address::Datagram(address), _) => {
            print::problem(&format!("datagrams make no conversation: partyline send {address} TEXT says one message"));
            ExitCode::from(USAGE)
        }
    }
}
