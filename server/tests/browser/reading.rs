//! Reading: up and down through thousands of messages, to a message by its address, to what is new; and what can be done
//! with a message.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Browser;
use crate::support::{Server, Socket, folder, run, say};

/// So many messages are in the archive.
const HEAD: u64 = 20_000;

/// What the scripts below share. `frame` is over when what a frame has changed was painted.
const TOOLS: &str = r#"
    const done = arguments[arguments.length - 1];
    const scroller = document.querySelector("[data-testid='timeline']");
    const rows = scroller.querySelector('.rows');
    const all = () => [...rows.querySelectorAll('.message[data-seq]')];
    const seq = row => Number(row.dataset.seq);
    const first = () => seq(all()[0]);
    const last = () => seq(all().at(-1));
    const row = number => rows.querySelector(`[data-seq='${number}']`);
    const offset = row => row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    const inView = row => offset(row) >= 0 && offset(row) < scroller.clientHeight;
    const below = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    const frame = () => new Promise(over => requestAnimationFrame(() => setTimeout(over)));
    const until = async is => { while (!is()) await frame(); };
"#;

async fn script(page: &Browser, body: &str) -> Value {
    let script = format!("{TOOLS} (async () => {{ {body} }})().then(done, error => done(String(error)))");
    page.driver.execute_async(script, vec![]).await.unwrap().json().clone()
}

/// A server whose room "archive" holds [`HEAD`] messages of several days, some of them longer, and "lobby" nothing.
fn library(data: &Path) -> Server {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let day = 86_400_000;
    let now =
        u64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let begins = now - 20 * day;
    let head =
        json!({"partyline_room": 1, "room": "archive", "epoch": "of-another-log", "head": HEAD, "exported_at": now});
    writeln!(file, "{head}").unwrap();
    for seq in 1..=HEAD {
        let who = if seq / 7 % 2 == 0 {
            ("00112233445566778899aabbccddeeff", "cleo")
        } else {
            ("ffeeddccbbaa99887766554433221100", "dora")
        };
        // Each thirteenth has several lines, so that rows are not all of one height.
        let text =
            if seq % 13 == 0 { format!("message {seq}\nand more\nof it\nhere") } else { format!("message {seq}") };
        let at = begins + seq * (19 * day / HEAD);
        let from = json!({"id": who.0, "nick": who.1});
        writeln!(file, "{}", json!({"seq": seq, "at": at, "from": from, "kind": "text", "text": text, "via": "ws"}))
            .unwrap();
    }
    let (code, _, errors) =
        run(&["import", "archive", file.path().to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{errors}");
    Server::in_folder(
        data,
        "127.0.0.1:0",
        &["--requests-per-second", "100000", "--request-burst", "100000", "--burst", "1000"],
    )
}

/// Walks up or down by small steps, to a number. Returns how far at most the row at the top was moved by what came in
/// around it, in pixels; how many messages were in the document at most; and how many elements.
async fn walk(page: &Browser, up: bool, goal: u64) -> (f64, u64, u64) {
    let body = format!(
        r"
        const up = {up};
        const edge = up ? first : last;
        const near = () => (up ? scroller.scrollTop : below()) < 600;
        // The first of all names its author until it is known that the one before it does.
        const top = () => all().slice(1).find(row => offset(row) + row.getBoundingClientRect().height > 0);
        let [worst, messages, elements] = [0, 0, 0];
        while (up ? edge() > {goal} : edge() < {goal}) {{
            scroller.scrollTop += up ? -900 : 900;
            await frame();
            const here = top(), number = seq(here), before = offset(here), was = edge();
            for (let waited = 0; near() && edge() === was && waited < 500; waited++) await frame();
            await frame();
            const now = here.isConnected ? here : row(number);
            if (!now) return done('the row in view is gone: ' + number);
            worst = Math.max(worst, Math.abs(offset(now) - before));
            messages = Math.max(messages, all().length);
            elements = Math.max(elements, document.querySelectorAll('*').length);
        }}
        return [worst, messages, elements];
        "
    );
    let result = script(page, &body).await;
    serde_json::from_value(result.clone()).unwrap_or_else(|_| panic!("{result}"))
}

pub(crate) async fn walk_through_history() {
    let data = folder();
    let server = library(data.path());
    let page = Browser::visit(server.address, "/r/archive", "ann").await;
    page.message(&format!("message {HEAD}")).await;
    // Up, further than several windows hold, and down again.
    let (moved, messages, _) = walk(&page, true, HEAD - 2500).await;
    assert!(moved <= 1.0, "going up moved what is in view by {moved} px");
    assert!(messages <= 400, "{messages} messages in the document");
    let days = script(&page, "return [...rows.querySelectorAll('.divider:not(.new)')].length").await;
    assert!((1..=3).contains(&days.as_u64().unwrap()), "2,500 messages are two days and a half: {days}");

    // While somebody reads there, the room goes on: it is counted, and nothing moves.
    let mut bob = Socket::json_in(server.address, "bob", "archive");
    script(&page, "const row = all().find(inView); window.held = [seq(row), offset(row)]; return 0").await;
    for n in 1..=12 {
        bob.send_json(&say("archive", &format!("news {n}"), &n.to_string()));
        bob.event("sent");
    }
    let held = script(
        &page,
        "await until(() => document.querySelector(\"[data-testid='jump']\")?.textContent.includes('12 new')); \
         await frame(); return [Math.abs(offset(row(window.held[0])) - window.held[1]), last()]",
    )
    .await;
    assert!(held[0].as_f64().unwrap() <= 1.0, "news moved what is in view: {held}");
    assert!(held[1].as_u64().unwrap() < HEAD, "and isn't put behind what is shown: {held}");

    // To the first of them, which is marked.
    page.find("jump-new").await.click().await.unwrap();
    let at_new = "await until(() => document.querySelector('.divider.new')); await frame(); \
                  const divider = document.querySelector('.divider.new'); \
                  return [inView(divider), divider.nextElementSibling.dataset.seq]";
    assert_eq!(script(&page, at_new).await, json!([true, (HEAD + 1).to_string()]));
    page.find("jump").await.click().await.unwrap();
    page.message("news 12").await;
    let end = script(&page, "await until(() => below() < 2); return last()").await;
    assert_eq!(end, json!(HEAD + 12));

    // And on foot: down from where one was.
    walk(&page, true, HEAD - 1500).await;
    let (moved, messages, _) = walk(&page, false, HEAD + 12).await;
    assert!(moved <= 1.0, "going down moved what is in view by {moved} px");
    assert!(messages <= 400, "{messages} messages in the document");
    script(&page, "scroller.scrollTop = scroller.scrollHeight; await until(() => below() < 2); return 0").await;
    bob.send_json(&say("archive", "at the end", "end"));
    page.message("at the end").await;
    let sticky = script(&page, "await frame(); return below()").await;
    assert!(sticky.as_f64().unwrap() < 2.0, "who is at the end stays there: {sticky}");

    // What came while one was elsewhere stands above the end: a bar says so, and leads there.
    page.say("/join lobby").await;
    page.exists("[data-testid='room-link'][data-room='lobby'][aria-current]").await;
    for n in 1..=60 {
        bob.send_json(&say("archive", &format!("later {n}"), &format!("later-{n}")));
        bob.event("sent");
    }
    page.exists("[data-testid='room-link'][data-room='archive'] [data-testid='unread']").await;
    page.find_css("[data-testid='room-link'][data-room='archive']").await.click().await.unwrap();
    let bar = page.find("unread-bar").await.text().await.unwrap();
    assert!(bar.contains("60 new messages since"), "{bar}");
    page.screenshot("reading-unread-bar").await;
    page.find("unread-jump").await.click().await.unwrap();
    assert_eq!(script(&page, at_new).await, json!([true, (HEAD + 14).to_string()]));
    page.find("jump").await.click().await.unwrap();
    script(&page, "await until(() => below() < 2); return 0").await;
    page.quit().await;
}

async fn path(page: &Browser) -> String {
    page.driver.execute("return location.pathname", vec![]).await.unwrap().convert().unwrap()
}

/// Waits until this message is in view, stands out and has the keyboard.
async fn arrives_at(page: &Browser, number: u64) {
    let body = format!(
        "await until(() => row({number})?.classList.contains('target') && document.activeElement === row({number})); \
         return [inView(row({number})), row({number}).getAttribute('aria-label')]"
    );
    let arrived = script(page, &body).await;
    assert_eq!(arrived[0], json!(true), "{number} is in view: {arrived}");
    assert!(arrived[1].as_str().unwrap().contains(&format!("message {number}")), "it says what it is: {arrived}");
}

pub(crate) async fn permalinks() {
    let data = folder();
    let server = library(data.path());
    // Cold, a message that isn't loaded, in a room that one isn't in.
    let page = Browser::visit(server.address, "/r/archive/7000", "ann").await;
    arrives_at(&page, 7000).await;
    page.screenshot("reading-permalink").await;
    assert_eq!(path(&page).await, "/r/archive/7000");
    // By the time of a message that is loaded; back; and forward.
    script(&page, "row(7003).querySelector('.permalink').click(); return 0").await;
    arrives_at(&page, 7003).await;
    assert_eq!(path(&page).await, "/r/archive/7003");
    page.driver.back().await.unwrap();
    arrives_at(&page, 7000).await;
    page.driver.forward().await.unwrap();
    arrives_at(&page, 7003).await;
    // One that doesn't exist: that is said, and the end is shown.
    let go = |place: &str| {
        format!("history.pushState(null, '', '{place}'); dispatchEvent(new PopStateEvent('popstate')); return 0")
    };
    script(&page, &go("/r/archive/99999")).await;
    let notice = page.find("notice").await.text().await.unwrap();
    assert!(notice.contains("There is no message 99999"), "{notice}");
    script(&page, &format!("await until(() => last() === {HEAD} && below() < 2); return 0")).await;
    // From another room.
    page.say("/join lobby").await;
    page.exists("[data-testid='room-link'][data-room='lobby'][aria-current]").await;
    script(&page, &go("/r/ARCHIVE/12")).await;
    arrives_at(&page, 12).await;
    let top =
        script(&page, "scroller.scrollTop = 0; await frame(); return [first(), rows.querySelectorAll('.more').length]")
            .await;
    assert_eq!(top, json!([1, 1]), "before the first message nothing is said to come");
    // The same cold, by who is known already; and a room that can't be.
    page.driver.goto(format!("http://{}/r/archive/19990", server.address)).await.unwrap();
    page.find("timeline").await;
    arrives_at(&page, 19990).await;
    page.driver.goto(format!("http://{}/r/no%20such%2Froom/3", server.address)).await.unwrap();
    let barred = page.find("barred").await.text().await.unwrap();
    assert!(barred.contains("#no such/room") && barred.contains("letters, digits"), "{barred}");
    page.screenshot("reading-barred").await;
    page.find("barred-elsewhere").await.click().await.unwrap();
    page.exists("[data-testid='message']").await;
    page.quit().await;
}

/// Presses a key where the keyboard is.
async fn press(page: &Browser, key: Key) {
    page.driver.active_element().await.unwrap().send_keys(key + "").await.unwrap();
}

pub(crate) async fn message_actions() {
    let server = Server::start(&["--burst", "1000"]);
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    bob.send_json(&say("lobby", "one line\nand another", "1"));
    bob.send_json(&say("lobby", "and this", "2"));
    bob.event("sent");
    let page = Browser::visit(server.address, "/", "ann").await;
    page.message("and this").await;
    let aloud = "return document.querySelector(\"[data-testid='aloud']\").textContent";
    assert_eq!(script(&page, aloud).await, json!(""), "what was said before isn't read aloud");
    bob.send_json(&say("lobby", "just now", "3"));
    page.message("just now").await;
    let heard = script(&page, "const it = document.querySelector(\"[data-testid='aloud']\"); await until(() => it.textContent); return it.textContent").await;
    assert_eq!(heard, json!("bob: just now"));
    assert_eq!(page.find("timeline").await.attr("aria-live").await.unwrap().as_deref(), Some("off"));

    // By the pointer. What is quoted stands after what was typed.
    let composer = page.find("composer").await;
    composer.send_keys("well, ").await.unwrap();
    let first = page.find_css("[data-seq='1']").await;
    page.driver.action_chain().move_to_element_center(&first).perform().await.unwrap();
    page.find("actions").await;
    page.screenshot("reading-actions").await;
    page.find("quote").await.click().await.unwrap();
    let draft = script(&page, "return document.querySelector(\"[data-testid='composer']\").value").await;
    assert_eq!(draft, json!("well,\n\n> one line\n> and another\n"));
    composer.send_keys("indeed".to_owned() + Key::Enter).await.unwrap();
    assert_eq!(bob.event("message")["text"], "well,\n\n> one line\n> and another\nindeed");

    // By the keyboard alone.
    script(&page, "scroller.focus(); return 0").await;
    press(&page, Key::Up).await;
    press(&page, Key::Up).await;
    assert_eq!(script(&page, "return document.activeElement.dataset.seq").await, json!("3"));
    press(&page, Key::Enter).await;
    press(&page, Key::Right).await;
    let focused = "return document.activeElement.dataset.testid";
    assert_eq!(script(&page, focused).await, json!("copy-link"));
    press(&page, Key::Enter).await;
    assert_eq!(page.find("brief").await.text().await.unwrap(), "Link copied");
    press(&page, Key::Escape).await;
    assert_eq!(script(&page, "return document.activeElement.dataset.seq").await, json!("3"), "back at the message");
    // What was copied is in the clipboard.
    composer.send_keys(Key::Control + "v").await.unwrap();
    let pasted = script(&page, "return document.querySelector(\"[data-testid='composer']\").value").await;
    assert_eq!(pasted, json!(format!("http://{}/r/lobby/3", server.address)));
    // Where nothing may be copied it says so.
    let forbid = "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false; \
                  row(2).focus(); return 0";
    script(&page, forbid).await;
    page.find("copy-text").await.click().await.unwrap();
    assert!(page.find("notice").await.text().await.unwrap().contains("and this"));
    page.quit().await;
}
