//! A server with a conversation on it, people in its rooms, and the page that is shown.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use partyline_chromium::{Browser, Locale};
use partyline_shared::{Timestamp, Token};
use partyline_soak::server::{Program, Server};
use partyline_soak::wire::Lines;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::script::{self, ME, MEMBERS, ROOMS};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// What is shown takes no longer than this to be there; what does isn't coming.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets a script of the stage hold back or refuse what the page says, and keep the page waiting for its first answer.
const INTERVENTION: &str = include_str!("intervention.js");

/// All that is on the stage.
pub(crate) struct Theatre {
    /// The page.
    pub(crate) page: Browser,
    /// The server's address.
    pub(crate) address: SocketAddr,
    server: Option<Server>,
    cast: HashMap<&'static str, Lines>,
    folder: TempDir,
    said: u64,
}

impl Theatre {
    /// Starts a server, and a browser that has not been to it yet. It is in the middle of the morning where the page is, so that the
    /// conversation lies behind it, whenever this is run.
    pub(crate) async fn open(program: &Path, locale: Locale) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = serve(program, folder.path(), ([127, 0, 0, 1], 0).into()).await?;
        let address = server.address();
        let mut page = Browser::start_in(locale).await;
        page.patience = PATIENCE;
        let (zone, _) = morning()?;
        page.cdp("Emulation.setTimezoneOverride", json!({"timezoneId": zone})).await;
        page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({"source": INTERVENTION})).await;
        let mut theatre = Self { page, address, server: Some(server), cast: HashMap::new(), folder, said: 0 };
        theatre.enter_cast().await?;
        Ok(theatre)
    }

    /// Puts the conversation into the log, with the page's member as the one that she is by now.
    pub(crate) async fn set_scene(&mut self, program: &Path) -> Result<()> {
        let (_, midnight) = morning()?;
        let mara = self.member("mara")?;
        mara.send(&json!({"type": "who", "room": ROOMS[0].name})).await?;
        let members = mara.event("members").await?;
        let here = members["members"].as_array().context("no members")?;
        let me = here.iter().find(|member| member["nick"] == ME).context("she isn't there")?;
        let me = me["id"].as_str().context("without an id")?.to_owned();
        let id = |nick: &str| match MEMBERS.iter().position(|member| *member == nick) {
            Some(nth) => token(nth).map(|token| token.member().to_string()).ok(),
            None => (nick == ME).then(|| me.clone()),
        };
        // A room is imported before it is there: the server comes back to find it.
        self.cast.clear();
        self.server.take().context("the server is gone")?.terminate().await?;
        for room in &ROOMS {
            let file = self.folder.path().join("scene.jsonl");
            fs::write(&file, script::file(room, midnight, id))?;
            let mut import = Command::new(program);
            let imported =
                import.args(["import", room.name]).arg(&file).arg("--data").arg(self.folder.path()).output()?;
            ensure!(imported.status.success(), "importing: {}", String::from_utf8_lossy(&imported.stderr));
        }
        self.server = Some(serve(program, self.folder.path(), self.address).await?);
        self.enter_cast().await?;
        self.page.online().await;
        self.say("jonas", "lobby", "after lunch is fine. 13:30?").await
    }

    /// Has somebody say something.
    pub(crate) async fn say(&mut self, who: &'static str, room: &str, text: &str) -> Result<()> {
        self.said += 1;
        let reference = self.said.to_string();
        self.send(who, &json!({"type": "say", "room": room, "text": text, "ref": reference}), "sent").await
    }

    /// Has somebody tell the page's member something in private.
    pub(crate) async fn tell(&mut self, who: &'static str, text: &str) -> Result<()> {
        self.send(who, &json!({"type": "tell", "to": ME, "text": text}), "sent").await
    }

    /// Has somebody type in the default room.
    pub(crate) async fn types(&mut self, who: &'static str) -> Result<()> {
        self.member(who)?.send(&json!({"type": "typing", "room": ROOMS[0].name})).await
    }

    /// Ends the browser and the server.
    pub(crate) async fn close(self) {
        self.page.quit().await;
    }

    /// Ends the server, and everybody's connections with it.
    pub(crate) async fn kill_server(&mut self) -> Result<()> {
        match self.server.take() {
            Some(server) => server.kill().await,
            None => Ok(()),
        }
    }

    async fn send(&mut self, who: &'static str, command: &Value, answer: &str) -> Result<()> {
        let member = self.member(who)?;
        member.send(command).await?;
        member.event(answer).await?;
        Ok(())
    }

    fn member(&mut self, who: &str) -> Result<&mut Lines> {
        self.cast.get_mut(who).with_context(|| format!("{who} isn't in the cast"))
    }

    async fn enter_cast(&mut self) -> Result<()> {
        for (nth, nick) in MEMBERS.into_iter().enumerate() {
            let mut lines = Lines::connect(self.address).await?;
            lines.send(&json!({"type": "hello", "nick": nick, "token": token(nth)?})).await?;
            for room in &ROOMS {
                lines.send(&json!({"type": "join", "room": room.name})).await?;
                lines.event("joined").await?;
            }
            self.cast.insert(nick, lines);
        }
        Ok(())
    }
}

async fn serve(program: &Path, folder: &Path, listen: SocketAddr) -> Result<Server> {
    // Whoever is on the stage speaks as fast as the script wants.
    let flags = ["--burst", "1000", "--per-second", "0", "--requests-per-second", "0", "--log-level", "error"];
    Program::new(program).with(&flags).start(folder, listen).await
}

/// The secret of a member of the cast: it makes them who said what the script has them say.
fn token(nth: usize) -> Result<Token> {
    Ok(serde_json::from_value(json!(format!("{nth:032x}")))?)
}

/// The time zone in which it is between ten and eleven now, and when the day began there.
fn morning() -> Result<(String, Timestamp)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let now = u64::try_from(now)?;
    // From 12 hours behind UTC to 11 before it.
    let ahead = (10 + 36 - now % DAY_MS / HOUR_MS) % 24;
    let local = now + ahead * HOUR_MS - 12 * HOUR_MS;
    let midnight = local / DAY_MS * DAY_MS + 12 * HOUR_MS - ahead * HOUR_MS;
    // Written the other way round than everywhere else: Etc/GMT-3 is ahead of UTC.
    let zone = if ahead >= 12 { format!("Etc/GMT-{}", ahead - 12) } else { format!("Etc/GMT+{}", 12 - ahead) };
    Ok((zone, Timestamp(midnight)))
}
