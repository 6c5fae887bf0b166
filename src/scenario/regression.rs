//! The file of a gate: which scenario is checked, with what it is compared, and what is expected. The expectations themselves are
//! texts here.

use std::ops::Range;
use std::path::PathBuf;

use super::Document;
use super::fields::Checker;
use super::nodes;
use super::problem::{Finding, ScenarioError};
use super::schema;
use super::tree::{Node, Span};

/// A gate's file, read.
#[derive(Debug, Clone)]
pub struct Regression {
    /// The scenario that is checked, as written.
    pub scenario: Option<String>,
    /// What it is compared with, as written: a scenario or a lock file.
    pub baseline: Option<String>,
    /// Seed of all random numbers.
    pub seed: Option<u64>,
    /// Error rate.
    pub alpha: f64,
    /// Replications of each side, at most.
    pub max_replications: u64,
    /// What is expected.
    pub expect: Vec<ExpectEntry>,
    document: Document,
}

/// An entry of `[[expect]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectEntry {
    /// What is expected.
    pub that: String,
    /// What it is called.
    pub name: Option<String>,
    /// Replications of each side, at most.
    pub max_replications: Option<u64>,
    /// Line of `that`, from 1.
    pub line: usize,
    span: Span,
}

impl Document {
    /// Whether this is the file of a gate, not a scenario.
    pub fn is_regression(&self) -> bool {
        let table = self.root.as_table();
        let part = |name: &str| table.and_then(|table| table.get(name));
        part("expect").is_some()
            || part("scenario").is_some_and(|node| node.as_table().is_none())
            || (part("scenario").is_none() && part("baseline").is_some())
    }
}

impl Regression {
    /// Reads the file of a gate.
    ///
    /// # Errors
    /// Everything that is wrong with it, with its places.
    pub fn read(document: &Document) -> Result<Self, ScenarioError> {
        let mut checker = Checker::new(&document.base_dir);
        let read = checker.regression(document);
        match read.filter(|_| checker.findings.is_empty()) {
            Some(read) => Ok(read),
            None => Err(document.error(checker.findings, &[])),
        }
    }

    /// The name of the file, as it was given.
    pub fn file(&self) -> &str {
        &self.document.name
    }

    /// A path of the file, which is relative to it.
    pub fn path(&self, written: &str) -> PathBuf {
        self.document.base_dir.join(written)
    }

    /// What is wrong with the text of an entry, at these bytes of it.
    pub fn problem(
        &self,
        entry: usize,
        at: Range<usize>,
        (message, label, help): (&str, &str, &str),
    ) -> ScenarioError {
        let entry = &self.expect[entry];
        let (start, end) = (entry.span.start as usize, entry.span.end as usize);
        let written = self.document.text.get(start..end).unwrap_or_default();
        // A text without escapes stands there as it is, after its quotes.
        let span = match written.find(&entry.that) {
            Some(quotes) => Span {
                start: (start + quotes + at.start) as u32,
                end: (start + quotes + at.end) as u32,
                ..entry.span
            },
            None => entry.span,
        };
        self.document
            .error(vec![finding(span, (message, label, help))], &[])
    }
}

fn finding(span: Span, (message, label, help): (&str, &str, &str)) -> Finding {
    Finding {
        message: message.to_owned(),
        label: label.to_owned(),
        help: (!help.is_empty()).then(|| help.to_owned()),
        span,
    }
}

/// What is wrong with an argument of the command line, at these bytes of it.
pub fn problem_in_argument(
    flag: &str,
    text: &str,
    at: Range<usize>,
    (message, label, help): (&str, &str, &str),
) -> ScenarioError {
    let span = Span {
        source: 0,
        start: at.start as u32,
        end: at.end as u32,
    };
    ScenarioError::new(&[finding(span, (message, label, help))], |_| (flag, text))
}

impl Checker<'_> {
    fn regression(&mut self, document: &Document) -> Option<Regression> {
        let f = self.open(&document.root, &schema::REGRESSION)?;
        let scenario = self.value(&f, "scenario", nodes::file);
        let baseline = self.value(&f, "baseline", nodes::file);
        let seed = self.whole(&f, "seed");
        let alpha = self.value(&f, "alpha", nodes::fraction);
        if let Some(alpha) = alpha.filter(|alpha| !(1e-6..=0.4).contains(alpha)) {
            self.find(
                f.span_of("alpha"),
                "`alpha` must be an error rate from 0.000001 to 0.4",
                format!("this is {alpha}"),
                "write for example 0.05: one verdict in twenty may be wrong where it is closest",
            );
        }
        let max_replications = self.whole(&f, "max_replications");
        let expect = self.nested(&f, "expect", |checker, _, node| {
            let Some(list) = node.as_list() else {
                checker.find(
                    node.span,
                    "`expect` must be a list of tables",
                    format!("this is {}", node.describe()),
                    "start each expectation with [[expect]]",
                );
                return None;
            };
            let mut entries = Vec::with_capacity(list.len());
            for node in list {
                if checker.full() {
                    break;
                }
                entries.extend(checker.expect(node, &document.text));
            }
            Some(entries)
        });
        Some(Regression {
            scenario,
            baseline,
            seed,
            alpha: alpha?,
            max_replications: max_replications?,
            expect: expect.unwrap_or_default(),
            document: document.clone(),
        })
    }

    fn expect(&mut self, node: &Node, text: &str) -> Option<ExpectEntry> {
        let f = self.open(node, &schema::EXPECT)?;
        let that = self.value(&f, "that", nodes::text);
        let name = self.value(&f, "name", nodes::name);
        let max_replications = self.whole(&f, "max_replications");
        let span = f.span_of("that");
        let before = text.get(..span.start as usize).unwrap_or_default();
        Some(ExpectEntry {
            that: that?,
            name,
            max_replications,
            line: 1 + before.matches('\n').count(),
            span,
        })
    }
}
