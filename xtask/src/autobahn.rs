//! `cargo xtask autobahn`: the WebSocket conformance cases of Autobahn|Testsuite against the server's own stack.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use crate::machine::Machine;
use crate::say::say;

/// The suite, and the last virtualenv that makes environments of Python 2.7, which the suite is written in.
const SUITE: &str = "autobahntestsuite==25.10.1";
const VIRTUALENV: &str = "virtualenv<20.22";

/// Framing, pings, reserved bits, opcodes, fragments, UTF-8, closing, limits. 11 is empty; 12 and 13 are compression,
/// which the server declines.
const CASES: &str = r#"["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "8.*", "9.*", "10.*"]"#;

/// One line a case of the report: its name, how it behaved, how it closed.
const LIST: &str = "import json, sys\nfor cases in json.load(open(sys.argv[1])).values():\n  for name, case in \
                    cases.items():\n    print('%s %s %s' % (name, case['behavior'].replace(' ', '-'), \
                    case['behaviorClose'].replace(' ', '-')))\n";

/// Builds the server with its echo route, runs the suite against it, and counts what came of each case.
pub(crate) fn autobahn(machine: &Machine) -> Result<()> {
    let sh = &machine.sh;
    let folder = machine.target_dir()?.join("autobahn");
    fs::create_dir_all(&folder)?;
    let python = suite(machine, &folder)?;
    // Apart from the server that people use: this one has a route that they mustn't have.
    let build = folder.join("build");
    cmd!(sh, "cargo build --release -p partyline-server --features test-build --target-dir {build}").run()?;
    let server = Server::start(&build.join("release/partylined"))?;

    let (spec, reports) = (folder.join("spec.json"), folder.join("reports"));
    // What an earlier run found mustn't be taken for this one's.
    let _ = fs::remove_dir_all(&reports);
    let (url, outdir) = (format!("ws://{}/echo", server.address), reports.display());
    fs::write(
        &spec,
        format!(
            r#"{{"outdir": "{outdir}", "servers": [{{"agent": "partylined", "url": "{url}"}}], "cases": {CASES}, "exclude-cases": []}}"#
        ),
    )?;
    let wstest = python.with_file_name("wstest");
    cmd!(sh, "{wstest} -m fuzzingclient -s {spec}").ignore_stdout().run()?;
    drop(server);
    let index = reports.join("index.json");
    let list = cmd!(sh, "{python} -c {LIST} {index}").quiet().read()?;
    judge(&list, &reports)
}

/// Says how many cases came out how, and which of them neither well nor badly.
fn judge(list: &str, reports: &Path) -> Result<()> {
    let mut cases: Vec<[&str; 3]> = Vec::new();
    for line in list.lines() {
        let words: Vec<_> = line.split(' ').collect();
        cases.push(words.try_into().ok().with_context(|| format!("not a case: {line:?}"))?);
    }
    cases.sort_unstable();
    ensure!(!cases.is_empty(), "the suite ran no case; did it reach the server?");
    let mut outcomes: Vec<(&str, usize)> = Vec::new();
    for [_, behavior, _] in &cases {
        match outcomes.iter_mut().find(|(outcome, _)| outcome == behavior) {
            Some((_, count)) => *count += 1,
            None => outcomes.push((behavior, 1)),
        }
    }
    let counts: Vec<_> = outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    say!("\n{} cases: {}", cases.len(), counts.join(", "));
    // The suite's own words; what is neither is a judgement that it leaves open.
    for [name, behavior, close] in cases.iter().filter(|[_, behavior, close]| *behavior != "OK" || *close == "FAILED") {
        say!("  {name}: {behavior}, closing {close}");
    }
    let failed = cases.iter().filter(|[_, behavior, close]| !passes(behavior) || !passes(close)).count();
    ensure!(failed == 0, "{failed} of them failed; see {}", reports.join("index.html").display());
    Ok(())
}

/// Anything that isn't known to be fine isn't.
fn passes(outcome: &str) -> bool {
    ["OK", "NON-STRICT", "INFORMATIONAL"].contains(&outcome)
}

/// The Python that has the suite; installed the first time.
fn suite(machine: &Machine, folder: &Path) -> Result<PathBuf> {
    let sh = &machine.sh;
    let python = folder.join("suite/bin/python");
    if python.with_file_name("wstest").exists() {
        return Ok(python);
    }
    let Some(old) = python_27(machine) else {
        bail!(
            "Autobahn|Testsuite needs Python 2.7, which no system packages any more. With pyenv (https://github.com/pyenv/\
             pyenv) it is\n\n    pyenv install 2.7.18\n"
        );
    };
    ensure!(machine.has("python3"), "setting Python 2.7 up takes python3, with its venv: apt-get install python3-venv");
    let (tool, suite) = (folder.join("virtualenv"), folder.join("suite"));
    cmd!(sh, "python3 -m venv {tool}").run()?;
    let (pip, virtualenv) = (tool.join("bin/pip"), tool.join("bin/virtualenv"));
    cmd!(sh, "{pip} install --quiet {VIRTUALENV}").run()?;
    cmd!(sh, "{virtualenv} --quiet -p {old} {suite}").run()?;
    let pip = suite.join("bin/pip");
    cmd!(sh, "{pip} install --quiet {SUITE}").run()?;
    Ok(python)
}

/// On the path, where it is more than pyenv's word that there could be one; or where pyenv keeps it.
fn python_27(machine: &Machine) -> Option<PathBuf> {
    let runs = |python: &Path| cmd!(machine.sh, "{python} -c pass").quiet().ignore_stderr().run().is_ok();
    let on_path = machine.which("python2.7").filter(|python| runs(python));
    on_path.or_else(|| {
        let versions = fs::read_dir(env::home_dir()?.join(".pyenv/versions")).ok()?;
        let pythons = versions.flatten().filter(|version| version.file_name().to_string_lossy().starts_with("2.7"));
        pythons.map(|version| version.path().join("bin/python2.7")).find(|python| runs(python))
    })
}

/// A server that is ended with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// On a free port. The suite sends hundreds of megabytes: this one reads as fast as it can.
    fn start(program: &Path) -> Result<Self> {
        let flags = ["--listen", "127.0.0.1:0", "--data", ":memory:", "--read-bytes-per-second", "0"];
        let mut child = Command::new(program).args(flags).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        // From here on it is ended, whatever comes.
        let mut server = Self { child, address: String::new() };
        read.transpose()?;
        let address = line.trim().strip_prefix("listening on ").context("the server doesn't say where it listens")?;
        address.clone_into(&mut server.address);
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_in_either_column_is_a_failure() {
        let judged = |list: &str| judge(list, Path::new("reports"));
        judged("1.1.1 OK OK\n6.4.3 NON-STRICT OK\n7.1.6 INFORMATIONAL INFORMATIONAL").unwrap();
        for bad in ["1.1.1 FAILED OK", "1.1.1 OK OK\n1.1.2 OK FAILED", "1.1.1 OK WRONG-CODE", "1.1.1 OK", "", "\n"] {
            assert!(judged(bad).is_err(), "{bad:?}");
        }
    }
}
