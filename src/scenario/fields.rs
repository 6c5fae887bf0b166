//! Reading tables by their lists of keys: unknown and missing keys, defaults, and values of one kind.

use std::path::Path;

use super::nodes::{Fault, Read, default_node, name, whole, within, word};
use super::problem::{Finding, MOST_PROBLEMS};
use super::schema::{Key, Kind, Presence, Section};
use super::tree::{Node, Span, Table};
use super::words::{listed, nearest, quoted};

/// What reading a scenario finds out on the way.
pub(super) struct Checker<'a> {
    /// CSV files are looked for here.
    pub base_dir: &'a Path,
    pub findings: Vec<Finding>,
    pub warnings: Vec<String>,
    /// The day; none while its keys are wrong.
    pub grid: Option<Grid>,
    /// Whether the run is steady, so that every series must be one value.
    pub steady: bool,
}

/// The simulated day in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub open: u32,
    pub close: u32,
    pub interval: u32,
}

impl Grid {
    pub fn intervals(self) -> usize {
        ((self.close - self.open) / self.interval) as usize
    }
}

/// A table that is read by its section's keys.
pub(super) struct Fields<'t> {
    table: &'t Table,
    span: Span,
    section: &'static Section,
}

impl Fields<'_> {
    /// Whether the key is written.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// What becomes of the key where it is not written.
    pub fn presence(&self, key: &str) -> Option<Presence> {
        self.section.key(key).map(|key| key.presence)
    }

    /// The key's text, if it is one.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.table.get(key).and_then(Node::as_text)
    }

    /// Where the key's value is written; else the table.
    pub fn span_of(&self, key: &str) -> Span {
        self.table.get(key).map_or(self.span, |node| node.span)
    }
}

impl<'a> Checker<'a> {
    pub fn new(base_dir: &'a Path) -> Checker<'a> {
        Checker {
            base_dir,
            findings: Vec::new(),
            warnings: Vec::new(),
            grid: None,
            steady: false,
        }
    }

    /// Notes a problem.
    pub fn find(
        &mut self,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        let help = help.into();
        self.findings.push(Finding {
            message: message.into(),
            label: label.into(),
            help: (!help.is_empty()).then_some(help),
            span,
        });
    }

    /// Whether there are so many problems that no more need be found.
    pub fn full(&self) -> bool {
        self.findings.len() > 10 * MOST_PROBLEMS
    }

    /// The value, or a noted problem of this key.
    pub fn settle<T>(&mut self, key: &str, read: Read<T>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(Fault { span, error }) => {
                let message = format!("`{key}` must be {}", error.expected);
                self.find(span, message, error.wrong, error.help);
                None
            }
        }
    }

    /// The same for the value of a key. That there shall be none is said by leaving the key out, not by a word.
    fn settle_value<T>(&mut self, key: &Key, node: &Node, read: Read<T>) -> Option<T> {
        let word = |text: &str| !text.contains(|c: char| c.is_ascii_digit());
        let read = match key.presence {
            Presence::Optional(without) if node.as_text().is_some_and(word) => {
                read.map_err(|mut fault| {
                    let help = &mut fault.error.help;
                    *help = format!("{help}, or leave the key out: {without}");
                    fault
                })
            }
            _ => read,
        };
        self.settle(key.name, read)
    }

    /// A table to be read by the keys of `section`; notes what is no table and keys that are not known.
    pub fn open<'t>(&mut self, node: &'t Node, section: &'static Section) -> Option<Fields<'t>> {
        let Some(table) = node.as_table() else {
            self.find(
                node.span,
                format!("{} must be a table", section.what),
                format!("this is {}", node.describe()),
                format!("its keys are {}", key_list(section)),
            );
            return None;
        };
        for entry in &table.0 {
            if section.key(&entry.key).is_none() && !self.full() {
                self.unknown_key(&entry.key, entry.key_span, section);
            }
        }
        Some(Fields {
            table,
            span: node.span,
            section,
        })
    }

    pub fn unknown_key(&mut self, key: &str, span: Span, section: &'static Section) {
        let near = nearest(key, section.keys.iter().map(|k| k.name));
        let label = match near {
            Some(near) => format!("{} has no such key; did you mean `{near}`?", section.what),
            None => format!("{} has no such key", section.what),
        };
        self.find(
            span,
            format!("unknown key {}", quoted(key)),
            label,
            match section.keys {
                [] => "it has none".to_owned(),
                _ => format!("its keys are {}", key_list(section)),
            },
        );
    }

    /// Reads a key with a function that notes problems itself. A default is read as if it were written; a required key
    /// that is missing is a problem.
    pub fn nested<T>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        read: impl FnOnce(&mut Self, &'static Key, &Node) -> Option<T>,
    ) -> Option<T> {
        let Some(declared) = fields.section.key(key) else {
            debug_assert!(false, "{key} is not declared in {}", fields.section.what);
            return None;
        };
        if let Some(node) = fields.table.get(key) {
            return read(self, declared, node);
        }
        match declared.presence {
            Presence::Default(text) => read(self, declared, &default_node(text, fields.span)),
            Presence::Required => {
                self.missing(fields, declared);
                None
            }
            Presence::Optional(_) | Presence::Either(_) => None,
        }
    }

    pub fn missing(&mut self, fields: &Fields<'_>, key: &Key) {
        let names = match key.presence {
            Presence::Either(other) => format!("`{}` or `{other}`", key.name),
            _ => format!("`{}`", key.name),
        };
        self.find(
            fields.span,
            format!("{} needs {names}", fields.section.what),
            format!("{names} is missing"),
            format!("`{}`: {}", key.name, key.about),
        );
    }

    /// Reads a key whose value is of one kind.
    pub fn value<T>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        read: impl FnOnce(&Node) -> Read<T>,
    ) -> Option<T> {
        self.nested(fields, key, |checker, key, node| {
            checker.settle_value(key, node, read(node))
        })
    }

    /// Reads a whole number within the bounds that the key declares.
    pub fn whole(&mut self, fields: &Fields<'_>, key: &str) -> Option<u64> {
        self.nested(fields, key, |checker, key, node| {
            let (least, most) = match key.kind {
                Kind::Whole { least, most } => (least, most),
                _ => (0, u64::MAX),
            };
            checker.settle_value(key, node, whole(node, least, most))
        })
    }

    /// The same for keys whose bounds are within 32 bits.
    pub fn whole_u32(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        self.whole(fields, key).and_then(|n| u32::try_from(n).ok())
    }

    /// Reads a number within the bounds that the key declares.
    pub fn number(&mut self, fields: &Fields<'_>, key: &str) -> Option<f64> {
        self.nested(fields, key, |checker, key, node| {
            let (least, most) = match key.kind {
                Kind::Number { least, most } => (least, most),
                _ => (f64::MIN, f64::MAX),
            };
            checker.settle_value(key, node, within(node, least, most))
        })
    }

    /// Reads one of the words that the key declares; the result is its place in their list.
    pub fn word(&mut self, fields: &Fields<'_>, key: &str) -> Option<usize> {
        self.nested(fields, key, |checker, key, node| {
            let words = match key.kind {
                Kind::Word(words) => words,
                _ => &[],
            };
            checker.settle(key.name, word(node, words))
        })
    }

    /// Reads the name of a part: not empty, not endless, nothing that a terminal or a CSV would choke on.
    pub fn name(&mut self, fields: &Fields<'_>) -> Option<String> {
        self.value(fields, "name", name)
    }
}

fn key_list(section: &Section) -> String {
    let names: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
    listed(&names, "and")
}
