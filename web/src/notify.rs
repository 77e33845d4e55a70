//! Notifications and sounds: how the browser is asked for leave, and what it is given to show and play.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AudioContext, MessageEvent, Notification, NotificationOptions, NotificationPermission, ServiceWorkerContainer,
    ServiceWorkerRegistration,
};

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

/// Shows a notification. A later one with the same tag takes its place, in whichever tab. Where the person chooses it,
/// the tab comes to the front and `clicked` runs; or, where the page's worker has shown it, what listens by
/// [`on_chosen`] gets `path`.
pub(crate) fn show(title: &str, text: &str, tag: &str, path: &str, clicked: impl Fn() + 'static) {
    if permission() != Permission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(&text.chars().take(MOST_CHARS).collect::<String>());
    options.set_tag(tag);
    options.set_data(&path.into());
    // Browsers of phones leave it to the worker: Chrome for Android has the name and refuses to make one.
    let Ok(notification) = Notification::new_with_options(title, &options) else {
        return show_by_worker(title.to_owned(), options);
    };
    let shown = notification.clone();
    let on_click = Closure::once_into_js(move || {
        let _ = window().focus();
        shown.close();
        clicked();
    });
    notification.set_onclick(Some(on_click.unchecked_ref()));
}

fn show_by_worker(title: String, options: NotificationOptions) {
    let Some(worker) = worker() else { return };
    spawn_local(async move {
        // Never, where there is no worker: then nothing can be shown.
        let Ok(ready) = worker.ready() else { return };
        if let Ok(registration) = JsFuture::from(ready).await {
            let registration: ServiceWorkerRegistration = registration.unchecked_into();
            // It fails where leave was taken back meanwhile.
            let _ = registration.show_notification_with_options(&title, &options);
        }
    });
}

/// Listens for what is chosen of what the worker has shown (web/sw.js), for as long as the page lives.
pub(crate) fn on_chosen(chosen: impl Fn(String) + 'static) {
    let Some(worker) = worker() else { return };
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(path) = event.data().as_string() {
            chosen(path);
        }
    });
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}

/// What the page's worker is reached by, in browsers that have such, on HTTPS or on this machine.
fn worker() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    Reflect::has(&navigator, &"serviceWorker".into()).unwrap_or(false).then(|| navigator.service_worker())
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
