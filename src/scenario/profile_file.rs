//! The file of a load test's profile that stands alone: for any scenario that has the parts which it names.

use super::Document;
use super::fields::{Checker, Grid};
use super::problem::ScenarioError;
use super::regression::problem_in_argument;
use super::schema;
use super::stress::{Expectation, Profile, Stage};
use super::tree::{Node, Span, Value};
use super::types::Scenario;

/// A file of a profile, which is read when the scenario is known.
#[derive(Debug, Clone)]
pub struct ProfileFile(Document);

impl Document {
    /// Whether this is the file of a profile, not a scenario.
    pub fn is_profile(&self) -> bool {
        let table = self.root.as_table();
        let part = |name: &str| table.is_some_and(|table| table.get(name).is_some());
        let mut others = schema::FILE.keys.iter().map(|key| key.name);
        part("stress") && !others.any(|name| name != "stress" && part(name))
    }
}

impl Document {
    /// File and line in which an expectation of its load test stands; none where a `--set` says it.
    pub fn place_of_expectation(&self, expected: &Expectation) -> Option<(String, usize)> {
        let stress = self.root.as_table()?.get("stress")?.as_table()?;
        let mut written = stress.get("expect")?.as_list()?.iter();
        let node = written.find(|node| {
            let read = node.as_text().map(Expectation::parse);
            matches!(read, Some(Ok(read)) if read == *expected)
        })?;
        let before = self.text.get(..node.span.start as usize)?;
        Some((self.name.clone(), 1 + before.matches('\n').count()))
    }
}

impl ProfileFile {
    /// A file that may be one: what it says is read by [`ProfileFile::profile`].
    pub fn new(document: Document) -> Self {
        Self(document)
    }

    /// The file.
    pub fn document(&self) -> &Document {
        &self.0
    }

    /// Its profile, for a scenario.
    ///
    /// # Errors
    /// Everything that is wrong with it, with its places.
    pub fn profile(&self, scenario: &Scenario) -> Result<Profile, ScenarioError> {
        let document = &self.0;
        let mut checker = Checker::new(&document.base_dir);
        let file = checker.open(&document.root, &schema::PROFILE_FILE);
        let profile =
            file.and_then(|f| checker.nested(&f, "stress", |c, _, node| c.stress(node, scenario)));
        match profile.filter(|_| checker.findings.is_empty()) {
            Some(profile) => Ok(profile),
            None => Err(document.error(checker.findings, &[])),
        }
    }
}

/// Reads the stages that an argument of the command line says.
///
/// # Errors
/// What is wrong with them.
pub fn stages_in_argument(
    flag: &str,
    text: &str,
    scenario: &Scenario,
) -> Result<Vec<Stage>, ScenarioError> {
    let day = Grid {
        open: scenario.open_min,
        close: scenario.close_min,
        interval: scenario.interval_min,
    };
    let node = Node::new(Value::Text(text.to_owned()), Span::default());
    super::check::stages(&node, day).map_err(|fault| {
        let message = format!("`{flag}` must be {}", fault.error.expected);
        let words = (
            message.as_str(),
            fault.error.wrong.as_str(),
            fault.error.help.as_str(),
        );
        problem_in_argument(flag, text, 0..text.len(), words)
    })
}
