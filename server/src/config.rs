//! What the server is told: flags, environment variables and an optional file, read into one [`Config`].

mod secret;
mod sources;
mod table;
mod web;

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use directories::ProjectDirs;
use partyline_hub::Settings;
use partyline_shared::{Epoch, Limits, RoomName};

use crate::listen::Address;
use crate::log::{Durability, Keep, Place};
use crate::meter::Pace;
use crate::tools::Tool;
pub use secret::Secret;
use sources::Sources;
use table::{SETTINGS, Takes};

/// How the log on stderr is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

/// Bounds of the connections.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Longest line of plain text, in bytes.
    pub line_bytes: usize,
    /// Longest JSON object, in bytes.
    pub json_bytes: usize,
    /// What may wait for a reader unasked, in bytes.
    pub queue_bytes: usize,
    /// How fast a connection is read; as fast as it comes without.
    pub pace: Option<Pace>,
    /// After how long a silence a client is asked whether it is there; after as long again it is given up.
    pub ping_after: Duration,
    /// Connections of one address at a time; loopback is exempt.
    pub per_address: usize,
    /// Connections at a time.
    pub connections: usize,
    /// Connections that have said nothing.
    pub silent: usize,
    /// How long one may say nothing.
    pub silent_for: Duration,
    /// After how long one that says nothing is greeted in plain text.
    pub greet_after: Option<Duration>,
    /// How long HTTP's head may take.
    pub hello_within: Duration,
    /// How long clients get to take in the good-bye.
    pub stop_within: Duration,
}

/// All that a server is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: Vec<Address>,
    /// Who may use a socket that has a path: its mode.
    pub unix_mode: u32,
    /// Where the log is.
    pub place: Place,
    /// When a message counts as kept.
    pub durability: Durability,
    /// Messages that may wait to be written.
    pub log_queue: usize,
    /// What of each room is kept.
    pub keep: Keep,
    /// Other origins whose pages may connect.
    pub allow_origin: Vec<String>,
    /// Other hosts that a listener on a loopback address may be called by.
    pub allow_host: Vec<String>,
    /// What shows that somebody elsewhere may read the metrics.
    pub metrics_token: Option<Secret>,
    /// How the log on stderr is written.
    pub log_format: LogFormat,
    /// What it holds.
    pub log_level: String,
    /// Bounds of the connections.
    pub bounds: Bounds,
    /// What the hub is told. Its epoch is the log's, and set when that is open.
    pub hub: Settings,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Asked {
    /// Serve.
    Serve(Box<Config>),
    /// Do a job on the log, and end.
    Run(Tool, Box<Config>),
    /// Print this and end well: the help, the version, the default settings.
    Print(String),
}

/// Why there is no configuration: all that is wrong, each with how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line can't be read.
    #[error("{0}")]
    Usage(String),
    /// Settings have values that won't do.
    #[error("the configuration can't be used:\n  {}", .0.join("\n  "))]
    Problems(Vec<String>),
}

impl Config {
    /// Reads the command line (`args`, the program's name first) and, through `env`, the environment.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn read<I>(args: I, env: &dyn Fn(&str) -> Option<String>) -> Result<Asked, ConfigError>
    where
        I: IntoIterator<Item = OsString>,
    {
        let flags = match sources::flags().try_get_matches_from(args) {
            Ok(flags) => flags,
            Err(error) if error.use_stderr() => {
                return Err(ConfigError::Usage(error.to_string().trim_end().to_owned()));
            }
            Err(help) => return Ok(Asked::Print(help.to_string())),
        };
        if flags.get_flag("print-config") {
            return Ok(Asked::Print(default_file()));
        }
        let mut sources = Sources::gather(&flags, env);
        let config = read(&mut sources);
        match (sources.problems, sources::tool(&flags)) {
            (problems, _) if !problems.is_empty() => Err(ConfigError::Problems(problems)),
            (_, Some(tool)) => Ok(Asked::Run(tool, Box::new(config))),
            (_, None) => Ok(Asked::Serve(Box::new(config))),
        }
    }
}

fn read(sources: &mut Sources) -> Config {
    const MANY: usize = 1 << 30;
    let limits = Limits {
        message_chars: sources.number("message-chars", 1..=1_000_000),
        nick_chars: sources.number("nick-chars", 8..=256),
        room_chars: sources.number("room-chars", 8..=256),
        rooms_per_member: sources.number("rooms-per-member", 1..=10_000),
        burst: sources.number("burst", 1..=1_000_000),
        per_second: sources.number("per-second", 0..=1_000_000),
        replay: sources.number("replay", 0..=1000),
        page: sources.number("page", 1..=1000),
        crowd: sources.number("crowd", 1..=500),
    };
    let default_room = sources.text("default-room");
    if let Err(error) = RoomName::new(&default_room, &limits) {
        sources.wrong("default-room", &format!("{default_room:?} can't be a room's name: {error}"));
    }
    let seconds = |sources: &mut Sources, name| Duration::from_secs(sources.number(name, 1..=86_400 * 365));
    let hello_within = seconds(sources, "hello-seconds");
    let hub = Settings {
        server: concat!("Partyline ", env!("CARGO_PKG_VERSION")).to_owned(),
        epoch: Epoch(String::new()),
        default_room,
        hello_timeout_ms: u64::try_from(hello_within.as_millis()).unwrap_or(u64::MAX),
        nick_hold_ms: sources.number("nick-hold-seconds", 0..=86_400u64) * 1000,
        held_members: sources.number("held-members", 0..=MANY),
        sessions_per_member: sources.number("sessions-per-member", 1..=MANY),
        request_burst: sources.number("request-burst", 1..=1_000_000),
        requests_per_second: sources.number("requests-per-second", 0..=1_000_000),
        limits,
        ..Settings::default()
    };
    let bounds = Bounds {
        line_bytes: sources.number("line-bytes", 128..=MANY),
        json_bytes: sources.number("json-bytes", 512..=MANY),
        queue_bytes: sources.number("queue-bytes", 1024..=MANY),
        pace: pace(sources),
        ping_after: seconds(sources, "ping-seconds"),
        per_address: sources.number("connections-per-address", 1..=MANY),
        connections: sources.number("connections", 1..=MANY),
        silent: sources.number("silent-connections", 1..=MANY),
        silent_for: seconds(sources, "silent-seconds"),
        greet_after: Some(sources.number("greet-after-ms", 0..=3_600_000u64))
            .filter(|&millis| millis > 0)
            .map(Duration::from_millis),
        hello_within,
        stop_within: seconds(sources, "stop-seconds"),
    };
    Config {
        place: place(sources),
        keep: keep(sources, &hub.limits),
        durability: sources.choice("durability", &[("disk", Durability::Disk), ("process", Durability::Process)]),
        log_queue: sources.number("log-queue", 1..=MANY),
        log_format: sources.choice("log-format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]),
        log_level: log_level(sources),
        listen: listen(sources),
        unix_mode: unix_mode(sources),
        allow_origin: web::allow_origin(sources),
        allow_host: web::allow_host(sources),
        metrics_token: web::metrics_token(sources),
        bounds,
        hub,
    }
}

fn listen(sources: &mut Sources) -> Vec<Address> {
    let texts = sources.texts("listen");
    if texts.is_empty() {
        sources.wrong("listen", "there must be at least one address");
    }
    let mut listen = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(address) => listen.push(address),
            Err(problem) => sources.wrong("listen", &format!("{text:?}: {problem}")),
        }
    }
    listen
}

fn pace(sources: &mut Sources) -> Option<Pace> {
    let per_second = sources.number("read-bytes-per-second", 0..=1 << 30);
    let burst = sources.number("read-burst-bytes", 1024..=1 << 30);
    NonZeroU32::new(per_second).map(|per_second| Pace { per_second, burst })
}

/// Octal, as for chmod.
fn unix_mode(sources: &mut Sources) -> u32 {
    let text = sources.text("unix-mode");
    match u32::from_str_radix(&text, 8) {
        Ok(mode) if mode <= 0o777 => mode,
        _ => {
            sources.wrong("unix-mode", &format!("{text:?} must be a mode as for chmod, such as 660"));
            0o600
        }
    }
}

fn place(sources: &mut Sources) -> Place {
    match sources.text("data").as_str() {
        ":memory:" => Place::Memory,
        "" => {
            if let Some(dirs) = ProjectDirs::from("", "", "partyline") {
                Place::Folder(dirs.data_local_dir().to_owned())
            } else {
                sources.wrong("data", "there is no home folder to keep the log in: name a folder");
                Place::Memory
            }
        }
        folder => Place::Folder(PathBuf::from(folder)),
    }
}

fn keep(sources: &mut Sources, limits: &Limits) -> Keep {
    let mut keep = Keep::default();
    for text in sources.texts("keep") {
        if let Err(problem) = keep.add(&text, limits) {
            sources.wrong("keep", &format!("{text:?}: {problem}"));
        }
    }
    keep
}

fn log_level(sources: &mut Sources) -> String {
    let level = sources.text("log-level");
    if let Err(error) = level.parse::<tracing_subscriber::filter::EnvFilter>() {
        sources.wrong("log-level", &format!("{level:?}: {error}"));
    }
    level
}

/// All settings with their defaults, commented out, as a file to start from.
fn default_file() -> String {
    let mut text = "# Settings of partylined. Each line shows the default; take the # away to change it.\n".to_owned();
    for setting in SETTINGS {
        let quoted = |value: &str| format!("{value:?}");
        let value = match setting.takes {
            Takes::Number => setting.default.to_owned(),
            Takes::Text => quoted(setting.default),
            Takes::Texts if setting.default.is_empty() => "[]".to_owned(),
            Takes::Texts => format!("[{}]", setting.default.split(',').map(quoted).collect::<Vec<_>>().join(", ")),
        };
        text += &format!("\n# {}.\n# {} = {value}\n", setting.help, setting.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(args: &[&str], env: &[(&str, &str)]) -> Result<Asked, ConfigError> {
        let args = ["partylined"].iter().chain(args).map(OsString::from);
        Config::read(args, &|name| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    fn config(args: &[&str], env: &[(&str, &str)]) -> Config {
        match ask(args, env).unwrap() {
            Asked::Serve(config) => *config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_counts_before_the_environment_and_that_before_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "burst = 7\nreplay = 7\npage = 7\nlisten = [\"127.0.0.1:1\"]\n").unwrap();
        let path = file.path().to_str().unwrap();
        let config = config(
            &["--config", path, "--burst", "9", "--data", "/tmp/x"],
            &[("PARTYLINE_REPLAY", "8"), ("PARTYLINE_BURST", "8")],
        );
        let limits = &config.hub.limits;
        assert_eq!((limits.burst, limits.replay, limits.page), (9, 8, 7));
        assert_eq!(limits.per_second, 2, "the default");
        assert_eq!(config.listen, [Address::Tcp("127.0.0.1:1".to_owned())]);
        assert_eq!(config.unix_mode, 0o600, "the owner's alone");
    }

    #[test]
    fn everything_wrong_is_said_at_once_with_where_it_stands() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "colour = 1\npage = \"many\"\n").unwrap();
        let path = file.path().to_str().unwrap();
        let args = [
            "--config",
            path,
            "--listen",
            "nowhere",
            "--listen",
            "::1:5",
            "--burst",
            "-1",
            "--durability",
            "maybe",
            "--log-format=x",
            "--unix-mode=u+w",
            "--keep=lobby=soon",
            "--keep=lobby=30d",
        ];
        let Err(ConfigError::Problems(problems)) = ask(&args, &[("PARTYLINE_REPLAY", "x")]) else {
            panic!("it is accepted")
        };
        let text = problems.join("\n");
        for part in [
            "colour in",
            "page in",
            "--listen: \"nowhere\"",
            "--listen: \"::1:5\": write an IPv6 address in brackets",
            "--burst: \"-1\"",
            "--durability: \"maybe\" must be 'disk' or 'process'",
            "--log-format",
            "--unix-mode: \"u+w\" must be a mode",
            "PARTYLINE_REPLAY: \"x\"",
            "--keep: \"lobby=soon\": \"soon\" must be a number",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
        assert_eq!(problems.len(), 10, "{text}");
    }

    #[test]
    fn the_printed_defaults_are_the_defaults() {
        let Ok(Asked::Print(text)) = ask(&["--print-config"], &[]) else { panic!("nothing is printed") };
        let uncommented: String = text
            .lines()
            .filter(|line| line.contains(" = "))
            .map(|line| line.trim_start_matches("# ").to_owned() + "\n")
            .collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &uncommented).unwrap();
        let from_file = config(&["--config", file.path().to_str().unwrap()], &[]);
        assert_eq!(format!("{from_file:?}"), format!("{:?}", config(&[], &[])));
        assert_eq!(uncommented.lines().count(), SETTINGS.len());
    }

    #[test]
    fn defaults_are_those_that_the_protocol_states() {
        assert_eq!(config(&[], &[]).hub.limits, Limits::default());
    }
}
