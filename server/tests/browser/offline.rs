//! The page where the server can't be reached: what it shows, and what it says; and a server with another page.

use serde_json::json;

use crate::browser::Browser;
use crate::keys::{type_in, until};
use crate::proxy::Proxy;
use crate::support::{Server, Socket, folder, say};

pub(crate) async fn without_a_server() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &["--burst", "100"]);
    let address = server.address;
    let proxy = Proxy::start(address);
    let page = Browser::visit(proxy.address, "/", "ann").await;
    let mut bob = Socket::json_in(address, "bob", "lobby");
    for n in 0..60 {
        bob.send_json(&say("lobby", &format!("line {n}"), &n.to_string()));
        bob.event("sent");
    }
    page.say("/join kitchen").await;
    page.exists("[data-room='kitchen'][aria-current]").await;
    page.say("anybody hungry?").await;
    page.message("anybody hungry?").await;
    let installed = "navigator.serviceWorker?.ready.then(() => done(true)); setTimeout(() => done(false), 20000)";
    assert_eq!(page.script_until(installed).await, true, "`cargo xtask page` builds the page that a release has");

    // Opened without a server: the shell, the rooms, and what was said last in each.
    server.kill();
    page.driver.refresh().await.unwrap();
    page.message("anybody hungry?").await;
    page.find("trouble").await;
    page.find_css("[data-room='lobby']").await.click().await.unwrap();
    page.message("line 59").await;
    assert_eq!(page.messages().await.len(), 50);
    page.screenshot("offline").await;
    assert_eq!(page.find("me").await.text().await.unwrap(), "ann");
    assert!(!page.is_there("[data-testid='member-count']").await, "nobody knows who is there");
    // What one writes then waits, after what was there, over a reload too; and no room is forgotten for another.
    page.say("is this thing on?").await;
    page.message("is this thing on?").await;
    assert_eq!(page.messages().await.len(), 51);
    page.driver.refresh().await.unwrap();
    page.message("is this thing on?").await;
    assert_eq!(page.messages().await.len(), 51);
    page.exists("[data-room='kitchen']").await;
    let kept =
        "caches.open('partyline-1').then(it => it.keys()).then(it => done(it.map(it => new URL(it.url).pathname)))";
    let kept: Vec<String> = serde_json::from_value(page.script_until(kept).await).unwrap();
    let files = kept.iter().filter(|path| *path != "/");
    assert!(kept.contains(&"/".to_owned()) && files.clone().any(|path| path.contains("_bg.wasm")), "{kept:?}");
    for path in files {
        assert!(path.split(['-', '.']).any(|part| part.len() >= 15), "{path} has no hash, and may change");
    }

    // And the server comes back.
    let server = Server::in_folder(folder.path(), &address.to_string(), &["--burst", "100"]);
    // Unless it was noticed already: then there is nothing left to press.
    page.script("document.querySelector(\"[data-testid='connect-now']\")?.click()").await;
    page.online().await;
    until(&page, "!document.querySelector('[data-testid=trouble]')").await;
    until(&page, "!document.querySelector('[data-testid=pending]')").await;
    page.message("is this thing on?").await;
    let said = page.messages().await.into_iter().filter(|text| text == "is this thing on?").count();
    assert_eq!(said, 1, "sent once");
    page.say("back again").await;
    page.message("back again").await;
    until(&page, "!document.querySelector('[data-testid=update]')").await;

    // With another page: it is offered, and what is typed is there after it was taken.
    proxy.change();
    server.kill();
    let server = Server::in_folder(folder.path(), &address.to_string(), &["--burst", "100"]);
    page.find("update").await;
    type_in(&page, "half a sen").await;
    page.screenshot("update").await;
    assert!(!page.script("return document.head.innerHTML").await.as_str().unwrap().contains(Proxy::NEW));
    page.find("update-reload").await.click().await.unwrap();
    page.exists(&format!("link[href*='{}']", Proxy::NEW)).await;
    page.online().await;
    until(&page, "document.querySelector('#composer')?.value === 'half a sen'").await;
    // The file of the earlier version goes once the later one is there.
    let forgotten = format!(
        "caches.open('partyline-1').then(it => it.keys()).then(it => it.map(it => it.url).join()).then(it => \
         it.includes('{}') && !it.includes('{}') ? done(true) : setTimeout(look, 50), done)",
        Proxy::NEW,
        proxy.old(),
    );
    assert_eq!(page.script_until(&format!("const look = () => {forgotten}; look()")).await, true);
    drop(server);
    page.quit().await;
}

/// Waits until the notice over the timeline says this.
async fn told(page: &Browser, text: &str) {
    until(page, &format!("document.querySelector('[data-testid=trouble]')?.textContent.includes({text:?})")).await;
}

pub(crate) async fn trouble() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &[]);
    let address = server.address;
    let page = Browser::visit(address, "/", "ann").await;
    server.terminate();
    told(&page, "The server is restarting.").await;
    server.wait();
    let server = Server::in_folder(folder.path(), &address.to_string(), &[]);
    page.online().await;

    page.say("/quit").await;
    told(&page, "You left.").await;
    page.find("connect-now").await.click().await.unwrap();
    page.online().await;

    server.kill();
    told(&page, "The server can’t be reached.").await;
    page.find("countdown").await;
    page.screenshot("trouble").await;
    let network = |offline| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    page.cdp("Network.emulateNetworkConditions", network(true)).await;
    told(&page, "You are offline.").await;
    page.cdp("Network.emulateNetworkConditions", network(false)).await;
    until(&page, "!document.querySelector('[data-testid=trouble]')?.textContent.includes('You are offline.')").await;

    // Whoever comes back late may find their name taken.
    page.driver.goto("about:blank").await.unwrap();
    let server = Server::in_folder(folder.path(), &address.to_string(), &[]);
    let mut other = Socket::connect(address);
    other.send_json(&json!({"type": "hello", "nick": "ann"}));
    assert_eq!(other.event("welcome")["you"]["nick"], "ann");
    page.driver.goto(format!("http://{address}/")).await.unwrap();
    page.find("taken").await;
    page.screenshot("taken").await;
    page.find("taken-choose").await.click().await.unwrap();
    page.find("rename-input").await;
    until(&page, "!document.querySelector('[data-testid=taken]')").await;
    drop(server);
    page.quit().await;
}
