//! A server that may open few files.

use std::process::{Command, Stdio};

use crate::support::{Server, Socket, say};

#[test]
fn out_of_descriptors_accepting_waits_says_so_once_and_recovers() {
    let program = env!("CARGO_BIN_EXE_partylined");
    let script = format!("ulimit -n 64; exec {program} --listen 127.0.0.1:0 --data :memory: --connections 1000");
    let mut server =
        Server::spawn(Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).stderr(Stdio::piped()));
    let mut logged = server.logged("fewer files may be open");
    assert!(logged.contains("allowed=64 needed=1064"), "{logged}");
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    let crowd: Vec<_> = (0..80).map(|_| server.connect()).collect();
    logged += &server.logged("can't be accepted now");
    ann.send_json(&say("lobby", "can you hear me?", "1"));
    assert_eq!(bob.event("message")["text"], "can you hear me?");
    // The system has taken it in; the server hasn't.
    let mut late = server.connect();
    late.send("\n");
    drop(crowd);
    late.line_with("can you hear me?");
    logged += &server.logged("can be accepted again");
    late.send("finally\n");
    assert_eq!(bob.event("message")["text"], "finally");
    assert_eq!(logged.matches("can't be accepted now").count(), 1, "{logged}");
}
