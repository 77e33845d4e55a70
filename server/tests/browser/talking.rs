//! What people do: come in, talk, stay through a restart.

use crate::browser::Browser;
use crate::support::{Server, Socket, folder, say};

pub(crate) async fn talk_and_restart() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &[]);
    let address = server.address;
    let page = Browser::visit(address, "/", "ann").await;
    let mut raw = server.connect();
    raw.send("hello\n");
    page.message("hello").await;
    let mut script = server.connect();
    script.send("teset");
    assert_eq!(script.receive(), "收到你的消息teset", "a client that never ends a line");
    page.message("teset").await;
    page.say("hello from the page").await;
    assert_eq!(raw.line_with("from the page"), "ann: hello from the page");
    page.exists("[data-testid='message'][data-via='tcp']").await;
    page.exists("[data-testid='message'][data-via='ws']").await;

    server.kill();
    page.exists("[data-testid='connection']:not([data-state='online'])").await;
    let server = Server::in_folder(folder.path(), &address.to_string(), &[]);
    page.online().await;
    let mut raw = server.connect();
    raw.send("welcome back\n");
    page.message("welcome back").await;
    let said = ["hello", "teset", "hello from the page", "welcome back", "still ann"];
    page.say("still ann").await;
    assert_eq!(raw.line_with("still ann"), "ann: still ann", "the nick is kept through the restart");
    page.message("still ann").await;
    assert_eq!(page.messages().await, said);

    // And a person who reloads is the same one, with the history.
    page.driver.refresh().await.unwrap();
    page.online().await;
    page.message("still ann").await;
    assert_eq!(page.messages().await, said);
    page.say("reloaded").await;
    assert_eq!(raw.line_with("reloaded"), "ann: reloaded");
    page.quit().await;
}

pub(crate) async fn rooms_and_urls() {
    let server = Server::start(&[]);
    let page = Browser::visit(server.address, "/r/kitchen", "ann").await;
    let mut bob = Socket::json_in(server.address, "bob", "kitchen");
    page.say("anybody here?").await;
    assert_eq!(bob.event("message")["room"], "kitchen");
    page.say("/join lobby").await;
    page.exists("[data-testid='room-link'][data-room='lobby']").await;
    wait_for_path(&page, "/r/lobby").await;
    bob.send_json(&say("kitchen", "too late", "1"));
    page.exists("[data-testid='room-link'][data-room='kitchen'] [data-testid='unread']").await;
    page.driver.back().await.unwrap();
    page.message("too late").await;
    wait_for_path(&page, "/r/kitchen").await;
    page.quit().await;
}

async fn wait_for_path(page: &Browser, path: &str) {
    let script = format!(
        "const done = arguments[0]; const look = () => location.pathname === '{path}' ? done(true) : \
         requestAnimationFrame(look); look()"
    );
    page.driver.execute_async(script, vec![]).await.unwrap();
}
