//! The scenario as written: a tree of values that know where they come from.

use toml::de::{DeTable, DeValue};
use toml_parser::Source as Lexed;

use super::words::{number, quoted};

/// Nothing in a scenario nests deeper; more would only feed the recursion of those who walk the tree.
const MAX_DEPTH: usize = 24;

/// Most words, signs and gaps of a file. Every list that the limits of a scenario allow fits; it bounds the memory that
/// a hostile file of the largest size can take.
const MAX_TOKENS: usize = 8_000_000;

/// Where a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    /// 0 is the scenario file, n the n-th `--set`.
    pub source: u32,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

impl Span {
    fn new(source: u32, range: std::ops::Range<usize>) -> Span {
        Span {
            source,
            start: range.start as u32,
            end: range.end as u32,
        }
    }

    /// These bytes of a text that stands here; all of it, where what is written is not what it says: escapes, several lines.
    pub fn within(self, text: &str, bytes: std::ops::Range<usize>) -> Span {
        let written = (self.end - self.start) as usize;
        match written == text.len() + 2 {
            // After its quotes.
            true => Span::new(self.source, bytes).moved(self.start as usize + 1),
            false => self,
        }
    }

    /// The same place, counted from another start: a value within a longer text.
    fn moved(self, by: usize) -> Span {
        Span {
            start: self.start + by as u32,
            end: self.end + by as u32,
            ..self
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub value: Value,
    pub span: Span,
}

/// What TOML can say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A date or a time of day, as TOML prints it.
    Date(String),
    List(Vec<Node>),
    Table(Table),
}

/// Entries in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Table(pub Vec<Entry>);

/// A key and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub node: Node,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find(|e| e.key == key).map(|e| &e.node)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.0
            .iter_mut()
            .find(|e| e.key == key)
            .map(|e| &mut e.node)
    }

    pub fn remove(&mut self, key: &str) {
        self.0.retain(|e| e.key != key);
    }

    /// The node under `key`, made from `new` where there is none.
    pub fn entry(&mut self, key: &str, key_span: Span, new: impl FnOnce() -> Node) -> &mut Node {
        let at = match self.0.iter().position(|e| e.key == key) {
            Some(at) => at,
            None => {
                self.0.push(Entry {
                    key: key.to_owned(),
                    key_span,
                    node: new(),
                });
                self.0.len() - 1
            }
        };
        &mut self.0[at].node
    }
}

impl Node {
    pub fn new(value: Value, span: Span) -> Node {
        Node { value, span }
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(n) => Some(n as f64),
            Value::Float(x) => Some(x),
            _ => None,
        }
    }

    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// What stands here, for messages: `the number 180`, `a list`.
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Text(text) if text.is_empty() => "an empty text".to_owned(),
            Value::Text(text) => format!("the text {}", quoted(text)),
            Value::Integer(n) => format!("the number {n}"),
            Value::Float(x) => format!("the number {}", number(*x)),
            Value::Bool(b) => format!("the word {b}"),
            Value::Date(_) => "a date or time".to_owned(),
            Value::List(list) if list.is_empty() => "an empty list".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }
}

/// What is wrong with a text that should be TOML, and where.
#[derive(Debug)]
pub(super) struct NotToml {
    pub message: String,
    pub span: Span,
}

/// The tree of a TOML document.
pub(super) fn document(text: &str, source: u32) -> Result<Node, NotToml> {
    guard(text, source)?;
    let table = DeTable::parse(text).map_err(|e| not_toml(&e, source))?;
    let node = table_node(table.get_ref(), Span::new(source, 0..0), source, 0)?;
    Ok(node)
}

/// The tree of a single value that starts at byte `offset` of its source.
pub(super) fn value(text: &str, source: u32, offset: usize) -> Result<Node, NotToml> {
    guard(text, source)?;
    let parsed = DeValue::parse(text).map_err(|e| not_toml(&e, source))?;
    let mut node = to_node(parsed.get_ref(), parsed.span(), source, 0)?;
    shift(&mut node, offset);
    Ok(node)
}

fn shift(node: &mut Node, by: usize) {
    node.span = node.span.moved(by);
    match &mut node.value {
        Value::List(list) => list.iter_mut().for_each(|n| shift(n, by)),
        Value::Table(table) => table.0.iter_mut().for_each(|e| {
            e.key_span = e.key_span.moved(by);
            shift(&mut e.node, by);
        }),
        _ => {}
    }
}

/// Refuses what would take the parser more memory than any scenario needs.
fn guard(text: &str, source: u32) -> Result<(), NotToml> {
    match Lexed::new(text).lex().nth(MAX_TOKENS) {
        None => Ok(()),
        Some(token) => Err(NotToml {
            message: format!(
                "more than {MAX_TOKENS} words and signs, which no scenario within the limits needs"
            ),
            span: Span::new(source, token.span().start()..token.span().end()),
        }),
    }
}

fn not_toml(error: &toml::de::Error, source: u32) -> NotToml {
    NotToml {
        message: error.message().to_owned(),
        span: Span::new(source, error.span().unwrap_or(0..0)),
    }
}

fn table_node(table: &DeTable<'_>, span: Span, source: u32, depth: usize) -> Result<Node, NotToml> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, item) in table.iter() {
        entries.push(Entry {
            key: key.get_ref().clone().into_owned(),
            key_span: Span::new(source, key.span()),
            node: to_node(item.get_ref(), item.span(), source, depth + 1)?,
        });
    }
    Ok(Node::new(Value::Table(Table(entries)), span))
}

fn to_node(
    value: &DeValue<'_>,
    range: std::ops::Range<usize>,
    source: u32,
    depth: usize,
) -> Result<Node, NotToml> {
    let span = Span::new(source, range);
    if depth > MAX_DEPTH {
        return Err(NotToml {
            message: format!("nested more than {MAX_DEPTH} levels deep"),
            span,
        });
    }
    let value = match value {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Value::Integer(n),
            // Beyond 64 bits: no whole number to TOML, and too large for every key.
            Err(_) => Value::Float(n.as_str().parse().unwrap_or(f64::INFINITY)),
        },
        DeValue::Float(x) => Value::Float(x.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) => Value::List(
            list.iter()
                .map(|item| to_node(item.get_ref(), item.span(), source, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => return table_node(table, span, source, depth),
    };
    Ok(Node::new(value, span))
}
