//! What the page costs whoever opens it: `cargo xtask bench page`.

mod first_load;
mod live;
mod room;
mod walk;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use partyline_bench::machine;
use partyline_bench::report::into_page;
use partyline_bench::statistics::{Spread, figure};
use partyline_bench::table::Table;
use partyline_chromium::Browser;
use partyline_soak::server::{Program, Server};
use serde_json::{Value, json};

use crate::say::say;

/// What the block in the page is called.
const BLOCK: &str = "page";

/// What is to be measured.
#[derive(Debug)]
pub(crate) struct Order {
    /// `partylined`.
    pub(crate) server: PathBuf,
    /// Fewer runs.
    pub(crate) quick: bool,
    /// Where the figures are written, if they are.
    pub(crate) page: Option<PathBuf>,
}

/// Something that is measured, and what it is to be.
struct Figure {
    what: &'static str,
    unit: &'static str,
    /// No more than this, in the median.
    most: Option<f64>,
    values: Vec<f64>,
}

impl Figure {
    fn new(what: &'static str, unit: &'static str, most: impl Into<Option<f64>>) -> Self {
        Self { what, unit, most: most.into(), values: Vec::new() }
    }

    fn row(&self) -> [String; 4] {
        let with_unit = |value: String| format!("{value} {}", self.unit).trim_end().to_owned();
        let spread = Spread::of(self.values.iter().copied());
        let met = self.most.zip(spread).map(|(most, spread)| if spread.median <= most { "yes" } else { "NO" });
        [
            self.what.to_owned(),
            spread.map(|spread| with_unit(spread.to_string())).unwrap_or_default(),
            self.most.map(|most| with_unit(figure(most))).unwrap_or_default(),
            met.unwrap_or_default().to_owned(),
        ]
    }
}

/// Measures it, prints what was found, and writes it where that was asked for.
pub(crate) async fn measure(order: Order) -> Result<()> {
    let begun = Instant::now();
    let (runs, walks) = if order.quick { (3, 1) } else { (7, 3) };
    let load = load_average();
    say(&format!("{}, load average {load}\n", machine::describe()));
    let progress = |what: &str| say(&format!("{:>4} s  {what}\n", begun.elapsed().as_secs()));
    let (mut load_figures, mut live_figures, mut walk_figures) =
        (first_load::figures(), live::figures(), walk::figures());
    first_load::run(&order.server, runs, &mut load_figures).await.context("first load")?;
    progress("first load, 500 messages");
    live::run(&order.server, runs, &mut live_figures).await.context("live messages")?;
    progress("live messages");
    walk::run(&order.server, walks, &mut walk_figures).await.context("history")?;
    progress("history");
    let mut table = Table::new(&["", "median (least to most)", "at most", "met"]);
    for figure in load_figures.iter().chain(&live_figures).chain(&walk_figures) {
        table.row(figure.row());
    }
    say(&format!("\n{}", table.text()));
    let Some(page) = order.page else { return Ok(()) };
    let text = section(&table, (runs, walks), &load);
    let before = if page.exists() { fs::read_to_string(&page)? } else { "# Benchmarks\n".to_owned() };
    fs::write(&page, into_page(&before, &[(BLOCK, text)])).with_context(|| format!("writing {}", page.display()))
}

fn section(table: &Table, (runs, walks): (usize, usize), load: &str) -> String {
    format!(
        "## The page\n\n\
         In a Chromium without a graphics card, in a window of 1280 × 800, with the server on the same processors; `cargo xtask bench page`. Of {runs} runs,\n\
         those of history of {walks}. {}. The load average before was {load}.\n\n\
         {}\n\
         - First load: a first visit, nothing cached. Everything that came over the network, headers included, as Chromium counts it\n  \
         (`Network.loadingFinished`), in units of 1,000 bytes.\n\
         - Painted is when the frame after the one with the last row begins. It counts from the start of the navigation; the page was there before, and its\n  \
         files are cached. The server is told to send 500 messages to whoever enters; the page keeps as many rows as it needs.\n\
         - Live: 1,000 messages in a frame each, from another program, as fast as the server takes them.\n\
         - Memory is what WebAssembly has, which never shrinks, and the JavaScript heap after a collection, in units of 1,000,000 bytes.\n",
        machine::describe(),
        table.markdown(),
    )
}

/// How much the machine did in the last minute, this included.
fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// A browser that notes what the page shows.
async fn watching() -> Browser {
    let page = Browser::start().await;
    page.size(1280, 800).await;
    page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({"source": include_str!("bench/watch.js")})).await;
    page
}

/// A number that the page noted.
fn number(value: &Value) -> Result<f64> {
    value.as_f64().with_context(|| format!("{value} is no number"))
}

/// A server whose members may speak and ask as fast as they like.
async fn serve(program: &Path, folder: &Path, more: &[&str]) -> Result<Server> {
    let unbounded = ["--burst=100000", "--per-second=0", "--requests-per-second=0", "--read-bytes-per-second=0"];
    let program = Program::new(program).with(&unbounded).with(&["--log-level=error"]).with(more);
    program.start(folder, ([127, 0, 0, 1], 0).into()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_held_against_the_bound() {
        let mut figure = Figure::new("time", "ms", 600.0);
        figure.values = vec![400.0, 650.0, 500.0];
        assert_eq!(figure.row(), ["time", "500 (400 to 650) ms", "600 ms", "yes"]);
        figure.values = vec![601.0];
        assert_eq!(figure.row(), ["time", "601 ms", "600 ms", "NO"]);
        let mut rows = Figure::new("rows", "", None);
        rows.values = vec![300.0];
        assert_eq!(rows.row(), ["rows", "300", "", ""]);
    }
}
