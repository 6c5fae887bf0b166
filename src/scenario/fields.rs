//! Reading tables by their lists of keys: unknown and missing keys, defaults, and values of one kind.

use std::path::Path;
use std::time::Duration;

use super::distribution::FORMS_HELP;
use super::problem::{Finding, MOST_PROBLEMS};
use super::schema::{Key, Kind, Presence, Section};
use super::tree::{Node, Span, Table, Value, number, quoted};
use super::types::Target;
use super::values::{self, ValueError};

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

    /// The key's text, if it is one.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.table.get(key).and_then(Node::as_text)
    }

    /// Where the key's value is written; else the table.
    pub fn span_of(&self, key: &str) -> Span {
        self.table.get(key).map_or(self.span, |node| node.span)
    }
}

/// A value, or why it is none and where.
pub(super) type Read<T> = Result<T, Fault>;

/// What is wrong with a value.
pub(super) struct Fault {
    pub span: Span,
    pub error: ValueError,
}

impl ValueError {
    pub(super) fn at(self, node: &Node) -> Fault {
        Fault {
            span: node.span,
            error: self,
        }
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
            format!("its keys are {}", key_list(section)),
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
            checker.settle(key.name, read(node))
        })
    }

    /// Reads a whole number within the bounds that the key declares.
    pub fn whole(&mut self, fields: &Fields<'_>, key: &str) -> Option<u64> {
        self.nested(fields, key, |checker, key, node| {
            let (least, most) = match key.kind {
                Kind::Whole { least, most } => (least, most),
                _ => (0, u64::MAX),
            };
            checker.settle(key.name, whole(node, least, most))
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
            checker.settle(key.name, within(node, least, most))
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

/// A text that starts with a number, as that and the rest.
pub(super) fn number_and_rest(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    number
        .is_finite()
        .then_some((number, text[end..].trim_start()))
}

/// `a, b and c`
pub(super) fn listed<S: AsRef<str>>(items: &[S], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., end] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", first.join(", "), end.as_ref())
        }
    }
}

/// `"a", "b" and "c"`, or the first of many.
pub(super) fn quoted_list(names: &[&str]) -> String {
    const MOST: usize = 10;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| quoted(name)).collect();
    match names.len() {
        n if n > MOST => format!("{} and {} more", shown.join(", "), n - MOST),
        _ => listed(&shown, "and"),
    }
}

/// The candidate that is most like `name`, if one is like it at all.
pub(super) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    /// Comparing takes the product of the lengths; nothing near is longer.
    const LONGEST: usize = 300;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&name, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            let length = name.chars().count().max(candidate.chars().count());
            *distance <= (length / 3).max(1) && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What stands in a list of defaults, as if it had been written.
pub(super) fn default_node(text: &str, span: Span) -> Node {
    let value = match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(n), _) => Value::Integer(n),
        (_, Ok(x)) => Value::Float(x),
        _ => Value::Text(text.to_owned()),
    };
    Node::new(value, span)
}

/// Says what stands where something else was expected.
pub(super) fn other(node: &Node, expected: &str, help: &str) -> Fault {
    ValueError::new(expected, format!("this is {}", node.describe()), help).at(node)
}

/// A value that is written as text with a unit.
fn with_unit<T>(
    node: &Node,
    expected: &str,
    help: &str,
    suggest: impl Fn(&str) -> String,
    parse: impl Fn(&str) -> Result<T, ValueError>,
) -> Read<T> {
    match (&node.value, node.as_number()) {
        (Value::Text(text), _) => parse(text).map_err(|e| e.at(node)),
        (_, Some(x)) if x.is_finite() && x >= 0.0 => Err(ValueError::new(
            expected,
            format!("the number {} has no unit", number(x)),
            suggest(&number(x)),
        )
        .at(node)),
        _ => Err(other(node, expected, help)),
    }
}

pub(super) fn duration(node: &Node) -> Read<Duration> {
    with_unit(
        node,
        "a duration",
        values::DURATION_HELP,
        values::unit_help,
        values::parse_duration,
    )
}

pub(super) fn rate(node: &Node) -> Read<f64> {
    with_unit(
        node,
        "a rate",
        values::RATE_HELP,
        |x| format!("did you mean \"{x}/h\"?"),
        values::parse_rate,
    )
}

pub(super) fn points(node: &Node) -> Read<f64> {
    with_unit(
        node,
        "a difference in percentage points",
        values::POINTS_HELP,
        |_| values::POINTS_HELP.to_owned(),
        values::parse_points,
    )
}

pub(super) fn target(node: &Node) -> Read<Target> {
    with_unit(
        node,
        "a service-level target",
        values::TARGET_HELP,
        |_| values::TARGET_HELP.to_owned(),
        values::parse_target,
    )
}

pub(super) fn random_help(node: &Node) -> Fault {
    match node.as_number() {
        Some(x) if x.is_finite() && x >= 0.0 => ValueError::new(
            "a random duration",
            format!("the number {} has no unit", number(x)),
            values::unit_help(&number(x)),
        )
        .at(node),
        _ => other(node, "a random duration", FORMS_HELP),
    }
}

pub(super) fn fraction(node: &Node) -> Read<f64> {
    match (&node.value, node.as_number()) {
        (Value::Text(text), _) => values::parse_fraction(text).map_err(|e| e.at(node)),
        (_, Some(x)) => values::check_fraction(x, &number(x)).map_err(|e| e.at(node)),
        _ => Err(other(node, "a fraction", values::FRACTION_HELP)),
    }
}

/// A number from `least` to `most`.
pub(super) fn within(node: &Node, least: f64, most: f64) -> Read<f64> {
    let expected = match least == f64::MIN_POSITIVE {
        true => format!("a number above 0, at most {}", number(most)),
        false => format!("a number from {} to {}", number(least), number(most)),
    };
    match node.as_number() {
        // Not −0, which would be written with its sign.
        Some(x) if (least..=most).contains(&x) => Ok(if x == 0.0 { 0.0 } else { x }),
        _ => Err(other(node, &expected, "write a number without quotes")),
    }
}

/// A whole number from `least` to `most`. Beyond what TOML holds it may be written as text.
pub(super) fn whole(node: &Node, least: u64, most: u64) -> Read<u64> {
    let expected = format!("a whole number from {least} to {most}");
    let value = match &node.value {
        Value::Integer(n) => u64::try_from(*n).ok(),
        // 2^53: below, every whole number is exact.
        Value::Float(x) if x.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(x) => {
            Some(*x as u64)
        }
        Value::Text(text) if most > i64::MAX as u64 => text.parse().ok(),
        _ => None,
    };
    let help = match &node.value {
        Value::Float(x) if most > i64::MAX as u64 && *x > 9e18 => {
            "write a number as large as this in quotes"
        }
        _ => "write a whole number without quotes",
    };
    match value {
        Some(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(other(node, &expected, help)),
    }
}

fn word(node: &Node, words: &[&str]) -> Read<usize> {
    let shown: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let expected = listed(&shown, "or");
    let written = node.as_text();
    if let Some(at) = words.iter().position(|word| Some(*word) == written) {
        return Ok(at);
    }
    let near = written.and_then(|text| nearest(text, words.iter().copied()));
    let help = match near {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => String::new(),
    };
    Err(other(node, &expected, &help))
}

pub(super) fn text(node: &Node) -> Read<String> {
    match node.as_text() {
        Some(text) => Ok(text.to_owned()),
        None => Err(other(node, "a text", "write it in quotes")),
    }
}

pub(super) fn name(node: &Node) -> Read<String> {
    const LONGEST: usize = 200;
    let expected = "a name";
    let help = "a name is a text of 1 to 200 characters in quotes, without line breaks";
    let name = node.as_text().ok_or_else(|| other(node, expected, help))?;
    let wrong = if name.trim().is_empty() {
        "this is an empty text".to_owned()
    } else if let Some(c) = name.chars().find(|c| c.is_control()) {
        format!("{:?} is a control character", c)
    } else if name.chars().nth(LONGEST).is_some() {
        format!("this has {} characters", name.chars().count())
    } else {
        return Ok(name.to_owned());
    };
    Err(ValueError::new(expected, wrong, help).at(node))
}

/// `"08:00-20:00"` in minutes after midnight.
pub(super) fn hours(node: &Node) -> Read<(u32, u32)> {
    let expected = "a day's opening hours";
    let help = "write for example \"08:00-20:00\"; \"00:00-24:00\" is round the clock";
    let text = node.as_text().ok_or_else(|| other(node, expected, help))?;
    let wrong = |wrong: String| ValueError::new(expected, wrong, help).at(node);
    let (open, close) = text
        .split_once(['-', '–'])
        .ok_or_else(|| wrong(format!("{} is no span of time", quoted(text))))?;
    let minute = |text: &str| {
        clock(text).ok_or_else(|| wrong(format!("{} is no time of day", quoted(text.trim()))))
    };
    let (open, close) = (minute(open)?, minute(close)?);
    match open < close {
        true => Ok((open, close)),
        false => Err(wrong(
            "closing is not after opening; a day lies within one calendar day".to_owned(),
        )),
    }
}

/// `"08:30"` in minutes after midnight; up to 24:00.
pub(super) fn clock(text: &str) -> Option<u32> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits = |text: &str, lengths: &[usize]| {
        let good = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        good.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (hours, minutes) = (digits(hours, &[1, 2])?, digits(minutes, &[2])?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}

/// `08:30`
pub(super) fn clock_text(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_like_it_or_none() {
        let keys = ["talk", "talk_factor", "wrap_up", "queue"];
        assert_eq!(nearest("tlak", keys), Some("talk"));
        assert_eq!(nearest("Wrapup", keys), Some("wrap_up"));
        assert_eq!(nearest("frobnicate", keys), None);
        assert_eq!(nearest("", keys), None);
        assert_eq!(nearest(&"x".repeat(100_000), keys), None);
    }

    #[test]
    fn times_of_day() {
        assert_eq!(clock("08:30"), Some(510));
        assert_eq!(clock("8:30"), Some(510));
        assert_eq!(clock("24:00"), Some(1440));
        for text in ["24:01", "8:60", "8", "8:3", "a:00", "-1:00", "08:30:00", ""] {
            assert_eq!(clock(text), None, "{text}");
        }
    }
}
