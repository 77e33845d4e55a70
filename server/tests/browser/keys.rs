//! Real key presses, and where the keyboard is.

use thirtyfour::Key;

use crate::browser::Browser;

/// Keys that are held, then one that is pressed.
pub(crate) async fn press(page: &Browser, held: &[Key], key: impl Into<char>) {
    let mut chain = page.driver.action_chain();
    for held in held {
        chain = chain.key_down(held.clone());
    }
    let key = key.into();
    chain = chain.key_down(key).key_up(key);
    for held in held.iter().rev() {
        chain = chain.key_up(held.clone());
    }
    chain.perform().await.unwrap();
}

/// Types to whatever has the keyboard.
pub(crate) async fn type_in(page: &Browser, text: &str) {
    page.driver.action_chain().send_keys(text).perform().await.unwrap();
}

/// Waits until what has the keyboard is such an element.
pub(crate) async fn focused(page: &Browser, css: &str) {
    until(page, &format!("document.activeElement?.matches({css:?})")).await;
}

/// Waits until an expression is true; says what has the keyboard where it never is.
pub(crate) async fn until(page: &Browser, expression: &str) {
    let look = format!(
        "const end = performance.now() + 20000; const look = () => {{ if ({expression}) done(null); else if \
         (performance.now() > end) done(document.activeElement?.outerHTML.slice(0, 300) ?? 'nothing'); else \
         requestAnimationFrame(look) }}; look()"
    );
    let instead = page.script_until(&look).await;
    assert!(instead.is_null(), "{expression} isn't so; the keyboard is at {instead}");
}
