//! 1,000 messages that come one by one while the page is open.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::{Figure, number, serve, watching};

const MESSAGES: usize = 1000;

/// The server takes no more of one member while so many of theirs are being written; it would take 256.
const UNANSWERED: usize = 200;

pub(super) fn figures() -> Vec<Figure> {
    vec![
        Figure::new("1,000 live messages, from the first painted to the last", "ms", 600.0),
        Figure::new("longest gap between two frames meanwhile", "ms", 200.0),
    ]
}

/// Adds what was measured to the [`figures`].
pub(super) async fn run(program: &Path, runs: usize, figures: &mut [Figure]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = serve(program, folder.path(), &[]).await?;
    let [time, gap] = figures else { return Ok(()) };
    let page = watching().await;
    page.enter(&format!("http://{}/", server.address()), "ann").await;
    let mut bot = Bot::connect(server.address()).await?;
    for run in 0..runs {
        // A room of its own each time, without anything in it.
        let room = format!("live-{run}");
        page.say(&format!("/join {room}")).await;
        page.find_css(&format!("[data-room='{room}'][aria-current='page']")).await;
        page.find("empty").await;
        bot.send(&json!({"type": "join", "room": room})).await?;
        bot.until("joined", 1).await?;
        page.script("watched.first = null; watched.last = null; watched.gap = 0").await;
        for n in 1..=MESSAGES {
            let text = format!("message {n} of {MESSAGES}, as long as most of them are");
            bot.send(&json!({"type": "say", "room": room, "text": text, "ref": format!("{run}.{n}")})).await?;
            if n > UNANSWERED {
                bot.until("sent", 1).await?;
            }
        }
        bot.until("sent", UNANSWERED).await?;
        let all = format!(
            "const look = () => watched.last?.includes('message {MESSAGES} of') ? \
             done([watched.painted - watched.first, watched.gap]) : setTimeout(look, 10); look()"
        );
        let found = page.script_until(&all).await;
        time.values.push(number(&found[0])?);
        gap.values.push(number(&found[1])?);
    }
    page.quit().await;
    Ok(())
}

/// Another program, at a WebSocket of its own.
struct Bot(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Bot {
    async fn connect(address: SocketAddr) -> Result<Self> {
        let (socket, _) = tokio_tungstenite::connect_async(format!("ws://{address}/ws")).await?;
        let mut bot = Self(socket);
        bot.send(&json!({"type": "hello", "nick": "bot"})).await?;
        Ok(bot)
    }

    /// Sends a command in a frame of its own.
    async fn send(&mut self, command: &Value) -> Result<()> {
        Ok(self.0.send(Message::text(command.to_string())).await?)
    }

    /// Reads until so many events of this type have come.
    async fn until(&mut self, kind: &str, mut count: usize) -> Result<()> {
        while count > 0 {
            let frame = self.0.next().await.context("the connection has ended")??;
            let Message::Text(text) = frame else { continue };
            let event: Value = serde_json::from_str(&text)?;
            ensure!(event["type"] != "refused", "the server refuses: {event}");
            count -= usize::from(event["type"] == kind);
        }
        Ok(())
    }
}
