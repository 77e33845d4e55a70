//! Where a setting's value comes from: the command line, then the environment, then the file, then the default.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::table::{SETTINGS, Setting, Takes};
use crate::tools::Tool;

/// What was found wrong, each with how to mend it.
pub(super) type Problems = Vec<String>;

/// A setting's values, and where they were found.
#[derive(Debug)]
struct Found {
    values: Vec<String>,
    place: String,
}

/// All settings as text. Reading one as what it should be notes what is wrong instead of stopping, so that
/// everything is said at once.
#[derive(Debug)]
pub(super) struct Sources {
    found: BTreeMap<&'static str, Found>,
    pub(super) problems: Problems,
}

/// The flags, made of the table.
pub(super) fn flags() -> Command {
    let command = Command::new("partylined")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The Partyline server: every kind of socket in the same rooms")
        .after_help(
            "Each setting can also stand in the file (name = value) or in the environment (PARTYLINE_NAME=value).\n\
                     The command line counts before the environment, and that before the file.",
        )
        .arg(
            Arg::new("config").long("config").value_name("FILE").global(true).help("Read settings from this TOML file"),
        )
        .arg(
            Arg::new("print-config")
                .long("print-config")
                .action(ArgAction::SetTrue)
                .help("Print all settings with their defaults, as a file to start from"),
        );
    SETTINGS
        .iter()
        .fold(command, |command, setting| {
            let action = if setting.takes == Takes::Texts { ArgAction::Append } else { ArgAction::Set };
            let default =
                if setting.default.is_empty() { String::new() } else { format!(" [default: {}]", setting.default) };
            let help = format!("{}{default}", setting.help);
            // A negative number is a wrong value, to be told with the others, not an unknown flag.
            let arg = Arg::new(setting.name).long(setting.name).allow_negative_numbers(true);
            // Where the log is, is for all jobs to know.
            let arg = arg.global(setting.name == "data");
            command.arg(arg.value_name(setting.value).action(action).help(help))
        })
        .subcommands(jobs())
}

/// What else the program does than serve.
fn jobs() -> [Command; 3] {
    let room = |help: &'static str| Arg::new("room").value_name("ROOM").required(true).help(help);
    let file =
        |help: &'static str| Arg::new("file").value_name("FILE").value_parser(clap::value_parser!(PathBuf)).help(help);
    [
        Command::new("backup")
            .about("Copy the log as it is at this moment, while a server runs on it or not")
            .after_help("To restore it, put it as partyline.db into an empty folder.")
            .arg(file("Where to; it must not exist").required(true)),
        Command::new("export")
            .about("Write a room as JSON lines, while a server runs or not")
            .arg(room("Which"))
            .arg(file("Where to, which must not exist; '-', or nothing, is stdout")),
        Command::new("import")
            .about(
                "Make a room of what 'export' wrote, with its numbers, times and authors, while a server runs or not",
            )
            .arg(room("What it is to be called; there must be no such room yet"))
            .arg(file("Where from; '-', or nothing, is stdin")),
    ]
}

/// The job that the command line asks for; `None` for serving.
pub(super) fn tool(flags: &ArgMatches) -> Option<Tool> {
    let (job, flags) = flags.subcommand()?;
    let room = || flags.get_one::<String>("room").cloned().unwrap_or_default();
    let file = || flags.get_one::<PathBuf>("file").filter(|file| file.as_os_str() != "-").cloned();
    match job {
        "backup" => Some(Tool::Backup { file: flags.get_one::<PathBuf>("file").cloned().unwrap_or_default() }),
        "export" => Some(Tool::Export { room: room(), file: file() }),
        "import" => Some(Tool::Import { room: room(), file: file() }),
        _ => None,
    }
}

impl Sources {
    /// Gathers them.
    pub(super) fn gather(flags: &ArgMatches, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut problems = Problems::new();
        let path = flags.get_one::<String>("config").cloned().or_else(|| env("PARTYLINE_CONFIG"));
        let mut file = path.as_deref().map(|path| read_file(path, &mut problems)).unwrap_or_default();
        let found = SETTINGS.iter().map(|setting| {
            let in_file = file.remove(setting.name);
            let variable = format!("PARTYLINE_{}", setting.name.replace('-', "_").to_uppercase());
            let found = if let Some(values) = flags.get_many::<String>(setting.name) {
                Found { values: values.cloned().collect(), place: format!("--{}", setting.name) }
            } else if let Some(value) = env(&variable) {
                Found { values: split(setting, &value), place: variable }
            } else if let Some(value) = in_file {
                let place = format!("{} in {}", setting.name, path.as_deref().unwrap_or_default());
                Found { values: file_values(setting, value, &place, &mut problems), place }
            } else {
                Found { values: split(setting, setting.default), place: format!("--{}", setting.name) }
            };
            (setting.name, found)
        });
        let found = found.collect();
        for unknown in file.keys() {
            let path = path.as_deref().unwrap_or_default();
            problems.push(format!("{unknown} in {path}: there is no such setting; --print-config lists them"));
        }
        Self { found, problems }
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> String {
        self.found.get(name).and_then(|found| found.values.last().cloned()).unwrap_or_default()
    }

    /// Several texts.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.found.get(name).map(|found| found.values.clone()).unwrap_or_default()
    }

    /// A whole number within bounds.
    pub(super) fn number<T>(&mut self, name: &str, bounds: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        let text = self.text(name);
        match text.replace('_', "").parse() {
            Ok(number) if bounds.contains(&number) => number,
            _ => {
                let (low, high) = (bounds.start(), bounds.end());
                self.wrong(name, &format!("{text:?} isn't a whole number from {low} to {high}"));
                *low
            }
        }
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T); 2]) -> T {
        let text = self.text(name);
        if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
            return *choice;
        }
        self.wrong(name, &format!("{text:?} must be '{}' or '{}'", choices[0].0, choices[1].0));
        choices[0].1
    }

    /// Notes that a setting's value won't do.
    pub(super) fn wrong(&mut self, name: &str, what: &str) {
        let place = self.found.get(name).map_or(name, |found| &found.place);
        self.problems.push(format!("{place}: {what}"));
    }
}

fn split(setting: &Setting, value: &str) -> Vec<String> {
    match setting.takes {
        Takes::Texts => value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        Takes::Text | Takes::Number => vec![value.to_owned()],
    }
}

fn read_file(path: &str, problems: &mut Problems) -> toml::Table {
    let text = match std::fs::read_to_string(Path::new(path)) {
        Ok(text) => text,
        Err(error) => {
            problems.push(format!("--config {path}: can't be read: {error}"));
            return toml::Table::new();
        }
    };
    text.parse().unwrap_or_else(|error: toml::de::Error| {
        problems.push(format!("--config {path}: isn't TOML: {}", error.to_string().trim_end()));
        toml::Table::new()
    })
}

fn file_values(setting: &Setting, value: toml::Value, place: &str, problems: &mut Problems) -> Vec<String> {
    match (setting.takes, value) {
        (Takes::Number, toml::Value::Integer(number)) => vec![number.to_string()],
        (Takes::Text | Takes::Texts, toml::Value::String(text)) => vec![text],
        (Takes::Texts, toml::Value::Array(list)) if list.iter().all(toml::Value::is_str) => {
            list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        }
        (takes, value) => {
            let wanted = match takes {
                Takes::Text => "a text in quotes",
                Takes::Texts => "a list of texts in quotes",
                Takes::Number => "a whole number",
            };
            problems.push(format!("{place}: must be {wanted}, not {}", value.type_str()));
            split(setting, setting.default)
        }
    }
}
