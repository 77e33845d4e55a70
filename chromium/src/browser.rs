//! A Chromium, and what a person does with the page.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

const PATIENCE: Duration = Duration::from_secs(30);
/// What chromedriver calls the log that has the network's events.
const NETWORK_LOG: &str = "performance";

const INTERVAL: Duration = Duration::from_millis(20);
/// How often what is looked for may have been drawn anew while it was looked at.
const REDRAWN: usize = 20;

/// A browser with a profile of its own. Dropped, it ends.
#[derive(Debug)]
pub struct Browser {
    _service: Service,
    /// The way to all that this has no word for.
    pub driver: WebDriver,
    /// How long the page gets to show something. It is looked at again and again, so a fast page waits for nothing.
    pub patience: Duration,
    profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Whoever ends in the middle of something ends the program under chromedriver, below. The driver would block the
        // thread until that has answered, which it can't while it waits for this thread.
        let _ = self.driver.clone().leak();
        // chromedriver that is killed leaves its browser behind, which goes on drawing. Whoever has a profile open has
        // left their number there: a link to `HOST-PID`.
        let owner = std::fs::read_link(self.profile.path().join("SingletonLock")).ok();
        if let Some(pid) = owner.as_ref().and_then(|owner| owner.to_str()?.rsplit('-').next()) {
            // It may have ended by itself.
            let _ = Command::new("kill").args(["-KILL", pid]).stderr(Stdio::null()).status();
        }
    }
}

/// chromedriver.
#[derive(Debug)]
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The language that a browser asks for and writes dates in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Locale {
    /// As browsers call it (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en-US",
            Self::Chinese => "zh-CN",
        }
    }
}

impl Browser {
    /// Starts one that speaks English.
    pub async fn start() -> Self {
        Self::start_in(Locale::English).await
    }

    /// Starts one.
    pub async fn start_in(locale: Locale) -> Self {
        Self::launch(locale, false).await
    }

    /// Starts one that writes down what comes over the network, which costs it time.
    pub async fn recording() -> Self {
        Self::launch(Locale::English, true).await
    }

    async fn launch(locale: Locale, records: bool) -> Self {
        // Chromium takes the language of its own words from here on Linux, and what it asks servers for from the flag.
        let mut service = Command::new("chromedriver")
            .env("LANGUAGE", locale.tag().replace('-', "_"))
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(service.stdout.take().unwrap());
        let started = "started successfully on port ";
        let line = stdout.lines().map_while(Result::ok).find(|line| line.contains(started)).unwrap();
        let port = line.split(started).nth(1).unwrap().trim_end_matches('.');
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        let folder = format!("--user-data-dir={}", profile.path().display());
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            // Else it may stop drawing for want of somebody who looks, and a picture is never ready.
            "--disable-backgrounding-occluded-windows",
            "--disable-renderer-backgrounding",
            "--window-size=1280,800",
            &format!("--lang={}", locale.tag()),
            &format!("--accept-lang={}", locale.tag()),
            &folder,
        ];
        for flag in flags {
            capabilities.add_arg(flag).unwrap();
        }
        // What pages complain of can be asked for.
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        if records {
            capabilities.set_logging_prefs(NETWORK_LOG, LoggingPrefsLogLevel::All).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        Self { driver, patience: PATIENCE, _service: Service(service), profile }
    }

    /// Opens the page for the first time, and chooses a nick.
    pub async fn visit(address: SocketAddr, path: &str, nick: &str) -> Self {
        let browser = Self::start().await;
        browser.size(1280, 800).await;
        browser.enter(&format!("http://{address}{path}"), nick).await;
        browser
    }

    /// Goes to an address at which nobody knows this browser, chooses a nick, and waits until that is connected.
    pub async fn enter(&self, address: &str, nick: &str) {
        self.driver.goto(address).await.unwrap();
        self.find("nick-input").await.send_keys(nick).await.unwrap();
        self.find("nick-submit").await.click().await.unwrap();
        self.online().await;
    }

    /// How many bytes came over the network since this was last asked, headers included, as Chromium counts them. Only a
    /// browser that is [`recording`](Self::recording) knows.
    pub async fn transferred(&self) -> f64 {
        let log = self.driver.get_log(NETWORK_LOG).await.unwrap();
        let events = log.iter().filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
        let finished = events.filter(|event| event["message"]["method"] == "Network.loadingFinished");
        finished.filter_map(|event| event["message"]["params"]["encodedDataLength"].as_f64()).sum()
    }

    /// The element of this name, once it can be seen.
    pub async fn find(&self, name: &str) -> WebElement {
        self.find_css(&format!("[data-testid='{name}']")).await
    }

    /// The element that this selector finds, once it can be seen.
    pub async fn find_css(&self, css: &str) -> WebElement {
        let query = self.driver.query(By::Css(css)).and_displayed().wait(self.patience, INTERVAL);
        let mut found = query.first().await;
        // One that is drawn anew between being found and being looked at is found again; what never stays is never there.
        for _ in 0..REDRAWN {
            if !found.as_ref().is_err_and(|error| matches!(**error, WebDriverErrorInner::StaleElementReference(_))) {
                break;
            }
            found = query.first().await;
        }
        self.or_tell(found, &format!("{css} isn't shown")).await
    }

    /// Waits until the page says that it is connected.
    pub async fn online(&self) {
        self.exists("[data-testid='connection'][data-state='online']").await;
    }

    /// Waits until there is such an element, shown or not.
    pub async fn exists(&self, css: &str) {
        let query = self.driver.query(By::Css(css)).wait(self.patience, INTERVAL);
        self.or_tell(query.first().await, &format!("{css} isn't there")).await;
    }

    /// Waits until a message with this text is shown.
    pub async fn message(&self, text: &str) {
        let path = format!("//*[@data-testid='message-text'][contains(., {})]", quoted(text));
        let query = self.driver.query(By::XPath(path)).wait(self.patience, INTERVAL);
        self.or_tell(query.first().await, &format!("{text:?} isn't shown")).await;
    }

    /// What was looked for; where it wasn't found this says what is shown instead, and what the page complained of.
    async fn or_tell(&self, found: WebDriverResult<WebElement>, missing: &str) -> WebElement {
        match found {
            Ok(element) => element,
            Err(error) => {
                let script = "return [location.href, document.body?.innerText, \
                              JSON.stringify({...localStorage})].join('\\n')";
                let shown = self.driver.execute(script, vec![]).await.map(|value| value.json().to_string());
                let complaints = self.driver.get_log("browser").await;
                panic!("{missing}: {error}\nshown: {shown:?}\ncomplaints: {complaints:?}")
            }
        }
    }

    /// The texts of all messages, from top to bottom.
    pub async fn messages(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll(\"[data-testid='message-text']\")].map(e => e.textContent)";
        self.driver.execute(script, vec![]).await.unwrap().convert().unwrap()
    }

    /// Whether there is such an element now.
    pub async fn is_there(&self, css: &str) -> bool {
        self.driver.find(By::Css(css)).await.is_ok()
    }

    /// Puts a text into a field, as if it was pasted: at once, however long it is.
    pub async fn paste(&self, name: &str, text: &str) {
        let field = self.find(name).await;
        let script = "arguments[0].focus(); document.execCommand('insertText', false, arguments[1])";
        self.driver.execute(script, vec![field.to_json().unwrap(), text.into()]).await.unwrap();
    }

    /// Presses a key, with `Control`, `Alt` or `Shift` held where they are named before it, wherever the keyboard is.
    pub async fn keys(&self, keys: &[&str]) {
        let mut chain = self.driver.action_chain();
        let modifiers = keys.iter().filter_map(|key| modifier(key));
        for key in modifiers.clone() {
            chain = chain.key_down(key);
        }
        for key in keys.iter().filter(|key| modifier(key).is_none()) {
            chain = chain.send_keys(*key);
        }
        for key in modifiers {
            chain = chain.key_up(key);
        }
        chain.perform().await.unwrap();
    }

    /// Types into the composer and presses Enter.
    pub async fn say(&self, text: &str) {
        self.find("composer").await.send_keys(text.to_owned() + Key::Enter).await.unwrap();
    }

    /// Gives the window this size, in CSS pixels. What is as narrow as a phone is told to be one.
    pub async fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Asks pages for the dark theme, or the light one.
    pub async fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.cdp("Emulation.setEmulatedMedia", media).await;
    }

    /// What is shown, as a PNG, once nothing moves any more.
    pub async fn picture(&self) -> Vec<u8> {
        let still = "const done = arguments[0]; const ends = a => a.effect?.getComputedTiming().endTime !== Infinity; \
                     Promise.allSettled(document.getAnimations().filter(ends).map(a => a.finished)) \
                     .then(() => requestAnimationFrame(() => done(true)))";
        self.driver.execute_async(still, vec![]).await.unwrap();
        self.driver.screenshot_as_png().await.unwrap()
    }

    /// Saves what is shown, for people to look at: `target/tmp/screenshots/NAME.png`.
    pub async fn screenshot(&self, name: &str) {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tmp/screenshots"));
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.picture().await).unwrap();
    }

    /// What a script returns. It is the body of a function.
    pub async fn script(&self, body: &str) -> Value {
        self.driver.execute(body, vec![]).await.unwrap().json().clone()
    }

    /// What a script gives to `done`, which it may do later.
    pub async fn script_until(&self, body: &str) -> Value {
        let body = format!("const done = arguments[0]; {body}");
        self.driver.execute_async(body, vec![]).await.unwrap().json().clone()
    }

    /// Asks Chromium for something by its own protocol.
    pub async fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(command, parameters).await.unwrap()
    }

    /// Ends the browser.
    pub async fn quit(self) {
        self.driver.clone().quit().await.unwrap();
    }
}

fn modifier(name: &str) -> Option<Key> {
    match name {
        "Control" => Some(Key::Control),
        "Alt" => Some(Key::Alt),
        "Shift" => Some(Key::Shift),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "XPath has no escape for it");
    format!("\"{text}\"")
}
