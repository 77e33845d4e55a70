//! What whoever starts the server is told: where to go.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use crate::{Listening, Place};

/// The addresses to give to people, and the ways to join, as text for a terminal.
pub fn where_to_go(listening: &[Listening], place: &Place) -> String {
    let mut text = String::from("\nPartyline is open.\n\n");
    let tcp = |listening: &Listening| if let Listening::Tcp(address) = listening { Some(*address) } else { None };
    if let Some(main) = listening.iter().find_map(tcp) {
        over_tcp(&mut text, main);
    }
    for listening in listening {
        let _ = match listening {
            Listening::Tcp(_) => Ok(()),
            Listening::Unix(path) => writeln!(text, "  on this machine      nc -U {}", path.display()),
            Listening::Unixgram(path) => writeln!(text, "  by datagram          nc -uU {}", path.display()),
            Listening::Udp(address) => {
                let host = hosts(address.ip()).into_iter().next().unwrap_or_default();
                writeln!(text, "  by datagram          nc -u {} {}", host.trim_matches(['[', ']']), address.port())
            }
        };
    }
    let data = match place {
        Place::Folder(folder) => folder.display().to_string(),
        Place::Memory => "memory only: nothing is kept".to_owned(),
    };
    let _ = writeln!(text, "  the log is in        {data}\n\nCtrl-C stops it.\n");
    text
}

fn over_tcp(text: &mut String, main: SocketAddr) {
    let port = main.port();
    let hosts = hosts(main.ip());
    let here = hosts.first().cloned().unwrap_or_else(|| "localhost".to_owned());
    let _ = writeln!(text, "  in a browser         http://{here}:{port}/");
    for host in hosts.iter().skip(1) {
        let _ = writeln!(text, "    from other machines  http://{host}:{port}/");
    }
    let bare = here.trim_matches(['[', ']']);
    let _ = writeln!(text, "  in a terminal        nc {bare} {port}        then press Enter, or just talk");
    let _ = writeln!(text, "  native client        {} chat {here}:{port}", client());
    let _ = writeln!(text, "  from a script        echo 'the build is green' | nc -N {bare} {port}");
}

/// How the native client is called: where it lies beside the server, as it does when both were just built, by that path.
fn client() -> String {
    let beside =
        std::env::current_exe().ok().map(|server| server.with_file_name("partyline")).filter(|path| path.exists());
    let here = std::env::current_dir().unwrap_or_default();
    match beside {
        Some(path) => path.strip_prefix(&here).unwrap_or(&path).display().to_string(),
        None => "partyline".to_owned(),
    }
}

/// How the machine can be called: from itself first, then from elsewhere.
fn hosts(ip: IpAddr) -> Vec<String> {
    if !ip.is_unspecified() {
        return vec![written(ip)];
    }
    let mut hosts = vec!["localhost".to_owned()];
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let reachable = |ip: &IpAddr| match ip {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
    };
    let mut found: Vec<_> = interfaces.into_iter().map(|interface| interface.ip()).filter(reachable).collect();
    // IPv4 first: it is what people can read to each other.
    found.sort_by_key(IpAddr::is_ipv6);
    hosts.extend(found.into_iter().filter(|found| ip.is_ipv6() || found.is_ipv4()).map(written));
    hosts
}

fn written(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_in_is_named_with_the_real_port() {
        let text = where_to_go(&[Listening::Tcp("127.0.0.1:4242".parse().unwrap())], &Place::Memory);
        for part in ["http://127.0.0.1:4242/", "nc 127.0.0.1 4242", "partyline chat 127.0.0.1:4242", "nothing is kept"]
        {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }

    #[test]
    fn every_kind_of_socket_is_named() {
        let path = || "/run/x.sock".into();
        let udp = Listening::Udp("[::]:4242".parse().unwrap());
        let text = where_to_go(&[Listening::Unix(path()), Listening::Unixgram(path()), udp], &Place::Memory);
        for part in ["nc -U /run/x.sock", "nc -uU /run/x.sock", "nc -u localhost 4242"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(!text.contains("http://"), "{text}");
    }

    #[test]
    fn ipv6_is_written_as_each_program_wants_it() {
        let text = where_to_go(&[Listening::Tcp("[::1]:4242".parse().unwrap())], &Place::Memory);
        assert!(text.contains("http://[::1]:4242/") && text.contains("nc ::1 4242"), "{text}");
    }
}
