//! Every setting, once: its name, its default, what it does. Flags, environment variables, the file and the
//! printed default are all made of this table.

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// One text.
    Text,
    /// Several texts, in order.
    Texts,
    /// A whole number.
    Number,
}

/// A setting. `--name VALUE`, `PARTYLINE_NAME=VALUE`, or `name = VALUE` in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    /// What the value is called in `--help`.
    pub(super) value: &'static str,
    /// As it would be written on the command line; several are separated by commas.
    pub(super) default: &'static str,
    pub(super) help: &'static str,
}

const fn text(name: &'static str, value: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, takes: Takes::Text, value, default, help }
}

const fn number(name: &'static str, value: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, takes: Takes::Number, value, default, help }
}

const fn texts(name: &'static str, value: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, takes: Takes::Texts, value, default, help }
}

/// All of them, in the order they are shown.
pub(super) const SETTINGS: &[Setting] = &[
    texts(
        "listen",
        "ADDR",
        "[::]:19534",
        "Where to listen, repeatable: HOST:PORT, unix:PATH, or for datagrams udp:HOST:PORT, unixgram:PATH. Port 0 \
         takes a free one, and says which",
    ),
    text("unix-mode", "MODE", "600", "Who may use the sockets that have a path, as for chmod: 660 lets the group in"),
    text(
        "data",
        "DIR",
        "",
        "Folder of the log, created where it is missing; ':memory:' keeps nothing. Empty: the user's data folder",
    ),
    text(
        "durability",
        "WHEN",
        "disk",
        "When a message counts as kept: 'disk' survives the loss of power, 'process' only a crash of the program",
    ),
    texts(
        "keep",
        "ROOM=HOW",
        "",
        "How much of a room is kept, repeatable; empty keeps everything for ever: ROOM=30d, ROOM=12h, ROOM=10000 \
         (messages) or ROOM=50MB (of text); '*' for every other room, '@' for private conversations. The oldest go first, \
         within about a minute, and their numbers are never given again. A message that is sent again under its \
         reference after the first one was removed is a new message",
    ),
    text("default-room", "ROOM", "lobby", "The room that newcomers are led to"),
    texts(
        "allow-origin",
        "ORIGIN",
        "",
        "Other web origins whose pages may connect, such as http://127.0.0.1:8080; the server's own always may",
    ),
    texts(
        "allow-host",
        "HOST",
        "",
        "Names that pages may call this server by where it listens on a loopback address, such as chat.example behind a \
         proxy; localhost, its own addresses and the hosts of allow-origin always do",
    ),
    text(
        "metrics-token",
        "TOKEN",
        "",
        "Who shows this (Authorization: Bearer TOKEN) may read /metrics; at least 16 characters. On this machine it is \
         read without. Better put in the file or the environment than on the command line, which others can see",
    ),
    text("log-format", "FORMAT", "text", "How the log on stderr is written: 'text' or 'json'"),
    text(
        "log-level",
        "LEVEL",
        "info",
        "What the log on stderr holds: error, warn, info, debug, trace, or a filter such as 'info,hyper=debug'",
    ),
    number("message-chars", "N", "4000", "Longest message, in characters"),
    number("line-bytes", "N", "8192", "Longest line of plain text, in bytes"),
    number("json-bytes", "N", "65536", "Longest JSON object, as a line or as a WebSocket message, in bytes"),
    number("nick-chars", "N", "32", "Longest nick, in characters"),
    number("room-chars", "N", "64", "Longest room name, in characters"),
    number("rooms-per-member", "N", "50", "Rooms that one member may be in at a time"),
    number("sessions-per-member", "N", "20", "Connections that one member may have at a time"),
    number("burst", "N", "5", "Messages that a member may say at once"),
    number("per-second", "N", "2", "Messages a second that a member may say after that; 0 for no limit"),
    number(
        "request-burst",
        "N",
        "100",
        "Other requests that a member may make at once; those that tell or bring much count as several \
         (docs/PROTOCOL.md)",
    ),
    number("requests-per-second", "N", "20", "Other requests a second after that; 0 for no limit"),
    number("replay", "N", "50", "Messages that are shown to whoever enters a room"),
    number("page", "N", "100", "Most messages in a page of history"),
    number("crowd", "N", "100", "Members of a room up to whom each is told who comes and goes; of more, only how many"),
    number("queue-bytes", "N", "262144", "What may wait for a reader before it is dropped as too slow, in bytes"),
    number(
        "read-bytes-per-second",
        "N",
        "262144",
        "How fast one connection is read, in bytes; each command counts as 256 more. 0 for no limit",
    ),
    number("read-burst-bytes", "N", "262144", "What is read of a connection at once, after a rest, in bytes"),
    number(
        "ping-seconds",
        "S",
        "20",
        "After how long a silence a client is asked whether it is still there; after as long again it is given up",
    ),
    number(
        "connections-per-address",
        "N",
        "64",
        "Connections from one address at a time; loopback and unix are exempt",
    ),
    number("connections", "N", "16384", "Connections at a time"),
    number(
        "silent-connections",
        "N",
        "1024",
        "Connections that have said nothing yet; beyond that the oldest is dropped",
    ),
    number("silent-seconds", "S", "3600", "How long a connection may say nothing at all"),
    number(
        "greet-after-ms",
        "MS",
        "0",
        "Greet a connection in plain text that has said nothing for so long; 0 for never, which browsers need",
    ),
    number("hello-seconds", "S", "10", "How long HTTP and JSON clients may take to say who they are"),
    number("nick-hold-seconds", "S", "120", "How long a nick is kept for a member whose connection dropped"),
    number(
        "held-members",
        "N",
        "10000",
        "Members without a connection whose nicks and rates are kept; beyond that whoever dropped first is forgotten",
    ),
    number("log-queue", "N", "8192", "Messages that may wait to be written; beyond that new ones are refused"),
    number("stop-seconds", "S", "5", "How long clients get to take in the good-bye when the server stops"),
];
