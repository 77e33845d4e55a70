//! A Chromium, and what a person does with the page.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// How long the page gets to show something. It is looked at again and again, so a fast page waits for nothing.
const PATIENCE: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(20);

/// A browser with a profile of its own.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    service: Child,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let mut service = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
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
            "--window-size=1280,800",
            "--lang=en",
            &folder,
        ];
        for flag in flags {
            capabilities.add_arg(flag).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        Self { driver, service, _profile: profile }
    }

    /// Opens the page for the first time, and chooses a nick.
    pub(crate) async fn visit(address: SocketAddr, path: &str, nick: &str) -> Self {
        let browser = Self::start().await;
        browser.size(1280, 800).await;
        browser.driver.goto(format!("http://{address}{path}")).await.unwrap();
        browser.find("nick-input").await.send_keys(nick).await.unwrap();
        browser.find("nick-submit").await.click().await.unwrap();
        browser.online().await;
        browser
    }

    /// The element of this name, once it can be seen.
    pub(crate) async fn find(&self, name: &str) -> WebElement {
        self.find_css(&format!("[data-testid='{name}']")).await
    }

    pub(crate) async fn find_css(&self, css: &str) -> WebElement {
        let query = self.driver.query(By::Css(css)).and_displayed().wait(PATIENCE, INTERVAL);
        query.first().await.unwrap_or_else(|error| panic!("{css} isn't shown: {error}"))
    }

    /// Waits until the page says that it is connected.
    pub(crate) async fn online(&self) {
        self.exists("[data-testid='connection'][data-state='online']").await;
    }

    /// Waits until there is such an element, shown or not.
    pub(crate) async fn exists(&self, css: &str) {
        let query = self.driver.query(By::Css(css)).wait(PATIENCE, INTERVAL);
        query.first().await.unwrap_or_else(|error| panic!("{css} isn't there: {error}"));
    }

    /// Waits until a message with this text is shown.
    pub(crate) async fn message(&self, text: &str) {
        let path = format!("//*[@data-testid='message-text'][contains(., {})]", quoted(text));
        let query = self.driver.query(By::XPath(path)).wait(PATIENCE, INTERVAL);
        query.first().await.unwrap_or_else(|error| panic!("{text:?} isn't shown: {error}"));
    }

    /// The texts of all messages, from top to bottom.
    pub(crate) async fn messages(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll(\"[data-testid='message-text']\")].map(e => e.textContent)";
        self.driver.execute(script, vec![]).await.unwrap().convert().unwrap()
    }

    /// Types into the composer and presses Enter.
    pub(crate) async fn say(&self, text: &str) {
        self.find("composer").await.send_keys(text.to_owned() + Key::Enter).await.unwrap();
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub(crate) async fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.cdp("Emulation.setEmulatedMedia", media).await;
    }

    /// Saves what is shown, for people to look at.
    pub(crate) async fn screenshot(&self, name: &str) {
        let still = "const done = arguments[0]; \
                     Promise.allSettled(document.getAnimations().map(a => a.finished)).then(() => done(true))";
        self.driver.execute_async(still, vec![]).await.unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, self.driver.screenshot_as_png().await.unwrap()).unwrap();
    }

    async fn cdp(&self, command: &str, parameters: Value) {
        self.driver.cdp().send_raw(command, parameters).await.unwrap();
    }

    /// Ends the browser.
    pub(crate) async fn quit(self) {
        let Self { driver, mut service, .. } = self;
        driver.quit().await.unwrap();
        service.kill().unwrap();
        service.wait().unwrap();
    }
}

fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "XPath has no escape for it");
    format!("\"{text}\"")
}
