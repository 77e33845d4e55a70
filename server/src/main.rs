//! `partylined`, the Partyline server.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use partyline_server::{Asked, Config, LogFormat, Server, where_to_go};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    match Config::read(std::env::args_os(), &|name| std::env::var(name).ok()) {
        Ok(Asked::Print(text)) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Ok(Asked::Serve(config)) => {
            start_log(&config);
            serve(*config)
        }
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

/// Logs go to stderr: stdout is for what scripts read.
fn start_log(config: &Config) {
    // It was checked when the configuration was read.
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let stderr = std::io::stderr;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
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
