//! `partyline get`.

use std::io::Read;

use crate::scripted::partyline;
use crate::web::{Web, answer};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: yes\r\n\r\n";

#[test]
fn the_request_goes_out_and_the_answer_comes_back_as_it_was() {
    let web = Web::new();
    let url = format!("http://{}/a%20b?c=d#e", web.place);
    let mut request = String::new();
    let outcome =
        partyline(&["get", &url], "", || request = web.answer(&[HELLO.as_bytes(), b"and what nobody asked for"]));
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), HELLO, ""));
    let version = env!("CARGO_PKG_VERSION");
    let place = &web.place;
    assert_eq!(
        request,
        format!(
            "GET /a%20b?c=d HTTP/1.1\r\nHost: {place}\r\nUser-Agent: partyline/{version}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        )
    );
}

#[test]
fn the_message_ends_where_it_says_not_when_the_server_closes() {
    let web = Web::new();
    for (flag, response) in
        [("-v", HELLO), ("-v", CHUNKED), ("-v", "HTTP/1.1 204 No Content\r\n\r\n"), ("--head", HELLO)]
    {
        let mut held = None;
        let url = format!("http://{}/", web.place);
        let outcome = partyline(&["get", flag, &url], "", || {
            let stream = held.insert(web.accept());
            answer(stream, &[response.as_bytes()]);
        });
        assert_eq!(outcome.code, Some(0), "{}", outcome.problems);
        assert!(response.starts_with(&outcome.out) && outcome.out.contains("\r\n\r\n"), "{}", outcome.out);
    }
}

#[test]
fn chunks_are_told_from_content_however_they_are_cut() {
    let (web, folder) = (Web::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("body");
    let url = format!("http://{}/", web.place);
    for cut in 0..CHUNKED.len() {
        let (first, second) = CHUNKED.as_bytes().split_at(cut);
        let args = ["get", &url, "-o", file.to_str().unwrap()];
        let outcome = partyline(if cut % 2 == 0 { &args[..2] } else { &args }, "", || {
            web.answer(&[first, second]);
        });
        assert_eq!(outcome.code, Some(0), "{}", outcome.problems);
        if cut % 2 == 0 {
            assert_eq!(outcome.out, CHUNKED);
        } else {
            assert_eq!(std::fs::read(&file).unwrap(), b"hello");
            assert!(outcome.problems.contains("5 bytes of the body are in /"), "{}", outcome.problems);
        }
    }
}

#[test]
fn each_part_is_named_beside_the_answer() {
    let web = Web::new();
    let outcome = web.get(&["-v"], CHUNKED);
    assert_eq!(outcome.out, CHUNKED, "what is said about it goes elsewhere");
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "-- connected to {place}\n\
         -- request: start line\n\
         > GET / HTTP/1.1\n\
         -- request: headers, and the empty line that ends them\n\
         > Host: {place}\n> User-Agent: partyline/{version}\n> Accept: */*\n> Connection: close\n> \n\
         -- request: no body\n\
         -- response: start line\n\
         -- response: headers, and the empty line that ends them\n\
         -- response: body, in chunks, each with its size before it in hexadecimal\n\
         -- response: trailers, and the empty line that ends them\n",
        place = web.place
    );
    assert_eq!(outcome.problems, expected);
}

#[test]
fn without_a_length_the_body_ends_with_the_connection() {
    let outcome = Web::new().get(&[], "HTTP/1.0 200 OK\n\nto the end");
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), "HTTP/1.0 200 OK\n\nto the end"));
}

#[test]
fn the_head_alone_is_asked_for_as_such() {
    let web = Web::new();
    let mut request = String::new();
    let url = format!("http://{}/", web.place);
    let outcome = partyline(&["get", "--head", &url], "", || request = web.answer(&[HELLO.as_bytes()]));
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), HELLO.strip_suffix("hello\n").unwrap()));
    assert!(request.starts_with("HEAD / HTTP/1.1\r\n"));
}

#[test]
fn interim_answers_are_skipped() {
    let web = Web::new();
    let outcome =
        web.get(&[], &format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n{HELLO}"));
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), HELLO));
    web.get(&[], &"HTTP/1.1 102 Processing\r\n\r\n".repeat(11)).fails_with("more than 10 interim answers");
    web.get(&[], "HTTP/1.1 101 Switching Protocols\r\n\r\n").fails_with("changes to another protocol");
}

#[test]
fn redirects_are_shown_and_followed_only_when_asked() {
    let web = Web::new();
    let moved = "HTTP/1.1 302 Found\r\nLocation: /there?x\r\nContent-Length: 4\r\n\r\ngone";
    let outcome = web.get(&[], moved);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), moved));
    assert_eq!(outcome.problems, "-- it redirects to /there?x: -L follows\n");

    let mut second = String::new();
    let url = format!("http://{}/here", web.place);
    let outcome = partyline(&["get", "-L", &url], "", || {
        web.answer(&[moved.as_bytes()]);
        second = web.answer(&[HELLO.as_bytes()]);
    });
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), HELLO));
    assert_eq!(outcome.problems, "-- 302: redirected to /there?x\n");
    assert!(second.starts_with("GET /there?x HTTP/1.1\r\n"));
}

#[test]
fn redirects_in_a_circle_end() {
    let web = Web::new();
    let url = format!("http://{}/", web.place);
    let outcome = partyline(&["get", "-L", &url], "", || {
        for _ in 0..11 {
            web.answer(&[b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n"]);
        }
    });
    outcome.fails_with("gave up after 10 redirects");
    let outcome = web.get(&["-L"], "HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\n\r\n");
    outcome.fails_with("only http:// and https:// can be asked");
}

#[test]
fn an_answer_that_is_cut_short_is_a_failure() {
    let web = Web::new();
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "cut short: 5 of 10 bytes came"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "cut short, before its last chunk"),
    ];
    for (response, why) in cases {
        let outcome = web.get(&[], response);
        outcome.fails_with(why);
        assert_eq!(outcome.out, response, "what came is there");
    }
    web.get(&[], "HTTP/1.1 200 OK\r\nContent-Le").fails_with("was cut short within its head");
    web.get(&[], "").fails_with("closed the connection without an answer");
}

#[test]
fn what_is_no_answer_is_said() {
    let web = Web::new();
    web.get(&[], "-- Welcome to \u{1b}[2Jx\n").fails_with("it isn't HTTP");
    web.get(&[], "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx").fails_with("\"1,2\"");
    web.get(&[], "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n").fails_with("\"hello\" is no size");
    let long = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(70_000));
    web.get(&[], &long).fails_with("its head is longer than 65536 bytes");
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(101));
    web.get(&[], &many).fails_with("its head has more than 100 headers");
}

#[test]
fn a_body_of_any_bytes_and_any_length_is_saved() {
    let (web, folder) = (Web::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("body");
    let bytes: Vec<u8> = (0..=255).cycle().take(3 << 20).collect();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n", bytes.len());
    let url = format!("http://{}/", web.place);
    let outcome = partyline(&["get", &url, "-o", file.to_str().unwrap()], "", || {
        web.answer(&[head.as_bytes(), &bytes]);
    });
    assert_eq!((outcome.code, outcome.out), (Some(0), head));
    assert!(std::fs::read(&file).unwrap() == bytes);

    let nowhere = folder.path().join("none").join("body");
    web.get(&["-o", nowhere.to_str().unwrap()], HELLO).fails_with("can't be written");
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let web = Web::new();
    let mut heard = Vec::new();
    let outcome = partyline(&["get", "--timeout", "1", &format!("http://{}/", web.place)], "", || {
        web.accept().read_to_end(&mut heard).unwrap();
    });
    outcome.fails_with("has said nothing for 1 s: --timeout waits longer");
    assert!(heard.starts_with(b"GET / HTTP/1.1\r\n"), "the request was sent");
}

#[test]
fn ipv6_addresses_stand_in_brackets() {
    // A machine may have no IPv6.
    let Ok(web) = Web::at("[::1]:0") else { return };
    let mut request = String::new();
    let outcome =
        partyline(&["get", &format!("http://{}/", web.place)], "", || request = web.answer(&[HELLO.as_bytes()]));
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), HELLO));
    assert!(request.contains(&format!("\r\nHost: {}\r\n", web.place)), "{request}");
}

#[test]
fn where_nobody_is_it_is_said() {
    let place = Web::new().place;
    partyline(&["get", &format!("http://{place}/")], "", || {}).fails_with(&format!("nothing answers at {place}"));
    let outcome = partyline(&["get", "http://nonexistent.invalid/"], "", || {});
    outcome.fails_with("nonexistent.invalid can't be found: is the name right?");
}

#[test]
fn a_bad_url_is_an_error_of_usage() {
    let cases = [
        ("example.org", "write http://example.org"),
        ("ftp://example.org/", "only http:// and https:// can be asked"),
        ("http://me:secret@example.org/", "leave out what stands before the @"),
        ("http://[::1/", "it is no URL"),
        ("http://h:port/", "it is no URL"),
    ];
    for (url, why) in cases {
        let outcome = partyline(&["get", url], "", || {});
        assert_eq!(outcome.code, Some(2), "{url}");
        assert!(outcome.problems.contains(why), "{}", outcome.problems);
    }
}
