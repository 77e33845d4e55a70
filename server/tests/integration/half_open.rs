//! Clients that vanish without a word, as far as a test on one machine can do that: they don't answer.

use crate::frames::{self, CLOSE, PING, TEXT, frame};
use crate::support::{Server, Web, say};

#[test]
fn a_websocket_whose_client_answers_no_ping_is_let_go() {
    let server = Server::start(&["--ping-seconds", "3"]);
    let mut ann = Web::join(server.address, "ann", "lobby");
    let mut gone = frames::open(server.address);
    for command in [r#"{"type":"hello","nick":"gone"}"#, r#"{"type":"join","room":"lobby"}"#] {
        gone.send(frame(TEXT, true, command.as_bytes()));
    }
    assert_eq!(ann.event("presence")["change"], "joined");
    // Ann's side answers pings while it waits, as every library does.
    let left = ann.event("presence");
    assert_eq!((&left["change"], &left["member"]["nick"]), (&"left".into(), &"gone".into()));
    let heard: Vec<_> = std::iter::repeat_with(|| frames::received(&mut gone)).take(5).collect();
    let codes: Vec<_> = heard.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [TEXT, TEXT, PING, TEXT, CLOSE], "{heard:?}");
    assert!(heard[3].1.starts_with(r#"{"type":"bye","reason":"too_slow""#), "{heard:?}");
    ann.send(&say("lobby", "still here", "1"));
    assert_eq!(ann.event("sent")["seq"], 1);
}
