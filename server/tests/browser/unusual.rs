//! What is rare and must work all the same: a clock that is wrong, a link to what isn't kept any more, a room that lets
//! nobody in, a person who wants nothing to move, one who only touches.

use std::io::Write as _;

use serde_json::json;

use crate::browser::Browser;
use crate::keys::until;
use crate::support::{Server, Socket, folder, run, say};

/// A script in a page in which it is seven hours later.
const LATER: &str = "const now = Date.now; Date.now = () => now.call(Date) + 7 * 3600 * 1000;";

pub(crate) async fn a_clock_that_is_wrong() {
    let server = Server::start(&["--burst", "100"]);
    let page = Browser::start().await;
    page.size(1280, 800).await;
    page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({"source": LATER})).await;
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    bob.send_json(&say("lobby", "before", "1"));
    let before = bob.event("sent")["at"].as_u64().unwrap();
    page.enter(&format!("http://{}/", server.address), "ann").await;
    page.message("before").await;
    page.say("mine").await;
    until(&page, "document.querySelectorAll('[data-testid=message]').length === 2").await;
    bob.send_json(&say("lobby", "after", "2"));
    page.message("after").await;
    let times =
        page.script("return [...document.querySelectorAll('time.time')].map(it => Date.parse(it.dateTime))").await;
    let times: Vec<u64> = serde_json::from_value(times).unwrap();
    assert!(times.len() >= 3, "{times:?}");
    let minutes = times.iter().map(|at| at.abs_diff(before) / 60_000).max();
    assert!(minutes <= Some(2), "all times are the server's: {before} {times:?}");
    let days = page.script("return document.querySelectorAll('.divider:not(.new)').length").await;
    assert_eq!(days, 1, "and so are the days");
    page.quit().await;
}

pub(crate) async fn a_message_that_is_no_longer_kept() {
    let data = folder();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let head =
        json!({"partyline_room": 1, "room": "archive", "epoch": "of-another-log", "head": 160, "exported_at": 1});
    writeln!(file, "{head}").unwrap();
    for seq in 101..=160 {
        let from = json!({"id": "00112233445566778899aabbccddeeff", "nick": "cleo"});
        let text = format!("message {seq}");
        writeln!(file, "{}", json!({"seq": seq, "at": seq, "from": from, "kind": "text", "text": text, "via": "ws"}))
            .unwrap();
    }
    let (code, _, errors) =
        run(&["import", "archive", file.path().to_str().unwrap(), "--data", data.path().to_str().unwrap()]);
    assert_eq!(code, Some(0), "{errors}");
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &[]);
    let page = Browser::visit(server.address, "/r/archive/7", "ann").await;
    let notice = page.find("notice").await.text().await.unwrap();
    assert!(notice.contains("Message 7 is no longer kept"), "{notice}");
    page.message("message 160").await;
    page.quit().await;
}

pub(crate) async fn a_room_that_lets_nobody_in() {
    let server = Server::start(&["--rooms-per-member", "1"]);
    let page = Browser::visit(server.address, "/", "ann").await;
    page.exists("[data-room='lobby'][aria-current]").await;
    page.script("history.pushState(null, '', '/r/kitchen'); dispatchEvent(new PopStateEvent('popstate'))").await;
    let barred = page.find("barred").await.text().await.unwrap();
    assert!(barred.contains("#kitchen") && barred.contains("as many rooms as one can be in"), "{barred}");
    page.screenshot("barred-many").await;
    page.find("barred-elsewhere").await.click().await.unwrap();
    page.exists("[data-room='lobby'][aria-current]").await;
    until(&page, "!document.querySelector('[data-testid=barred]')").await;
    // Once there is room, the same link lets one in.
    page.say("/part").await;
    page.script("history.pushState(null, '', '/r/kitchen'); dispatchEvent(new PopStateEvent('popstate'))").await;
    page.exists("[data-room='kitchen'][aria-current]").await;
    until(&page, "!document.querySelector('[data-testid=barred]')").await;
    page.quit().await;
}

pub(crate) async fn nothing_moves_for_who_wants_that() {
    let server = Server::start(&["--burst", "100"]);
    let page = Browser::start().await;
    page.size(1280, 800).await;
    let media = json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
    page.cdp("Emulation.setEmulatedMedia", media).await;
    page.enter(&format!("http://{}/", server.address), "ann").await;
    page.say("hello").await;
    page.message("hello").await;
    page.find("settings").await.click().await.unwrap();
    page.find("settings-close").await;
    let moving = "const still = list => list.split(',').every(time => parseFloat(time) === 0); \
                  return [...document.querySelectorAll('*')].filter(it => { const style = getComputedStyle(it); \
                  return !still(style.transitionDuration) || !still(style.animationDuration) || \
                  style.scrollBehavior === 'smooth' }).map(it => it.outerHTML.slice(0, 100))";
    assert_eq!(page.script(moving).await, json!([]));
    // For others something does, so that this would have been noticed.
    page.cdp("Emulation.setEmulatedMedia", json!({"features": []})).await;
    assert_ne!(page.script(moving).await, json!([]));
    page.quit().await;
}

pub(crate) async fn fingers() {
    let server = Server::start(&["--burst", "100"]);
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    bob.send_json(&say("lobby", "tap me", "1"));
    bob.event("sent");
    let page = Browser::start().await;
    page.size(390, 844).await;
    page.cdp("Emulation.setTouchEmulationEnabled", json!({"enabled": true})).await;
    page.enter(&format!("http://{}/", server.address), "ann").await;
    page.message("tap me").await;
    // A message that is tapped offers what can be done with it.
    tap(&page, "[data-seq='1']").await;
    page.find("actions").await;
    tap(&page, "[data-testid='quote']").await;
    until(&page, "document.getElementById('composer').value.startsWith('> tap me')").await;
    // The rooms come in by their button, and go by a tap beside them.
    tap(&page, "[data-testid='open-rooms']").await;
    until(&page, "document.querySelector('main').inert").await;
    let beside = json!({"type": "touchStart", "touchPoints": [{"x": 380, "y": 400}]});
    page.cdp("Input.dispatchTouchEvent", beside).await;
    page.cdp("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
    until(&page, "!document.querySelector('main').inert").await;
    page.quit().await;
}

/// A finger on the middle of an element, once it can be seen.
async fn tap(page: &Browser, css: &str) {
    page.find_css(css).await;
    let place = format!(
        "const box = document.querySelector({css:?}).getBoundingClientRect(); \
         return [box.x + box.width / 2, box.y + box.height / 2]"
    );
    let place = page.script(&place).await;
    let point = json!({"x": place[0], "y": place[1]});
    page.cdp("Input.dispatchTouchEvent", json!({"type": "touchStart", "touchPoints": [point]})).await;
    page.cdp("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
}
