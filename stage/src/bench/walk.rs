//! A long history walked through by scrolling, and what that leaves in memory.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::room::{self, LAST};
use super::{Figure, number, serve, watching};

const MESSAGES: u64 = 10_000;

/// It takes seconds; what takes longer than this doesn't get there.
const PATIENCE: Duration = Duration::from_mins(3);

/// Goes up by a screen and a half a frame, as whoever pulls the scrollbar, until the first message is shown.
const WALK: &str = "const scroller = document.querySelector(\"[data-testid='timeline']\"); \
    const begun = performance.now(); \
    const up = () => { \
        if (document.querySelector(\"[data-testid='message'][data-seq='1']\")) return done(performance.now() - begun); \
        scroller.scrollTop -= 1200; \
        requestAnimationFrame(up); \
    }; up()";

pub(super) fn figures() -> Vec<Figure> {
    vec![
        Figure::new("10,000 messages of history, walked through to the first", "s", None),
        Figure::new("memory then, WebAssembly and JavaScript", "MB", 25.0),
        Figure::new("WebAssembly alone", "MB", None),
        Figure::new("most rows in the document", "", None),
        Figure::new("longest gap between two frames while walking", "ms", None),
    ]
}

/// Adds what was measured to the [`figures`].
pub(super) async fn run(program: &Path, runs: usize, figures: &mut [Figure]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    room::import(program, folder.path(), "lobby", MESSAGES)?;
    let server = serve(program, folder.path(), &[]).await?;
    let [time, memory, wasm, rows, gap] = figures else { return Ok(()) };
    for run in 0..runs {
        // A browser of its own each time: what one leaves behind isn't counted to another.
        let page = watching().await;
        page.driver.set_script_timeout(PATIENCE).await?;
        page.enter(&format!("http://{}/r/lobby", server.address()), &format!("ann-{run}")).await;
        page.message(LAST).await;
        page.script("watched.gap = 0").await;
        let walked = page.script_until(WALK).await;
        time.values.push(number(&walked)? / 1000.0);
        page.cdp("HeapProfiler.enable", json!({})).await;
        page.cdp("HeapProfiler.collectGarbage", json!({})).await;
        let heap = page.cdp("Runtime.getHeapUsage", json!({})).await;
        let noted = page.script("return [watched.memory.buffer.byteLength, watched.most, watched.gap]").await;
        let of_wasm = number(&noted[0])?;
        memory.values.push((number(&heap["usedSize"])? + of_wasm) / 1e6);
        wasm.values.push(of_wasm / 1e6);
        rows.values.push(number(&noted[1])?);
        gap.values.push(number(&noted[2])?);
        page.quit().await;
    }
    Ok(())
}
