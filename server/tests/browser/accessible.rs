//! What keeps people from using the page, as far as axe-core sees it; and what a screen reader is told.

use std::path::PathBuf;

use serde_json::json;
use thirtyfour::Key;

use crate::browser::Browser;
use crate::keys::{focused, press, until};
use crate::support::{Server, Socket, folder, say};

/// The script of axe-core, which `cargo xtask setup --tests` fetches.
fn axe() -> String {
    let kept = || {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
        let cache = cache.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cache"));
        cache.join("partyline/axe-core/node_modules/axe-core/axe.min.js")
    };
    let file = std::env::var_os("PARTYLINE_AXE").map_or_else(kept, PathBuf::from);
    std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask setup --tests` fetches axe-core", file.display()))
}

/// A page with axe-core in it.
struct Checked {
    page: Browser,
    axe: String,
}

impl Checked {
    async fn start() -> Self {
        let page = Browser::start().await;
        page.size(1280, 800).await;
        // The page's own policy lets nobody put a script in, which is another test's matter.
        page.cdp("Page.setBypassCSP", json!({"enabled": true})).await;
        Self { page, axe: axe() }
    }

    /// Opens the page, and puts axe-core into it.
    async fn open(&self, server: &Server) {
        self.page.driver.goto(format!("http://{}/", server.address)).await.unwrap();
        self.page.find("nick-input").await;
        self.inject().await;
    }

    async fn inject(&self) {
        self.page.cdp("Runtime.evaluate", json!({"expression": self.axe})).await;
    }

    /// Checks what is shown, in the light theme and in the dark one.
    async fn check(&self, state: &str) {
        for dark in [false, true] {
            self.page.dark(dark).await;
            // What moves has yet to get its colours and its place.
            self.page.picture().await;
            let run = "axe.run(document, {resultTypes: ['violations']}).then(result => done(result.violations \
                       .filter(it => it.impact === 'serious' || it.impact === 'critical') \
                       .map(it => [it.id, it.help, it.nodes.map(node => node.html + ' ' + node.failureSummary)])), \
                       error => done(String(error)))";
            let found = self.page.script_until(run).await;
            assert_eq!(found, json!([]), "{state}, dark: {dark}: {found:#}");
        }
        self.page.dark(false).await;
    }
}

pub(crate) async fn axe_finds_nothing() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &["--burst", "100"]);
    let address = server.address;
    let checked = Checked::start().await;
    checked.open(&server).await;
    checked.check("first visit").await;
    let page = &checked.page;
    page.find("nick-input").await.send_keys("ann" + Key::Enter).await.unwrap();
    page.online().await;
    checked.check("an empty room").await;

    let mut bob = Socket::json_in(address, "bob", "lobby");
    bob.send_json(&json!({"type": "join", "room": "kitchen"}));
    bob.event("joined");
    page.say("/join kitchen").await;
    page.exists("[data-room='kitchen'][aria-current]").await;
    bob.send_json(&say("lobby", "see https://example.org/ and `code`\n> quoted", "1"));
    bob.send_json(&json!({"type": "say", "room": "lobby", "text": "waves", "action": true, "ref": "2"}));
    page.exists("[data-room='lobby'] [data-testid='unread']").await;
    checked.check("something is new elsewhere").await;
    press(page, &[Key::Alt], Key::Down).await;
    page.message("waves").await;
    page.say("/help").await;
    page.find("notice").await;
    checked.check("a room").await;

    press(page, &[Key::Control], 'k').await;
    page.find("place").await;
    checked.check("switcher").await;
    press(page, &[], Key::Escape).await;
    press(page, &[Key::Control], '/').await;
    page.find("shortcuts").await;
    checked.check("shortcuts").await;
    press(page, &[], Key::Escape).await;
    page.find("rename").await.click().await.unwrap();
    page.find("rename-input").await;
    checked.check("another name").await;
    press(page, &[], Key::Escape).await;
    page.find("settings").await.click().await.unwrap();
    page.find("settings-close").await;
    checked.check("settings").await;
    press(page, &[], Key::Escape).await;
    page.find("emoji").await.click().await.unwrap();
    page.find("emoji-cell").await;
    checked.check("emoji").await;
    press(page, &[], Key::Escape).await;

    server.kill();
    page.find("trouble").await;
    checked.check("no server").await;
    // What was typed meanwhile is too much for the server that comes back.
    page.say(&"long ".repeat(100)).await;
    let server = Server::in_folder(folder.path(), &address.to_string(), &["--message-chars", "100"]);
    page.online().await;
    page.find("retry").await;
    checked.check("a message that failed").await;

    page.size(390, 844).await;
    checked.check("a phone").await;
    for (button, panel) in [("open-rooms", "rooms"), ("open-members", "members")] {
        page.find(button).await.click().await.unwrap();
        focused(page, &format!("#{panel}")).await;
        checked.check(panel).await;
        press(page, &[], Key::Escape).await;
        focused(page, &format!("#{button}")).await;
    }
    drop(server);
    checked.page.quit().await;
}

pub(crate) async fn said_aloud() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &[]);
    let address = server.address;
    let page = Browser::visit(address, "/", "ann").await;
    let heard = |text: &str| format!("document.querySelector('[data-testid=status]').textContent.includes({text:?})");

    // The parts of the page, by name.
    let landmarks = "return [...document.querySelectorAll('nav, main, aside, [role=log], [role=status]')] \
                     .map(it => [it.tagName, it.role ?? '', it.ariaLabel ?? ''])";
    let landmarks = page.script(landmarks).await;
    for part in [json!(["NAV", "", "Rooms"]), json!(["MAIN", "", ""]), json!(["ASIDE", "", "Members"])] {
        let role_or_none = |it: &serde_json::Value| it[0] == part[0] && it[2] == part[2];
        assert!(landmarks.as_array().unwrap().iter().any(role_or_none), "{part} in {landmarks}");
    }
    let headings =
        page.script("return [...document.querySelectorAll('h1')].filter(h => h.checkVisibility()).length").await;
    assert_eq!(headings, 1);

    page.say("/join kitchen").await;
    until(&page, &heard("You are in #kitchen.")).await;
    server.terminate();
    until(&page, &heard("The server is restarting.")).await;
    let (status, _) = server.wait();
    assert!(status.success());
    let server = Server::in_folder(folder.path(), &address.to_string(), &[]);
    page.online().await;
    until(&page, &heard("Connected again.")).await;

    // What is behind a dialog or a drawer isn't there.
    press(&page, &[Key::Control], 'k').await;
    focused(&page, "[data-testid='switcher-input']").await;
    for _ in 0..4 {
        press(&page, &[], Key::Tab).await;
        until(&page, "document.activeElement.closest('dialog') || document.activeElement === document.body").await;
    }
    press(&page, &[], Key::Escape).await;
    page.size(390, 844).await;
    page.find("open-rooms").await.click().await.unwrap();
    focused(&page, "#rooms").await;
    until(&page, "document.querySelector('main').inert && !document.querySelector('nav').inert").await;
    // Where there is room for all, there are no drawers, and nothing is behind one.
    page.size(1280, 800).await;
    until(&page, "!document.querySelector('main').inert").await;
    page.size(390, 844).await;
    page.find("open-rooms").await.click().await.unwrap();
    focused(&page, "#rooms").await;
    page.find_css("#rooms a[data-room='lobby']").await.click().await.unwrap();
    until(&page, "document.activeElement !== document.body && !document.activeElement.closest('nav')").await;
    drop(server);
    page.quit().await;
}
