//! Everything by the keyboard alone, from the first visit on, and the keyboard never nowhere.

use thirtyfour::Key;

use crate::browser::Browser;
use crate::keys::{focused, press, type_in, until};
use crate::support::{Server, Socket, say};

const COMPOSER: &str = "#composer";

/// The page on a server, after somebody has come in without a mouse.
async fn come_in(server: &Server) -> Browser {
    let page = Browser::start().await;
    page.size(1280, 800).await;
    page.driver.goto(format!("http://{}/", server.address)).await.unwrap();
    focused(&page, "[data-testid='nick-input']").await;
    type_in(&page, "ann").await;
    press(&page, &[], Key::Enter).await;
    page.online().await;
    focused(&page, COMPOSER).await;
    page
}

async fn path(page: &Browser, path: &str) {
    until(page, &format!("location.pathname === {path:?}")).await;
}

pub(crate) async fn everything_by_keys() {
    let server = Server::start(&["--burst", "1000", "--per-second", "0"]);
    let page = come_in(&server).await;
    type_in(&page, "hello").await;
    press(&page, &[], Key::Enter).await;
    page.message("hello").await;

    // To a room that there isn't yet, by its name.
    press(&page, &[Key::Control], 'k').await;
    focused(&page, "[data-testid='switcher-input']").await;
    type_in(&page, "kitchen").await;
    page.exists("[role='option'][aria-selected='true']").await;
    press(&page, &[], Key::Enter).await;
    path(&page, "/r/kitchen").await;
    focused(&page, COMPOSER).await;

    // And back, chosen by the arrows among several; what is chosen is what the field says is active.
    let mut bob = Socket::json_in(server.address, "bob", "kitchen");
    page.exists("[data-testid='member'][data-nick='bob']").await;
    press(&page, &[Key::Control], 'k').await;
    focused(&page, "[data-testid='switcher-input']").await;
    until(&page, "document.querySelectorAll('[data-testid=place]').length === 3").await;
    press(&page, &[], Key::Down).await;
    let active = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))";
    until(&page, &format!("{active}?.textContent.includes('bob') && {active}.ariaSelected === 'true'")).await;
    press(&page, &[], Key::Up).await;
    until(&page, &format!("{active}?.textContent.includes('lobby')")).await;
    page.screenshot("switcher").await;
    press(&page, &[], Key::Enter).await;
    path(&page, "/r/lobby").await;
    focused(&page, COMPOSER).await;

    // Somebody to write to in private.
    press(&page, &[Key::Alt], Key::Up).await;
    path(&page, "/r/kitchen").await;
    press(&page, &[Key::Control], 'k').await;
    focused(&page, "[data-testid='switcher-input']").await;
    type_in(&page, "@bo").await;
    press(&page, &[], Key::Enter).await;
    focused(&page, COMPOSER).await;
    until(&page, "document.activeElement.value === '/msg bob '").await;
    press(&page, &[Key::Control], 'a').await;
    press(&page, &[], Key::Backspace).await;

    // Escape closes the list, and the keyboard is where it was; so does what opened it.
    for key in [Key::Escape.value(), 'k'] {
        press(&page, &[Key::Control], 'k').await;
        focused(&page, "[data-testid='switcher-input']").await;
        let held: &[Key] = if key == 'k' { &[Key::Control] } else { &[] };
        press(&page, held, key).await;
        focused(&page, COMPOSER).await;
    }

    // Rooms by the arrows, and those where something is new.
    press(&page, &[Key::Alt], Key::Down).await;
    path(&page, "/r/lobby").await;
    focused(&page, COMPOSER).await;
    bob.send_json(&say("kitchen", "soup is ready", "1"));
    page.exists("[data-room='kitchen'] [data-testid='unread']").await;
    press(&page, &[Key::Alt, Key::Shift], Key::Up).await;
    path(&page, "/r/kitchen").await;
    page.message("soup is ready").await;
    press(&page, &[Key::Alt, Key::Shift], Key::Up).await;
    press(&page, &[Key::Alt], Key::Up).await;
    path(&page, "/r/lobby").await;

    // From part to part.
    for pane in ["#members, #members *", "#rooms, #rooms *", "#timeline", COMPOSER] {
        press(&page, &[Key::Control], Key::F6).await;
        focused(&page, pane).await;
    }
    press(&page, &[Key::Control, Key::Shift], Key::F6).await;
    focused(&page, "#timeline").await;

    // The table of shortcuts: by a sign where nobody types, by another key anywhere.
    press(&page, &[], '?').await;
    page.find("shortcuts").await;
    page.screenshot("shortcuts").await;
    press(&page, &[], Key::Escape).await;
    focused(&page, "#timeline").await;
    press(&page, &[], Key::Escape).await;
    focused(&page, COMPOSER).await;
    type_in(&page, "what?").await;
    until(&page, "document.activeElement.value === 'what?' && !document.querySelector('dialog[open]')").await;
    press(&page, &[Key::Control], '/').await;
    page.find("shortcuts").await;
    press(&page, &[], Key::Escape).await;
    focused(&page, COMPOSER).await;

    // An input method has its keys to itself.
    let composing = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, \
                     isComposing: true, bubbles: true, cancelable: true}))";
    assert!(page.script(&format!("return {composing}")).await.as_bool().unwrap(), "nobody took it");
    until(&page, "!document.querySelector('dialog[open]')").await;
    page.quit().await;
}

pub(crate) async fn reading_by_keys() {
    let server = Server::start(&["--burst", "1000", "--per-second", "0"]);
    let page = come_in(&server).await;
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    for n in 0..60 {
        bob.send_json(&say("lobby", &format!("line {n}\nand more of it"), &n.to_string()));
    }
    page.message("line 59").await;
    let end = "Math.abs(timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight) < 2";
    until(&page, end).await;
    press(&page, &[], Key::PageUp).await;
    until(&page, "timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight > 300").await;
    focused(&page, COMPOSER).await;
    page.find("jump").await;
    press(&page, &[], Key::PageDown).await;
    until(&page, end).await;
    press(&page, &[], Key::Home).await;
    until(&page, "timeline.scrollTop === 0").await;
    press(&page, &[], Key::End).await;
    until(&page, end).await;
    // While something is typed, these are the field's.
    type_in(&page, "abc").await;
    press(&page, &[], Key::Home).await;
    until(&page, "document.activeElement.selectionStart === 0").await;
    until(&page, end).await;

    // Escape leads back to the end, which is read then, and to where one types.
    press(&page, &[], Key::PageUp).await;
    page.find("jump").await;
    bob.send_json(&say("lobby", "the latest", "latest"));
    page.exists("[data-room='lobby'] [data-testid='unread']").await;
    press(&page, &[Key::Control, Key::Shift], Key::F6).await;
    focused(&page, "#timeline").await;
    press(&page, &[], Key::Escape).await;
    focused(&page, COMPOSER).await;
    until(&page, end).await;
    until(&page, "!document.querySelector('[data-room=lobby] [data-testid=unread]')").await;
    page.quit().await;
}

pub(crate) async fn never_lost() {
    let server = Server::start(&[]);
    let page = come_in(&server).await;
    for room in ["attic", "kitchen"] {
        type_in(&page, &format!("/join {room}")).await;
        press(&page, &[], Key::Enter).await;
        path(&page, &format!("/r/{room}")).await;
    }
    // A room that isn't shown is left: the keyboard stays in the list. One that is: it goes to where one types.
    page.script("document.querySelector('[data-room=attic]').focus()").await;
    press(&page, &[], Key::Tab).await;
    press(&page, &[], Key::Enter).await;
    until(&page, "!document.querySelector('[data-room=attic]')").await;
    focused(&page, "a[data-room='kitchen']").await;
    press(&page, &[], Key::Tab).await;
    press(&page, &[], Key::Enter).await;
    until(&page, "!document.querySelector('[data-room=kitchen]')").await;
    path(&page, "/r/lobby").await;
    focused(&page, COMPOSER).await;

    // Each dialog gives the keyboard back to what opened it.
    for button in ["rename", "open-shortcuts", "open-switcher"] {
        page.script(&format!("document.querySelector('[data-testid={button}]').focus()")).await;
        press(&page, &[], Key::Enter).await;
        focused(&page, "dialog[open] *").await;
        press(&page, &[], Key::Escape).await;
        focused(&page, &format!("[data-testid={button}]")).await;
    }

    // What is dismissed takes its button with it.
    press(&page, &[], Key::Escape).await;
    focused(&page, COMPOSER).await;
    type_in(&page, "/help").await;
    press(&page, &[], Key::Enter).await;
    page.find("notice").await;
    page.script("document.querySelector('[data-testid=notice] button').focus()").await;
    press(&page, &[], Key::Enter).await;
    until(&page, "!document.querySelector('[data-testid=notice]')").await;
    focused(&page, COMPOSER).await;
    // A line that is typed to nobody is typed into the composer.
    page.script("document.activeElement.blur()").await;
    type_in(&page, "x").await;
    focused(&page, COMPOSER).await;
    until(&page, "document.activeElement.value === 'x'").await;
    page.quit().await;
}
