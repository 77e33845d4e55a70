//! `partylined`, the Partyline server.

use std::io::Write as _;
use std::process::ExitCode;

use mimalloc::MiMalloc;
use partyline_server::{Asked, Config, Server, log_panics, raise_open_files, start_log, where_to_go};
use tokio::signal::unix::{SignalKind, signal};

/// What a thousand stalled readers made it take is given back once they are gone; glibc's allocator kept most of it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match Config::read(std::env::args_os(), &|name| std::env::var(name).ok()) {
        Ok(Asked::Print(text)) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Ok(Asked::Serve(config)) => {
            if let Err(error) = start_log(&config) {
                return fail(&*error, 1);
            }
            log_panics();
            raise_open_files(config.bounds.connections);
            serve(*config)
        }
        Ok(Asked::Run(tool, config)) => match start_log(&config).map_err(|error| fail(&*error, 1)) {
            Ok(()) => tool.run(&config).map_or_else(|error| fail(&error, 1), |()| ExitCode::SUCCESS),
            Err(failure) => failure,
        },
        Err(error) => fail(&error, 2),
    }
}

#[tokio::main]
async fn serve(config: Config) -> ExitCode {
    let place = config.place.clone();
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (mut terminate, mut interrupt) = match (terminate, interrupt) {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => return fail(&error, 1),
    };
    let mut server = match Server::start(config).await {
        Ok(server) => server,
        Err(error) => return fail(&error, 1),
    };
    let listening: String = server.listening().iter().map(|address| format!("listening on {address}\n")).collect();
    say(&listening);
    say(&where_to_go(server.listening(), &place));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = server.failed() => return ExitCode::FAILURE,
    }
    tracing::info!("stopping; once more ends it at once");
    tokio::select! {
        () = server.stop() => ExitCode::SUCCESS,
        _ = terminate.recv() => ExitCode::FAILURE,
        _ = interrupt.recv() => ExitCode::FAILURE,
    }
}

/// Whoever closed stdout doesn't want to know, and the server runs on.
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "partylined: {error}");
    ExitCode::from(code)
}
