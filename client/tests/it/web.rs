//! A web server that answers what it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::scripted::{Outcome, PATIENCE, partyline};

pub(crate) struct Web {
    listener: TcpListener,
    /// `127.0.0.1:PORT`
    pub(crate) place: String,
}

impl Web {
    pub(crate) fn new() -> Self {
        Self::at("127.0.0.1:0").unwrap()
    }

    pub(crate) fn at(address: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let place = listener.local_addr()?.to_string();
        Ok(Self { listener, place })
    }

    pub(crate) fn accept(&self) -> TcpStream {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Takes a request, answers it in these parts, and closes: the request.
    pub(crate) fn answer(&self, parts: &[&[u8]]) -> String {
        answer(self.accept(), parts)
    }

    /// `partyline get` of its root, which it answers in one part.
    pub(crate) fn get(&self, flags: &[&str], response: &str) -> Outcome {
        let url = format!("http://{}/", self.place);
        partyline(&[&["get", &url], flags].concat(), "", || {
            self.answer(&[response.as_bytes()]);
        })
    }
}

/// Takes a request up to the end of its head, answers it in these parts, and closes: the request.
pub(crate) fn answer<S: Read + Write>(mut stream: S, parts: &[&[u8]]) -> String {
    let mut request = String::new();
    let mut lines = BufReader::new(&mut stream);
    while !request.ends_with("\r\n\r\n") {
        assert!(lines.read_line(&mut request).unwrap() > 0, "{request:?} is no whole request");
    }
    for part in parts {
        // A client that has seen enough is no failure of the test.
        if stream.write_all(part).and_then(|()| stream.flush()).is_err() {
            break;
        }
    }
    request
}
