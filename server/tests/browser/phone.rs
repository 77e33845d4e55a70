//! Small screens, large fingers, large letters.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Server, Socket, say};

/// What can be touched, is to be seen, and is less than 44 pixels high or wide. Links inside of a sentence are as high as
/// its line (WCAG 2.2, 2.5.8: the inline exception); what lets fingers through isn't touched.
const TOO_SMALL: &str = "
    const all = document.querySelectorAll('a[href], button, input, textarea, select, [role=option], [tabindex=\"0\"]');
    const seen = it => it.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !it.closest('[inert]')
        && getComputedStyle(it).pointerEvents !== 'none' && !it.matches('.skip, .scrim, .message .text a');
    const small = it => { const box = it.getBoundingClientRect(); return box.width < 43.9 || box.height < 43.9 };
    return [...all].filter(it => seen(it) && small(it))
        .map(it => it.outerHTML.slice(0, 120) + JSON.stringify(it.getBoundingClientRect()))";

const SIDEWAYS: &str = "
    const wide = document.documentElement.scrollWidth > innerWidth;
    const out = it => { const box = it.getBoundingClientRect(); return box.width > 0 && box.right > innerWidth + 1 };
    const all = [...document.querySelectorAll('main *')].filter(it => it.checkVisibility() && out(it));
    return [wide, all.map(it => it.outerHTML.slice(0, 120))]";

pub(crate) async fn small_screens() {
    let server = Server::start(&["--burst", "100"]);
    let page = Browser::visit(server.address, "/", "ann").await;
    page.size(390, 844).await;
    page.cdp("Emulation.setTouchEmulationEnabled", json!({"enabled": true, "maxTouchPoints": 1})).await;
    let coarse = page.script("return matchMedia('(pointer: coarse)').matches").await;
    assert_eq!(coarse, true, "it is a touch screen");
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    bob.send_json(&say("lobby", &"unbroken".repeat(40), "1"));
    bob.send_json(&say("lobby", "a link: https://example.org/with/a/very/long/path/that/goes/on/and/on/and/on", "2"));
    page.message("a link").await;
    page.say("/help").await;
    page.find("notice").await;

    let touched = |state: &'static str| {
        let page = &page;
        async move {
            let small = page.script(TOO_SMALL).await;
            assert_eq!(small, json!([]), "{state}: {small:#}");
        }
    };
    touched("a room").await;
    page.screenshot("phone-room").await;
    page.script("document.querySelector('[data-testid=notice] button').click()").await;
    for button in ["open-rooms", "open-members"] {
        page.find(button).await.click().await.unwrap();
        page.find("close-drawer").await;
        page.screenshot(&format!("phone-{button}")).await;
        touched(button).await;
        page.find_css(".panel:not([inert]) [data-testid='close-drawer']").await.click().await.unwrap();
        page.exists("main:not([inert])").await;
    }
    page.find("open-rooms").await.click().await.unwrap();
    // What still moves isn't where it is touched.
    page.picture().await;
    page.find("open-switcher").await.click().await.unwrap();
    page.find("place").await;
    touched("switcher").await;
    page.screenshot("phone-switcher").await;
    page.script("document.querySelector('dialog[open]').close()").await;
    page.find("close-drawer").await.click().await.unwrap();

    // The narrowest phone, one that lies on its side, and letters twice as large.
    for (width, height, letters) in [(320, 568, "100%"), (844, 390, "100%"), (320, 568, "200%"), (390, 844, "200%")] {
        page.size(width, height).await;
        page.script(&format!("document.documentElement.style.fontSize = '{letters}'")).await;
        page.picture().await;
        let sideways = page.script(SIDEWAYS).await;
        assert_eq!(sideways, json!([false, []]), "{width} by {height}, letters {letters}: {sideways:#}");
        let room =
            page.script("return [timeline.clientHeight, composer.getBoundingClientRect().bottom, innerHeight]").await;
        let at = |n: usize| room.get(n).and_then(Value::as_f64).unwrap();
        assert!(at(0) >= 100.0 && at(1) <= at(2), "{width} by {height}, letters {letters}: {room}");
        page.screenshot(&format!("phone-{width}x{height}-{}", letters.trim_end_matches('%'))).await;
    }
    page.quit().await;
}
