//! What people do while they type.

use partyline_chromium::Browser;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::{Server, Socket, say};

const FIELD: &str = "document.getElementById('composer')";

/// What is in the field.
async fn text(page: &Browser) -> String {
    page.script(&format!("return {FIELD}.value")).await.as_str().unwrap().to_owned()
}

/// Waits until this holds, looking again with each frame.
async fn until(page: &Browser, condition: &str) {
    let script = format!("const look = () => ({condition}) ? done(true) : requestAnimationFrame(look); look()");
    page.script_until(&script).await;
}

async fn until_text(page: &Browser, text: &str) {
    until(page, &format!("{FIELD}.value === {}", json!(text))).await;
}

/// Puts a text where the caret is, as a paste or an input method does.
async fn insert(page: &Browser, text: &str) {
    page.cdp("Input.insertText", json!({"text": text})).await;
}

async fn press(page: &Browser, keys: impl Into<TypingData>) {
    page.driver.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

async fn clear(page: &Browser) {
    press(page, Key::Control + "a").await;
    press(page, Key::Delete).await;
}

/// The rows of the list, as they read.
async fn suggestions(page: &Browser) -> Vec<String> {
    until(page, "document.querySelector(\"[data-testid='suggestion']\")").await;
    let script = "return [...document.querySelectorAll(\"[data-testid='suggestion']\")].map(row => \
                  row.querySelector('.suggestion-name').textContent)";
    serde_json::from_value(page.script(script).await).unwrap()
}

async fn no_suggestions(page: &Browser) {
    until(page, "document.querySelector(\"[data-testid='suggestions']\").hidden").await;
}

/// The text of an element, once it has one.
async fn words(page: &Browser, name: &str) -> String {
    let find = format!("document.querySelector(\"[data-testid='{name}']\")");
    until(page, &format!("{find}?.textContent.trim()")).await;
    page.script(&format!("return {find}.textContent.trim()")).await.as_str().unwrap().to_owned()
}

fn heard(socket: &mut Socket) -> Value {
    socket.event("message")["text"].clone()
}

pub(crate) async fn completing() {
    let server = Server::start(&["--burst", "100"]);
    let _far = Socket::json_in(server.address, "far", "kitsch");
    let page = Browser::visit(server.address, "/r/kitchen", "me").await;
    page.say("/join lobby").await;
    page.exists("[data-testid='room-link'][data-room='lobby']").await;
    let mut anna = Socket::json_in(server.address, "anna", "lobby");
    let mut anton = Socket::json_in(server.address, "anton", "lobby");
    anton.send_json(&say("lobby", "hello", "1"));
    page.message("hello").await;
    until(&page, "document.querySelectorAll(\"[data-testid='member']\").length === 3").await;

    // Whoever spoke lately comes first; the list is one for screen readers; arrows choose and Enter takes.
    press(&page, "@an").await;
    assert_eq!(suggestions(&page).await, ["anton", "anna"]);
    let state = "const field = document.getElementById('composer'); return [field.getAttribute('role'), \
                 field.getAttribute('aria-expanded'), field.getAttribute('aria-activedescendant'), \
                 document.getElementById(field.getAttribute('aria-controls')).getAttribute('role')]";
    assert_eq!(page.script(state).await, json!(["combobox", "true", "suggestion-0", "listbox"]));
    assert_eq!(words(&page, "suggestions-count").await, "2 suggestions");
    press(&page, Key::Down).await;
    until(&page, &format!("{FIELD}.getAttribute('aria-activedescendant') === 'suggestion-1'")).await;
    page.screenshot("completion").await;
    press(&page, Key::Enter).await;
    until_text(&page, "@anna ").await;
    no_suggestions(&page).await;
    assert_eq!(page.script(&format!("return {FIELD}.getAttribute('role')")).await, Value::Null);

    // By a click; by Tab; not at all.
    press(&page, "#kit").await;
    let rooms =
        "[...document.querySelectorAll(\"[data-testid='suggestion'] .suggestion-name\")].map(e => e.textContent)";
    until(&page, &format!("{rooms}.join() === 'kitchen,kitsch'")).await;
    page.find("suggestion").await.click().await.unwrap();
    until_text(&page, "@anna #kitchen ").await;
    press(&page, "@anto").await;
    suggestions(&page).await;
    press(&page, Key::Tab).await;
    until_text(&page, "@anna #kitchen @anton ").await;
    press(&page, "#lob").await;
    suggestions(&page).await;
    press(&page, Key::Escape).await;
    no_suggestions(&page).await;
    press(&page, "b").await;
    no_suggestions(&page).await;
    press(&page, Key::Enter).await;
    assert_eq!(heard(&mut anna), "hello");
    assert_eq!(heard(&mut anna), "@anna #kitchen @anton #lobb");

    // Commands come from the grammar, then what they ask for; Enter goes to a room that nobody knows yet.
    press(&page, "/jo").await;
    assert_eq!(suggestions(&page).await, ["/join ROOM"]);
    press(&page, Key::Tab).await;
    until_text(&page, "/join ").await;
    assert_eq!(suggestions(&page).await, ["kitchen", "lobby", "kitsch"]);
    assert_eq!(page.script(&format!("return {FIELD}.getAttribute('aria-activedescendant')")).await, Value::Null);
    press(&page, "kit").await;
    assert_eq!(suggestions(&page).await, ["kitchen", "kitsch"]);
    press(&page, Key::Enter).await;
    page.exists("[data-testid='room-link'][data-room='kit']").await;
    page.say("/join lobby").await;
    until(&page, "document.querySelector(\"[data-testid='room-title']\").textContent === 'lobby'").await;

    // As chats did when there were only terminals.
    press(&page, "an").await;
    press(&page, Key::Tab).await;
    until_text(&page, "anton: ").await;
    press(&page, Key::Tab).await;
    until_text(&page, "anna: ").await;
    press(&page, Key::Shift + Key::Tab).await;
    until_text(&page, "anton: ").await;
    press(&page, "and ANN").await;
    press(&page, Key::Tab).await;
    until_text(&page, "anton: and anna ").await;
    clear(&page).await;
    press(&page, Key::Tab).await;
    let left = page.script("return document.activeElement.id").await;
    assert_ne!(left, "composer", "where there is nothing to complete, Tab leaves");
    page.find("composer").await.click().await.unwrap();
    press(&page, "an").await;
    press(&page, Key::Tab).await;
    until_text(&page, "anton: ").await;
    press(&page, Key::Escape).await;
    press(&page, Key::Tab).await;
    let left = page.script("return [document.activeElement.id, document.getElementById('composer').value]").await;
    assert!(left[0] != "composer" && left[1] == "anton: ", "Escape ends it, and Tab leaves: {left}");
    page.quit().await;
}

pub(crate) async fn emoji() {
    let server = Server::start(&["--burst", "100"]);
    let page = Browser::visit(server.address, "/", "ann").await;
    let mut bot = Socket::json_in(server.address, "bot", "lobby");
    let fetched = "return performance.getEntriesByName(location.origin + '/emoji.txt').length";
    assert_eq!(page.script(fetched).await, 0, "nobody has wanted it yet");

    // By its name, finished or chosen; and back.
    press(&page, ":thumb").await;
    assert_eq!(suggestions(&page).await[..2], [":thumbsup:", ":thumbsdown:"]);
    press(&page, Key::Enter).await;
    until_text(&page, "👍").await;
    press(&page, " :smile:").await;
    until_text(&page, "👍 😄").await;
    press(&page, Key::Control + "z").await;
    until_text(&page, "👍 :smile:").await;
    press(&page, Key::End).await;
    press(&page, " :) 10:30:15 `:smile:`").await;
    press(&page, Key::Enter).await;
    assert_eq!(heard(&mut bot), "👍 :smile: :) 10:30:15 `:smile:`");
    assert_eq!(page.script(fetched).await, 1);

    // From the box: searched for in two languages, by keys and by a click.
    press(&page, "a b").await;
    press(&page, Key::Left).await;
    page.find("emoji").await.click().await.unwrap();
    page.find("emoji-search").await;
    until(&page, "document.activeElement.id === 'emoji-search'").await;
    page.screenshot("emoji").await;
    press(&page, "thumbs").await;
    press(&page, Key::Right).await;
    press(&page, Key::Enter).await;
    until_text(&page, "a 👎b").await;
    until(&page, "document.activeElement.id === 'composer'").await;
    page.find("emoji").await.click().await.unwrap();
    let cell = page.find("emoji-cell").await;
    assert_eq!(cell.text().await.unwrap(), "👎", "what was chosen lately is at hand");
    until(&page, "document.activeElement.id === 'emoji-search'").await;
    insert(&page, "蛋糕").await;
    until(&page, "document.querySelector(\"[data-testid='emoji-cell']\").textContent === '🎂'").await;
    page.find("emoji-cell").await.click().await.unwrap();
    until_text(&page, "a 👎🎂b").await;
    page.find("emoji").await.click().await.unwrap();
    until(&page, "document.activeElement.id === 'emoji-search'").await;
    press(&page, Key::Escape).await;
    until(
        &page,
        "!document.querySelector(\"[data-testid='emoji-picker']\") && document.activeElement.id === 'composer'",
    )
    .await;

    // On a phone all of it can be hit by a finger, and no field is so small that a phone zooms in.
    page.size(390, 844).await;
    page.find("emoji").await.click().await.unwrap();
    page.find("emoji-search").await;
    page.screenshot("emoji-phone").await;
    let small = "return [...document.querySelectorAll('.composer button, .picker button, .picker-cell, .picker input')]\
                 .filter(e => { const r = e.getBoundingClientRect(); return r.height < 44 || (r.width < 44 && \
                 !e.matches('.picker-group, .picker-cell')) }).map(e => e.className)";
    assert_eq!(page.script(small).await, json!([]));
    let fonts = "return [...document.querySelectorAll('input:not([type=radio], [type=checkbox]), textarea')].map(e => parseFloat(getComputedStyle(e)\
                 .fontSize)).filter(size => size < 16)";
    assert_eq!(page.script(fonts).await, json!([]));
    page.quit().await;
}

pub(crate) async fn typing() {
    let server = Server::start(&["--burst", "100", "--message-chars", "260"]);
    let page = Browser::visit(server.address, "/r/kitchen", "ann").await;
    page.say("/join lobby").await;
    page.exists("[data-testid='room-link'][data-room='lobby']").await;
    let mut bot = Socket::json_in(server.address, "bot", "lobby");

    // Several lines that are pasted are one message.
    press(&page, "one").await;
    press(&page, Key::Shift + Key::Enter).await;
    press(&page, "/two").await;
    let low = page.script(&format!("return {FIELD}.offsetHeight")).await.as_u64().unwrap();
    press(&page, Key::Control + "a").await;
    press(&page, Key::Control + "x").await;
    until_text(&page, "").await;
    assert!(page.script(&format!("return {FIELD}.offsetHeight")).await.as_u64().unwrap() < low, "it grows and shrinks");
    press(&page, Key::Control + "v").await;
    until_text(&page, "one\n/two").await;
    press(&page, Key::Enter).await;
    assert_eq!(bot.event("typing")["member"]["nick"], "ann");
    assert_eq!(heard(&mut bot), "one\n/two");
    press(&page, Key::Up).await;
    until_text(&page, "one\n/two").await;
    clear(&page).await;

    // The counter comes before the limit. Over it nothing is sent, nothing lost, and it is said why.
    insert(&page, &"明".repeat(70)).await;
    assert_eq!(words(&page, "counter").await, "190");
    insert(&page, &"明".repeat(200)).await;
    assert_eq!(words(&page, "counter").await, "-10");
    assert_eq!(words(&page, "hint").await, "Too long: take 10 characters out to send it");
    press(&page, Key::Enter).await;
    let send = page.find("send").await;
    assert_eq!(send.attr("aria-disabled").await.unwrap().as_deref(), Some("true"));
    assert_eq!(send.attr("title").await.unwrap().unwrap(), words(&page, "hint").await);
    assert_eq!(text(&page).await.chars().count(), 270);
    for _ in 0..10 {
        press(&page, Key::Backspace).await;
    }
    press(&page, Key::Enter).await;
    assert_eq!(heard(&mut bot), "明".repeat(260));

    // Mistakes are said before they are sent, and what was typed stays.
    for (typed, said) in [
        ("/nope x", "There is no command /nope. // says a line that starts with a slash."),
        ("/join a!b", "No room can be called that: only letters, digits, \"-\" and \"_\" are allowed, not \"!\"."),
        ("/nick -x", "That can't be a name: it must start with a letter or a digit."),
    ] {
        press(&page, typed).await;
        assert_eq!(words(&page, "hint").await, said);
        press(&page, Key::Enter).await;
        until(&page, "document.querySelector('.underline [role=alert]').textContent").await;
        assert_eq!(text(&page).await, typed);
        clear(&page).await;
    }
    press(&page, "/join").await;
    until(&page, "document.querySelector(\"[data-testid='hint']\").textContent.startsWith('/join ROOM')").await;
    clear(&page).await;

    // A draft stays with its room.
    press(&page, "half a").await;
    page.find_css("[data-room='kitchen']").await.click().await.unwrap();
    until_text(&page, "").await;
    press(&page, "elsewhere").await;
    page.find_css("[data-room='lobby']").await.click().await.unwrap();
    until_text(&page, "half a").await;
    page.driver.refresh().await.unwrap();
    page.online().await;
    until_text(&page, "half a").await;
    page.find_css("[data-room='kitchen']").await.click().await.unwrap();
    until_text(&page, "elsewhere").await;
    page.say("").await;
    until_text(&page, "").await;
    page.find_css("[data-room='lobby']").await.click().await.unwrap();
    until_text(&page, "half a").await;
    clear(&page).await;
    let kept = page.script("return Object.keys(localStorage).filter(key => key.includes('draft'))").await;
    assert_eq!(kept, json!([]), "what was sent or taken back isn't kept");

    input_method(&page, &mut bot).await;
    who_types(&page, &server, &mut bot).await;
    page.quit().await;
}

/// While an input method composes, its keys are its own, in the order of each browser's events.
async fn input_method(page: &Browser, bot: &mut Socket) {
    // Chromium's own composition: pinyin, then the word that Enter picks.
    page.script("window.ended = 0; addEventListener('compositionend', () => window.ended = performance.now())").await;
    insert(page, "@").await;
    suggestions(page).await;
    let pinyin = json!({"text": "an", "selectionStart": 2, "selectionEnd": 2});
    page.cdp("Input.imeSetComposition", pinyin).await;
    until_text(page, "@an").await;
    no_suggestions(page).await;
    for key in ["Enter", "Tab", "ArrowDown", "Escape"] {
        let press = json!({"type": "rawKeyDown", "key": key, "code": key, "windowsVirtualKeyCode": 229});
        page.cdp("Input.dispatchKeyEvent", press).await;
    }
    assert_eq!(text(page).await, "@an", "nothing was sent, completed or left");
    insert(page, "安 ").await;
    until_text(page, "@安 ").await;

    // Firefox tells of the key first, then ends the composition; Safari the other way round, and by two codes.
    let compose = "const field = document.getElementById('composer'); \
        const fire = (kind, type, more) => field.dispatchEvent(new kind(type, {bubbles: true, cancelable: true, ...more})); \
        const start = () => { fire(CompositionEvent, 'compositionstart'); field.setRangeText('好', field.value.length, \
            field.value.length, 'end'); fire(InputEvent, 'input', {isComposing: true, inputType: 'insertCompositionText'}) }; \
        const key = more => fire(KeyboardEvent, 'keydown', {key: 'Enter', ...more}); \
        const end = () => fire(CompositionEvent, 'compositionend', {data: '好'}); ";
    let orders = [
        "start(); const one = key({keyCode: 229, isComposing: true}); end(); return one",
        "start(); end(); return key({keyCode: 229})",
        "start(); end(); return key({keyCode: 13})",
    ];
    for order in orders {
        assert_eq!(
            page.script(&format!("{compose}{order}")).await,
            true,
            "the key is left to the input method: {order}"
        );
    }
    assert_eq!(text(page).await, "@安 好好好");
    // Another press of Enter is the person's own, once it can't be the one that ended the composition.
    until(page, "performance.now() > window.ended + 100").await;
    press(page, Key::Enter).await;
    assert_eq!(heard(bot), "@安 好好好", "it was sent once, and nothing before it");
}

async fn who_types(page: &Browser, server: &Server, bot: &mut Socket) {
    let mut eve = Socket::json_in(server.address, "eve", "lobby");
    let mut dan = Socket::json_in(server.address, "dan", "lobby");
    let place = page.find("composer").await.rect().await.unwrap();
    let types = json!({"type": "typing", "room": "lobby"});
    for (socket, said) in
        [(&mut *bot, "bot is typing…"), (&mut eve, "bot and eve are typing…"), (&mut dan, "Several people are typing…")]
    {
        socket.send_json(&types);
        let shown = "document.querySelector(\"[data-testid='typing']\").textContent.trim()";
        until(page, &format!("{shown} === {}", json!(said))).await;
    }
    let moved = page.find("composer").await.rect().await.unwrap();
    assert!((place.y - moved.y).abs() < 0.5, "nothing moves for it: {place:?} {moved:?}");

    // Who doesn't want to be seen typing isn't.
    page.script("localStorage.setItem('partyline.tell-typing', 'off')").await;
    page.driver.refresh().await.unwrap();
    page.online().await;
    page.exists("[data-testid='message']").await;
    page.find("composer").await.click().await.unwrap();
    press(page, "unseen").await;
    press(page, Key::Enter).await;
    loop {
        let event = dan.json();
        assert!(event["type"] != "typing" || event["member"]["nick"] != "ann", "{event}");
        if event["text"] == "unseen" {
            break;
        }
    }
}

pub(crate) async fn names() {
    let server = Server::start(&[]);
    let _bob = Socket::json_in(server.address, "bob", "lobby");

    // Whoever comes with a name that is taken is told so, and offered one that isn't.
    let page = Browser::visit(server.address, "/", "bob").await;
    assert_eq!(words(&page, "free-nick").await, "Use bob2");
    let input = page.find("rename-input").await;
    assert_eq!(input.prop("value").await.unwrap().as_deref(), Some("bob"), "what was typed is kept");
    page.screenshot("nick-taken").await;
    page.find("free-nick").await.click().await.unwrap();
    page.find("rename-submit").await.click().await.unwrap();
    until(&page, "document.querySelector(\"[data-testid='me']\").textContent === 'bob2'").await;
    until(&page, "!document.querySelector('dialog[open]')").await;

    // What can't be a name is said while it is typed; what the server has against one, at the field.
    page.find("rename").await.click().await.unwrap();
    let problem = "[...document.querySelectorAll(\"dialog[open] [data-testid='nick-problem']\")].map(e => \
                   e.textContent.trim()).join()";
    for (typed, said) in [
        ("a b", "A name has no spaces."),
        ("a!", "That can't be a name: only letters, digits, \"-\" and \"_\" are allowed, not \"!\"."),
        ("-a", "That can't be a name: it must start with a letter or a digit."),
        (&*"a".repeat(33), "That can't be a name: it has more than 32 characters."),
        ("小明", ""),
    ] {
        clear(&page).await;
        insert(&page, typed).await;
        until(&page, &format!("{problem} === {}", json!(said))).await;
    }
    clear(&page).await;
    press(&page, "BOB").await;
    press(&page, Key::Enter).await;
    assert_eq!(words(&page, "free-nick").await, "Use BOB3");
    press(&page, Key::Escape).await;
    until(&page, "!document.querySelector('dialog[open]')").await;

    let join = page.find("join-input").await;
    join.send_keys("a!b").await.unwrap();
    assert!(words(&page, "join-problem").await.starts_with("No room can be called that: only letters"));
    join.send_keys(Key::Backspace + Key::Backspace).await.unwrap();
    until(&page, "!document.querySelector(\"[data-testid='join-problem']\").textContent").await;
    join.send_keys(Key::Enter + "").await.unwrap();
    page.exists("[data-testid='room-link'][data-room='a']").await;
    page.quit().await;
}
