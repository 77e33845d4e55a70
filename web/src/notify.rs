//! Notifications and sounds: how the browser is asked for leave, and what it is given to show and play.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AudioContext, Notification, NotificationOptions, NotificationPermission};

/// Most characters of a message that a notification shows: no system shows more.
const MOST_CHARS: usize = 200;

/// Whether the browser lets the page notify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// The person hasn't been asked.
    NotAsked,
    /// It does.
    Granted,
    /// The person has said no. Only the browser's own settings can change that.
    Denied,
    /// It doesn't to pages that came over plain HTTP from another machine.
    Insecure,
    /// It knows no notifications.
    Unsupported,
}

/// Whether the browser lets the page notify. Nobody is asked.
pub(crate) fn permission() -> Permission {
    if !Reflect::has(&window(), &"Notification".into()).unwrap_or(false) {
        return if window().is_secure_context() { Permission::Unsupported } else { Permission::Insecure };
    }
    match Notification::permission() {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Denied if !window().is_secure_context() => Permission::Insecure,
        NotificationPermission::Denied => Permission::Denied,
        _ => Permission::NotAsked,
    }
}

/// Asks for leave, which browsers allow in answer to a click only, and says what came of it.
pub(crate) fn ask(then: impl FnOnce(Permission) + 'static) {
    if permission() != Permission::NotAsked {
        then(permission());
        return;
    }
    let Ok(answer) = Notification::request_permission() else { return };
    spawn_local(async move {
        // The answer is the same that `permission` gives from now on.
        let _ = JsFuture::from(answer).await;
        then(permission());
    });
}

/// Shows a notification. A later one with the same tag takes its place, in whichever tab; `clicked` runs where the
/// person chooses it, after the tab has come to the front.
pub(crate) fn show(title: &str, text: &str, tag: &str, clicked: impl Fn() + 'static) {
    if permission() != Permission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(&text.chars().take(MOST_CHARS).collect::<String>());
    options.set_tag(tag);
    // Some browsers of phones have the name and refuse to make one.
    let Ok(notification) = Notification::new_with_options(title, &options) else { return };
    let shown = notification.clone();
    let on_click = Closure::once_into_js(move || {
        let _ = window().focus();
        shown.close();
        clicked();
    });
    notification.set_onclick(Some(on_click.unchecked_ref()));
}

thread_local! {
    /// Browsers allow a page only a few of these.
    static AUDIO: Option<AudioContext> = AudioContext::new().ok();
}

/// Plays two short tones, the second a fourth above the first.
pub(crate) fn chime() {
    AUDIO.with(|audio| {
        if let Some(audio) = audio {
            // It waits for the person's first click or key on the page.
            let _ = audio.resume();
            let _ = tone(audio, 660.0, 0.0).and_then(|()| tone(audio, 880.0, 0.12));
        }
    });
}

/// A tone that swells at once and dies away, so many seconds from now.
fn tone(audio: &AudioContext, hertz: f32, after: f64) -> Result<(), JsValue> {
    const LOUDNESS: f32 = 0.12;
    const SILENCE: f32 = 0.0001;
    let start = audio.current_time() + after;
    let (oscillator, volume) = (audio.create_oscillator()?, audio.create_gain()?);
    oscillator.frequency().set_value(hertz);
    volume.gain().set_value_at_time(SILENCE, start)?;
    volume.gain().exponential_ramp_to_value_at_time(LOUDNESS, start + 0.015)?;
    volume.gain().exponential_ramp_to_value_at_time(SILENCE, start + 0.3)?;
    oscillator.connect_with_audio_node(&volume)?.connect_with_audio_node(&audio.destination())?;
    oscillator.start_with_when(start)?;
    oscillator.stop_with_when(start + 0.32)
}
