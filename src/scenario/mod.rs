//! The scenario file: what a user writes, checked and with every default filled in.
//!
//! A file becomes a tree whose values know where they were written (`tree`). `--set` changes the tree (`set`, with `path` and `change`). Then it
//! is read by lists of keys (`schema`, `fields`) into a checked [`Scenario`] (`check`), which can be written out again
//! with all defaults (`resolved`). The same lists make the JSON Schema that editors use (`json_schema`). Everything that is
//! wrong is said with its place (`problem`). Scenarios to start from are in `starters`.

mod change;
mod check;
mod columns;
mod distribution;
mod expectation;
mod fields;
mod json_schema;
mod nodes;
mod path;
mod problem;
mod profile_file;
mod regression;
mod resolved;
mod rewritten;
mod rules_file;
#[rustfmt::skip]
pub mod schema;
mod script;
mod series;
mod set;
mod shifts;
mod starters;
pub mod stress;
mod tree;
mod types;
mod values;
mod words;
mod write;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use distribution::parse_distribution;
pub use expectation::{Relation, Wrong};
pub use json_schema::{SCHEMA_FILE, SCHEMA_TITLE, json_schema};
pub use problem::{Place, Problem, ScenarioError};
pub use profile_file::{ProfileFile, stages_in_argument};
pub use regression::{ExpectEntry, Regression, problem_in_argument};
pub use rules_file::RulesFile;
pub use shifts::{
    Block, Break, Contract, DAY_MIN, Days, Keep, Premium, ShiftRules, ShiftType, WEEKDAYS,
};
pub use starters::{STARTERS, Starter};
pub use types::*;
pub use values::{
    MAX_DURATION, ValueError, format_duration, format_fraction, format_points, format_rate,
    parse_duration, parse_fraction, parse_points, parse_rate, parse_target,
};

pub use write::{Change, WriteError};

pub(crate) use columns::{describe, position, reader};
pub(crate) use nodes::{clock, clock_text};
pub(crate) use rewritten::divisor;
#[cfg(feature = "lua")]
pub(crate) use script::shown_name;
pub(crate) use words::{grouped, harmless, is_unseen, nearest, number, quoted, quoted_list};

use columns::MAX_FILE;
use fields::Checker;
use problem::Finding;
use tree::{Node, NotToml, Span};

/// A checked scenario and what it was worth a remark.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// What is allowed but probably not meant, and what has no effect.
    pub warnings: Vec<String>,
}

/// A scenario file that was read but not checked: `--set`s can be applied to it again and again.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    base_dir: PathBuf,
    root: Node,
}

/// Reads, changes by `--set` and checks a scenario file.
pub fn load(path: &Path, sets: &[String]) -> Result<Loaded, ScenarioError> {
    Document::open(path)?.check(sets)
}

/// The same for the text of a scenario file. `name` stands in messages; CSV files are looked for in `base_dir`.
pub fn parse(
    name: &str,
    text: &str,
    base_dir: &Path,
    sets: &[String],
) -> Result<Loaded, ScenarioError> {
    Document::parse(name, text, base_dir)?.check(sets)
}

/// The scenario that [`Scenario::to_json`] gave, read as its file would be. `name` stands in messages.
pub fn from_json(name: &str, json: &serde_json::Value) -> Result<Loaded, ScenarioError> {
    parse(name, &resolved::file(json), Path::new(""), &[])
}

impl Document {
    /// Reads a file, of at most 64 MB.
    pub fn open(path: &Path) -> Result<Document, ScenarioError> {
        let name = path.display().to_string();
        let bytes = read_file(path).map_err(|(wrong, help)| {
            let message = format!("cannot read the scenario {}: {wrong}", words::quoted(&name));
            ScenarioError::plain(message, help)
        })?;
        let base_dir = path.parent().unwrap_or(Path::new(""));
        match String::from_utf8(bytes) {
            Ok(text) => Document::from_text(name, text, base_dir),
            Err(e) => Err(not_utf8(&name, &e)),
        }
    }

    /// Takes the text of a file.
    pub fn parse(name: &str, text: &str, base_dir: &Path) -> Result<Document, ScenarioError> {
        Document::from_text(name.to_owned(), text.to_owned(), base_dir)
    }

    fn from_text(name: String, text: String, base_dir: &Path) -> Result<Document, ScenarioError> {
        if text.len() as u64 > MAX_FILE {
            let message = format!("{} is larger than 64 MB", words::quoted(&name));
            return Err(ScenarioError::plain(message, TOO_LARGE_HELP));
        }
        match tree::document(&text, 0) {
            Ok(root) => Ok(Document {
                name,
                text,
                base_dir: base_dir.to_owned(),
                root,
            }),
            Err(NotToml { message, span }) => {
                let finding = Finding {
                    message: "this is not valid TOML".to_owned(),
                    label: message,
                    help: Some("a scenario is a TOML file: texts stand in quotes, a list in [ ], a part starts with [[queues]] or the like".to_owned()),
                    span,
                };
                Err(ScenarioError::new(&[finding], |_| (&name, &text)))
            }
        }
    }

    /// The checked scenario, after the changes that `sets` ask for, in order.
    pub fn check(&self, sets: &[String]) -> Result<Loaded, ScenarioError> {
        let mut checker = Checker::new(&self.base_dir);
        let changed;
        let root = match sets {
            [] => &self.root,
            _ => {
                let mut root = self.root.clone();
                for (set, number) in sets.iter().zip(1..) {
                    checker.set(&mut root, set, number);
                }
                if !checker.findings.is_empty() {
                    return Err(self.error(checker.findings, sets));
                }
                changed = root;
                &changed
            }
        };
        match checker.scenario(root) {
            Some(scenario) => Ok(Loaded {
                scenario,
                warnings: at_most(MOST_WARNINGS, checker.warnings),
            }),
            None => Err(self.error(checker.findings, sets)),
        }
    }

    /// Whether a volume in the file counts all attempts, so that its first attempts are still to be found.
    pub fn is_counted(&self) -> bool {
        let types = self.root.as_table().and_then(|t| t.get("call_types"));
        let counted = |node: &Node| {
            let volume_is = node.as_table().and_then(|t| t.get("volume_is"));
            volume_is.and_then(Node::as_text) == Some("all_attempts")
        };
        types
            .and_then(Node::as_list)
            .unwrap_or(&[])
            .iter()
            .any(counted)
    }

    /// Replaces the demand of a call type by first attempts, as found for what was counted, so that `--set`s then
    /// change these. Returns whether there is such a call type.
    pub fn set_first_attempts(&mut self, call_type: &str, demand: &Demand) -> bool {
        set::demand(&mut self.root, call_type, demand)
    }

    fn error(&self, mut findings: Vec<Finding>, sets: &[String]) -> ScenarioError {
        debug_assert!(!findings.is_empty(), "refused without a reason");
        findings.sort_by_key(|finding| (finding.span.source, finding.span.start));
        ScenarioError::new(&findings, |source| match source {
            0 => (self.name.as_str(), self.text.as_str()),
            n => ("--set", sets.get(n as usize - 1).map_or("", String::as_str)),
        })
    }
}

/// More remarks than this are only counted.
const MOST_WARNINGS: usize = 50;

fn at_most(most: usize, mut warnings: Vec<String>) -> Vec<String> {
    if warnings.len() > most {
        let more = warnings.len() - most;
        warnings.truncate(most);
        warnings.push(format!("and {more} more remarks"));
    }
    warnings
}

const TOO_LARGE_HELP: &str = "put long series into CSV files";

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, (String, &'static str)> {
    let failed = |e: std::io::Error| {
        let help = match e.kind() {
            std::io::ErrorKind::NotFound => {
                "check the path; it is relative to the current directory"
            }
            std::io::ErrorKind::PermissionDenied => "check who may read the file",
            _ => "name a scenario file, such as day.toml",
        };
        (columns::reason(&e), help)
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err((
            "it is a directory".to_owned(),
            "name a scenario file, such as day.toml",
        ));
    }
    let too_large = || ("it is larger than 64 MB".to_owned(), TOO_LARGE_HELP);
    if metadata.len() > MAX_FILE {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // A pipe has no length, and a file may grow.
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err(too_large()),
        false => Ok(bytes),
    }
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> ScenarioError {
    let at = error.utf8_error().valid_up_to();
    // Up to `at` nothing changes, so the place is the same in the readable text.
    let text = String::from_utf8_lossy(error.as_bytes());
    let finding = Finding {
        message: "this is not UTF-8 text".to_owned(),
        label: format!("byte {at} of the file is part of no character"),
        help: Some("save the file with the encoding UTF-8".to_owned()),
        span: Span {
            source: 0,
            start: at as u32,
            end: at as u32 + 1,
        },
    };
    ScenarioError::new(&[finding], |_| (name, &text))
}
