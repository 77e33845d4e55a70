//! The native client of Partyline: `partyline chat` for people, `partyline send` for scripts.
//!
//! The engine decides, [`session`](Session) moves bytes and time, and a screen shows what came of it. A screen is all
//! that `chat` knows of a terminal; another one (a full screen, say) drives the same [`Session`].

mod address;
mod args;
mod chat;
mod identity;
mod pipe;
mod print;
mod render;
mod screen;
mod send;
mod session;
mod socket;
mod terminal;
mod view;

use std::process::ExitCode;

pub use address::{Address, InvalidAddress};
pub use args::{Args, ChatArgs, Command, SendArgs};
pub use session::{News, Session, SessionArgs};

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
            Command::Chat(args) => chat::run(args).await,
            Command::Send(args) => send::run(args).await,
        }
    });
    // A thread that waits for the next key can't be told to stop: it isn't waited for.
    runtime.shutdown_background();
    code
}
