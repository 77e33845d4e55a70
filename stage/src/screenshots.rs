//! Takes pictures of the page in all its states.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use futures_util::FutureExt as _;
use partyline_chromium::Locale;

use crate::say::say;
use crate::sheet::sheet;
use crate::states::{STATES, State};
use crate::theatre::Theatre;

/// What is to be taken.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// `partylined`.
    pub(crate) server: PathBuf,
    /// The folder for the pictures.
    pub(crate) into: PathBuf,
    /// Only these states; all where none is named.
    pub(crate) states: Vec<String>,
}

impl Order {
    fn wants(&self, state: &State) -> bool {
        self.states.is_empty() || self.states.iter().any(|name| name == state.name)
    }
}

/// Takes them, a language beside the other, and writes the sheet that shows them.
pub(crate) async fn take(order: Order) -> Result<()> {
    for name in &order.states {
        ensure!(STATES.iter().any(|state| state.name == name), "there is no state {name}");
    }
    fs::create_dir_all(&order.into).with_context(|| format!("making {}", order.into.display()))?;
    let begun = Instant::now();
    let languages =
        [Locale::English, Locale::Chinese].map(|locale| tokio::spawn(language(order.clone(), locale, begun)));
    let mut missing = Vec::new();
    for language in languages {
        missing.extend(language.await??);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(&order.into)? {
        files.push(entry?.file_name().to_string_lossy().into_owned());
    }
    files.retain(|name| Path::new(name).extension().is_some_and(|end| end == "png"));
    files.sort();
    let index = order.into.join("index.html");
    fs::write(&index, sheet(&files, &missing))?;
    say(&format!("{} pictures in {} s: {}\n", files.len(), begun.elapsed().as_secs(), index.display()));
    ensure!(missing.is_empty(), "without pictures: {}", missing.join("; "));
    Ok(())
}

/// All states in one language. Returns those that weren't reached, and why.
async fn language(order: Order, locale: Locale, begun: Instant) -> Result<Vec<String>> {
    let mut theatre = Theatre::open(&order.server, locale).await?;
    let (mut missing, mut moved_in) = (Vec::new(), false);
    for (state, nth) in STATES.iter().zip(1..) {
        // What comes before the first visit is over is staged before anybody moves in.
        if nth == 3 && !moved_in {
            theatre.move_in().await?;
            theatre.set_scene(&order.server).await?;
            moved_in = true;
        }
        if !order.wants(state) {
            continue;
        }
        let taken = AssertUnwindSafe(pictures(&mut theatre, state, locale, &order.into)).catch_unwind().await;
        let what = format!("{}, {}", state.name, locale.tag());
        match taken.unwrap_or_else(|panic| Err(anyhow!("{}", reason(&*panic)))) {
            Ok(()) => say(&format!("{:>4} s  {nth:>2} of {}  {what}\n", begun.elapsed().as_secs(), STATES.len())),
            Err(error) => {
                say(&format!("{:>4} s  {what}: {error:#}\n", begun.elapsed().as_secs()));
                missing.push(format!("{what}: {error:#}"));
            }
        }
    }
    theatre.close().await;
    Ok(missing)
}

async fn pictures(theatre: &mut Theatre, state: &State, locale: Locale, into: &Path) -> Result<()> {
    let (width, height) = state.sizes.first().context("a state of no size")?.pixels();
    theatre.page.size(width, height).await;
    theatre.page.dark(false).await;
    theatre.reach(state.name).await?;
    for size in state.sizes {
        let (width, height) = size.pixels();
        theatre.page.size(width, height).await;
        for (theme, dark) in [("light", false), ("dark", true)] {
            theatre.page.dark(dark).await;
            let file = into.join(format!("{}-{width}x{height}-{theme}-{}.png", state.name, short(locale)));
            fs::write(&file, theatre.page.picture().await).with_context(|| format!("writing {}", file.display()))?;
        }
    }
    Ok(())
}

fn short(locale: Locale) -> &'static str {
    match locale {
        Locale::English => "en",
        Locale::Chinese => "zh",
    }
}

fn reason(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it ended for an unknown reason").lines().next().unwrap_or_default().to_owned()
}
