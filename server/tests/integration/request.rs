//! HTTP by hand: a request as it is written, and the answer in its parts.

use crate::support::Socket;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a field that stands there once.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut found = self.head.lines().filter_map(|line| line.split_once(": ")).filter(|(found, _)| *found == name);
        let value = found.next().map(|(_, value)| value);
        assert!(found.next().is_none(), "{name} is there twice: {}", self.head);
        value
    }
}

/// Sends a request that says which host it means, with more fields, and reads the answer to its end.
pub(crate) fn ask(socket: Socket, line: &str, fields: &[&str]) -> Answer {
    ask_exactly(socket, line, &[&["Host: localhost"], fields].concat())
}

/// The same, without a word about the host.
pub(crate) fn ask_exactly(mut socket: Socket, line: &str, fields: &[&str]) -> Answer {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let close = if fields.contains("Upgrade: ") { "" } else { "Connection: close\r\n" };
    socket.send(format!("{line} HTTP/1.1\r\n{close}{fields}\r\n"));
    let answer = String::from_utf8_lossy(&socket.finish_bytes()).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{line} {fields}: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("{line} {fields}: {head}"));
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
