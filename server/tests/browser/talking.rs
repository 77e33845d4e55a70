//! What people do: come in, talk, stay through a restart.

use crate::browser::Browser;
use crate::support::{Server, Socket, Web, folder, say};

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

pub(crate) async fn screenshots() {
    let server = Server::start(&["--burst", "1000", "--per-second", "0"]);
    let mut mara = Web::join(server.address, "mara", "lobby");
    let mut bot = Socket::json_in(server.address, "ops-bot", "lobby");
    let mut jonas = Socket::plain_in(server.address, "jonas");
    let mut ming = Socket::plain_in(server.address, "小明");
    let mut watcher = Socket::json_in(server.address, "watcher", "lobby");
    let talk = [
        ("mara", "Morning! The coffee machine on the second floor is back."),
        ("小明", "早上好！我用五行 Python 就连上了，收到你的消息。"),
        ("小明", "没有换行也可以。"),
        ("jonas", "Nice. I'm here from a terminal: nc and Enter, that was all."),
        ("ops-bot", "build 4812 is green (main, 3 min 12 s)"),
        ("mara", "The sensor in the basement only speaks TCP, can it post too?"),
        ("jonas", "It already does, one line each minute: see #basement"),
        ("ops-bot", "deploy to staging finished\n  web      4 of 4\n  workers  2 of 2"),
    ];
    for (n, (who, text)) in talk.iter().enumerate() {
        match *who {
            "mara" => mara.send(&say("lobby", text, &n.to_string())),
            "ops-bot" => bot.send_json(&say("lobby", text, &n.to_string())),
            "jonas" => jonas.send(format!("{text}\n")),
            _ => ming.send(format!("{text}\n")),
        }
        // Everybody by another way: each waits until the one before is heard.
        watcher.event("message");
    }
    drop(watcher);
    let mut sensor = server.connect();
    sensor.send("/nick sensor-2\n/join basement\ntemp=21.4\n");
    sensor.line_with("This is basement");
    let page = Browser::visit(server.address, "/", "ann").await;
    page.message("deploy to staging").await;
    page.exists("[data-testid='message'][data-via='json']").await;
    page.say("Good morning from the browser.").await;
    page.say("/join basement").await;
    page.message("temp=21.4").await;
    page.say("/join lobby").await;
    page.message("Good morning").await;
    sensor.send("temp=21.5\n");
    page.exists("[data-testid='room-link'][data-room='basement'] [data-testid='unread']").await;
    page.screenshot("desktop-light").await;
    page.dark(true).await;
    page.screenshot("desktop-dark").await;
    page.size(390, 844).await;
    page.screenshot("phone-dark").await;
    page.dark(false).await;
    page.screenshot("phone-light").await;
    let composer = page.find("composer").await;
    let (bounds, log) = (composer.rect().await.unwrap(), page.find("timeline").await.rect().await.unwrap());
    assert!(bounds.x >= 0.0 && bounds.x + bounds.width <= 390.0, "the composer fits a phone: {bounds:?}");
    assert!(log.y + log.height <= bounds.y + 1.0, "and hides nothing of what was said: {log:?}");
    let wide = page.driver.execute("return document.documentElement.scrollWidth", vec![]).await.unwrap();
    assert!(wide.json().as_u64().unwrap() <= 390, "nothing scrolls sideways: {}", wide.json());

    let fresh = Browser::start().await;
    fresh.size(1280, 800).await;
    fresh.driver.goto(format!("http://{}/", server.address)).await.unwrap();
    fresh.find("nick-input").await;
    fresh.screenshot("first-visit").await;
    fresh.quit().await;
    page.quit().await;
}
