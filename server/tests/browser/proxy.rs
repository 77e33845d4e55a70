//! Something between the browser and the server that can make the server's page another one: a file of it gets another
//! name, as a new version's would have.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    names: Arc<Names>,
}

struct Names {
    /// A file of the page, as the server calls it.
    old: String,
    changed: AtomicBool,
}

impl Proxy {
    /// What the file is called once the page has changed.
    pub(crate) const NEW: &str = "theme-ffffffffffffffff.css";

    pub(crate) fn start(server: SocketAddr) -> Self {
        let index = ask(server, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let index = String::from_utf8(index).unwrap();
        let old = index.split('"').find(|part| part.starts_with("/theme-")).unwrap().trim_start_matches('/').to_owned();
        assert_eq!(old.len(), Self::NEW.len(), "as long, so that the length of the page stays what it was");
        let names = Arc::new(Names { old, changed: AtomicBool::new(false) });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::clone(&names);
        // It ends with the process, as do the threads of its connections, which end with them.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let names = Arc::clone(&shared);
                // A connection that breaks is the browser's or the server's doing.
                thread::spawn(move || drop(carry(client, server, &names)));
            }
        });
        Self { address, names }
    }

    pub(crate) fn old(&self) -> &str {
        &self.names.old
    }

    /// From now on the page is another one.
    pub(crate) fn change(&self) {
        self.names.changed.store(true, Ordering::SeqCst);
    }
}

/// One request, or a WebSocket.
fn carry(mut client: TcpStream, server: SocketAddr, names: &Names) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().replace(Proxy::NEW, &names.old);
    if head.to_lowercase().contains("upgrade: websocket") {
        let mut upstream = TcpStream::connect(server)?;
        upstream.write_all(head.as_bytes())?;
        let (mut from, mut to) = (client.try_clone()?, upstream.try_clone()?);
        let up = thread::spawn(move || {
            let _ = copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let _ = copy(&mut upstream, &mut client);
        let _ = client.shutdown(Shutdown::Both);
        return up.join().map_err(|_| std::io::ErrorKind::Other.into());
    }
    let kept = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default().to_lowercase();
        name != "connection" && name != "accept-encoding"
    };
    let lines: Vec<_> = head.trim_end().split("\r\n").filter(kept).collect();
    let is_page = lines[0].starts_with("GET / ") || lines[0].starts_with("GET /r/");
    let mut answer = ask(server, &format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")))?;
    if is_page && names.changed.load(Ordering::SeqCst) {
        answer = String::from_utf8(answer).unwrap().replace(&names.old, Proxy::NEW).into_bytes();
    }
    client.write_all(&answer)
}

fn ask(server: SocketAddr, request: &str) -> std::io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    Ok(answer)
}
