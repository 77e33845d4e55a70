//! Nothing on the page moves by itself, and nothing is wider than the window.

use partyline_chromium::Locale;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Server, Socket, say};

/// As much as may move: what Web Vitals call a good cumulative layout shift is twice as much.
const MOST: f64 = 0.05;

/// Widths of windows: the narrowest phone, a common one, a tablet, a desktop.
const WIDTHS: [u32; 4] = [320, 390, 820, 1280];

/// Sums up what moved without anybody having done something, from the start of the page on.
const WATCH: &str = "window.shifted = 0; window.shifts = []; \
                     const box = rect => [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(' '); \
                     new PerformanceObserver(list => { \
                         for (const entry of list.getEntries()) if (!entry.hadRecentInput) { \
                             window.shifted += entry.value; \
                             for (const source of entry.sources) window.shifts.push( \
                                     `${source.node?.className || source.node?.nodeName} from ${box(source.previousRect)} to ${box(source.currentRect)}`); \
                         } \
                     }).observe({type: 'layout-shift', buffered: true})";

/// What is seen and reaches beyond the window's edge; what scrolls sideways in a place of its own may.
const TOO_WIDE: &str = "const scrolls = node => { \
                            for (let at = node; at && at !== document.body; at = at.parentElement) \
                                if (getComputedStyle(at).overflowX !== 'visible') return true; \
                            return false; \
                        }; \
                        const seen = node => node.checkVisibility({checkVisibilityCSS: true, checkOpacity: true}); \
                        const wide = [...document.body.querySelectorAll('*')].filter(node => { \
                            const box = node.getBoundingClientRect(); \
                            return box.width > 0 && seen(node) && (box.right > innerWidth + 0.5 || box.left < -0.5) && !scrolls(node.parentElement); \
                        }); \
                        return [document.documentElement.scrollWidth > innerWidth ? 'the page scrolls sideways' : null, \
                                ...wide.map(node => `${node.nodeName} ${node.className}`)].filter(Boolean)";

pub(crate) async fn nothing_moves_or_overflows() {
    let server = Server::start(&["--burst", "1000", "--per-second", "0"]);
    let mut bot = Socket::json_in(server.address, "a-bot-with-a-name-of-30-letters", "lobby");
    let long = "x".repeat(300);
    let lines = [
        "hello",
        "早上好！传感器已经切换到新地址，一晚上没有丢数据，大家可以放心了。",
        &format!("https://example.org/{long}"),
        &format!("```\n{long}\n```"),
        &long,
        "> quoted\n\n- one\n- two\n\n`code`",
    ];
    for (n, text) in lines.iter().cycle().take(24).enumerate() {
        bot.send_json(&say("lobby", text, &n.to_string()));
        bot.event("sent");
    }
    for locale in [Locale::English, Locale::Chinese] {
        let page = Browser::start_in(locale).await;
        page.size(1280, 800).await;
        page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH})).await;
        page.enter(&format!("http://{}/", server.address), "ann").await;
        steady(&page, &mut bot).await;
        fits(&page).await;
        page.quit().await;
    }
}

async fn steady(page: &Browser, bot: &mut Socket) {
    // Whoever was here before comes back to the room: from the first byte to what was said last.
    page.driver.refresh().await.unwrap();
    page.online().await;
    page.message("quoted").await;
    assert!(shifted(page).await < MOST, "while the room was loaded: {}", moved(page).await);
    page.script("window.shifted = 0; window.shifts = []").await;
    for n in 0..10 {
        let text = format!("what comes while one looks, {n}{}", " and goes on".repeat(n * 4));
        bot.send_json(&say("lobby", &text, &format!("live-{n}")));
        page.message(&text).await;
    }
    assert!(shifted(page).await < MOST, "while messages came: {}", moved(page).await);
}

async fn fits(page: &Browser) {
    for width in WIDTHS {
        page.size(width, 700).await;
        assert_eq!(page.script(TOO_WIDE).await, json!([]), "at {width} pixels");
        let composer = page.find("composer").await.rect().await.unwrap();
        let log = page.find("timeline").await.rect().await.unwrap();
        assert!(composer.x >= 0.0 && composer.x + composer.width <= f64::from(width), "{width}: {composer:?}");
        assert!(log.y + log.height <= composer.y + 1.0, "the composer hides nothing of what was said: {log:?}");
    }
    page.size(1280, 700).await;
}

/// What moved so far, once what the browser has seen of it has been told.
async fn shifted(page: &Browser) -> f64 {
    let told = "requestAnimationFrame(() => setTimeout(() => done(window.shifted)))";
    page.script_until(told).await.as_f64().unwrap()
}

async fn moved(page: &Browser) -> Value {
    page.script("return window.shifts").await
}
