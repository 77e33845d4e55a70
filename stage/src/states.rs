//! What the page can look like, and how it comes to.

use anyhow::{Result, bail};
use serde_json::json;

use crate::script::ME;
use crate::theatre::Theatre;

/// Sizes of windows, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// 1280 × 800.
    Desktop,
    /// 820 × 1180.
    Tablet,
    /// 390 × 844.
    Phone,
}

impl Size {
    /// Width and height.
    pub(crate) fn pixels(self) -> (u32, u32) {
        match self {
            Self::Desktop => (1280, 800),
            Self::Tablet => (820, 1180),
            Self::Phone => (390, 844),
        }
    }
}

/// A state of the page.
pub(crate) struct State {
    /// What its pictures are called.
    pub(crate) name: &'static str,
    /// The sizes at which there is such a state; it is reached at the first of them.
    pub(crate) sizes: &'static [Size],
}

const ALL: &[Size] = &[Size::Desktop, Size::Tablet, Size::Phone];
const PHONE: &[Size] = &[Size::Phone];

const fn state(name: &'static str, sizes: &'static [Size]) -> State {
    State { name, sizes }
}

/// All of them, in an order in which each leaves the next one what it needs.
pub(crate) const STATES: [State; 25] = [
    state("first-visit", ALL),
    state("name-taken", ALL),
    state("room", ALL),
    state("room-chinese", ALL),
    state("empty-room", ALL),
    state("unread-elsewhere", ALL),
    state("unread", ALL),
    state("private", ALL),
    state("message-actions", ALL),
    state("members", PHONE),
    state("drawer", PHONE),
    state("switcher", ALL),
    state("shortcuts", ALL),
    state("settings", ALL),
    state("rename", ALL),
    state("emoji", ALL),
    state("completion", ALL),
    state("long-draft", ALL),
    state("notices", ALL),
    state("no-such-message", ALL),
    state("scrolled-up", ALL),
    state("pending-and-failed", ALL),
    state("loading", ALL),
    state("offline", ALL),
    state("reconnecting", ALL),
];

/// What is said while somebody reads further up.
const MEANWHILE: [&str; 12] = [
    "starting now, four workers",
    "queue 31",
    "queue 12",
    "queue 3",
    "migration 0042 begins",
    "migration 0042 done in 51 s",
    "workers back to sixteen",
    "all graphs flat",
    "flag on for 5 %",
    "flag on for 25 %",
    "flag on for everybody",
    "done, no errors. Thank you all!",
];

const LAST_SAID: &str = "after lunch is fine";
const TIMELINE: &str = "[data-testid='timeline']";

impl Theatre {
    /// Brings the page into a state.
    #[expect(clippy::too_many_lines, reason = "a table: an arm for each state")]
    pub(crate) async fn reach(&mut self, state: &str) -> Result<()> {
        match state {
            "first-visit" => self.knock().await,
            "name-taken" => {
                self.knock().await?;
                self.page.find("nick-input").await.send_keys("mara").await?;
                self.page.find("nick-submit").await.click().await?;
                self.page.find("free-nick").await;
                Ok(())
            }
            "room" => {
                self.show("lobby", LAST_SAID).await?;
                self.types("Priya").await?;
                self.page.exists("[data-testid='typing'] bdi, .typing-dots.on").await;
                Ok(())
            }
            "room-chinese" => self.show("读书会", "图书馆").await,
            "empty-room" => {
                self.show("lobby", LAST_SAID).await?;
                self.page.say("/join kitchen").await;
                self.page.find("empty").await;
                Ok(())
            }
            "unread-elsewhere" => self.miss_something().await,
            "unread" => {
                if !self.page.is_there("[data-room='lobby'] [data-testid='unread']").await {
                    self.miss_something().await?;
                }
                self.page.find_css("[data-room='lobby']").await.click().await?;
                self.page.find("new-divider").await;
                Ok(())
            }
            "private" => {
                self.show("lobby", LAST_SAID).await?;
                if !self.page.is_there("[data-room^='@']").await {
                    self.tell("mara", "Between us: the cake for 小明 is in the kitchen, second shelf.").await?;
                    self.tell("mara", "Not a word before three 🤫").await?;
                }
                self.page.find_css("[data-room^='@']").await.click().await?;
                self.page.message("Not a word").await;
                self.page.say("My lips are sealed.").await;
                self.page.exists("[data-testid='message'][data-from='ann']").await;
                Ok(())
            }
            "message-actions" => {
                self.show("lobby", LAST_SAID).await?;
                let row = self.page.find_css(&format!("{TIMELINE} [data-from='Priya']:nth-last-child(-n+8)")).await;
                self.page.driver.action_chain().move_to_element_center(&row).perform().await?;
                self.page.find("message-actions").await;
                Ok(())
            }
            "members" => self.press("open-members").await,
            "drawer" => self.press("open-rooms").await,
            "switcher" => {
                self.show("lobby", LAST_SAID).await?;
                self.page.keys(&["Control", "k"]).await;
                self.page.find("switcher-input").await.send_keys("l").await?;
                Ok(())
            }
            "shortcuts" => {
                self.show("lobby", LAST_SAID).await?;
                self.page.script("document.activeElement.blur()").await;
                self.page.keys(&["?"]).await;
                self.page.find("shortcuts").await;
                Ok(())
            }
            "settings" => {
                self.press("settings").await?;
                self.page.find("settings-close").await;
                Ok(())
            }
            "rename" => {
                self.press("rename").await?;
                self.page.find("rename-input").await;
                Ok(())
            }
            "emoji" => {
                self.press("emoji").await?;
                self.page.find("emoji-picker").await;
                Ok(())
            }
            "completion" => {
                self.draft("Could you look at this, @").await?;
                self.page.find("suggestions").await;
                Ok(())
            }
            "long-draft" => {
                let text = "The plan for tomorrow, in the order in which it is to be done. ".repeat(63);
                self.draft(&text).await
            }
            "notices" => {
                self.show("lobby", LAST_SAID).await?;
                self.page.say("/who").await;
                self.page.find("notice").await;
                self.page.say("/msg nobody are you there?").await;
                self.page.find_css("[data-testid='notice'].error").await;
                Ok(())
            }
            "no-such-message" => {
                self.go("/r/lobby/99999").await?;
                self.page.online().await;
                self.page.find("notice").await;
                Ok(())
            }
            "scrolled-up" => {
                self.show("lobby", LAST_SAID).await?;
                self.page.script(&format!("document.querySelector(\"{TIMELINE}\").scrollTop = 300")).await;
                self.page.find("jump").await;
                for text in MEANWHILE {
                    self.say("jonas", "lobby", text).await?;
                }
                self.page.exists("[data-testid='jump'], [data-room='lobby'] [data-testid='unread']").await;
                Ok(())
            }
            "pending-and-failed" => {
                self.show("lobby", LAST_SAID).await?;
                self.page.script("stage.refuse = 'second'; stage.hold = 'third'").await;
                for text in ["Well done, all of you!", "A second cake is on the way.", "And a third one, perhaps."] {
                    self.page.say(text).await;
                }
                self.page.find("retry").await;
                self.page.find("pending").await;
                Ok(())
            }
            "loading" => {
                self.page.script("sessionStorage.setItem('stage-deaf', 1)").await;
                self.go("/r/lobby").await?;
                self.page.find("skeleton").await;
                self.page.script("sessionStorage.removeItem('stage-deaf')").await;
                Ok(())
            }
            "offline" => {
                self.show("lobby", LAST_SAID).await?;
                self.offline(true).await;
                self.page.find("trouble").await;
                Ok(())
            }
            "reconnecting" => {
                self.offline(false).await;
                self.show("lobby", LAST_SAID).await?;
                self.kill_server().await?;
                self.page.find("trouble").await;
                Ok(())
            }
            _ => bail!("there is no state {state}"),
        }
    }

    /// Makes the page's member known, and puts everything into place that the states after the first visit need.
    pub(crate) async fn move_in(&mut self) -> Result<()> {
        self.knock().await?;
        self.page.find("nick-input").await.send_keys(ME).await?;
        self.page.find("nick-submit").await.click().await?;
        self.page.online().await;
        for room in ["design", "读书会", "builds"] {
            self.page.say(&format!("/join {room}")).await;
            self.page.exists(&format!("[data-room='{room}']")).await;
        }
        Ok(())
    }

    /// Things are said in rooms that aren't shown.
    async fn miss_something(&mut self) -> Result<()> {
        self.show("design", "Agreed.").await?;
        self.say("liwei", "lobby", "十二点半一起吃饭吗？").await?;
        self.say("mara", "lobby", "Gladly! @ann, are you coming too?").await?;
        self.say("ops-bot", "builds", "build 4814 is green (6 min 39 s)").await?;
        self.page.exists("[data-room='builds'] [data-testid='unread']").await;
        self.page.exists("[data-room='lobby'] [data-testid='unread']").await;
        Ok(())
    }

    /// Comes to the page as somebody who has never been there.
    async fn knock(&mut self) -> Result<()> {
        self.go("/").await?;
        self.page.script("localStorage.clear(); sessionStorage.clear()").await;
        self.page.cdp("Storage.clearDataForOrigin", json!({"origin": "*", "storageTypes": "all"})).await;
        self.go("/").await?;
        self.page.find("nick-input").await;
        Ok(())
    }

    /// Loads a room anew, and waits for what was said there.
    async fn show(&mut self, room: &str, said: &str) -> Result<()> {
        self.go(&format!("/r/{room}")).await?;
        self.page.online().await;
        self.page.message(said).await;
        Ok(())
    }

    async fn press(&mut self, button: &str) -> Result<()> {
        self.show("lobby", LAST_SAID).await?;
        self.page.find(button).await.click().await?;
        Ok(())
    }

    async fn draft(&mut self, text: &str) -> Result<()> {
        self.show("lobby", LAST_SAID).await?;
        self.page.paste("composer", text).await;
        Ok(())
    }

    async fn offline(&mut self, offline: bool) {
        let conditions = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.page.cdp("Network.enable", json!({})).await;
        self.page.cdp("Network.emulateNetworkConditions", conditions).await;
    }

    async fn go(&mut self, path: &str) -> Result<()> {
        Ok(self.page.driver.goto(format!("http://{}{path}", self.address)).await?)
    }
}
