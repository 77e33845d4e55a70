//! What the browser tests drive, and the netcat that the plain-text tests are written against.

use xshell::cmd;

use super::apt;
use super::tool::{Tool, Way};
use crate::machine::Machine;

/// The tool: Chromium, its driver, and netcat.
pub(crate) fn tool() -> Tool {
    Tool {
        name: "Chromium, its driver, netcat".into(),
        time: "about 15 s",
        here: |machine| Ok(browser(machine) && netcat_half_closes(machine)),
        ways: vec![Way {
            what: "chromium, chromium-driver and netcat-openbsd from the system's packages",
            fits: apt::fits,
            run: |machine| apt::install(machine, &["chromium", "chromium-driver", "netcat-openbsd"]),
        }],
        by_hand: "Install Chromium, chromedriver and the OpenBSD netcat, so that they are on the path.",
        optional: false,
    }
}

/// Letters for Chinese, Japanese and Korean. Without them screenshots show boxes; the tests pass all the same.
pub(crate) fn fonts() -> Tool {
    Tool {
        name: "CJK fonts".into(),
        time: "about 5 s",
        here: |machine| {
            Ok(cmd!(machine.sh, "fc-list :lang=zh").quiet().ignore_stderr().read().is_ok_and(|list| !list.is_empty()))
        },
        ways: vec![Way {
            what: "fonts-noto-cjk from the system's packages",
            fits: apt::can,
            run: |machine| apt::install(machine, &["fonts-noto-cjk", "fontconfig"]),
        }],
        by_hand: "Install a font that has Chinese, Japanese and Korean letters.",
        optional: true,
    }
}

/// Letters like those that most people see, and emoji in colour. Without them pictures show what the system has.
pub(crate) fn letters() -> Tool {
    Tool {
        name: "fonts for pictures".into(),
        time: "about 5 s",
        here: |machine| Ok(has_font(machine, "Inter") && has_font(machine, "Noto Color Emoji")),
        ways: vec![Way {
            what: "fonts-inter and fonts-noto-color-emoji from the system's packages",
            fits: apt::can,
            run: |machine| apt::install(machine, &["fonts-inter", "fonts-noto-color-emoji", "fontconfig"]),
        }],
        by_hand: "Install the fonts Inter and Noto Color Emoji.",
        optional: true,
    }
}

fn has_font(machine: &Machine, family: &str) -> bool {
    cmd!(machine.sh, "fc-list {family}").quiet().ignore_stderr().read().is_ok_and(|list| !list.is_empty())
}

fn browser(machine: &Machine) -> bool {
    let browser = ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| machine.has(name));
    browser && machine.has("chromedriver")
}

/// Whether `nc -N` (close our half when standard input ends) is understood: netcat's other forms lack it.
fn netcat_half_closes(machine: &Machine) -> bool {
    // It prints its help on one or the other stream, with one status or the other.
    let help = cmd!(machine.sh, "nc -h").quiet().ignore_status().read_stderr().unwrap_or_default();
    help.contains("OpenBSD") || cfg!(target_os = "macos")
}
