//! What outlives a tab, a reload and the server: what isn't sent, and what was read.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Browser;
use crate::support::{Server, Socket, folder, say};

/// Waits until this holds in the page.
async fn until(page: &Browser, condition: &str) {
    let body = format!("const look = () => ({condition}) ? done(true) : requestAnimationFrame(look); look()");
    page.script_until(&body).await;
}

const LOBBY_UNREAD: &str = "document.querySelector(\"[data-room='lobby'] [data-testid='unread']\")";

pub(crate) async fn reloads() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &[]);
    let (address, url) = (server.address, format!("http://{}/", server.address));
    let page = Browser::visit(address, "/", "ann").await;
    page.say("before").await;
    page.message("before").await;

    // What was said while the server was gone, and the page left before it came back.
    server.kill();
    page.exists("[data-testid='connection']:not([data-state='online'])").await;
    page.say("said to nobody").await;
    page.message("said to nobody").await;
    page.say("and more").await;
    page.message("and more").await;
    page.driver.goto("about:blank").await.unwrap();
    let server = Server::in_folder(folder.path(), &address.to_string(), &[]);
    let mut bob = Socket::json_in(address, "bob", "lobby");
    page.driver.goto(&url).await.unwrap();
    assert_eq!(bob.event("message")["text"], "said to nobody");
    assert_eq!(bob.event("message")["text"], "and more");
    page.message("and more").await;
    page.driver.refresh().await.unwrap();
    page.message("and more").await;
    let said = ["before", "said to nobody", "and more"];
    assert_eq!(page.messages().await, said, "each once, in order");
    bob.send_json(&json!({"type": "history", "room": "lobby"}));
    let history = bob.event("history");
    let texts: Vec<_> = history["messages"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
    assert_eq!(Value::from(texts), json!(said));
    let left = page.script("return Object.keys(localStorage).filter(key => key.includes('unsent'))").await;
    assert_eq!(left, json!([]), "nothing is left to send");
    drop(server);
    page.quit().await;
}

pub(crate) async fn two_tabs() {
    let server = Server::start(&[]);
    let page = Browser::visit(server.address, "/", "ann").await;
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    let first = page.driver.window().await.unwrap();
    let second = page.driver.new_tab().await.unwrap();
    page.driver.switch_to_window(second.clone()).await.unwrap();
    page.driver.goto(format!("http://{}/r/kitchen", server.address)).await.unwrap();
    page.online().await;
    page.exists("[data-testid='room-link'][data-room='kitchen'][aria-current='page']").await;
    assert_eq!(page.find("me").await.text().await.unwrap(), "ann", "the same person");
    page.exists("[data-testid='room-link'][data-room='lobby']").await;

    // What nobody has seen is unread in both, and read in both once it is seen in one.
    bob.send_json(&say("lobby", "hello ann", "1"));
    until(&page, LOBBY_UNREAD).await;
    page.driver.switch_to_window(first.clone()).await.unwrap();
    page.message("hello ann").await;
    page.driver.switch_to_window(second.clone()).await.unwrap();
    until(&page, &format!("!{LOBBY_UNREAD}")).await;

    // What one says oneself in one tab is one's own in the other, and news in neither.
    page.say("/join lobby").await;
    page.say("from the second").await;
    assert_eq!(bob.event("message")["text"], "from the second");
    page.driver.switch_to_window(first.clone()).await.unwrap();
    page.message("from the second").await;
    page.say("from the first").await;
    assert_eq!(bob.event("message")["text"], "from the first");
    page.driver.switch_to_window(second).await.unwrap();
    page.message("from the first").await;
    until(&page, &format!("!{LOBBY_UNREAD}")).await;
    assert_eq!(page.messages().await, ["hello ann", "from the second", "from the first"]);
    page.quit().await;
}

pub(crate) async fn nothing_can_be_kept() {
    let server = Server::start(&[]);
    let page = Browser::start().await;
    page.size(1280, 800).await;
    let full = json!({"source": "Storage.prototype.setItem = () => { \
        throw new DOMException('no room', 'QuotaExceededError'); }"});
    page.cdp("Page.addScriptToEvaluateOnNewDocument", full).await;
    page.driver.goto(format!("http://{}/", server.address)).await.unwrap();
    page.find("nick-input").await.send_keys("ann").await.unwrap();
    page.find("nick-submit").await.click().await.unwrap();
    page.online().await;
    let notice = page.find("notice").await.text().await.unwrap();
    assert!(notice.contains("keeps nothing"), "{notice}");
    page.say("all the same").await;
    page.message("all the same").await;
    page.find("composer").await.send_keys("a thought").await.unwrap();
    let shown = page.script("return document.querySelectorAll(\"[data-testid='notice']\").length").await;
    assert_eq!(shown, 0, "once, and out of the way when one speaks");
    page.quit().await;
}
