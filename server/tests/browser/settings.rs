//! What a person sets: language, theme, clock, density, what they are notified of, what others are told.

use serde_json::json;

use crate::browser::{Browser, Locale};
use crate::support::{Server, Socket, say};

/// Waits until a condition in the page's own words holds. Frames aren't drawn in a page that nobody sees, so it asks
/// by the clock.
async fn until(page: &Browser, condition: &str) {
    let script = format!(
        "const look = () => {{ try {{ if ({condition}) return done(true); }} catch {{}} setTimeout(look, 10); }}; look()"
    );
    page.script_until(&script).await;
}

async fn text(page: &Browser, css: &str) -> String {
    page.script(&format!("return document.querySelector(\"{css}\").textContent.trim()"))
        .await
        .as_str()
        .unwrap()
        .to_owned()
}

async fn choose(page: &Browser, setting: &str, value: &str) {
    let css = format!("[data-testid='settings-{setting}'] .segment:has(input[value='{value}'])");
    page.find_css(&css).await.click().await.unwrap();
}

/// Every label that can be read on the page, those of buttons that show none included.
async fn labels(page: &Browser) -> Vec<String> {
    let script = "
        const own = (e) => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('');
        const theirs = '[data-testid=message], .mark, bdi, .brand-name, .me-server, time, [lang]:not(html), .avatar';
        return [...document.body.querySelectorAll('*')].filter(e => !e.closest(theirs) && !e.closest('.broken')).flatMap(e =>
            [own(e), e.getAttribute('aria-label'), e.getAttribute('title'), e.getAttribute('placeholder')])
            .filter(t => t && /[A-Za-z\\u4e00-\\u9fff]/.test(t))";
    serde_json::from_value(page.script(script).await).unwrap()
}

fn is_chinese(text: &str) -> bool {
    text.contains(|char: char| ('\u{4e00}'..='\u{9fff}').contains(&char))
}

pub(crate) async fn looks() {
    let server = Server::start(&[]);
    let page = Browser::visit(server.address, "/", "ann").await;
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    bob.send_json(&say("lobby", "good afternoon", "1"));
    page.message("good afternoon").await;
    page.script("window.loadedOnce = true").await;
    let before = labels(&page).await;
    assert!(!before.iter().any(|label| is_chinese(label)), "{before:?}");
    page.find("settings").await.click().await.unwrap();

    choose(&page, "language", "zh-CN").await;
    until(&page, "document.documentElement.lang === 'zh-CN'").await;
    assert_eq!(text(&page, "#settings-title").await, "设置");
    let after = labels(&page).await;
    // Names of things stay what they are: doors, commands, the product. So does what was said.
    let names = ["tcp", "json", "Partyline", "nc ", "English", "good afternoon"];
    let left: Vec<_> =
        after.iter().filter(|label| !is_chinese(label) && !names.iter().any(|name| label.contains(name))).collect();
    assert!(left.is_empty(), "not in Chinese: {left:?}");
    page.message("good afternoon").await;

    let clock = "document.querySelector(\".byline time\").textContent.trim()";
    choose(&page, "clock", "24").await;
    until(&page, &format!("/^\\d\\d:\\d\\d$/.test({clock})")).await;
    choose(&page, "clock", "12").await;
    until(&page, &format!("/^(上午|下午|凌晨|早上|中午|晚上)\\d{{1,2}}:\\d\\d$/.test({clock})")).await;
    choose(&page, "language", "en").await;
    until(&page, &format!("/^\\d{{1,2}}:\\d\\d\\s[AP]M$/.test({clock})")).await;
    assert_eq!(text(&page, "#settings-title").await, "Settings");

    let ground = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(page.script(&format!("return {ground}")).await, "rgb(255, 255, 255)");
    choose(&page, "theme", "dark").await;
    until(&page, &format!("{ground} === 'rgb(29, 29, 33)'")).await;
    let row = "document.querySelector('[data-testid=message]').getBoundingClientRect().height";
    let roomy = page.script(&format!("return {row}")).await.as_f64().unwrap();
    choose(&page, "density", "compact").await;
    until(&page, &format!("{row} < {roomy}")).await;
    assert_eq!(page.script("return window.loadedOnce").await, true, "nothing of this took a reload");
    page.screenshot("settings-dark").await;
    page.find("settings-close").await.click().await.unwrap();

    // Others see that one types, unless one has said no to that.
    page.find("composer").await.send_keys("x").await.unwrap();
    bob.event("typing");
    page.find("settings").await.click().await.unwrap();
    page.find("settings-tell-typing").await.click().await.unwrap();
    page.find("settings-close").await.click().await.unwrap();
    page.find("composer").await.clear().await.unwrap();
    page.say("/join kitchen").await;
    page.exists("[data-testid='room-link'][data-room='kitchen'][aria-current]").await;
    let mut cook = Socket::json_in(server.address, "cook", "kitchen");
    page.say("done").await;
    let heard = std::iter::repeat_with(|| cook.json())
        .find(|event| ["typing", "message"].map(Into::into).contains(&event["type"]));
    assert_eq!(heard.unwrap()["type"], "message");

    // Another tab has the same settings, and follows what is set in this one.
    let first = page.driver.window().await.unwrap();
    let second = page.driver.new_tab().await.unwrap();
    page.driver.switch_to_window(second).await.unwrap();
    page.driver.goto(format!("http://{}/", server.address)).await.unwrap();
    page.online().await;
    assert_eq!(page.script(&format!("return {ground}")).await, "rgb(29, 29, 33)");
    assert_eq!(page.script("return document.documentElement.dataset.density").await, "compact");
    page.find("settings").await.click().await.unwrap();
    choose(&page, "theme", "light").await;
    choose(&page, "language", "zh-CN").await;
    page.driver.close_window().await.unwrap();
    page.driver.switch_to_window(first).await.unwrap();
    until(&page, &format!("{ground} === 'rgb(255, 255, 255)' && document.documentElement.lang === 'zh-CN'")).await;

    // What is set holds from the first thing that is painted after a reload.
    let early = json!({"source": "new MutationObserver((_, seen) => { if (document.body) { seen.disconnect(); \
        const root = document.documentElement; window.early = [root.lang, root.dataset.theme]; } }) \
        .observe(document, { childList: true, subtree: true })"});
    page.cdp("Page.addScriptToEvaluateOnNewDocument", early).await;
    page.driver.refresh().await.unwrap();
    page.online().await;
    assert_eq!(page.script("return window.early").await, json!(["zh-CN", "light"]));
    page.quit().await;
}

pub(crate) async fn chinese_without_storage() {
    let server = Server::start(&[]);
    let page = Browser::start_in(Locale::Chinese).await;
    page.size(1280, 800).await;
    let forbid = json!({"source": "Object.defineProperty(window, 'localStorage', \
        { get() { throw new DOMException('not here', 'SecurityError'); } })"});
    page.cdp("Page.addScriptToEvaluateOnNewDocument", forbid).await;
    page.driver.goto(format!("http://{}/", server.address)).await.unwrap();
    page.find("nick-submit").await;
    assert_eq!(text(&page, "[data-testid='nick-submit']").await, "加入聊天");
    assert_eq!(page.script("return document.documentElement.lang").await, "zh-CN");
    page.find("nick-input").await.send_keys("小 明").await.unwrap();
    page.find("nick-submit").await.click().await.unwrap();
    until(&page, "document.querySelector('#welcome-nick-problem').textContent.includes('空格')").await;
    page.find("nick-input").await.clear().await.unwrap();
    page.find("nick-input").await.send_keys("小明").await.unwrap();
    page.find("nick-submit").await.click().await.unwrap();
    page.online().await;
    page.say("大家好").await;
    page.message("大家好").await;
    until(&page, "document.querySelector('.divider').textContent.trim() === '今天'").await;
    page.screenshot("chinese").await;
    page.find("settings").await.click().await.unwrap();
    choose(&page, "theme", "dark").await;
    until(&page, "getComputedStyle(document.body).backgroundColor === 'rgb(29, 29, 33)'").await;
    page.size(390, 844).await;
    page.screenshot("settings-phone").await;
    choose(&page, "language", "en").await;
    until(&page, "document.querySelector('#settings-title').textContent.trim() === 'Settings'").await;
    assert_eq!(page.script("return document.querySelector('#broken').hidden").await, true);
    page.find("settings-close").await.click().await.unwrap();
    page.screenshot("muting-phone").await;
    page.quit().await;
}

/// Writes down what the page asks of the browser and what it shows, and lets the browser do it.
const WITNESS: &str = "
    window.asked = 0; window.told = []; window.tones = 0;
    const Real = window.Notification;
    window.Notification = class extends Real {
        constructor(title, options) { super(title, options); window.told.push([title, options.body, this]); }
        static requestPermission(...all) { window.asked++; return Real.requestPermission(...all); }
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...all) { window.tones++; return start.apply(this, all); };";

pub(crate) async fn notifications() {
    let server = Server::start(&["--burst", "100", "--per-second", "0"]);
    let page = Browser::start().await;
    page.size(1280, 800).await;
    page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({"source": WITNESS})).await;
    let permission = |value: &str| json!({"permission": {"name": "notifications"}, "setting": value});
    page.cdp("Browser.setPermission", permission("denied")).await;
    page.driver.goto(format!("http://{}/", server.address)).await.unwrap();
    page.find("nick-input").await.send_keys("ann").await.unwrap();
    page.find("nick-submit").await.click().await.unwrap();
    page.online().await;
    assert_eq!(page.script("return [window.asked, window.told.length]").await, json!([0, 0]), "nobody asked for it");
    page.find("settings").await.click().await.unwrap();
    assert!(text(&page, "[data-testid='settings-notify-note']").await.contains("blocks notifications"));
    assert_eq!(page.script("return document.querySelector('#settings-notify').disabled").await, true);
    page.find("settings-close").await.click().await.unwrap();

    page.cdp("Browser.setPermission", permission("prompt")).await;
    page.find("settings").await.click().await.unwrap();
    until(&page, "!document.querySelector('#settings-notify').disabled").await;
    assert_eq!(page.script("return window.asked").await, 0);
    page.cdp("Browser.setPermission", permission("granted")).await;
    page.find("settings-notify").await.click().await.unwrap();
    until(&page, "document.querySelector('#settings-notify').checked").await;
    page.screenshot("settings-light").await;
    assert_eq!(page.script("return window.tones").await, 0, "quiet unless asked for");
    page.find("settings-sounds").await.click().await.unwrap();
    until(&page, "window.tones === 2").await;
    page.find("settings-close").await.click().await.unwrap();

    // Nobody is told of what they see.
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    let speak = |bob: &mut Socket, room: &str, text: &str| {
        bob.send_json(&say(room, text, text));
        bob.event("sent");
    };
    speak(&mut bob, "lobby", "ann, are you here?");
    page.message("are you here?").await;
    assert_eq!(page.script("return window.told.length").await, 0);

    // A room that is muted stays so, and says so.
    page.say("/join kitchen").await;
    page.exists("[data-testid='room-link'][data-room='kitchen'][aria-current]").await;
    page.find("mute").await.click().await.unwrap();
    page.exists("[data-testid='mute'][data-muted='true']").await;
    page.exists("[data-room='kitchen'] .item-muted").await;
    page.say("/join lobby").await;
    page.exists("[data-testid='room-link'][data-room='lobby'][aria-current]").await;
    let mut cook = Socket::json_in(server.address, "cook", "kitchen");

    // In a hidden page the person is told of what is meant for them, and of nothing else.
    page.driver.minimize_window().await.unwrap();
    until(&page, "document.hidden").await;
    speak(&mut cook, "kitchen", "ann, it is served");
    speak(&mut bob, "lobby", "nothing for anybody, not for joann either");
    speak(&mut bob, "lobby", "where is @Ann?");
    until(&page, "document.title === '(2, @1) #lobby · Partyline'").await;
    let mut carl = Socket::plain_in(server.address, "carl");
    carl.send("/msg ann psst\n");
    until(&page, "document.title === '(3, @2) #lobby · Partyline'").await;
    let told = page.script("return window.told.map(([title, body]) => [title, body])").await;
    assert_eq!(told, json!([["bob in #lobby", "where is @Ann?"], ["carl", "psst"]]));
    let counts = "[...document.querySelectorAll('[data-testid=room-link]')].map(e => \
        [e.dataset.room[0], e.querySelector('.unread')?.textContent.trim(), !!e.querySelector('.unread.meant')])";
    assert_eq!(
        page.script(&format!("return {counts}")).await,
        json!([["k", "1", false], ["l", "2", true], ["@", "1", true]]),
        "a muted room counts in the list"
    );
    let badge = "document.querySelector(\"link[rel='icon']\").href.startsWith('data:')";
    until(&page, badge).await;
    let tones = page.script("return window.tones").await;
    assert_eq!(tones, 6, "two tones when sounds were switched on, two for each of what was told");

    // Choosing a notification leads to where it was said, and what is seen is counted no longer.
    page.script("window.told[1][2].onclick(new Event('click'))").await;
    page.driver.set_window_rect(0, 0, 1280, 800).await.unwrap();
    until(&page, "!document.hidden").await;
    page.message("psst").await;
    until(&page, "document.title === '(2, @1) carl · Partyline'").await;
    page.find_css("[data-room='lobby']").await.click().await.unwrap();
    until(&page, &format!("document.title === '#lobby · Partyline' && !({badge})")).await;

    // Where only the page's worker may show any, as on Android, it does; what is chosen there leads to its place too.
    let only_the_worker = "window.Notification = class { static permission = 'granted'; \
                           constructor() { throw new TypeError('Illegal constructor'); } }";
    page.script(only_the_worker).await;
    page.driver.minimize_window().await.unwrap();
    until(&page, "document.hidden").await;
    speak(&mut bob, "lobby", "@ann, once more");
    let by_worker = "const look = () => navigator.serviceWorker.ready.then(it => it.getNotifications()) \
                     .then(all => all.length ? done(all.map(it => [it.title, it.body, it.data])) : setTimeout(look, 20)); \
                     look()";
    let shown = page.script_until(by_worker).await;
    assert_eq!(shown, json!([["bob in #lobby", "@ann, once more", "/r/lobby"]]));
    page.driver.set_window_rect(0, 0, 1280, 800).await.unwrap();
    until(&page, "!document.hidden").await;
    page.script("navigator.serviceWorker.onmessage(new MessageEvent('message', {data: '/r/kitchen'}))").await;
    page.exists("[data-room='kitchen'][aria-current]").await;
    page.quit().await;
}
