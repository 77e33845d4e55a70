//! What a first visit transfers, and how long it takes until a room of 500 messages is painted.

use std::path::Path;

use anyhow::Result;
use partyline_chromium::Browser;

use super::room::{self, LAST};
use super::{Figure, number, serve, watching};

/// The page is told of so many at once.
const MESSAGES: &str = "500";

/// Nothing was added for so long, in milliseconds: the page shows what it will.
const QUIET_MS: u32 = 300;

/// After so many milliseconds nothing more is fetched: a worker that fills a cache has done so by then.
const FETCHED_MS: u32 = 1500;

pub(super) fn figures() -> Vec<Figure> {
    vec![
        Figure::new("first load, everything", "KB", 150.0),
        Figure::new("500 messages painted after navigation", "ms", 400.0),
        Figure::new("rows of them in the document", "", None),
    ]
}

/// Adds what was measured to the [`figures`].
pub(super) async fn run(program: &Path, runs: usize, figures: &mut [Figure]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    room::import(program, folder.path(), "lobby", 600)?;
    let server = serve(program, folder.path(), &["--replay", MESSAGES, "--page", MESSAGES]).await?;
    let address = format!("http://{}/r/lobby", server.address());
    let [load, painted, rows] = figures else { return Ok(()) };

    let fresh = Browser::recording().await;
    fresh.driver.goto(&address).await?;
    fresh.find("nick-input").await;
    fresh.script_until(&format!("setTimeout(done, {FETCHED_MS})")).await;
    load.values.push(fresh.transferred().await / 1000.0);
    fresh.quit().await;

    let page = watching().await;
    page.enter(&address, "ann").await;
    page.message(LAST).await;
    for _ in 0..runs {
        page.driver.goto(&address).await?;
        page.message(LAST).await;
        let settled = format!(
            "const look = () => watched.painted && performance.now() - watched.painted > {QUIET_MS} ? \
             done([watched.painted, watched.most]) : setTimeout(look, 20); look()"
        );
        let found = page.script_until(&settled).await;
        painted.values.push(number(&found[0])?);
        rows.values.push(number(&found[1])?);
    }
    page.quit().await;
    Ok(())
}
