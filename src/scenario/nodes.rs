//! Reading a single node as a value of one kind, or saying why it is none.

use std::time::Duration;

use super::distribution::FORMS_HELP;
use super::schema::MOST_EXTRA;
use super::tree::{Node, Span, Value};
use super::types::Target;
use super::values::{self, ValueError};
use super::words::{is_unseen, listed, nearest, number, quoted};

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

/// What stands in a list of defaults, as if it had been written.
pub(super) fn default_node(text: &str, span: Span) -> Node {
    Node::new(default_value(text), span)
}

/// The same without a place.
pub(super) fn default_value(text: &str) -> Value {
    match (text.parse(), text.parse(), text.parse()) {
        (Ok(n), ..) => Value::Integer(n),
        (_, Ok(x), _) => Value::Float(x),
        (.., Ok(flag)) => Value::Bool(flag),
        _ => Value::Text(text.to_owned()),
    }
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

/// The interval of the day: what has no unit is meant in minutes.
pub(super) fn interval(node: &Node) -> Read<Duration> {
    let minutes = |number: &str| format!("did you mean \"{number}m\"? Units are m and h");
    with_unit(node, "a duration", values::DURATION_HELP, minutes, |text| {
        values::parse_duration(text).map_err(|mut error| {
            if error.help == values::unit_help(text.trim()) {
                error.help = minutes(text.trim());
            }
            error
        })
    })
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
    match &node.value {
        Value::Text(text) => values::parse_target(text).map_err(|e| e.at(node)),
        _ => Err(other(node, "a service-level target", values::TARGET_HELP)),
    }
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
    share(node, 1.0)
}

/// A share of a cost on top of it.
pub(super) fn extra(node: &Node) -> Read<f64> {
    share(node, MOST_EXTRA)
}

fn share(node: &Node, most: f64) -> Read<f64> {
    match (&node.value, node.as_number()) {
        (Value::Text(text), _) => values::parse_share(text, most).map_err(|e| e.at(node)),
        (_, Some(x)) => values::check_share(x, &number(x), most).map_err(|e| e.at(node)),
        _ => Err(other(node, "a fraction", values::FRACTION_HELP)),
    }
}

/// A number from `least` to `most`.
pub(super) fn within(node: &Node, least: f64, most: f64) -> Read<f64> {
    let expected = if least == f64::MIN_POSITIVE {
        format!("a number above 0, at most {}", number(most))
    } else if most == f64::MAX {
        format!("a number of at least {}", number(least))
    } else {
        format!("a number from {} to {}", number(least), number(most))
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

pub(super) fn word(node: &Node, words: &[&str]) -> Read<usize> {
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

/// The path of a file, relative to the one that it stands in.
pub(super) fn file(node: &Node) -> Read<String> {
    match node.as_text() {
        Some(path) if !path.trim().is_empty() => Ok(path.to_owned()),
        _ => Err(other(
            node,
            "the name of a file",
            "write it in quotes; the path is relative to this file",
        )),
    }
}

pub(super) fn name(node: &Node) -> Read<String> {
    const LONGEST: usize = 200;
    let expected = "a name";
    let help = "a name is a text of 1 to 200 characters in quotes, without line breaks";
    let name = node.as_text().ok_or_else(|| other(node, expected, help))?;
    let wrong = if name.trim().is_empty() {
        "this is an empty text".to_owned()
    } else if let Some(c) = name.chars().find(|&c| is_unseen(c)) {
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
    let (open, close) = times(node, expected, help)?;
    match open < close {
        true => Ok((open, close)),
        false => Err(ValueError::new(
            expected,
            "closing is not after opening; a day lies within one calendar day",
            help,
        )
        .at(node)),
    }
}

/// `"22:00-06:00"` in minutes after midnight, in any order. From a time to itself would be no time, or all day.
pub(super) fn span(node: &Node) -> Read<(u32, u32)> {
    let (expected, help) = (
        "a span of time",
        "write for example \"22:00-06:00\"; \"00:00-24:00\" is all day",
    );
    let (from, to) = times(node, expected, help)?;
    match from < to || from % (24 * 60) != to {
        true => Ok((from, to)),
        false => Err(ValueError::new(expected, "it ends when it starts", help).at(node)),
    }
}

/// Two times of day.
pub(super) fn times(node: &Node, expected: &str, help: &str) -> Read<(u32, u32)> {
    let text = node.as_text().ok_or_else(|| other(node, expected, help))?;
    let wrong = |wrong: String| ValueError::new(expected, wrong, help).at(node);
    let (from, to) = text
        .split_once(['-', '–'])
        .ok_or_else(|| wrong(format!("{} is no span of time", quoted(text))))?;
    let minute = |text: &str| {
        clock(text).ok_or_else(|| wrong(format!("{} is no time of day", quoted(text.trim()))))
    };
    Ok((minute(from)?, minute(to)?))
}

/// `true` or `false`.
pub(super) fn flag(node: &Node) -> Read<bool> {
    match node.value {
        Value::Bool(flag) => Ok(flag),
        _ => Err(other(node, "true or false", "write it without quotes")),
    }
}

/// `"08:30"` in minutes after midnight; up to 24:00.
pub(crate) fn clock(text: &str) -> Option<u32> {
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
pub(crate) fn clock_text(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

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
