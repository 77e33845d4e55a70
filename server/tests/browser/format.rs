//! What people say, as they formatted it.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Server, Socket, say};

/// One of each, and what the page makes of it: a selector in the last message, and the text of what that finds.
const EXAMPLES: [(&str, &str, &str); 24] = [
    ("a **bold** word", "strong", "bold"),
    ("an *italic* word", "em", "italic"),
    ("这是**粗体**文字", "strong", "粗体"),
    ("~~struck~~", "s", "struck"),
    ("run `cargo test` now", "code", "cargo test"),
    ("> what was said", "blockquote p", "what was said"),
    ("- one\n- two", "ul li:last-child p", "two"),
    ("3. three\n5. five", "ol li[value='5'] p", "five"),
    ("```rust\nfn main() {}\n```", ".code-language", "rust"),
    ("```rust\nfn main() {}\n```", "pre code", "fn main() {}"),
    ("two\n  lines", "&", "two\n  lines"),
    (
        "see https://a.example/x.",
        "a[href='https://a.example/x'][target='_blank'][rel='noopener noreferrer']",
        "https://a.example/x",
    ),
    ("mailto:ann@a.example", "a[href='mailto:ann@a.example']", "mailto:ann@a.example"),
    // Where a link leads is beside it wherever that isn't plain.
    ("[the docs](https://a.example/x)", "a[href='https://a.example/x'] + .destination", "(a.example)"),
    ("https://google.com@evil.example/", "a + .destination", "(evil.example)"),
    ("https://аpple.com/", "a + .destination", "(xn--pple-43d.com)"),
    ("http://2130706433/", "a + .destination", "(127.0.0.1)"),
    ("[google.com](https://evil.example)", "&", "[google.com](https://evil.example)"),
    ("https://a.example/", "&:not(:has(.destination))", "https://a.example/"),
    ("http://a.example:99999/", "&:not(:has(a))", "http://a.example:99999/"),
    ("@ann, look", ".mention.calls-me", "@ann"),
    ("@bob, look", ".mention:not(.calls-me)", "@bob"),
    ("#kitchen", "a.room-name[href='/r/kitchen']", "#kitchen"),
    ("👍", "&.emoji", "👍"),
];

pub(crate) async fn what_is_formatted_is_drawn() {
    let server = Server::start(&["--burst", "1000", "--per-second", "0"]);
    let page = Browser::visit(server.address, "/", "ann").await;
    let mut bot = Socket::json_in(server.address, "bot", "lobby");
    let mut reader = Socket::plain_in(server.address, "reader");
    for (n, (source, selector, expected)) in EXAMPLES.iter().enumerate() {
        bot.send_json(&say("lobby", source, &n.to_string()));
        bot.event("sent");
        let selector = selector.replace('&', ":scope");
        let found = format!(
            "const look = () => {{ const last = [...document.querySelectorAll(\"[data-testid='message']\")].at(-1); \
             const text = last?.dataset.seq == {seq} && last.querySelector(\"[data-testid='message-text']\"); \
             if (!text) return requestAnimationFrame(look); const css = {css}; \
             const found = text.matches(css.replaceAll(':scope', '*')) && css.startsWith(':scope') ? text : text.querySelector(css); \
             done(found ? found.textContent : text.outerHTML); }}; look()",
            seq = n + 1,
            css = json!(selector),
        );
        assert_eq!(page.script_until(&found).await, **expected, "{source}");
        let first = source.lines().next().unwrap();
        assert_eq!(reader.line_with(first), format!("bot: {first}"), "plain text shows what was typed");
    }
    copying(&page).await;
    folding(&page, &mut bot).await;
    nothing_is_too_wide(&page, &mut bot).await;
    page.find_css("a.room-name").await.click().await.unwrap();
    page.exists("[data-testid='room-link'][data-room='kitchen'][aria-current='page']").await;
    page.quit().await;
}

/// By the keyboard, and both ways: browsers have a clipboard for pages only over HTTPS and on this machine.
async fn copying(page: &Browser) {
    let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    page.cdp("Browser.grantPermissions", permissions).await;
    page.script("window.ownClipboard = navigator.clipboard").await;
    for hide in ["", "Object.defineProperty(navigator, 'clipboard', { value: undefined });"] {
        page.script_until(&format!("ownClipboard.writeText('').then(() => {{ {hide} done(true) }})")).await;
        page.script("[...document.querySelectorAll(\"[data-testid='copy-code']\")].at(-1).focus()").await;
        page.driver.active_element().await.unwrap().send_keys(" ").await.unwrap();
        let copied = "const look = async () => { const text = await ownClipboard.readText(); \
                      text ? done([text, document.activeElement.dataset.testid]) : requestAnimationFrame(look); }; look()";
        assert_eq!(page.script_until(copied).await, json!(["fn main() {}", "copy-code"]), "{hide}");
        page.exists("[role='status']:not(:empty)").await;
    }
}

/// A long message can be unfolded, by a button that says what it does.
async fn folding(page: &Browser, bot: &mut Socket) {
    let lines: Vec<_> = (1..=40).map(|n| format!("line {n}")).collect();
    bot.send_json(&say("lobby", &lines.join("\n"), "long"));
    let height = "return document.querySelector('.folded')?.clientHeight ?? 10000";
    let button = page.find("fold").await;
    assert!(page.script(height).await.as_u64().unwrap() < 250);
    assert_eq!(button.attr("aria-expanded").await.unwrap().as_deref(), Some("false"));
    button.click().await.unwrap();
    page.exists("[data-testid='fold'][aria-expanded='true']").await;
    assert_eq!(page.script(height).await, 10000);
    let top = "const top = document.querySelector(\"[data-testid='timeline']\").getBoundingClientRect().top; \
               const text = [...document.querySelectorAll(\"[data-testid='message-text']\")].at(-1); \
               requestAnimationFrame(() => requestAnimationFrame(() => done(text.getBoundingClientRect().top >= top)))";
    assert_eq!(page.script_until(top).await, true, "it is read from its start");
    button.click().await.unwrap();
    page.exists(".folded").await;
}

/// On a phone, long words wrap and code scrolls by itself.
async fn nothing_is_too_wide(page: &Browser, bot: &mut Socket) {
    let long = "x".repeat(200);
    let text = format!("{long}\nhttps://a.example/{long}\n```\n{long}\n```\n- `{long}`\n> {long}\nthe widest");
    bot.send_json(&say("lobby", &text, "wide"));
    page.message("the widest").await;
    page.size(390, 844).await;
    let widths = page
        .script(
            "const log = document.querySelector(\"[data-testid='timeline']\"); const pre = [...log.querySelectorAll('pre')].at(-1); \
             const wide = [...log.querySelectorAll('.text *')].filter(e => !e.closest('pre') && e.getBoundingClientRect().right > innerWidth); \
             return [document.documentElement.scrollWidth, log.scrollWidth <= log.clientWidth, pre.scrollWidth > pre.clientWidth, wide.length]",
        )
        .await;
    assert_eq!(widths, json!([390, true, true, 0]));
    page.screenshot("format-phone").await;
    // All of it in one picture.
    page.size(1280, 2000).await;
    page.screenshot("format-light").await;
    page.dark(true).await;
    page.screenshot("format-dark").await;
    page.dark(false).await;
    page.size(1280, 800).await;
}

pub(crate) async fn lines_that_are_pasted_are_one_message() {
    let server = Server::start(&[]);
    let page = Browser::visit(server.address, "/", "ann").await;
    let mut bot = Socket::json_in(server.address, "bot", "lobby");
    let mut reader = Socket::plain_in(server.address, "reader");
    page.cdp("Browser.grantPermissions", json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}))
        .await;
    let text = "fn main() {\r\n\tprintln!(\"hi\");\r\n\r\n}";
    page.script_until(&format!("navigator.clipboard.writeText({}).then(() => done(true))", json!(text))).await;
    page.find("composer").await.click().await.unwrap();
    let key = |kind: &str| json!({"type": kind, "key": "v", "code": "KeyV", "modifiers": 2, "commands": ["paste"]});
    page.cdp("Input.dispatchKeyEvent", key("rawKeyDown")).await;
    page.cdp("Input.dispatchKeyEvent", key("keyUp")).await;
    page.say("").await;
    let said = bot.event("message");
    assert_eq!((&said["seq"], &said["text"]), (&Value::from(1), &Value::from(text.replace("\r\n", "\n"))));
    assert_eq!(reader.line_with("ann"), "ann: fn main() {");
    for line in ["  | \tprintln!(\"hi\");", "  | ", "  | }"] {
        assert_eq!(reader.line(), line);
    }
    page.message("println!").await;
    assert_eq!(page.messages().await, [text.replace("\r\n", "\n")]);
    page.quit().await;
}
